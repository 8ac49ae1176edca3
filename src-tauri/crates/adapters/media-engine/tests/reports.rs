//! RTCP on legs that share a port with it: reports out, reports in, and what quality makes of them.

mod support;

use std::time::Duration;

use support::{House, hum};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_rtp::{ReceiverStatistics, Reports, Rtcp, parse_rtcp};
use tandem_switchboard::ports::media::{LegQuality, MediaEvent, RtpTerms};

fn house(rtcp_mux: bool) -> House {
    let mut house = House::new(MediaConfig::default());
    house.phone(1);
    house.tell(RoomCommand::Connect { leg: LegId(1), terms: RtpTerms { rtcp_mux, ..House::terms(1) } });
    house
}

fn quality(house: &House) -> LegQuality {
    let told = house.events.iter().rev().find_map(|event| match event {
        MediaEvent::Quality { quality, .. } => Some(*quality),
        _ => None,
    });
    told.expect("told every 5 s")
}

#[test]
fn reports_go_out_and_come_in_and_give_round_trip_loss_and_score() {
    let mut house = house(true);
    let ours = 1_001;
    let mut peer = Reports::new(1, house.start);
    let (mut reports, mut sent_by_peer) = (0, 0);
    let mut missed = ReceiverStatistics::new(8_000);
    for _ in 0..1_500 {
        let now = house.now();
        let seen = house.phone_of(1).got.len();
        house.run(1, hum);
        let got = house.phone_of(1).got[seen..].to_vec();
        for (n, (bytes, _)) in got.iter().enumerate() {
            if tandem_rtp::is_rtcp(bytes) {
                reports += 1;
                peer.receive(bytes, now + Duration::from_millis(30));
                let compound = parse_rtcp(bytes).expect("RTCP");
                let Rtcp::Sender { ssrc, report, blocks } = &compound[0] else {
                    panic!("an SR: {compound:?}")
                };
                assert_eq!((*ssrc, blocks[0].ssrc, blocks[0].cumulative_lost), (ours, 1, 0));
                assert!(report.packets > 0 && report.octets == 160 * report.packets);
            } else if !(seen + n).is_multiple_of(5) {
                let packet = tandem_rtp::Packet::parse(bytes).expect("RTP");
                missed.received(&packet.header, now);
            }
        }
        if let Some(report) = peer.poll(now + Duration::from_millis(30), 99, None, Some((ours, &mut missed)))
        {
            sent_by_peer += 1;
            house.phone_of(1).send_raw(report);
        }
    }
    assert!((4..=16).contains(&reports), "{reports} in 30 s");
    assert!(sent_by_peer > 3);
    let quality = quality(&house);
    let loss = quality.remote_loss.expect("reported");
    assert!((loss - 0.2).abs() < 0.03, "{quality:?}");
    assert!(quality.round_trip_ms.is_some_and(|ms| ms < 80.0), "{quality:?}");
    assert!(quality.mos.is_some_and(|mos| mos > 4.2), "{quality:?}");
}

#[test]
fn loss_lowers_the_score_until_it_is_over() {
    let mut house = house(false);
    let lossy = |house: &mut House, every: u16| {
        for _ in 0..600 {
            let phone = house.phone_of(1);
            if every > 0 && phone.sequence.is_multiple_of(every) {
                phone.sequence += 1;
                phone.timestamp += 160;
                house.wait(1);
            } else {
                house.run(1, hum);
            }
        }
        quality(house).mos.expect("packets came")
    };
    let (good, bad, again) = (lossy(&mut house, 0), lossy(&mut house, 8), lossy(&mut house, 0));
    assert!(bad < good - 0.5 && again > good - 0.2, "{good} {bad} {again}");
}

#[test]
fn without_a_shared_port_no_report_is_sent() {
    let mut house = house(false);
    house.run(1_000, hum);
    assert!(house.phone_of(1).got.iter().all(|(bytes, _)| !tandem_rtp::is_rtcp(bytes)));
    assert_eq!(quality(&house).round_trip_ms, None);
}

//! What a leg makes of its peer's reports.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tandem_audio::jitter::JitterConfig;
use tandem_rtp::{Header, ReceiverStatistics, Reports};
use tandem_switchboard::ports::media::{Codec, RtpTerms};

use super::rtp::{RtpLeg, RtpSeed};
use crate::socket::PacketSocket;

const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4_000);

/// Has these datagrams to read, and sends into nothing.
#[derive(Debug)]
struct Given(Vec<Vec<u8>>);

impl PacketSocket for Given {
    fn drain(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        self.0.drain(..).for_each(|bytes| each(&bytes, PEER, now));
    }

    fn send(&mut self, _packet: &[u8], _to: SocketAddr) -> bool {
        true
    }
}

#[test]
fn the_loss_that_the_peer_reports_is_told_to_the_encoder() {
    let start = Instant::now();
    let (mut peer, mut heard) = (Reports::new(9, start), ReceiverStatistics::new(48_000));
    for n in (0..100u16).filter(|n| n % 5 != 1) {
        let header =
            Header { marker: false, payload_type: 96, sequence: n, timestamp: u32::from(n) * 960, ssrc: 1 };
        heard.received(&header, start + Duration::from_millis(20 * u64::from(n)));
    }
    peer.poll(start, 0, None, None);
    let later = start + Duration::from_secs(4);
    let report = peer.poll(later, 0, None, Some((1, &mut heard))).expect("due");
    let seed = RtpSeed { ssrc: 1, sequence: 0, timestamp: 0 };
    let mut leg = RtpLeg::new(Box::new(Given(vec![report])), seed, JitterConfig::default());
    let terms = RtpTerms {
        remote: PEER,
        codec: Codec::Opus,
        payload_type: 96,
        receive_payload_type: 96,
        dtmf_payload_type: None,
        send: true,
        receive: true,
        srtp: None,
        dtls: None,
        rtcp_mux: true,
    };
    leg.connect(terms, start);
    let expected = |leg: &mut RtpLeg| leg.session.as_mut().map(|session| session.encoder.expected_loss());
    assert_eq!(expected(&mut leg), Some(5), "before anything is known");
    leg.read(later, None, &mut |_, _| {});
    leg.report(later);
    assert_eq!(expected(&mut leg), Some(20));
}

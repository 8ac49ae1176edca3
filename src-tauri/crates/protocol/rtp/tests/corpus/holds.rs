//! What must hold for any bytes that claim to be RTP, RTCP or telephone events.

use std::time::{Duration, Instant};

use tandem_rtp::{
    EventReceiver, EventSender, Header, Packet, ReceiverStatistics, Rtcp, is_rtcp, parse_rtcp, write_report,
};

/// Fails by a panic. The bytes are taken as one datagram, and then as a sequence of them: a length byte and so many
/// bytes each.
pub fn check(bytes: &[u8]) {
    rtp(bytes);
    rtcp(bytes);
    received(bytes);
    sent(bytes);
}

fn rtp(bytes: &[u8]) {
    let Ok(packet) = Packet::parse(bytes) else { return };
    let extension = packet.extension.map_or(0, |(_, data)| 4 + data.len());
    assert!(12 + 4 * packet.csrcs().count() + extension + packet.payload.len() <= bytes.len());
    let plain = [&packet.header.to_bytes()[..], packet.payload].concat();
    let again = Packet::parse(&plain).expect("what we write, we can read");
    assert_eq!((again.header, again.payload), (packet.header, packet.payload));
}

fn rtcp(bytes: &[u8]) {
    let _ = is_rtcp(bytes);
    for packet in parse_rtcp(bytes).iter().flatten() {
        let (ssrc, report, block) = match packet {
            Rtcp::Sender { ssrc, report, blocks } => (*ssrc, Some(*report), blocks.first()),
            Rtcp::Receiver { ssrc, blocks } => (*ssrc, None, blocks.first()),
            Rtcp::Bye { .. } => continue,
        };
        let written = write_report(ssrc, report.as_ref(), block, &String::from_utf8_lossy(bytes));
        assert!(is_rtcp(&written));
        let blocks = block.copied().into_iter().collect();
        let expected = match report {
            Some(report) => Rtcp::Sender { ssrc, report, blocks },
            None => Rtcp::Receiver { ssrc, blocks },
        };
        assert_eq!(parse_rtcp(&written), Ok(vec![expected]));
    }
}

fn received(bytes: &[u8]) {
    let start = Instant::now();
    let (mut rest, mut at) = (bytes, Duration::ZERO);
    let (mut events, mut statistics) = (EventReceiver::default(), ReceiverStatistics::new(8000));
    let mut seen = 0;
    while let Some((length, tail)) = rest.split_first() {
        let (datagram, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        let Ok(packet) = Packet::parse(datagram) else { continue };
        seen += 1;
        at += Duration::from_millis(u64::from(*length));
        statistics.received(&packet.header, start + at);
        if let Some(digit) = events.receive(&packet) {
            assert!("0123456789*#ABCD".contains(digit));
        }
        assert_eq!(events.receive(&packet), None, "one packet is one press at most");
        if seen % 5 == 0 {
            let _ = statistics.report(1);
        }
    }
    assert_eq!(statistics.packets_received(), seen);
    let lost = statistics.packets_expected().saturating_sub(seen);
    assert_eq!(statistics.packets_lost(), lost);
    assert!(statistics.jitter_ms().is_finite() && statistics.jitter_ms() >= 0.0);
    let block = statistics.report(1);
    assert!((-0x80_0000..0x80_0000).contains(&block.cumulative_lost));
}

/// Whatever is dialled in whatever packet time arrives digit by digit, the keys among it in order.
fn sent(bytes: &[u8]) {
    let Some((step, text)) = bytes.split_first() else { return };
    let step = 80 * u16::from(*step % 12 + 1);
    let text = String::from_utf8_lossy(&text[..text.len().min(16)]).into_owned();
    let (mut sender, mut receiver, mut heard) =
        (EventSender::default(), EventReceiver::default(), String::new());
    let left_out = sender.queue(&text);
    for n in 0..2000u32 {
        let Some(event) = sender.tick(n.wrapping_mul(u32::from(step)), step) else { continue };
        let header = Header {
            marker: event.marker,
            payload_type: 101,
            sequence: n as u16,
            timestamp: event.timestamp,
            ssrc: 1,
        };
        let wire = [&header.to_bytes()[..], &event.payload[..]].concat();
        heard.extend(receiver.receive(&Packet::parse(&wire).expect("well formed")));
    }
    let keys: String =
        text.to_ascii_uppercase().chars().filter(|c| "0123456789*#ABCD".contains(*c)).collect();
    assert_eq!(heard, keys);
    assert_eq!(left_out, text.chars().count() - keys.chars().count());
    assert!(!sender.is_busy());
}

//! Reading telephone events: one digit per key press (RFC 4733, section 2.5).
//!
//! A press is named by its RTP timestamp. Whichever of its packets comes first reports it: retransmitted end packets,
//! a lost beginning or a lost end change nothing. Only a timestamp newer than the last press is a new press, so that a
//! straggler of the previous key cannot repeat it.

use crate::{Packet, timestamp_distance};

/// Events 0–15 in the order of RFC 4733, section 3.2.
const DIGITS: &[u8; 16] = b"0123456789*#ABCD";

/// Turns event packets of one source into digits.
#[derive(Debug, Clone, Default)]
pub struct EventReceiver {
    last: Option<(u32, u32)>,
}

impl EventReceiver {
    /// Takes a packet of the telephone-event payload type; gives the digit at the first packet of a press.
    pub fn receive(&mut self, packet: &Packet<'_>) -> Option<char> {
        let event = usize::from(*packet.payload.first()?);
        if packet.payload.len() < 4 || event >= DIGITS.len() {
            return None;
        }
        let (ssrc, timestamp) = (packet.header.ssrc, packet.header.timestamp);
        if let Some((last_ssrc, last)) = self.last
            && last_ssrc == ssrc
            && timestamp_distance(last, timestamp) <= 0
        {
            return None;
        }
        // A segment of one long press begins exactly where the last ended and carries no marker (section 2.5.1.3); a
        // press of our peers lasts far less than the 8 s a segment holds, so each timestamp is a press of its own.
        self.last = Some((ssrc, timestamp));
        Some(char::from(DIGITS[event]))
    }
}

/// The event code of a digit.
pub(crate) fn code(digit: char) -> Option<u8> {
    let upper = u8::try_from(digit.to_ascii_uppercase()).ok()?;
    DIGITS.iter().position(|&d| d == upper).map(|at| at as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Header;

    fn packet(timestamp: u32, payload: &[u8]) -> Packet<'static> {
        let mut bytes =
            Header { marker: false, payload_type: 101, sequence: 0, timestamp, ssrc: 5 }.to_bytes().to_vec();
        bytes.extend_from_slice(payload);
        Packet::parse(bytes.leak()).expect("well formed")
    }

    #[test]
    fn retransmissions_and_stragglers_report_a_press_once() {
        let mut receiver = EventReceiver::default();
        assert_eq!(receiver.receive(&packet(u32::MAX - 100, &[5, 10, 0, 160])), Some('5'));
        for _ in 0..3 {
            assert_eq!(receiver.receive(&packet(u32::MAX - 100, &[5, 0x8A, 3, 32])), None);
        }
        assert_eq!(
            receiver.receive(&packet(2000, &[5, 10, 0, 160])),
            Some('5'),
            "the same key again, after a wrap"
        );
        assert_eq!(receiver.receive(&packet(u32::MAX - 100, &[5, 0x8A, 3, 32])), None, "a straggler");
    }

    #[test]
    fn a_press_whose_first_packets_were_lost_counts_by_its_end() {
        let mut receiver = EventReceiver::default();
        assert_eq!(receiver.receive(&packet(160, &[11, 0x8A, 3, 32])), Some('#'));
    }

    #[test]
    fn other_events_and_short_payloads_are_ignored() {
        let mut receiver = EventReceiver::default();
        assert_eq!(receiver.receive(&packet(160, &[32, 10, 0, 160])), None, "a fax tone");
        assert_eq!(receiver.receive(&packet(320, &[1, 10])), None);
        assert_eq!(receiver.receive(&packet(480, &[])), None);
    }
}

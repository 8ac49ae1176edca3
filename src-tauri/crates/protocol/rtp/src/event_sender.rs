//! Sending telephone events: duration ramps while the key is down, then three end packets (RFC 4733, section 2.5.1).

use std::collections::VecDeque;

use crate::event_receiver::code;

/// Units a press lasts, and the pause after it: 100 ms each at 8 kHz, long enough for every receiver.
const PRESS: u16 = 800;
const PAUSE: u16 = 800;
/// −10 dBm0, what telephones send.
const VOLUME: u8 = 10;
const END_PACKETS: u8 = 3;

/// One packet to send in place of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutgoingEvent {
    /// Set on the first packet of a press.
    pub marker: bool,
    /// The RTP timestamp, which stays at the press's beginning.
    pub timestamp: u32,
    pub payload: [u8; 4],
}

#[derive(Debug, Clone, Copy)]
enum State {
    Idle,
    Pressed { event: u8, timestamp: u32, duration: u16, ends: u8 },
    Pausing { left: u16 },
}

/// A queue of digits, sent one packet per tick.
#[derive(Debug, Clone)]
pub struct EventSender {
    queue: VecDeque<u8>,
    state: State,
}

impl Default for EventSender {
    fn default() -> Self {
        Self { queue: VecDeque::new(), state: State::Idle }
    }
}

impl EventSender {
    /// Queues digits (`0-9*#A-D`); gives the number of characters that are none and were left out.
    pub fn queue(&mut self, digits: &str) -> usize {
        let before = self.queue.len();
        self.queue.extend(digits.chars().filter_map(code));
        digits.chars().count() - (self.queue.len() - before)
    }

    /// Whether digits are being sent or wait.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty() || !matches!(self.state, State::Idle)
    }

    /// Called once per packet time with the timestamp that audio would carry now and the units per packet.
    ///
    /// `Some` replaces the audio packet; `None` means that audio may be sent.
    pub fn tick(&mut self, timestamp: u32, step: u16) -> Option<OutgoingEvent> {
        match self.state {
            State::Idle => self.press(timestamp, step),
            State::Pausing { left } if left > step => {
                self.state = State::Pausing { left: left - step };
                None
            }
            State::Pausing { .. } => {
                self.state = State::Idle;
                None
            }
            State::Pressed { event, timestamp, duration, ends } => {
                let duration = duration.saturating_add(if ends == 0 { step } else { 0 }).min(PRESS.max(step));
                let ends = if duration >= PRESS { ends + 1 } else { 0 };
                self.state = if ends == END_PACKETS {
                    State::Pausing { left: PAUSE }
                } else {
                    State::Pressed { event, timestamp, duration, ends }
                };
                Some(packet(event, timestamp, duration, false, ends > 0))
            }
        }
    }

    fn press(&mut self, timestamp: u32, step: u16) -> Option<OutgoingEvent> {
        let event = self.queue.pop_front()?;
        self.state = State::Pressed { event, timestamp, duration: step, ends: 0 };
        Some(packet(event, timestamp, step, true, false))
    }
}

fn packet(event: u8, timestamp: u32, duration: u16, marker: bool, end: bool) -> OutgoingEvent {
    let [high, low] = duration.to_be_bytes();
    OutgoingEvent { marker, timestamp, payload: [event, u8::from(end) << 7 | VOLUME, high, low] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventReceiver, Header, Packet};

    #[test]
    fn a_press_ramps_by_the_step_and_ends_three_times_with_one_timestamp() {
        let mut sender = EventSender::default();
        assert_eq!(sender.queue("5x"), 1, "x is no key");
        let sent: Vec<_> = (0..20u32).map(|n| sender.tick(n * 160, 160)).collect();
        let packets: Vec<_> = sent.iter().flatten().collect();
        let durations: Vec<_> =
            packets.iter().map(|p| u16::from_be_bytes([p.payload[2], p.payload[3]])).collect();
        assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
        assert_eq!(packets.iter().filter(|p| p.payload[1] & 0x80 != 0).count(), 3);
        assert!(packets.iter().all(|p| p.timestamp == 0 && p.payload[0] == 5));
        assert!(packets[0].marker && packets[1..].iter().all(|p| !p.marker));
        assert!(!sender.is_busy());
    }

    #[test]
    fn what_is_sent_is_received_in_order_even_if_most_packets_are_lost() {
        let mut sender = EventSender::default();
        sender.queue("11#*0aD");
        let mut receiver = EventReceiver::default();
        let mut heard = String::new();
        for n in 0..200u32 {
            let Some(event) = sender.tick(n.wrapping_mul(160), 160) else { continue };
            if n % 3 != 0 {
                continue;
            }
            let header = Header {
                marker: event.marker,
                payload_type: 101,
                sequence: n as u16,
                timestamp: event.timestamp,
                ssrc: 1,
            };
            let bytes = [&header.to_bytes()[..], &event.payload[..]].concat();
            heard.extend(receiver.receive(&Packet::parse(&bytes).expect("well formed")));
        }
        assert_eq!(heard, "11#*0AD");
    }
}

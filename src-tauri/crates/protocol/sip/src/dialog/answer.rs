//! The 2xx to an INVITE, repeated by the user agent core until its ACK comes (RFC 3261 section 13.3.1.4).

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::transaction::TimerSettings;

/// A 2xx that waits for its ACK. It is repeated over reliable transports too: the loss may be behind a proxy.
#[derive(Debug)]
pub struct AnswerRetransmission {
    wire: Bytes,
    seq: u32,
    interval: Duration,
    next: Instant,
    give_up: Instant,
    longest: Duration,
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub enum AnswerDue {
    Nothing,
    Send(Bytes),
    /// No ACK in 64 * T1: the session is to be ended with BYE.
    GiveUp,
}

impl AnswerRetransmission {
    /// For a 2xx that was just sent for the first time, to the INVITE with CSeq number `seq`.
    pub fn new(now: Instant, wire: Bytes, seq: u32, settings: TimerSettings) -> AnswerRetransmission {
        AnswerRetransmission {
            wire,
            seq,
            interval: settings.t1,
            next: now + settings.t1,
            give_up: now + settings.patience(),
            longest: settings.t2,
        }
    }

    /// Whether an ACK with this CSeq number acknowledges it.
    pub fn is_acknowledged_by(&self, seq: u32) -> bool {
        self.seq == seq
    }

    pub fn next_deadline(&self) -> Instant {
        self.next.min(self.give_up)
    }

    /// To be called at the deadline.
    pub fn due(&mut self, now: Instant) -> AnswerDue {
        if now >= self.give_up {
            return AnswerDue::GiveUp;
        }
        if now < self.next {
            return AnswerDue::Nothing;
        }
        self.interval = (self.interval * 2).min(self.longest);
        self.next = now + self.interval;
        AnswerDue::Send(self.wire.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_2xx_is_repeated_after_half_a_second_doubling_to_four_until_thirty_two_are_over() {
        let start = Instant::now();
        let mut answer =
            AnswerRetransmission::new(start, Bytes::from_static(b"x"), 1, TimerSettings::default());
        let mut sent = Vec::new();
        loop {
            let at = answer.next_deadline();
            match answer.due(at) {
                AnswerDue::Send(_) => sent.push((at - start).as_millis()),
                AnswerDue::GiveUp => break assert_eq!((at - start).as_secs(), 32),
                AnswerDue::Nothing => panic!("a deadline with nothing due"),
            }
        }
        assert_eq!(sent, [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    }
}

//! A reliable provisional response, repeated by the user agent core until its PRACK comes (RFC 3262 section 3).

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::message::Method;
use crate::transaction::TimerSettings;

/// Which reliable provisional response a PRACK acknowledges: the RAck header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rack {
    /// The response's RSeq.
    pub rseq: u32,
    /// The response's CSeq.
    pub seq: u32,
    pub method: Method,
}

/// The text is no RAck value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reading RAck: not two numbers and a method")]
pub struct NotRack;

/// A reliable provisional response that waits for its PRACK. It is repeated over reliable transports too.
#[derive(Debug)]
pub struct ReliableRetransmission {
    wire: Bytes,
    rack: Rack,
    interval: Duration,
    next: Instant,
    give_up: Instant,
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub enum ReliableDue {
    Nothing,
    Send(Bytes),
    /// No PRACK in 64 * T1: the INVITE is to be refused with a 5xx.
    GiveUp,
}

impl ReliableRetransmission {
    /// For a response that was just sent for the first time.
    pub fn new(now: Instant, wire: Bytes, rack: Rack, settings: TimerSettings) -> ReliableRetransmission {
        let (interval, give_up) = (settings.t1, now + settings.patience());
        ReliableRetransmission { wire, rack, interval, next: now + interval, give_up }
    }

    /// What the RAck of its PRACK says.
    pub fn rack(&self) -> &Rack {
        &self.rack
    }

    pub fn next_deadline(&self) -> Instant {
        self.next.min(self.give_up)
    }

    /// To be called at the deadline.
    pub fn due(&mut self, now: Instant) -> ReliableDue {
        if now >= self.give_up {
            return ReliableDue::GiveUp;
        }
        if now < self.next {
            return ReliableDue::Nothing;
        }
        // Doubled without a limit, unlike a 2xx (RFC 3262 section 3).
        self.interval *= 2;
        self.next = now + self.interval;
        ReliableDue::Send(self.wire.clone())
    }
}

impl FromStr for Rack {
    type Err = NotRack;

    fn from_str(text: &str) -> Result<Rack, NotRack> {
        let mut parts = text.split_ascii_whitespace();
        let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok()).ok_or(NotRack);
        let (rseq, seq) = (number()?, number()?);
        let method = parts.next().and_then(|name| name.parse().ok()).ok_or(NotRack)?;
        if parts.next().is_some() {
            return Err(NotRack);
        }
        Ok(Rack { rseq, seq, method })
    }
}

impl fmt::Display for Rack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.rseq, self.seq, self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_repeated_after_half_a_second_doubling_until_thirty_two_seconds_are_over() {
        let start = Instant::now();
        let rack = Rack { rseq: 1, seq: 1, method: Method::Invite };
        let wire = Bytes::from_static(b"x");
        let mut response = ReliableRetransmission::new(start, wire, rack, TimerSettings::default());
        let mut sent = Vec::new();
        loop {
            let at = response.next_deadline();
            match response.due(at) {
                ReliableDue::Send(_) => sent.push((at - start).as_millis()),
                ReliableDue::GiveUp => break assert_eq!((at - start).as_secs(), 32),
                ReliableDue::Nothing => panic!("a deadline with nothing due"),
            }
        }
        assert_eq!(sent, [500, 1500, 3500, 7500, 15500, 31500]);
    }

    #[test]
    fn a_rack_is_read_and_written() {
        let rack: Rack = " 776656  1\tINVITE ".parse().expect("readable");
        assert_eq!(rack, Rack { rseq: 776_656, seq: 1, method: Method::Invite });
        assert_eq!(rack.to_string(), "776656 1 INVITE");
        for text in ["", "1 INVITE", "1 2", "1 2 INVITE x", "-1 2 INVITE", "1 2 IN VITE"] {
            assert_eq!(text.parse::<Rack>(), Err(NotRack), "{text}");
        }
    }
}

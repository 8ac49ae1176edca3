//! Symmetric RTP: to send where packets come from, without being led astray by a stray or forged one.
//!
//! The signalled address counts until some source has sent a few packets in a row; that source is then kept, and
//! replaced only by another that persists after it fell silent (a handset that changed networks).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Packets in a row, of one source and SSRC, that make it the peer.
const PROOF: u8 = 3;
/// The peer's silence that makes room for another.
const SILENCE: Duration = Duration::from_millis(1_000);

/// Where one leg's packets come from and go to.
#[derive(Debug)]
pub(crate) struct Source {
    signalled: SocketAddr,
    locked: Option<(SocketAddr, Instant)>,
    candidate: Option<(SocketAddr, u32, u8)>,
}

impl Source {
    pub(crate) fn new(signalled: SocketAddr) -> Self {
        Self { signalled, locked: None, candidate: None }
    }

    /// Takes over a newly signalled address; an unchanged one keeps what was learned.
    pub(crate) fn signal(&mut self, remote: SocketAddr) {
        if remote != self.signalled {
            *self = Self::new(remote);
        }
    }

    /// The peer proved that it is there, and wants packets there (RFC 8445 section 8.1.1).
    pub(crate) fn nominate(&mut self, address: SocketAddr, at: Instant) {
        if self.locked.is_none_or(|(locked, _)| locked != address) {
            self.locked = Some((address, at));
            self.candidate = None;
        }
    }

    /// Where to send.
    pub(crate) fn target(&self) -> SocketAddr {
        self.locked.map_or(self.signalled, |(address, _)| address)
    }

    /// Whether a packet is the peer's.
    pub(crate) fn accept(&mut self, from: SocketAddr, ssrc: u32, at: Instant) -> bool {
        if let Some((address, last)) = &mut self.locked {
            if *address == from {
                *last = at.max(*last);
                self.candidate = None;
                return true;
            }
            if at.saturating_duration_since(*last) < SILENCE {
                return false;
            }
        }
        let seen = match self.candidate {
            Some((address, source, seen)) if address == from && source == ssrc => seen + 1,
            _ => 1,
        };
        self.candidate = Some((from, ssrc, seen));
        let proven = seen >= PROOF || self.locked.is_none() && from == self.signalled;
        if proven {
            self.locked = Some((from, at));
            self.candidate = None;
        }
        proven
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    #[test]
    fn the_signalled_address_is_believed_at_once_and_another_after_three_packets() {
        let now = Instant::now();
        let mut source = Source::new(address(1));
        assert!(source.accept(address(1), 7, now));
        let mut source = Source::new(address(1));
        assert!(!source.accept(address(2), 7, now));
        assert!(!source.accept(address(3), 8, now), "a stray packet starts the count anew");
        assert!(!source.accept(address(2), 7, now));
        assert!(!source.accept(address(2), 7, now));
        assert_eq!(source.target(), address(1));
        assert!(source.accept(address(2), 7, now));
        assert_eq!(source.target(), address(2));
    }

    #[test]
    fn a_living_source_is_not_replaced_and_a_silent_one_is() {
        let start = Instant::now();
        let mut source = Source::new(address(1));
        for n in 0..100u64 {
            let at = start + Duration::from_millis(20 * n);
            assert!(source.accept(address(1), 7, at));
            assert!(!source.accept(address(2), 9, at), "an intruder beside the peer");
        }
        let later = start + Duration::from_secs(4);
        let taken: Vec<_> = (0..3).map(|_| source.accept(address(2), 9, later)).collect();
        assert_eq!(taken, [false, false, true]);
        source.signal(address(1));
        assert_eq!(source.target(), address(2), "signalling the same again changes nothing");
        source.signal(address(5));
        assert_eq!(source.target(), address(5));
    }
}

//! What an RTP leg needs of a socket; tests put a network of their own in its place.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Instant;

/// A socket that never waits.
pub trait PacketSocket: Debug + Send {
    /// Hands over the datagrams that wait, each with its source and its moment of arrival (`now` where unknown).
    ///
    /// At most a few dozen at a time: a flood waits in the kernel's buffer, and is dropped there.
    fn drain(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant));

    /// Hands over the first datagram that waits, where it is known that there is one.
    fn take(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        self.drain(now, each);
    }

    /// Sends one datagram; false when the system did not take it.
    fn send(&mut self, packet: &[u8], to: SocketAddr) -> bool;

    /// What the system knows it by, if it can be waited for.
    fn descriptor(&self) -> Option<i32> {
        None
    }
}

//! The one UDP port of all browsers: an odd one of RTP's range, whose even ones are for calls.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

/// Binds the highest free odd port of `range` on `interface`, or any free one where the range is `0..=0`.
pub(crate) fn bind(interface: IpAddr, range: &RangeInclusive<u16>) -> io::Result<UdpSocket> {
    if *range == (0..=0) {
        return UdpSocket::bind(SocketAddr::new(interface, 0));
    }
    for port in range.clone().rev().filter(|port| port % 2 == 1) {
        match UdpSocket::bind(SocketAddr::new(interface, port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no odd port of the range is free"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_ports_are_taken_from_the_top_until_none_is_left() {
        let (interface, range) = (IpAddr::from([127, 0, 0, 1]), 42_201..=42_204);
        let port = |socket: &UdpSocket| socket.local_addr().expect("bound").port();
        let first = bind(interface, &range).expect("free");
        let second = bind(interface, &range).expect("free");
        assert_eq!([port(&first), port(&second)], [42_203, 42_201]);
        assert_eq!(bind(interface, &range).expect_err("taken").kind(), io::ErrorKind::AddrInUse);
        assert!(port(&bind(interface, &(0..=0)).expect("any")) > 0);
        assert!(bind(IpAddr::from([203, 0, 113, 1]), &range).is_err(), "no address of ours");
    }
}

//! Handing out RTP ports: the even ones of a range, one after the other, so that a port rests before it is used again.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use tandem_switchboard::ports::media::MediaError;

/// The range and the place in it.
#[derive(Debug)]
pub(crate) struct RtpPorts {
    range: RangeInclusive<u16>,
    cursor: AtomicU32,
}

impl RtpPorts {
    pub(crate) fn new(range: RangeInclusive<u16>) -> Self {
        Self { range, cursor: AtomicU32::new(0) }
    }

    /// Binds the next free even port.
    ///
    /// # Errors
    /// `NoPort` when all are taken, `Bind` when the system refuses for another reason.
    pub(crate) fn bind(&self, interface: IpAddr) -> Result<UdpSocket, MediaError> {
        let (from, to) = (*self.range.start(), *self.range.end());
        if (from, to) == (0, 0) {
            return UdpSocket::bind(SocketAddr::new(interface, 0)).map_err(MediaError::Bind);
        }
        let first = u32::from(from).next_multiple_of(2);
        let count = (u32::from(to) + 2).saturating_sub(first) / 2;
        for _ in 0..count {
            let turn = self.cursor.fetch_add(1, Ordering::Relaxed) % count;
            let port = u16::try_from(first + 2 * turn).expect("the turn stays within the range");
            match UdpSocket::bind(SocketAddr::new(interface, port)) {
                Ok(socket) => return Ok(socket),
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(MediaError::Bind(error)),
            }
        }
        Err(MediaError::NoPort { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_ports_are_used_in_turn_until_none_is_left() {
        let ports = RtpPorts::new(42_101..=42_106);
        let interface = IpAddr::from([127, 0, 0, 1]);
        let sockets: Vec<_> = (0..3).map(|_| ports.bind(interface).expect("free")).collect();
        let bound: Vec<_> = sockets.iter().map(|s| s.local_addr().expect("bound").port()).collect();
        assert_eq!(bound, [42_102, 42_104, 42_106]);
        assert!(matches!(ports.bind(interface), Err(MediaError::NoPort { from: 42_101, to: 42_106 })));
        drop(sockets);
        assert_eq!(ports.bind(interface).expect("free again").local_addr().expect("bound").port() % 2, 0);
        assert!(matches!(ports.bind(IpAddr::from([203, 0, 113, 1])), Err(MediaError::Bind(_))));
    }
}

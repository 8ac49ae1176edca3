//! Binding UDP and TCP on one port number, and TLS and WebSockets on others.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

/// Bursts are kept here while the machine works; bytes.
const RECEIVE_BUFFER: usize = 1 << 20;
/// A free UDP port may be taken for TCP: how often to try another one.
const ATTEMPTS: usize = 32;

/// The sockets, and the address UDP got.
#[derive(Debug)]
pub struct Bound {
    pub udp: UdpSocket,
    pub tcp: Option<TcpListener>,
    pub tls: Option<TcpListener>,
    pub ws: Option<TcpListener>,
    pub wss: Option<TcpListener>,
    pub address: SocketAddr,
}

/// Where to listen beside UDP.
#[derive(Debug, Clone, Copy, Default)]
pub struct Listen {
    pub tcp: Option<SocketAddr>,
    pub tls: Option<SocketAddr>,
    pub ws: Option<SocketAddr>,
    pub wss: Option<SocketAddr>,
}

/// Binds all of them. With port 0 for both, TCP gets the port that UDP got.
pub fn bind(udp: SocketAddr, listen: Listen) -> io::Result<Bound> {
    let Listen { tcp, tls, ws, wss } = listen;
    let [tls, ws, wss] = [tls, ws, wss].map(|at| at.map(bind_tcp).transpose());
    let (tls, ws, wss) = (tls?, ws?, wss?);
    let mut attempts = if udp.port() == 0 { ATTEMPTS } else { 1 };
    loop {
        attempts -= 1;
        let socket = bind_udp(udp)?;
        let address = socket.local_addr()?;
        let listener = match tcp {
            None => None,
            Some(mut wanted) => {
                if wanted.port() == 0 {
                    wanted.set_port(address.port());
                }
                match bind_tcp(wanted) {
                    Ok(listener) => Some(listener),
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts > 0 => continue,
                    Err(error) => return Err(error),
                }
            }
        };
        return Ok(Bound { udp: socket, tcp: listener, tls, ws, wss, address });
    }
}

/// The bound address with an unspecified host replaced by the one packets leave from.
pub fn reachable(bound: SocketAddr) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    // Connecting a UDP socket sends nothing; it only makes the system choose a source. The targets are addresses for
    // documentation (RFC 5737, RFC 3849).
    let target: SocketAddr = match bound {
        SocketAddr::V4(_) => (Ipv4Addr::new(192, 0, 2, 1), 9).into(),
        SocketAddr::V6(_) => (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into(),
    };
    let source = std::net::UdpSocket::bind((bound.ip(), 0))
        .and_then(|socket| socket.connect(target).and_then(|()| socket.local_addr()))
        .map(|address| address.ip());
    let loopback = match bound.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(source.unwrap_or(loopback), bound.port())
}

fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    // The kernel may grant less; that is no reason not to serve.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(256)?;
    TcpListener::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn with_port_zero_udp_and_tcp_get_one_number() {
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let bound = bind(any, Listen { tcp: Some(any), ..Listen::default() }).expect("binds");
        let tcp = bound.tcp.expect("listens").local_addr().expect("bound");
        assert_eq!(tcp, bound.address);
        assert_ne!(tcp.port(), 0);
    }

    #[test]
    fn an_unspecified_host_is_replaced_by_one_that_peers_can_reach() {
        let address = reachable("0.0.0.0:5060".parse().expect("an address"));
        assert!(!address.ip().is_unspecified());
        assert_eq!(address.port(), 5060);
    }
}

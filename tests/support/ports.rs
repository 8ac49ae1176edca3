//! Ports for foreign programs.

#![allow(dead_code, reason = "each test uses its part")]

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

/// A port on loopback that nobody uses at the moment by UDP and TCP, with its neighbour, which some take for TLS.
pub fn free_port() -> u16 {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        let neighbour = UdpSocket::bind(("127.0.0.1", port.saturating_add(1))).is_ok();
        if port < 60_000 && neighbour && free(port) && free(port + 1) {
            return port;
        }
    }
}

/// Waits until somebody has this port by UDP, or accepts connections there.
pub async fn listening(port: u16) {
    for _ in 0..200 {
        let taken = UdpSocket::bind(("127.0.0.1", port)).is_err();
        if taken || TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody listens at {port}");
}

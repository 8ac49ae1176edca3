//! Against sipp (Debian package sip-tester), both ways, over UDP and TCP.

mod stack;

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use stack::{ANSWER, Stack, trunk};
use tandem_switchboard::ports::signalling::{
    Caller, Destination, SignallingCommand as Command, SignallingEvent as Event, Transport,
};
use tokio::process::{Child, Command as Process};

const CALLS: usize = 20;

#[tokio::test]
async fn twenty_calls_from_sipp_are_answered_and_ended_by_sipp() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_port();
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        let target = exchange.address().to_string();
        let sipp = sipp("uac", port, mode, CALLS, &[&target, "-r", "40", "-d", "50"]);
        let (mut confirmed, mut ended) = (0, 0);
        while ended < CALLS {
            match exchange.next().await {
                Event::Incoming { leg, caller, offer, .. } => {
                    assert_eq!(caller, Caller::Trunk("sipp".into()));
                    assert!(offer.is_some_and(|offer| offer.starts_with(b"v=0")));
                    exchange.send(Command::Progress { leg, code: 180, answer: None });
                    exchange.send(Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
                }
                Event::Confirmed { .. } => confirmed += 1,
                Event::Ended { by_peer, .. } => {
                    assert!(by_peer);
                    ended += 1;
                }
                Event::Trunk { .. } => {}
                other => panic!("{mode}: {other:?}"),
            }
        }
        assert_eq!(confirmed, CALLS);
        finished(sipp, mode).await;
    }
}

#[tokio::test]
async fn calls_to_sipp_are_answered_and_ended_by_us() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_port();
        let sipp = sipp("uas", port, mode, 5, &[]);
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        if transport == Transport::Tcp {
            listening(port).await;
        }
        for _ in 0..5 {
            let leg = exchange.call(Destination::Trunk { trunk: "sipp".into(), number: "+15550100".into() });
            exchange.until(|event| matches!(event, Event::Progress { code: 180, .. })).await;
            exchange.until(|event| matches!(event, Event::Answered { .. })).await;
            exchange.send(Command::Hangup { leg, cause: Some(16) });
            exchange.until(|event| matches!(event, Event::Ended { by_peer: false, .. })).await;
        }
        finished(sipp, mode).await;
    }
}

/// Starts a built-in scenario of sipp's.
fn sipp(scenario: &str, address: SocketAddr, mode: &str, calls: usize, more: &[&str]) -> Child {
    let port = address.port().to_string();
    // sipp wants four ports of its own for media, though these scenarios send none.
    let media = free_port().port().to_string();
    let calls = calls.to_string();
    Process::new("sipp")
        .args(["-sn", scenario, "-i", "127.0.0.1", "-p", &port, "-t", mode, "-m", &calls, "-mp", &media])
        .args(["-nostdin", "-timeout", "40", "-timeout_error"])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("sipp is installed (Debian package sip-tester)")
}

async fn finished(mut sipp: Child, mode: &str) {
    let status = tokio::time::timeout(Duration::from_secs(45), sipp.wait()).await;
    let status = status.expect("sipp ends").expect("sipp can be waited for");
    assert!(status.success(), "sipp -t {mode} counted failed calls: {status}");
}

/// An address nobody uses at the moment.
fn free_port() -> SocketAddr {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("it is bound")
}

/// Waits until somebody accepts connections there.
async fn listening(address: SocketAddr) {
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("sipp does not listen");
}

//! REFER against sipp (Debian package sip-tester): as the one that is referred, and as the one that refers.

mod stack;

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use stack::{ANSWER, Stack, trunk};
use tandem_switchboard::ports::signalling::{
    Destination, Replaced, SignallingCommand as Command, SignallingEvent as Event, Transport,
};
use tokio::process::{Child, Command as Process};

#[tokio::test]
async fn sipp_refers_us_and_is_told_what_becomes_of_it() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_port();
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        let sipp = sipp("refers", port, mode, &[&exchange.address().to_string()]);
        let (leg, ..) = exchange.incoming().await;
        exchange.send(Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        let asked = exchange.until(|event| matches!(event, Event::ReferRequested { .. })).await;
        let Event::ReferRequested { to, user, replaces, referred_by, .. } = asked else { unreachable!() };
        assert_eq!((user.as_str(), replaces), ("bob", Some(Replaced::Unknown)));
        assert_eq!(to.as_str(), format!("sip:bob@{}", exchange.address()));
        assert_eq!(referred_by.expect("it says so").as_str(), "sip:ann@example.com");
        exchange.send(Command::AcceptRefer { leg });
        for code in [180, 200] {
            // Reports that come too fast are told as one: give the first its moment.
            tokio::time::sleep(Duration::from_millis(300)).await;
            exchange.send(Command::ReferProgress { leg, code });
        }
        exchange.until(|event| matches!(event, Event::Ended { by_peer: true, .. })).await;
        finished(sipp, mode).await;
    }
}

#[tokio::test]
async fn we_refer_sipp_and_hear_what_becomes_of_it() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_port();
        let sipp = sipp("is_referred", port, mode, &[]);
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        if transport == Transport::Tcp {
            listening(port).await;
        }
        let leg = exchange.call(Destination::Trunk { trunk: "sipp".into(), number: "+15550100".into() });
        exchange.until(|event| matches!(event, Event::Answered { .. })).await;
        exchange.send(Command::Refer { leg, to: "sip:carol@example.com".into(), replaces: None });
        exchange.until(|event| matches!(event, Event::ReferAccepted { watched: true, .. })).await;
        let mut heard = Vec::new();
        while heard.last().is_none_or(|(_, over)| !over) {
            if let Event::ReferNotified { code, over, .. } = exchange.next().await {
                heard.push((code, over));
            }
        }
        assert_eq!(heard, [(Some(100), false), (Some(486), true)]);
        exchange.send(Command::Hangup { leg, cause: None });
        finished(sipp, mode).await;
    }
}

/// Starts a scenario of ours, for one call.
fn sipp(scenario: &str, address: SocketAddr, mode: &str, more: &[&str]) -> Child {
    let port = address.port().to_string();
    let media = free_port().port().to_string();
    let file = format!("{}/tests/scenarios/{scenario}.xml", env!("CARGO_MANIFEST_DIR"));
    Process::new("sipp")
        .args(["-sf", &file, "-i", "127.0.0.1", "-p", &port, "-t", mode, "-m", "1", "-mp", &media])
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
    assert!(status.success(), "sipp -t {mode} saw something else: {status}");
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

//! Against sipp (Debian package sip-tester), both ways, over UDP and TCP.

#[path = "../../../../../tests/support/sipp.rs"]
mod sipp;
mod stack;

use std::net::SocketAddr;

use bytes::Bytes;
use stack::{ANSWER, Stack, trunk};
use tandem_switchboard::ports::signalling::{
    Caller, Destination, SignallingCommand as Command, SignallingEvent as Event, Transport,
};
use tokio::process::Child;

const CALLS: usize = 20;

#[tokio::test]
async fn twenty_calls_from_sipp_are_answered_and_ended_by_sipp() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_address();
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        let target = exchange.address().to_string();
        let peer = start("uac", port, mode, CALLS, &[&target, "-r", "40", "-d", "50"]);
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
        sipp::finished(peer, mode).await;
    }
}

#[tokio::test]
async fn calls_to_sipp_are_answered_and_ended_by_us() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_address();
        let peer = start("uas", port, mode, 5, &[]);
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        if transport == Transport::Tcp {
            sipp::listening(port.port()).await;
        }
        for _ in 0..5 {
            let leg = exchange.call(Destination::Trunk { trunk: "sipp".into(), number: "+15550100".into() });
            exchange.until(|event| matches!(event, Event::Progress { code: 180, .. })).await;
            exchange.until(|event| matches!(event, Event::Answered { .. })).await;
            exchange.send(Command::Hangup { leg, cause: Some(16) });
            exchange.until(|event| matches!(event, Event::Ended { by_peer: false, .. })).await;
        }
        sipp::finished(peer, mode).await;
    }
}

/// Starts a built-in scenario of sipp's.
fn start(scenario: &str, address: SocketAddr, mode: &str, calls: usize, more: &[&str]) -> Child {
    sipp::start(["-sn", scenario], address.port(), mode, calls, more)
}

/// An address nobody uses at the moment.
fn free_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], sipp::free_port()))
}

//! REFER against sipp (Debian package sip-tester): as the one that is referred, and as the one that refers.

#[path = "../../../../../tests/support/sipp.rs"]
mod sipp;
mod stack;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use stack::{ANSWER, Stack, trunk};
use tandem_switchboard::ports::signalling::{
    Destination, Replaced, SignallingCommand as Command, SignallingEvent as Event, Transport,
};
use tokio::process::Child;

#[tokio::test]
async fn sipp_refers_us_and_is_told_what_becomes_of_it() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_address();
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        let peer = start("refers", port, mode, &[&exchange.address().to_string()]);
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
        sipp::finished(peer, mode).await;
    }
}

#[tokio::test]
async fn we_refer_sipp_and_hear_what_becomes_of_it() {
    for (transport, mode) in [(Transport::Udp, "u1"), (Transport::Tcp, "t1")] {
        let mut exchange = Stack::start().await;
        let port = free_address();
        let peer = start("is_referred", port, mode, &[]);
        exchange.send(Command::SetTrunks(vec![trunk("sipp", port, transport)]));
        if transport == Transport::Tcp {
            sipp::listening(port.port()).await;
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
        sipp::finished(peer, mode).await;
    }
}

/// Starts a scenario of ours, for one call.
fn start(scenario: &str, address: SocketAddr, mode: &str, more: &[&str]) -> Child {
    let file = format!("{}/tests/scenarios/{scenario}.xml", env!("CARGO_MANIFEST_DIR"));
    sipp::start(["-sf", &file], address.port(), mode, 1, more)
}

/// An address nobody uses at the moment.
fn free_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], sipp::free_port()))
}

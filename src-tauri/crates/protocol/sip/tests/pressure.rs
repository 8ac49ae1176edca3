//! Under pressure: what is being answered is bounded, and what was answered takes no room from others.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_sip::endpoint::{Command, Config, Endpoint, Flow, Input, Output, Transport, TrunkAccount};

const PEER: &str = "192.0.2.9:5060";

fn endpoint(most: usize) -> Endpoint {
    let address: SocketAddr = "192.0.2.1:5060".parse().expect("an address");
    let mut next = 0;
    let config = Config { max_server_transactions: most, ..Config::new(address) };
    Endpoint::new(config, [7; 32], move || {
        next += 1;
        next
    })
}

fn request(method: &str, n: usize) -> Bytes {
    Bytes::from(format!(
        "{method} sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{method}{n}\r\n\
         From: <sip:a@192.0.2.9>;tag=t{n}\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: {method}{n}\r\nCSeq: 1 {method}\r\n\
         Contact: <sip:a@{PEER}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ))
}

/// The last status sent in answer to a request.
fn status(endpoint: &mut Endpoint, now: Instant, bytes: Bytes) -> u16 {
    let flow = Flow::udp(PEER.parse().expect("an address"));
    endpoint.handle(now, Input::Datagram { flow, bytes });
    let mut last = 0;
    while let Some(output) = endpoint.poll_output() {
        if let Output::Send { bytes, .. } = output {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            last = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(last);
        }
    }
    last
}

#[test]
fn answered_requests_take_no_room_though_they_stay_for_retransmissions() {
    let (mut endpoint, now) = (endpoint(4), Instant::now());
    for n in 0..100 {
        let code = status(&mut endpoint, now + Duration::from_millis(n as u64), request("OPTIONS", n));
        assert_ne!(code, 503, "request {n}");
    }
    let many = (100..200).map(|n| status(&mut endpoint, now, request("OPTIONS", n)));
    assert!(many.last() == Some(503), "what stays is bounded as well");
}

#[test]
fn calls_that_ring_take_room_until_they_are_answered() {
    let (mut endpoint, now) = (endpoint(4), Instant::now());
    let trunk = TrunkAccount { accept_from: vec!["192.0.2.9".parse().expect("an address")], ..trunk() };
    endpoint.handle(now, Input::Command(Command::SetTrunks(vec![trunk])));
    let codes: Vec<u16> = (0..6).map(|n| status(&mut endpoint, now, request("INVITE", n))).collect();
    assert_eq!(codes, [100, 100, 100, 100, 503, 503]);
}

fn trunk() -> TrunkAccount {
    TrunkAccount {
        id: "carrier".into(),
        host: "192.0.2.9".into(),
        transport: Transport::Udp,
        domain: None,
        credentials: None,
        register: None,
        accept_from: Vec::new(),
        options_every: 0,
    }
}

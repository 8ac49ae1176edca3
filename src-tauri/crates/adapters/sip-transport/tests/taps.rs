//! The tap hands on what went over the wire, by either transport, in its order and direction.

mod stack;

use stack::{ANSWER, Stack, trunk};
use tandem_sip_transport::SipConfig;
use tandem_switchboard::ports::signalling::{
    Destination, SignallingCommand as Command, SignallingEvent as Event, Transport,
};
use tandem_switchboard::ports::trace::Traced;
use tandem_switchboard::records::SipDirection;
use tokio::sync::mpsc;

/// `> INVITE`, `< 200 BYE` …, up to the answer to a BYE.
async fn steps(tap: &mut mpsc::Receiver<Traced>, transport: &str) -> Vec<(String, String)> {
    let mut seen: Vec<(String, String)> = Vec::new();
    loop {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), tap.recv());
        let Traced { message, missed } = next.await.expect("within 20 s").expect("the tap is open");
        assert_eq!((missed, message.transport.as_str()), (0, transport));
        let way = if message.direction == SipDirection::Sent { ">" } else { "<" };
        let status = message.status.map(|code| format!("{code} ")).unwrap_or_default();
        let step = format!("{way} {status}{}", message.method);
        let ended = message.method == "BYE" && message.status == Some(200);
        assert_eq!(message.sip_call_id, "call_1@tandem");
        let text = message.text.into_inner();
        // On a busy machine something may be sent again before it is answered.
        if seen.iter().all(|(_, other)| *other != text) {
            seen.push((step, text));
        }
        if ended {
            return seen;
        }
    }
}

async fn a_call_is_tapped(transport: Transport, named: &str) {
    let (listener, mut tap) = mpsc::channel(64);
    let any = "127.0.0.1:0".parse().expect("an address");
    let mut exchange = Stack::with(SipConfig { tap: Some(listener), ..SipConfig::new(any) }).await;
    let mut carrier = Stack::start().await;
    carrier.send(Command::SetTrunks(vec![trunk("exchange", exchange.address(), transport)]));
    exchange.send(Command::SetTrunks(vec![trunk("carrier", carrier.address(), transport)]));
    let to = Destination::Trunk { trunk: "carrier".into(), number: "+62812345678".into() };
    let leg = exchange.call_as(to, "call_1@tandem");
    let (theirs, ..) = carrier.incoming().await;
    carrier.send(Command::Answer { leg: theirs, answer: ANSWER.into() });
    exchange.until(|event| matches!(event, Event::Answered { .. })).await;
    carrier.until(|event| matches!(event, Event::Confirmed { .. })).await;
    exchange.send(Command::Hangup { leg, cause: None });
    let seen = steps(&mut tap, named).await;
    let names: Vec<_> = seen.iter().map(|(step, _)| step.as_str()).collect();
    assert_eq!(names, ["> INVITE", "< 100 INVITE", "< 200 INVITE", "> ACK", "> BYE", "< 200 BYE"], "{named}");
    assert!(seen[0].1.contains("+62812345678") && seen[0].1.ends_with("m=audio 40000 RTP/AVP 0\r\n"));
    assert!(seen[2].1.ends_with("m=audio 40002 RTP/AVP 0\r\n"), "whole, body and all: {}", seen[2].1);
}

#[tokio::test]
async fn a_call_over_udp_is_tapped() {
    a_call_is_tapped(Transport::Udp, "udp").await;
}

#[tokio::test]
async fn a_call_over_tcp_is_tapped() {
    a_call_is_tapped(Transport::Tcp, "tcp").await;
}

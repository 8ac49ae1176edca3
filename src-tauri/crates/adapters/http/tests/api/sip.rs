//! A call's SIP messages are read by those who may, as a list and as text.

use tandem_foundation::LegId;
use tandem_switchboard::records::*;

use crate::support::{World, body, code};

fn message(call: &str) -> SipMessage {
    let message = TracedMessage {
        at: UnixMs(1_000),
        direction: SipDirection::Sent,
        transport: "udp".into(),
        local: "192.0.2.1:5060".into(),
        peer: "198.51.100.7:5060".into(),
        method: "BYE".into(),
        status: None,
        cseq: 2,
        sip_call_id: "a@b".into(),
        start_line: "BYE sip:a@b SIP/2.0".into(),
        text: "BYE sip:a@b SIP/2.0\r\nCSeq: 2 BYE\r\n\r\n".into(),
    };
    SipMessage { call: call.into(), position: 1, leg: LegId(1), party: SipParty::Customer, message }
}

#[tokio::test]
async fn a_supervisor_reads_the_messages_of_a_call() {
    let world = World::new().await;
    world.store.data.lock().sip_messages.push(("org_1".into(), message("call_org_1")));
    let show = world.session("org_1", UserRole::Supervisor);
    let answer = body(world.get(&show, "/calls/call_org_1/sip").await).await;
    assert_eq!(answer["items"][0]["summary"], "BYE");
    assert_eq!(answer["kept_days"], 7);
    let text = world.get(&show, "/calls/call_org_1/sip/text").await;
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(text.headers()["cache-control"], "no-store");
    let text = text.text().await.expect("text");
    assert!(text.starts_with("#1 1970-01-01T00:00:01Z udp 192.0.2.1:5060 -> 198.51.100.7:5060"), "{text}");
    for path in ["/calls/call_none/sip", "/calls/call_none/sip/text"] {
        assert_eq!(code(world.get(&show, path).await).await, (404, "not_found".into()));
    }
}

//! A call's SIP messages in the API's words.

use serde_json::json;
use tandem_console_api::sip::SipTrace;
use tandem_foundation::LegId;
use tandem_switchboard::records::{SipDirection, SipMessage, SipParty, TracedMessage, UnixMs};

fn message(position: i64, status: Option<u16>, text: &str) -> SipMessage {
    let message = TracedMessage {
        at: UnixMs(position * 500),
        direction: if status.is_some() { SipDirection::Received } else { SipDirection::Sent },
        transport: "udp".into(),
        local: "192.0.2.1:5060".into(),
        peer: "198.51.100.7:5060".into(),
        method: "INVITE".into(),
        status,
        cseq: 1,
        sip_call_id: "call_1@tandem".into(),
        start_line: text.lines().next().unwrap_or_default().into(),
        text: text.into(),
    };
    SipMessage { call: "call_1".into(), position, leg: LegId(4), party: SipParty::Customer, message }
}

const INVITE: &str = "INVITE sip:+62812345678@198.51.100.7 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n";
const RINGING: &str = "SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n";

#[test]
fn a_message_has_its_summary_and_a_repeated_one_is_marked() {
    let rows = [message(1, None, INVITE), message(2, None, INVITE), message(3, Some(180), RINGING)];
    let trace = SipTrace::new(&rows, Some(7));
    let seen: Vec<_> = trace
        .items
        .iter()
        .map(|item| (item.summary.as_str(), item.session_description, item.retransmission))
        .collect();
    assert_eq!(seen, [("INVITE", true, false), ("INVITE", true, true), ("180 Ringing", false, false)]);
    let answer = serde_json::to_value(&trace).expect("JSON");
    assert_eq!(answer["kept_days"], 7);
    assert_eq!(answer["cut_short"], false);
    assert_eq!(
        answer["items"][2],
        json!({
            "position": 3, "at": "1970-01-01T00:00:01.5Z", "leg": 4, "party": "customer", "direction": "received",
            "transport": "udp", "local": "192.0.2.1:5060", "peer": "198.51.100.7:5060", "method": "INVITE",
            "status": 180, "cseq": 1, "sip_call_id": "call_1@tandem", "summary": "180 Ringing",
            "session_description": false, "retransmission": false, "text": RINGING,
        })
    );
}

#[test]
fn as_text_each_message_says_when_and_which_way_it_went() {
    let rows = [message(1, None, INVITE), message(2, Some(180), RINGING)];
    assert_eq!(
        SipTrace::new(&rows, None).to_text(),
        "#1 1970-01-01T00:00:00.5Z udp 192.0.2.1:5060 -> 198.51.100.7:5060 leg 4\n\
         INVITE sip:+62812345678@198.51.100.7 SIP/2.0\nCSeq: 1 INVITE\n\nv=0\n\n\
         #2 1970-01-01T00:00:01Z udp 198.51.100.7:5060 -> 192.0.2.1:5060 leg 4\n\
         SIP/2.0 180 Ringing\nCSeq: 1 INVITE\n\n\n"
    );
}

#[test]
fn a_trace_that_has_all_it_may_is_called_cut_short() {
    let rows: Vec<_> = (1..=500).map(|position| message(position, None, INVITE)).collect();
    assert!(SipTrace::new(&rows, None).cut_short);
    assert!(!SipTrace::new(&rows[..499], None).cut_short);
}

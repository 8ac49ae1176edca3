//! SIP messages of calls.

use tandem_foundation::LegId;
use tandem_switchboard::records::*;

use super::Subject;
use super::fixtures::*;

/// A message with every field set; `status` makes it an answer.
pub fn sip_message(call: &Call, position: i64, status: Option<u16>) -> SipMessage {
    let start_line = match status {
        Some(code) => format!("SIP/2.0 {code} Said"),
        None => "INVITE sip:+62812345678@198.51.100.7 SIP/2.0".to_owned(),
    };
    let message = TracedMessage {
        at: UnixMs(call.created_at.0 + position),
        direction: if status.is_some() { SipDirection::Received } else { SipDirection::Sent },
        transport: "udp".to_owned(),
        local: "192.0.2.1:5060".to_owned(),
        peer: "[2001:db8::7]:5061".to_owned(),
        method: "INVITE".to_owned(),
        status,
        cseq: 4_294_967_295,
        sip_call_id: format!("{}@tandem", call.id),
        text: format!("{start_line}\r\nSubject: Её «ℵ»\r\n\r\n").into(),
        start_line: start_line.into(),
    };
    SipMessage { call: call.id.clone(), position, leg: LegId(7), party: SipParty::Outside, message }
}

pub async fn sip_messages_are_read_back_with_every_field_in_their_order(store: Subject) {
    let org = organisation(&store).await;
    let (call, other) = (full_call(&org, 100), full_call(&org, 100));
    commit_call(&store, &call).await;
    commit_call(&store, &other).await;
    let (first, second) = (sip_message(&call, 1, None), sip_message(&call, 2, Some(486)));
    let elsewhere = sip_message(&other, 1, None);
    let batch = vec![second.clone(), elsewhere.clone(), first.clone()];
    store.put_sip_messages(&org, batch).await.expect("put");
    assert_eq!(store.sip_messages(&org, &call.id).await.expect("read"), [first, second]);
    assert_eq!(store.sip_messages(&org, &other.id).await.expect("read"), [elsewhere]);
}

pub async fn a_batch_of_sip_messages_may_be_written_again(store: Subject) {
    let org = organisation(&store).await;
    let call = full_call(&org, 100);
    commit_call(&store, &call).await;
    let (first, second) = (sip_message(&call, 1, None), sip_message(&call, 2, Some(200)));
    store.put_sip_messages(&org, vec![first.clone()]).await.expect("put");
    let changed = SipMessage { leg: LegId(8), ..first.clone() };
    store.put_sip_messages(&org, vec![changed, second.clone()]).await.expect("put again");
    assert_eq!(store.sip_messages(&org, &call.id).await.expect("read"), [first, second]);
}

pub async fn sip_messages_need_their_call_and_are_isolated(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    let call = full_call(&ours, 100);
    let message = sip_message(&call, 1, None);
    not_found(store.put_sip_messages(&ours, vec![message.clone()]).await);
    commit_call(&store, &call).await;
    not_found(store.put_sip_messages(&theirs, vec![message.clone()]).await);
    store.put_sip_messages(&ours, vec![message.clone()]).await.expect("put");
    assert!(store.sip_messages(&theirs, &call.id).await.expect("read").is_empty());
    assert_eq!(store.sip_messages(&ours, &call.id).await.expect("read"), [message]);
}

pub async fn sip_messages_are_kept_a_week_where_nobody_chose(store: Subject) {
    let org = organisation(&store).await;
    assert_eq!(store.sip_trace_days(&org).await.expect("read"), Some(7));
}

//! Matching and counting, without storage.

use super::*;
use crate::records::{SipDirection, UnixMs};

fn message(sip_call_id: &str, method: &str, at: i64) -> TracedMessage {
    TracedMessage {
        at: UnixMs(at),
        direction: SipDirection::Received,
        transport: "udp".into(),
        local: "192.0.2.1:5060".into(),
        peer: "192.0.2.2:5060".into(),
        method: method.into(),
        status: None,
        cseq: 1,
        sip_call_id: sip_call_id.into(),
        start_line: format!("{method} sip:x SIP/2.0").into(),
        text: format!("{method} sip:x SIP/2.0\r\n\r\n").into(),
    }
}

fn name(traces: &Traces, sip_call_id: &str, call: &str, leg: u64) {
    traces.name(sip_call_id, &"org_1".into(), &call.into(), LegId(leg), SipParty::Customer);
}

fn written(recorder: &mut Recorder) -> Vec<(String, i64, i64)> {
    let mut all = Vec::new();
    while let Some((_, messages)) = recorder.batch() {
        assert!(messages.len() <= BATCH);
        all.extend(messages.into_iter().map(|m| (m.call.to_string(), m.position, m.message.at.0)));
    }
    all
}

#[test]
fn a_message_that_comes_before_its_call_waits_for_it() {
    let (traces, mut recorder, now) = (Traces::default(), Recorder::default(), Instant::now());
    recorder.take(now, message("a@x", "INVITE", 1));
    recorder.assign(now, &traces);
    assert!(recorder.batch().is_none());
    name(&traces, "a@x", "call_1", 1);
    recorder.take(now, message("a@x", "ACK", 2));
    recorder.assign(now + PATIENCE / 2, &traces);
    assert_eq!(written(&mut recorder), [("call_1".into(), 1, 1), ("call_1".into(), 2, 2)], "in its order");
}

#[test]
fn a_message_that_nobody_names_is_forgotten() {
    let (traces, mut recorder, now) = (Traces::default(), Recorder::default(), Instant::now());
    recorder.take(now, message("stranger", "INVITE", 1));
    recorder.assign(now + PATIENCE, &traces);
    name(&traces, "stranger", "call_1", 1);
    recorder.assign(now + PATIENCE, &traces);
    assert!(recorder.batch().is_none());
}

#[test]
fn registrations_and_pings_take_no_place() {
    let (mut recorder, now) = (Recorder::default(), Instant::now());
    for method in ["REGISTER", "OPTIONS"] {
        recorder.take(now, message("a@x", method, 1));
    }
    recorder.take(now, message("", "INVITE", 1));
    assert!(recorder.waiting.is_empty());
}

#[test]
fn a_flood_of_strangers_drives_out_the_oldest_alone() {
    let (traces, mut recorder, now) = (Traces::default(), Recorder::default(), Instant::now());
    for at in 0..5_000 {
        recorder.take(now, message("stranger", "INVITE", at));
    }
    assert_eq!(recorder.waiting.len(), MOST_WAITING);
    recorder.take(now, message("a@x", "INVITE", 9));
    name(&traces, "a@x", "call_1", 1);
    recorder.assign(now, &traces);
    assert_eq!(written(&mut recorder), [("call_1".into(), 1, 9)]);
}

#[test]
fn both_legs_of_a_call_share_its_positions_and_a_second_phone_is_found_by_its_number() {
    let (traces, mut recorder, now) = (Traces::default(), Recorder::default(), Instant::now());
    name(&traces, "a@x", "call_1", 1);
    traces.name("b@x", &"org_1".into(), &"call_1".into(), LegId(2), SipParty::Person);
    name(&traces, "c@1.2.3.4", "call_2", 3);
    for (at, id) in ["a@x", "b@x", "b@x.1", "c@1.2.3.4", "b@x.y"].into_iter().enumerate() {
        recorder.take(now, message(id, "INVITE", i64::try_from(at).expect("few")));
    }
    recorder.assign(now, &traces);
    let (_, messages) = recorder.batch().expect("written");
    let found: Vec<_> = messages.iter().map(|m| (m.call.as_str(), m.position, m.leg.0, m.party)).collect();
    assert_eq!(
        found,
        [
            ("call_1", 1, 1, SipParty::Customer),
            ("call_1", 2, 2, SipParty::Person),
            ("call_1", 3, 2, SipParty::Person),
            ("call_2", 1, 3, SipParty::Customer),
        ]
    );
}

#[test]
fn a_call_keeps_no_more_than_its_share() {
    let (traces, mut recorder, now) = (Traces::default(), Recorder::default(), Instant::now());
    name(&traces, "a@x", "call_1", 1);
    for at in 0..700 {
        recorder.take(now, message("a@x", "INFO", at));
    }
    recorder.assign(now, &traces);
    let all = written(&mut recorder);
    assert_eq!((all.len(), all.last()), (500, Some(&("call_1".into(), 500, 499))));
}

#[test]
fn what_could_not_be_written_comes_again_in_its_place() {
    let (traces, mut recorder, now) = (Traces::default(), Recorder::default(), Instant::now());
    name(&traces, "a@x", "call_1", 1);
    for at in 0..150 {
        recorder.take(now, message("a@x", "INFO", at));
    }
    recorder.assign(now, &traces);
    let (org, first) = recorder.batch().expect("a batch");
    recorder.give_back(org, first);
    let all = written(&mut recorder);
    assert!(all.len() == 150 && all.is_sorted_by_key(|(_, position, _)| *position));
}

#[test]
fn a_call_that_is_over_is_forgotten_after_a_while_and_a_live_one_is_not() {
    let (traces, now) = (Traces::default(), Instant::now());
    name(&traces, "a@x", "call_1", 1);
    name(&traces, "b@x", "call_2", 2);
    let live = |call: &CallId| call.as_str() == "call_1";
    assert_eq!(traces.forget(now, |_| false).len(), 2, "retransmissions are still to come");
    let left = traces.forget(now + Duration::from_secs(3_600), live);
    assert_eq!(left, HashSet::from(["call_1".into()]));
    assert!(traces.find("b@x", now).is_none() && traces.find("a@x", now).is_some());
}

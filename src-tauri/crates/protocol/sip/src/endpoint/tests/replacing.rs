//! Calls that take the place of others, and requests of the subscription's kind, by hand.

use std::time::Duration;

use super::network::{ANSWER, World, call, to_trunk, trunk};
use crate::endpoint::{Command, Event, Transport};
use crate::message::{Message, Request, Response, parse_datagram};

const CARRIER: &str = "10.0.0.9:5060";

/// Our endpoint and a carrier played by hand.
fn world() -> World {
    let mut world = World::new(1, 800);
    world.command(0, Command::SetTrunks(vec![trunk("carrier", CARRIER, Transport::Udp)]));
    world
}

/// A request of the carrier's, and the last response to it.
fn ask(
    world: &mut World,
    method: &str,
    call_id: &str,
    seq: u32,
    to_tag: &str,
    lines: &str,
    body: &str,
) -> Response {
    let branch = world.draw(u64::MAX);
    let text = format!(
        "{method} sip:15550100@us SIP/2.0\nVia: SIP/2.0/UDP {CARRIER};branch=z9hG4bK{branch}\nMax-Forwards: 70\n\
         From: <sip:ann@carrier>;tag=their\nTo: <sip:15550100@us>{to_tag}\nCall-ID: {call_id}\n\
         CSeq: {seq} {method}\nContact: <sip:gw@{CARRIER}>\n{lines}\n{body}"
    );
    world.inject(0, CARRIER, &text);
    world.run(Duration::from_millis(20));
    responses(world).pop().expect("an answer")
}

fn messages(world: &World) -> Vec<Message> {
    world.strays.iter().filter_map(|(_, bytes)| parse_datagram(bytes).ok()).collect()
}

fn responses(world: &World) -> Vec<Response> {
    let response = |message| match message {
        Message::Response(response) => Some(response),
        Message::Request(_) => None,
    };
    messages(world).into_iter().filter_map(response).collect()
}

fn last_request(world: &World, method: &str) -> Request {
    let request = |message| match message {
        Message::Request(request) if request.method.as_str() == method => Some(request),
        _ => None,
    };
    messages(world).into_iter().filter_map(request).next_back().expect("a request")
}

/// A call from the carrier that is up: its leg and our tag.
fn up(world: &mut World, call_id: &str) -> (u64, String) {
    ask(world, "INVITE", call_id, 1, "", "Content-Type: application/sdp\n", "v=0\n");
    let leg = world.incoming(0).leg;
    world.command(0, Command::Answer { leg, answer: ANSWER.into() });
    world.run(Duration::from_millis(20));
    let tag = tag_of(&responses(world).pop().expect("an answer"));
    ask(world, "ACK", call_id, 1, &format!(";tag={tag}"), "", "");
    (leg, tag)
}

fn tag_of(response: &Response) -> String {
    response.headers.to().expect("To").tag().expect("a tag").to_owned()
}

#[test]
fn a_call_that_replaces_one_of_ours_names_it() {
    let mut world = world();
    let (leg, tag) = up(&mut world, "old@carrier");
    let lines = format!("Replaces: old@carrier;to-tag={tag};from-tag=their\nRequire: replaces\n");
    assert_eq!(ask(&mut world, "INVITE", "new", 1, "", &lines, "").code, 100);
    let incoming = world.incoming(0);
    assert_eq!(incoming.replaces, Some(leg));
    assert!(incoming.headers.expose().iter().all(|(name, _)| name != "Replaces"), "it has its own field");
    world.command(0, Command::Answer { leg: incoming.leg, answer: ANSWER.into() });
    world.command(0, Command::Hangup { leg, cause: None });
    world.run(Duration::from_millis(20));
    assert_eq!(last_request(&world, "BYE").headers.call_id(), Ok("old@carrier"));
}

#[test]
fn what_names_no_call_that_may_be_replaced_is_refused() {
    let mut world = world();
    let (_, tag) = up(&mut world, "old");
    let good = format!("old;to-tag={tag};from-tag=their");
    for (number, (lines, code)) in [
        (format!("Replaces: {good};early-only\n"), 486),
        (format!("Replaces: other;to-tag={tag};from-tag=their\n"), 481),
        ("Replaces: old;to-tag=their;from-tag=their\n".to_owned(), 481),
        (format!("Replaces: old;to-tag={tag};from-tag=another\n"), 481),
        (format!("Replaces: {good}\nJoin: {good}\n"), 400),
        (format!("Replaces: {good}\nReplaces: {good}\n"), 400),
        ("Replaces: old\n".to_owned(), 400),
    ]
    .into_iter()
    .enumerate()
    {
        let response = ask(&mut world, "INVITE", &format!("new{number}"), 1, "", &lines, "");
        assert_eq!(response.code, code, "{lines}");
    }
    let elsewhere = ask(&mut world, "OPTIONS", "options", 1, "", &format!("Replaces: {good}\n"), "");
    assert_eq!(elsewhere.code, 400, "only a call replaces a call");
    assert!(!world.has(0, |event| matches!(event, Event::Incoming(_))));
}

#[test]
fn a_call_we_place_may_be_replaced_before_its_answer_and_one_that_rings_here_may_not() {
    let mut world = world();
    world.command(0, call(1, to_trunk("carrier", "+15550002")));
    world.run(Duration::from_millis(20));
    let invite = last_request(&world, "INVITE");
    let mut ringing = Response::for_request(&invite, 180, None);
    let to = ringing.headers.to().expect("To").with_tag("callee");
    ringing.headers.set("To", to.to_string());
    ringing.headers.push("Contact", format!("<sip:gw@{CARRIER}>"));
    let text = String::from_utf8(ringing.to_bytes().to_vec()).expect("text").replace("\r\n", "\n");
    world.inject(0, CARRIER, &text);
    let call_id = invite.headers.call_id().expect("a Call-ID").to_owned();
    let ours = invite.headers.from().expect("From").tag().expect("a tag").to_owned();
    let lines = format!("Replaces: {call_id};to-tag={ours};from-tag=callee;early-only\n");
    assert_eq!(ask(&mut world, "INVITE", "pickup", 1, "", &lines, "").code, 100);
    assert_eq!(world.incoming(0).replaces, Some(1));

    ask(&mut world, "INVITE", "rings", 1, "", "Content-Type: application/sdp\n", "v=0\n");
    let leg = world.incoming(0).leg;
    world.command(0, Command::Progress { leg, code: 180, answer: None });
    world.run(Duration::from_millis(20));
    let tag = tag_of(&responses(&world).pop().expect("a 180"));
    let lines = format!("Replaces: rings;to-tag={tag};from-tag=their\n");
    assert_eq!(ask(&mut world, "INVITE", "steal", 1, "", &lines, "").code, 481);
}

#[test]
fn a_refer_that_is_malformed_or_in_no_call_is_refused() {
    let mut world = world();
    let (_, tag) = up(&mut world, "c");
    let to_tag = format!(";tag={tag}");
    for (seq, (lines, code)) in [
        ("", 400),
        ("Refer-To: <sip:a@h>\nRefer-To: <sip:b@h>\n", 400),
        ("Refer-To: <http://h>\n", 416),
        ("Refer-To: <sip:a@h;method=BYE>\n", 603),
    ]
    .into_iter()
    .enumerate()
    {
        let seq = 2 + u32::try_from(seq).expect("small");
        assert_eq!(ask(&mut world, "REFER", "c", seq, &to_tag, lines, "").code, code, "{lines}");
    }
    assert_eq!(ask(&mut world, "REFER", "out", 1, "", "Refer-To: <sip:a@h>\n", "").code, 603);
    assert_eq!(ask(&mut world, "REFER", "out", 2, "", "", "").code, 400);
    assert_eq!(ask(&mut world, "REFER", "gone", 1, ";tag=x", "Refer-To: <sip:a@h>\n", "").code, 481);
    assert!(!world.has(0, |event| matches!(event, Event::ReferRequested { .. })));
}

#[test]
fn packages_that_we_do_not_have_are_refused_with_those_we_have() {
    let mut world = world();
    let (_, tag) = up(&mut world, "c");
    let to_tag = format!(";tag={tag}");
    for (method, call_id, seq, tag, lines, code) in [
        ("SUBSCRIBE", "s1", 1, "", "Event: message-summary\n", 489),
        ("SUBSCRIBE", "s2", 1, "", "", 489),
        ("SUBSCRIBE", "s3", 1, "", "Event: refer\n", 403),
        ("SUBSCRIBE", "c", 2, to_tag.as_str(), "Event: dialog\n", 489),
        ("SUBSCRIBE", "c", 3, &to_tag, "Event: refer\n", 481),
        ("NOTIFY", "c", 4, &to_tag, "Event: talk\n", 489),
        ("NOTIFY", "c", 5, &to_tag, "Event: refer\nSubscription-State: active\n", 481),
        ("NOTIFY", "n1", 1, "", "Event: message-summary\nSubscription-State: active\n", 481),
    ] {
        let response = ask(&mut world, method, call_id, seq, tag, lines, "");
        assert_eq!(response.code, code, "{method} {lines}");
        assert!(code != 489 || response.headers.get("Allow-Events") == Some("refer"));
    }
}

#[test]
fn who_was_promised_reports_may_renew_and_end_them() {
    let mut world = world();
    let (leg, tag) = up(&mut world, "c");
    let to_tag = format!(";tag={tag}");
    ask(&mut world, "REFER", "c", 2, &to_tag, "Refer-To: <sip:a@h>\nReferred-By: <sip:ann@carrier>\n", "");
    let by = world.until(0, |event| match event {
        Event::ReferRequested { referred_by, .. } => referred_by.as_ref().map(|by| by.as_str().to_owned()),
        _ => None,
    });
    assert_eq!(by, "sip:ann@carrier");
    world.command(0, Command::AcceptRefer { leg });
    world.run(Duration::from_millis(20));
    let notify = last_request(&world, "NOTIFY");
    let text =
        String::from_utf8(Response::for_request(&notify, 200, None).to_bytes().to_vec()).expect("text");
    world.inject(0, CARRIER, &text.replace("\r\n", "\n"));
    let renewed = ask(&mut world, "SUBSCRIBE", "c", 3, &to_tag, "Event: refer\nExpires: 0\n", "");
    assert_eq!((renewed.code, renewed.headers.get("Expires")), (200, Some("0")));
    let last = last_request(&world, "NOTIFY");
    assert_eq!(last.headers.get("Subscription-State"), Some("terminated;reason=timeout"));
    assert!(last.headers.cseq().expect("CSeq").seq > notify.headers.cseq().expect("CSeq").seq);
}

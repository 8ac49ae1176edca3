//! 100rel: provisional responses that must arrive (RFC 3262).

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, Weather, World, call, pair, pair_with, to_trunk, trunk};
use crate::endpoint::{Command, Event, ReliableProvisionals, Transport};
use crate::message::{Method, Response, parse_datagram};

const PEER: &str = "10.0.0.9:5060";

fn progress(leg: u64, code: u16, answer: Option<&'static [u8]>) -> Command {
    Command::Progress { leg, code, answer: answer.map(Bytes::from_static) }
}

fn answer(leg: u64) -> Command {
    Command::Answer { leg, answer: Bytes::from_static(ANSWER) }
}

fn progressed(world: &mut World) -> (u16, Option<Bytes>) {
    world.until(0, |event| match event {
        Event::Progress { leg: 1, code, answer } => Some((*code, answer.clone())),
        _ => None,
    })
}

fn answered(world: &mut World) -> Bytes {
    world.until(0, |event| match event {
        Event::Answered { leg: 1, answer } => Some(answer.clone()),
        _ => None,
    })
}

#[test]
fn two_reliable_responses_are_acknowledged_in_order_and_the_answer_is_given_once() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut world = pair(1, transport);
        world.command(0, call(1, to_trunk("b", "+15550002")));
        let leg = world.incoming(1).leg;
        world.command(1, progress(leg, 180, None));
        world.command(1, progress(leg, 183, Some(ANSWER)));
        assert_eq!(progressed(&mut world), (180, None));
        assert_eq!(progressed(&mut world), (183, Some(Bytes::from_static(ANSWER))));
        world.command(1, answer(leg));
        assert_eq!(answered(&mut world), ANSWER, "the 2xx has no body, the 183 said it");
        let racks: Vec<_> = world.requests(1, Method::Prack);
        let racks: Vec<_> = racks.iter().map(|r| r.headers.get("RAck").expect("RAck").to_owned()).collect();
        let first = world.responses(0, 180, &Method::Invite)[0].headers.get("RSeq").map(str::to_owned);
        let first: u32 = first.expect("RSeq").parse().expect("a number");
        assert_eq!(racks, [format!("{first} 1 INVITE"), format!("{} 1 INVITE", first + 1)]);
        let ok = &world.responses(0, 200, &Method::Invite)[0];
        assert!(ok.body.is_empty());
        world.command(0, Command::Hangup { leg: 1, cause: None });
        assert!(world.ended(1, leg));
        world.run(Duration::from_secs(60));
        world.assert_clean("after the call");
    }
}

#[test]
fn a_response_is_repeated_until_its_prack_comes_and_a_lost_prack_is_sent_again() {
    let mut world = pair(2, Transport::Udp);
    world.lose = vec![("SIP/2.0 183", 2), ("PRACK", 1)];
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    let start = world.now;
    world.command(1, progress(leg, 183, Some(ANSWER)));
    progressed(&mut world);
    assert_eq!((world.now - start).as_millis(), 1510, "the third copy arrives: 0, 0.5 and 1.5 s");
    world.run(Duration::from_secs(1));
    assert_eq!(world.received(1, "PRACK"), 1, "its second copy");
    assert_eq!(world.received(0, "SIP/2.0 183"), 1);
    world.run(Duration::from_secs(10));
    assert_eq!(world.received(0, "SIP/2.0 183"), 1, "acknowledged, so not repeated");
    assert!(!world.has(0, |event| matches!(event, Event::Progress { .. })), "told once");
}

#[test]
fn a_response_that_is_never_acknowledged_ends_the_call_with_504() {
    let mut world = pair(3, Transport::Udp);
    world.lose = vec![("PRACK", usize::MAX)];
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    let start = world.now;
    world.command(1, progress(leg, 180, None));
    world.run(Duration::from_secs(20));
    // The caller's own ring timeout is 30 s, and CANCEL is lost as well.
    world.lose.push(("CANCEL", usize::MAX));
    assert_eq!(world.failed(1, leg), 504);
    assert_eq!((world.now - start).as_secs(), 32);
    let copies = world.moments(0, "SIP/2.0 180");
    let gaps: Vec<u128> = copies.windows(2).map(|two| two[1] - two[0]).collect();
    assert_eq!(gaps, [500, 1000, 2000, 4000, 8000, 16000]);
}

#[test]
fn the_2xx_waits_for_the_prack_of_a_response_with_a_description_and_for_no_other() {
    for (body, waits) in [(Some(ANSWER), true), (None, false)] {
        let mut world = pair(4, Transport::Udp);
        world.lose = vec![("PRACK", 3)];
        world.command(0, call(1, to_trunk("b", "+15550002")));
        let leg = world.incoming(1).leg;
        world.command(1, progress(leg, 183, body));
        world.command(1, answer(leg));
        let start = world.now;
        answered(&mut world);
        assert_eq!((world.now - start).as_millis() > 3000, waits);
        world.run(Duration::from_secs(60));
        assert_eq!(world.received(0, "SIP/2.0 481"), 0, "a PRACK that comes after the 2xx is right too");
        world.command(1, Command::Hangup { leg, cause: None });
        assert!(world.ended(0, 1));
        world.run(Duration::from_secs(60));
        world.assert_clean("after the call");
    }
}

#[test]
fn who_does_not_support_it_gets_none_and_who_requires_it_does_whatever_the_settings_say() {
    for (policy, line, reliable) in [
        (ReliableProvisionals::WhenSupported, "", false),
        (ReliableProvisionals::WhenSupported, "Supported: 100rel\n", true),
        (ReliableProvisionals::WhenRequired, "Supported: 100rel\n", false),
        (ReliableProvisionals::WhenRequired, "Require: 100rel\n", true),
    ] {
        let mut world = World::with(1, 5, |config| config.reliable_provisionals = policy);
        world.command(0, Command::SetTrunks(vec![trunk("peer", PEER, Transport::Udp)]));
        world.inject(0, PEER, &invite(line, ""));
        let leg = world.incoming(0).leg;
        world.command(0, progress(leg, 180, None));
        world.run(Duration::from_millis(700));
        let ringing = last_response(&world);
        assert_eq!(ringing.headers.contains("RSeq"), reliable, "{policy:?} {line}");
        assert_eq!(ringing.headers.require().contains(&"100rel"), reliable);
    }
}

fn invite(lines: &str, body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\n" };
    format!(
        "INVITE sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKi\nMax-Forwards: 70\n\
         From: <sip:a@10.0.0.9>;tag=1\nTo: <sip:b@10.0.0.1>\nCall-ID: c\nCSeq: 1 INVITE\n\
         Contact: <sip:a@{PEER}>\nAllow: INVITE, UPDATE, PRACK\n{lines}{kind}\n{body}"
    )
}

fn last_response(world: &World) -> Response {
    match parse_datagram(&world.strays.last().expect("an answer").1) {
        Ok(crate::message::Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}

/// A PRACK of the peer's, and the answer to it.
fn prack(world: &mut World, seq: u32, tag: &str, rack: &str, body: &str) -> Response {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\n" };
    let text = format!(
        "PRACK sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKp{seq}\nMax-Forwards: 70\n\
         From: <sip:a@10.0.0.9>;tag=1\nTo: <sip:b@10.0.0.1>;tag={tag}\nCall-ID: c\nCSeq: {seq} PRACK\n\
         {rack}{kind}\n{body}"
    );
    world.inject(0, PEER, &text);
    world.run(Duration::from_millis(20));
    last_response(world)
}

/// A call from the peer, with this offer, whose 183 was sent reliably; its leg, our tag, the RSeq.
fn reliably_ringing(world: &mut World, offer: &str) -> (u64, String, u32) {
    world.command(0, Command::SetTrunks(vec![trunk("peer", PEER, Transport::Udp)]));
    world.inject(0, PEER, &invite("Require: 100rel\n", offer));
    let leg = world.incoming(0).leg;
    world.command(0, progress(leg, 183, Some(ANSWER)));
    world.run(Duration::from_millis(20));
    let ringing = last_response(world);
    let tag = ringing.headers.to().expect("To").tag().expect("a tag").to_owned();
    (leg, tag, ringing.headers.get("RSeq").expect("RSeq").parse().expect("a number"))
}

#[test]
fn a_prack_for_nothing_gets_481_and_one_that_cannot_be_read_400() {
    let mut world = World::new(1, 6);
    let (_, tag, rseq) = reliably_ringing(&mut world, "v=0");
    assert_eq!(prack(&mut world, 2, &tag, "", "").code, 400);
    assert_eq!(prack(&mut world, 3, &tag, "RAck: soon\n", "").code, 400);
    assert_eq!(prack(&mut world, 4, &tag, &format!("RAck: {} 1 INVITE\n", rseq + 1), "").code, 481);
    assert_eq!(prack(&mut world, 5, &tag, &format!("RAck: {rseq} 2 INVITE\n"), "").code, 481);
    assert_eq!(prack(&mut world, 6, "unknown", &format!("RAck: {rseq} 1 INVITE\n"), "").code, 481);
    assert_eq!(prack(&mut world, 7, &tag, &format!("RAck: {rseq} 1 INVITE\n"), "").code, 200);
    assert_eq!(
        prack(&mut world, 8, &tag, &format!("RAck: {rseq} 1 INVITE\n"), "").code,
        481,
        "a second time"
    );
}

#[test]
fn a_prack_may_bring_a_new_offer_and_its_200_the_answer() {
    let mut world = World::new(1, 7);
    let (leg, tag, rseq) = reliably_ringing(&mut world, "v=0");
    prack(&mut world, 2, &tag, &format!("RAck: {rseq} 1 INVITE\n"), "v=0\ns=new");
    let offer = world.until(0, |event| match event {
        Event::Reoffered { offer, .. } => Some(offer.clone()),
        _ => None,
    });
    assert_eq!(offer.as_deref(), Some(&b"v=0\r\ns=new"[..]));
    // The call may only be answered when the terms are settled.
    world.command(0, answer(leg));
    world.run(Duration::from_millis(20));
    assert_ne!(last_response(&world).code, 200);
    world.command(0, Command::AcceptReoffer { leg, answer: Bytes::from_static(OFFER) });
    world.run(Duration::from_millis(20));
    let both: Vec<_> = world.strays.iter().rev().take(2).map(|(_, bytes)| bytes.clone()).collect();
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(text(&both[1]).contains("CSeq: 2 PRACK") && both[1].ends_with(OFFER), "{}", text(&both[1]));
    assert!(text(&both[0]).contains("CSeq: 1 INVITE") && text(&both[0]).starts_with("SIP/2.0 200"));
}

#[test]
fn an_offer_in_a_reliable_183_is_answered_in_the_prack() {
    let mut world = World::new(1, 8);
    let (leg, tag, rseq) = reliably_ringing(&mut world, "");
    let taken = prack(&mut world, 2, &tag, &format!("RAck: {rseq} 1 INVITE\n"), "v=0\ns=theirs");
    assert_eq!((taken.code, taken.body.len()), (200, 0));
    let answer = world.until(0, |event| match event {
        Event::ReofferAccepted { answer, .. } => Some(answer.clone()),
        _ => None,
    });
    assert_eq!(answer, &b"v=0\r\ns=theirs"[..]);
    world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.run(Duration::from_millis(20));
    assert_eq!((last_response(&world).code, last_response(&world).body.len()), (200, 0));
}

#[test]
fn an_answer_that_differs_from_the_early_one_follows_as_an_offer_of_its_own() {
    let mut world = pair(9, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.command(1, progress(leg, 183, Some(ANSWER)));
    progressed(&mut world);
    world.command(1, Command::Answer { leg, answer: Bytes::from_static(b"v=0\r\ns=other\r\n") });
    assert_eq!(answered(&mut world), ANSWER);
    let offer = world.until(0, |event| match event {
        Event::Reoffered { leg: 1, offer } => Some(offer.clone()),
        _ => None,
    });
    assert_eq!(offer.as_deref(), Some(&b"v=0\r\ns=other\r\n"[..]));
}

#[test]
fn a_response_out_of_order_is_not_acknowledged_until_the_one_before_it_came() {
    let mut world = World::new(1, 10);
    world.command(0, Command::SetTrunks(vec![trunk("peer", PEER, Transport::Udp)]));
    world.command(0, call(1, to_trunk("peer", "+15550002")));
    world.run(Duration::from_millis(20));
    let Ok(crate::message::Message::Request(invite)) = parse_datagram(&world.strays[0].1) else {
        panic!("no INVITE");
    };
    assert!(invite.headers.supported().contains(&"100rel"));
    let ring = |world: &mut World, rseq: u32, tag: &str| {
        let mut response = Response::for_request(&invite, 183, None);
        response.headers.set("To", invite.headers.to().expect("To").with_tag(tag).to_string());
        response.headers.push("Contact", format!("<sip:b@{PEER}>"));
        response.headers.push("Require", "100rel");
        response.headers.push("RSeq", rseq.to_string());
        let before = world.strays.len();
        let text = String::from_utf8(response.to_bytes().to_vec()).expect("text").replace("\r\n", "\n");
        world.inject(0, PEER, &text);
        world.run(Duration::from_millis(20));
        let sent =
            world.strays[before..].iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
        sent.filter(|text| text.starts_with("PRACK")).count()
    };
    assert_eq!(ring(&mut world, 7, "x"), 1);
    assert_eq!(ring(&mut world, 9, "x"), 0, "8 is missing");
    assert_eq!(ring(&mut world, 8, "x"), 1);
    assert_eq!(ring(&mut world, 8, "x"), 0, "a copy");
    assert_eq!(ring(&mut world, 9, "x"), 1);
    assert_eq!(ring(&mut world, 1, "y"), 1, "another phone of the fork counts for itself");
    // A PRACK that was overtaken by another request is refused with 500: it was not taken.
    let Ok(crate::message::Message::Request(prack)) = parse_datagram(&world.strays.last().expect("PRACK").1)
    else {
        panic!("no PRACK");
    };
    let refusal = Response::for_request(&prack, 500, None).to_bytes();
    let text = String::from_utf8(refusal.to_vec()).expect("text").replace("\r\n", "\n");
    world.inject(0, PEER, &text);
    assert_eq!(ring(&mut world, 1, "y"), 1, "the next copy is acknowledged anew");
}

#[test]
fn reliable_ringing_gets_through_thirty_per_cent_loss() {
    for seed in 0..40 {
        let mut world = pair_with(seed, Transport::Udp, |_| {});
        world.weather = Weather { loss: 30, twice: 20, jitter: 300 };
        world.command(0, call(1, to_trunk("b", "+15550002")));
        let leg = world.incoming(1).leg;
        world.command(1, progress(leg, 180, None));
        world.command(1, progress(leg, 183, Some(ANSWER)));
        assert_eq!(progressed(&mut world).0, 180, "seed {seed}");
        assert_eq!(progressed(&mut world).0, 183, "seed {seed}");
        world.command(1, answer(leg));
        answered(&mut world);
        world.command(0, Command::Hangup { leg: 1, cause: None });
        assert!(world.ended(1, leg), "seed {seed}");
        world.run(Duration::from_secs(120));
        world.assert_clean(&format!("seed {seed}"));
    }
}

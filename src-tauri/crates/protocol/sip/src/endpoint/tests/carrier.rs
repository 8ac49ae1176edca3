//! A carrier played by hand that calls us: what we make of its messages, and when ours are repeated.

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, World, trunk};
use crate::endpoint::{Command, Event, Incoming, Transport};
use crate::message::{Message, Response, parse_datagram};

const CARRIER: &str = "10.0.0.9:5060";

fn world() -> World {
    let mut world = World::new(1, 90);
    world.command(0, Command::SetTrunks(vec![trunk("carrier", CARRIER, Transport::Udp)]));
    world
}

/// A request of the carrier's in the dialog c1, with more lines and a body.
fn say(world: &mut World, method: &str, seq: u32, to_tag: &str, lines: &str, body: &str) {
    let branch = world.draw(u64::MAX);
    let described = if body.is_empty() { "" } else { "Content-Type: application/sdp\n" };
    let text = format!(
        "{method} tel:+1-555-0100 SIP/2.0\nVia: SIP/2.0/UDP {CARRIER};branch=z9hG4bK{branch}\nMax-Forwards: 70\n\
         From: \"Ann\" <sip:anonymous@carrier>;tag=their\nTo: <sip:15550100@us>{to_tag}\nCall-ID: c1\n\
         CSeq: {seq} {method}\nContact: <sip:gw@{CARRIER}>\n{lines}{described}\n{body}"
    );
    world.inject(0, CARRIER, &text);
    world.run(Duration::from_millis(20));
}

fn responses(world: &World) -> Vec<Response> {
    let read = |bytes: &Bytes| match parse_datagram(bytes) {
        Ok(Message::Response(response)) => Some(response),
        _ => None,
    };
    world.strays.iter().filter_map(|(_, bytes)| read(bytes)).collect()
}

fn codes(world: &World) -> Vec<u16> {
    responses(world).iter().map(|response| response.code).collect()
}

fn ring(world: &mut World, lines: &str, body: &str) -> Incoming {
    say(world, "INVITE", 1, "", lines, body);
    world.incoming(0)
}

/// Answers and says our tag as the carrier has to repeat it.
fn answer(world: &mut World, leg: u64) -> String {
    world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.run(Duration::from_millis(20));
    let last = responses(world).pop().expect("an answer");
    format!(";tag={}", last.headers.to().expect("To").tag().expect("a tag"))
}

#[test]
fn a_trusted_carriers_assertion_is_the_callers_number_and_a_tel_uri_the_called() {
    let mut world = world();
    let lines = "P-Asserted-Identity: <sip:+442079460000@carrier>\nDiversion: <sip:1@x>\n";
    let incoming = ring(&mut world, lines, "v=0\n");
    assert_eq!((incoming.from.as_str(), incoming.to.as_str()), ("+442079460000", "+15550100"));
    let names: Vec<_> = incoming.headers.expose().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["P-Asserted-Identity", "Diversion"]);
}

#[test]
fn without_an_offer_ours_goes_out_with_the_200_and_theirs_comes_with_the_ack() {
    let mut world = world();
    let incoming = ring(&mut world, "", "");
    assert_eq!(incoming.offer, None);
    let tag = answer(&mut world, incoming.leg);
    say(&mut world, "ACK", 1, &tag, "", "v=0\n");
    world.until(0, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
    let answer = world.until(0, |event| match event {
        Event::ReofferAccepted { answer, .. } => Some(answer.clone()),
        _ => None,
    });
    assert!(answer.starts_with(b"v=0"));
}

#[test]
fn a_ringing_call_is_refreshed_every_minute_and_refused_when_nobody_decides() {
    let mut world = world();
    let leg = ring(&mut world, "", "v=0\n").leg;
    world.command(0, Command::Progress { leg, code: 180, answer: None });
    world.run(Duration::from_secs(170));
    assert_eq!(codes(&world), [100, 180, 180, 180]);
    assert_eq!(world.failed(0, leg), 480);
    assert_eq!((world.now - world.start).as_secs(), 180);
}

#[test]
fn requests_that_are_late_or_of_another_dialog_are_refused_and_change_nothing() {
    let mut world = world();
    let leg = ring(&mut world, "", "v=0\n").leg;
    let tag = answer(&mut world, leg);
    say(&mut world, "ACK", 1, &tag, "", "");
    say(&mut world, "BYE", 1, &tag, "", "");
    assert_eq!(codes(&world).last(), Some(&500), "CSeq 1 was the INVITE");
    let foreign = "BYE sip:x SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKforeign\nFrom: <sip:a@h>;tag=other\n\
                   To: <sip:b@h>TAG\nCall-ID: c1\nCSeq: 9 BYE\n\n";
    world.inject(0, CARRIER, &foreign.replace("TAG", &tag));
    world.run(Duration::from_millis(20));
    assert_eq!(codes(&world).last(), Some(&481), "From has another tag");
    assert!(!world.has(0, |event| matches!(event, Event::Ended { .. })));
    say(&mut world, "BYE", 2, &tag, "", "");
    assert_eq!(codes(&world).last(), Some(&200));
    assert!(world.ended(0, leg));
    say(&mut world, "INFO", 3, &tag, "", "v=0\n");
    assert_eq!(codes(&world).last(), Some(&481), "the call is over");
}

#[test]
fn a_second_reinvite_before_the_first_is_answered_gets_500_with_retry_after() {
    let mut world = world();
    let leg = ring(&mut world, "", "v=0\n").leg;
    say(&mut world, "INVITE", 1, ";tag=none", "", "v=0\n");
    assert_eq!(codes(&world).last(), Some(&481));
    let tag = answer(&mut world, leg);
    say(&mut world, "ACK", 1, &tag, "", "");
    say(&mut world, "INVITE", 2, &tag, "", "v=0\n");
    say(&mut world, "INVITE", 3, &tag, "", "v=0\n");
    let last = responses(&world).pop().expect("an answer");
    assert_eq!((last.code, last.headers.contains("Retry-After")), (500, true));
    world.command(0, Command::AcceptReoffer { leg, answer: Bytes::from_static(OFFER) });
    world.run(Duration::from_millis(20));
    let accepted = responses(&world).pop().expect("an answer");
    assert_eq!((accepted.code, accepted.headers.cseq().expect("CSeq").seq), (200, 2));
}

#[test]
fn a_bye_before_the_answer_ends_the_call_and_its_invite() {
    let mut world = world();
    let leg = ring(&mut world, "", "v=0\n").leg;
    world.command(0, Command::Progress { leg, code: 183, answer: Some(Bytes::from_static(ANSWER)) });
    world.run(Duration::from_millis(20));
    let early = responses(&world).pop().expect("a 183");
    assert_eq!((early.code, early.body.as_ref()), (183, ANSWER));
    let tag = format!(";tag={}", early.headers.to().expect("To").tag().expect("a tag"));
    say(&mut world, "BYE", 2, &tag, "", "");
    assert_eq!(codes(&world)[2..], [200, 487]);
    assert_eq!(world.failed(0, leg), 487);
}

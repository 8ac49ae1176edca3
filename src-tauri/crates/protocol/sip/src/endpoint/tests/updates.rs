//! UPDATE, before and after the answer (RFC 3311).

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, World, call, pair, pair_with, to_trunk, trunk};
use crate::endpoint::{Command, Event, Transport};
use crate::message::{Message, Method, Response, parse_datagram};

const PEER: &str = "10.0.0.9:5060";

fn reoffer(leg: u64) -> Command {
    Command::Reoffer { leg, offer: Bytes::from_static(OFFER) }
}

fn accept(leg: u64) -> Command {
    Command::AcceptReoffer { leg, answer: Bytes::from_static(b"v=0\r\ns=updated\r\n") }
}

fn reoffered(world: &mut World, node: usize) {
    world.until(node, |event| matches!(event, Event::Reoffered { .. }).then_some(()));
}

fn accepted(world: &mut World, node: usize) -> Bytes {
    world.until(node, |event| match event {
        Event::ReofferAccepted { answer, .. } => Some(answer.clone()),
        _ => None,
    })
}

/// A call from node 0 that rings at node 1 with early media agreed on; the leg there.
fn early(world: &mut World) -> u64 {
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.command(1, Command::Progress { leg, code: 183, answer: Some(Bytes::from_static(ANSWER)) });
    world.until(0, |event| matches!(event, Event::Progress { .. }).then_some(()));
    world.run(Duration::from_millis(50));
    leg
}

#[test]
fn before_the_answer_either_side_changes_the_terms_by_update() {
    for from in [0, 1] {
        let mut world = pair(1, Transport::Udp);
        let leg = early(&mut world);
        let (ours, theirs) = if from == 0 { (1, leg) } else { (leg, 1) };
        world.command(from, reoffer(ours));
        reoffered(&mut world, 1 - from);
        world.command(1 - from, accept(theirs));
        assert_eq!(accepted(&mut world, from), &b"v=0\r\ns=updated\r\n"[..]);
        assert_eq!(world.received(1 - from, "UPDATE"), 1);
        world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        world.until(0, |event| matches!(event, Event::Answered { .. }).then_some(()));
        world.command(0, Command::Hangup { leg: 1, cause: None });
        assert!(world.ended(1, leg));
        world.run(Duration::from_secs(60));
        world.assert_clean("after the call");
    }
}

#[test]
fn an_offer_before_the_first_answer_waits_and_goes_by_reinvite_after_it() {
    let mut world = pair(2, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.command(1, Command::Progress { leg, code: 180, answer: None });
    world.command(1, reoffer(leg));
    world.run(Duration::from_secs(1));
    assert_eq!(world.received(0, "UPDATE"), 0);
    world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    reoffered(&mut world, 0);
    assert_eq!((world.received(0, "UPDATE"), world.received(0, "INVITE")), (0, 1));
}

#[test]
fn in_a_call_that_is_up_it_is_used_where_the_settings_say_so() {
    for refused in [false, true] {
        let mut world = pair_with(3, Transport::Udp, |config| config.reoffer_by_update = true);
        let leg = world.connect();
        world.command(1, reoffer(leg));
        reoffered(&mut world, 0);
        let code = |event: &Event| match event {
            Event::ReofferRefused { code, .. } => Some(*code),
            Event::ReofferAccepted { .. } => Some(200),
            _ => None,
        };
        match refused {
            true => world.command(0, Command::RefuseReoffer { leg: 1, code: 488 }),
            false => world.command(0, accept(1)),
        }
        assert_eq!(world.until(1, code), if refused { 488 } else { 200 });
        assert_eq!((world.received(0, "UPDATE"), world.received(0, "INVITE")), (1, 0));
        if refused {
            let refusal = &world.responses(1, 488, &Method::Update)[0];
            assert!(refusal.headers.get("Warning").expect("Warning").starts_with("305 10.0.0.1:5060"));
        }
    }
}

#[test]
fn when_both_update_at_once_both_get_491_and_both_get_through_later() {
    for seed in 10..20 {
        let mut world = pair_with(seed, Transport::Udp, |config| config.reoffer_by_update = true);
        let leg = world.connect();
        world.command(0, reoffer(1));
        world.command(1, reoffer(leg));
        reoffered(&mut world, 0);
        world.command(0, accept(1));
        accepted(&mut world, 1);
        reoffered(&mut world, 1);
        world.command(1, accept(leg));
        accepted(&mut world, 0);
        assert_eq!((world.received(0, "SIP/2.0 491"), world.received(1, "SIP/2.0 491")), (1, 1));
    }
}

/// A call from a peer played by hand, and an UPDATE inside it.
struct ByHand {
    world: World,
    tag: String,
    seq: u32,
}

impl ByHand {
    fn call(lines: &str) -> (ByHand, u64) {
        let mut world = World::new(1, 30);
        world.command(0, Command::SetTrunks(vec![trunk("peer", PEER, Transport::Udp)]));
        world.inject(
            0,
            PEER,
            &format!(
                "INVITE sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKi\nMax-Forwards: 70\n\
                 From: <sip:a@10.0.0.9>;tag=1\nTo: <sip:b@10.0.0.1>\nCall-ID: c\nCSeq: 1 INVITE\n{lines}\
                 Contact: <sip:a@{PEER}>\nAllow: INVITE, UPDATE\nContent-Type: application/sdp\n\nv=0"
            ),
        );
        let leg = world.incoming(0).leg;
        world.command(0, Command::Progress { leg, code: 180, answer: None });
        world.run(Duration::from_millis(20));
        let tag = response(&world).headers.to().expect("To").tag().expect("a tag").to_owned();
        (ByHand { world, tag, seq: 1 }, leg)
    }

    fn send(&mut self, method: &str, lines: &str, body: &str) -> Response {
        self.seq += 1;
        let (seq, tag) = (self.seq, &self.tag);
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\n" };
        let text = format!(
            "{method} sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{seq}\nMax-Forwards: 70\n\
             From: <sip:a@10.0.0.9>;tag=1\nTo: <sip:b@10.0.0.1>;tag={tag}\nCall-ID: c\nCSeq: {seq} {method}\n\
             Contact: <sip:moved@10.0.0.7:5070>\n{lines}{kind}\n{body}"
        );
        self.world.inject(0, PEER, &text);
        self.world.run(Duration::from_millis(20));
        response(&self.world)
    }
}

fn response(world: &World) -> Response {
    match parse_datagram(&world.strays.last().expect("an answer").1) {
        Ok(Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}

#[test]
fn an_update_while_the_invites_offer_is_open_gets_500_and_a_short_retry_after() {
    let (mut peer, _) = ByHand::call("");
    let refused = peer.send("UPDATE", "", "v=0");
    let wait: u32 = refused.headers.get("Retry-After").expect("Retry-After").parse().expect("a number");
    assert!(refused.code == 500 && wait <= 10);
    assert_eq!(peer.send("UPDATE", "", "").code, 200, "without an offer there is nothing in the way");
}

#[test]
fn a_second_update_before_the_first_is_answered_gets_500() {
    let (mut peer, leg) = ByHand::call("");
    peer.world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    peer.send("UPDATE", "", "v=0\ns=one");
    let refused = peer.send("UPDATE", "", "v=0\ns=two");
    assert_eq!((refused.code, refused.headers.contains("Retry-After")), (500, true));
    peer.world.command(0, accept(leg));
    peer.world.run(Duration::from_millis(20));
    let taken = response(&peer.world);
    assert_eq!((taken.code, taken.headers.cseq().expect("CSeq").seq), (200, 2));
    assert!(taken.body.ends_with(b"s=updated\r\n"));
}

#[test]
fn an_update_without_an_offer_moves_the_target() {
    let (mut peer, leg) = ByHand::call("");
    peer.world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    let taken = peer.send("UPDATE", "", "");
    assert_eq!((taken.code, taken.body.len(), taken.headers.contains("Contact")), (200, 0, true));
    peer.seq = 0;
    let tag = peer.tag.clone();
    peer.world.inject(
        0,
        PEER,
        &format!(
            "ACK sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bKa\nFrom: <sip:a@10.0.0.9>;tag=1\n\
             To: <sip:b@10.0.0.1>;tag={tag}\nCall-ID: c\nCSeq: 1 ACK\n\n"
        ),
    );
    peer.world.command(0, Command::Hangup { leg, cause: None });
    peer.world.run(Duration::from_millis(20));
    let (to, bye) = peer.world.strays.last().expect("BYE");
    assert!(bye.starts_with(b"BYE sip:moved@10.0.0.7:5070"));
    assert_eq!(to.to_string(), "10.0.0.7:5070");
}

//! Session timers between two endpoints, and with peers that know less (RFC 4028).

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, World, pair_with, trunk};
use crate::dialog::Refresher;
use crate::endpoint::{Command, Config, Event, SessionTimers, Transport};
use crate::message::{Message, Method, Response, parse_datagram};

fn timers(expires: u32, min: u32, preferred: Refresher) -> impl Fn(&mut Config) {
    move |config| config.session_timers = Some(SessionTimers { expires, min, preferred })
}

fn header(list: &[Response], name: &str) -> Option<String> {
    list.first()?.headers.get(name).map(str::to_owned)
}

#[test]
fn the_agreed_refresher_sends_update_at_half_time_and_the_call_stands_for_hours() {
    for (preferred, refreshes) in [(Refresher::Uac, 0), (Refresher::Uas, 1)] {
        let mut world = pair_with(1, Transport::Udp, timers(1800, 90, preferred));
        let leg = world.connect();
        let agreed = header(&world.responses(0, 200, &Method::Invite), "Session-Expires");
        let expected = ["1800;refresher=uac", "1800;refresher=uas"][refreshes];
        assert_eq!(agreed.as_deref(), Some(expected));
        world.run(Duration::from_secs(4 * 3600));
        assert_eq!(world.received(1 - refreshes, "UPDATE"), 15, "one every 900 s");
        assert_eq!(world.received(refreshes, "UPDATE"), 0);
        assert!(!world.has(0, |event| matches!(event, Event::Ended { .. })));
        world.command(1, Command::Hangup { leg, cause: None });
        assert!(world.ended(0, 1));
        world.run(Duration::from_secs(60));
        world.assert_clean("after the call");
    }
}

const PEER: &str = "10.0.0.9:5060";

/// A peer played by hand has called and been answered, and we refresh every 100 of 200 s; our leg.
fn by_hand(allow: &str) -> (World, u64) {
    let mut world = World::new(1, 2);
    world.command(0, Command::SetTrunks(vec![trunk("peer", PEER, Transport::Udp)]));
    world.inject(
        0,
        PEER,
        &format!(
            "INVITE sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKi\nMax-Forwards: 70\n\
             From: <sip:a@10.0.0.9>;tag=1\nTo: <sip:b@10.0.0.1>\nCall-ID: c\nCSeq: 1 INVITE\n\
             Contact: <sip:a@10.0.0.9>\nAllow: {allow}\nSession-Expires: 200;refresher=uas\n\
             Supported: timer\nContent-Type: application/sdp\n\nv=0"
        ),
    );
    let leg = world.incoming(0).leg;
    world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.run(Duration::from_millis(20));
    let ok = last(&world);
    assert!(
        ok.contains("Session-Expires: 200;refresher=uas\r\n") && ok.contains("Require: timer\r\n"),
        "{ok}"
    );
    let tag =
        ok.split("To: <sip:b@10.0.0.1>;tag=").nth(1).and_then(|t| t.split("\r\n").next()).expect("a tag");
    world.inject(
        0,
        PEER,
        &format!(
            "ACK sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKa\nFrom: <sip:a@10.0.0.9>;tag=1\n\
             To: <sip:b@10.0.0.1>;tag={tag}\nCall-ID: c\nCSeq: 1 ACK\n\n"
        ),
    );
    assert!(world.has(0, |event| matches!(event, Event::Confirmed { .. })));
    world.run(Duration::from_millis(99_960));
    assert!(last(&world).starts_with("SIP/2.0 200"), "nothing before half time");
    world.run(Duration::from_millis(50));
    (world, leg)
}

/// What was sent last, whole.
fn last(world: &World) -> String {
    String::from_utf8_lossy(&world.strays.last().expect("something was sent").1).into_owned()
}

/// Answers what was sent last.
fn respond(world: &mut World, code: u16) {
    let (_, bytes) = world.strays.last().expect("something was sent").clone();
    let Ok(Message::Request(request)) = parse_datagram(&bytes) else { panic!("no request") };
    let response = Response::for_request(&request, code, None);
    let text = String::from_utf8(response.to_bytes().to_vec()).expect("text").replace("\r\n", "\n");
    world.inject(0, PEER, &text);
}

#[test]
fn a_peer_without_update_is_refreshed_by_reinvite_with_the_description_as_it_stands() {
    let (mut world, leg) = by_hand("INVITE, ACK, BYE");
    let refresh = last(&world);
    assert!(refresh.starts_with("INVITE sip:a@10.0.0.9"), "{refresh}");
    assert!(refresh.ends_with("v=0\r\ns=answer\r\n"), "{refresh}");
    assert!(refresh.contains("Session-Expires: 200;refresher=uac\r\n"));
    // Nobody answers: a request without answer ends the dialog.
    assert!(world.ended(0, leg));
    world.run(Duration::from_millis(20));
    assert!(last(&world).starts_with("BYE"));
}

#[test]
fn a_peer_that_allows_update_and_does_not_know_it_after_all_is_refreshed_by_reinvite() {
    let (mut world, _) = by_hand("INVITE, ACK, BYE, UPDATE");
    assert!(last(&world).starts_with("UPDATE"));
    respond(&mut world, 405);
    world.run(Duration::from_millis(20));
    assert!(last(&world).starts_with("INVITE"));
}

#[test]
fn a_refresh_that_is_refused_is_tried_again_until_the_time_is_over() {
    let (mut world, leg) = by_hand("INVITE, ACK, BYE, UPDATE");
    let mut tried = 0;
    while !world.has(0, |event| matches!(event, Event::Ended { .. })) {
        assert!(last(&world).starts_with("UPDATE"), "{}", last(&world));
        respond(&mut world, 503);
        tried += 1;
        world.run(Duration::from_millis(20_010));
    }
    assert_eq!(tried, 4, "at 100, 120, 140 and 160 s");
    assert!(!world.ended(0, leg));
    let bye = last(&world);
    assert!(bye.starts_with("BYE") && bye.contains("Reason: Q.850;cause=102\r\n"), "{bye}");
}

#[test]
fn an_interval_too_short_is_refused_with_422_and_asked_again_longer() {
    let mut world = World::with(2, 3, |config| {
        let (expires, min) = if config.udp.ip().to_string() == "10.0.0.1" { (120, 90) } else { (600, 300) };
        config.session_timers = Some(SessionTimers { expires, min, preferred: Refresher::Uac });
    });
    world.command(0, Command::SetTrunks(vec![trunk("b", "10.0.0.2", Transport::Udp)]));
    world.command(1, Command::SetTrunks(vec![trunk("a", "10.0.0.1", Transport::Udp)]));
    world.connect();
    assert_eq!(header(&world.responses(0, 422, &Method::Invite), "Min-SE").as_deref(), Some("300"));
    let invites = world.requests(1, Method::Invite);
    let asked: Vec<_> =
        invites.iter().map(|i| (i.headers.get("Session-Expires"), i.headers.get("Min-SE"))).collect();
    assert_eq!(asked, [(Some("120"), Some("90")), (Some("300"), Some("300"))]);
    assert_eq!(invites[0].headers.call_id(), invites[1].headers.call_id());
    assert_eq!(invites[1].headers.cseq().expect("CSeq").seq, 2);
    let agreed = header(&world.responses(0, 200, &Method::Invite), "Session-Expires");
    assert_eq!(agreed.as_deref(), Some("300;refresher=uac"));
    world.run(Duration::from_secs(160));
    assert_eq!(world.received(1, "UPDATE"), 1);
}

#[test]
fn whoever_is_not_refreshed_and_whoever_cannot_refresh_says_bye_before_the_end() {
    let mut world = pair_with(4, Transport::Udp, timers(300, 90, Refresher::Uac));
    let leg = world.connect();
    let start = world.now;
    // The refresher is cut off from the other; both find out.
    world.lose = vec![("UPDATE", usize::MAX), ("BYE", usize::MAX), ("INVITE", usize::MAX)];
    world.run(Duration::from_secs(140));
    assert!(world.ended(0, 1), "no answer to UPDATE (408) means that the dialog is gone");
    assert_eq!((world.now - start).as_secs_f64().round(), 182.0, "half the interval, and 64 * T1");
    assert!(!world.ended(1, leg), "we end it ourselves");
    assert_eq!((world.now - start).as_secs_f64().round(), 268.0);
    world.run(Duration::from_secs(60));
    world.assert_clean("after the call");
}

#[test]
fn a_refresh_whose_answer_never_comes_ends_the_call() {
    let mut world = pair_with(5, Transport::Udp, timers(300, 90, Refresher::Uac));
    let leg = world.connect();
    let start = world.now;
    world.lose = vec![("SIP/2.0 200", usize::MAX)];
    world.run(Duration::from_secs(140));
    assert_eq!(world.received(1, "UPDATE"), 0);
    assert!(world.ended(0, 1), "the refresh was received, but its 200 never came");
    assert_eq!((world.now - start).as_secs_f64().round(), 182.0);
    assert!(world.ended(1, leg), "by our BYE");
}

#[test]
fn without_session_timers_on_one_side_there_are_none() {
    for off in [0, 1] {
        let mut world = World::with(2, 6, |config| {
            if config.udp.ip().to_string() == format!("10.0.0.{}", off + 1) {
                config.session_timers = None;
            }
        });
        world.command(0, Command::SetTrunks(vec![trunk("b", "10.0.0.2", Transport::Udp)]));
        world.command(1, Command::SetTrunks(vec![trunk("a", "10.0.0.1", Transport::Udp)]));
        world.connect();
        assert_eq!(header(&world.responses(0, 200, &Method::Invite), "Session-Expires"), None);
        world.run(Duration::from_secs(7200));
        assert_eq!(world.received(0, "UPDATE") + world.received(1, "UPDATE"), 0);
        assert_eq!(world.nodes[0].endpoint.legs(), 1);
        assert!(world.nodes[0].endpoint.next_deadline().is_none());
    }
}

#[test]
fn new_terms_refresh_the_session_too() {
    let mut world = pair_with(7, Transport::Udp, timers(1000, 90, Refresher::Uac));
    let leg = world.connect();
    world.run(Duration::from_secs(400));
    world.command(1, Command::Reoffer { leg, offer: Bytes::from_static(ANSWER) });
    world.until(0, |event| matches!(event, Event::Reoffered { .. }).then_some(()));
    world.command(0, Command::AcceptReoffer { leg: 1, answer: Bytes::from_static(ANSWER) });
    world.until(1, |event| matches!(event, Event::ReofferAccepted { .. }).then_some(()));
    let agreed = header(&world.responses(1, 200, &Method::Invite), "Session-Expires");
    assert_eq!(agreed.as_deref(), Some("1000;refresher=uas"), "the roles stay");
    world.run(Duration::from_secs(450));
    assert_eq!(world.received(1, "UPDATE"), 0, "500 s from the new terms, not from the first");
    world.run(Duration::from_secs(60));
    assert_eq!(world.received(1, "UPDATE"), 1);
}

#[test]
fn a_peer_that_refreshes_by_a_reinvite_without_an_offer_gets_the_terms_as_they_stand() {
    let (mut world, leg) = by_hand("INVITE, ACK, BYE");
    respond(&mut world, 200);
    let to =
        last(&world).lines().find(|line| line.starts_with("From: ")).expect("From").replace("From", "To");
    world.inject(
        0,
        PEER,
        &format!(
            "INVITE sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr\nMax-Forwards: 70\n\
             From: <sip:a@10.0.0.9>;tag=1\n{to}\nCall-ID: c\nCSeq: 2 INVITE\nSupported: timer\n\
             Session-Expires: 200;refresher=uac\nContact: <sip:a@10.0.0.9>\n\n"
        ),
    );
    world.until(0, |event| matches!(event, Event::Reoffered { offer: None, .. }).then_some(()));
    world.command(0, Command::RefuseReoffer { leg, code: 488 });
    world.run(Duration::from_millis(20));
    let ok = last(&world);
    assert!(ok.starts_with("SIP/2.0 200") && ok.ends_with("v=0\r\ns=answer\r\n"), "{ok}");
    assert!(ok.contains("Session-Expires: 200;refresher=uac\r\n"), "{ok}");
}

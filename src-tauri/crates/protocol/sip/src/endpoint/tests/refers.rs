//! REFER both ways: two endpoints, of which node 0 (leg 1) refers and node 1 is referred.

use std::time::Duration;

use bytes::Bytes;

use super::network::{Weather, World, pair};
use crate::endpoint::{Command, Event, Replaced, Transport};
use crate::message::Method;

/// What node 0 heard of its REFER: the codes, and whether the last report said that it is over.
fn heard(world: &mut World) -> (Vec<Option<u16>>, bool) {
    let mut codes = Vec::new();
    let mut ended = false;
    world.nodes[0].events.retain(|event| match event {
        Event::ReferNotified { leg: 1, code, over } => {
            assert!(!ended, "nothing follows the end");
            codes.push(*code);
            ended |= over;
            false
        }
        _ => true,
    });
    (codes, ended)
}

fn refer(world: &mut World) {
    let to = "sip:bob@10.0.0.3;user=phone".into();
    world.command(0, Command::Refer { leg: 1, to, replaces: None });
}

/// The user part, what is replaced, and who says so.
fn requested(world: &mut World) -> (String, Option<Replaced>, Option<String>) {
    world.until(1, |event| match event {
        Event::ReferRequested { user, replaces, referred_by, .. } => {
            Some((user.as_str().to_owned(), *replaces, referred_by.as_ref().map(|by| by.as_str().to_owned())))
        }
        _ => None,
    })
}

fn accepted(world: &mut World) -> bool {
    world.until(0, |event| match event {
        Event::ReferAccepted { leg: 1, watched } => Some(*watched),
        _ => None,
    })
}

fn refused(world: &mut World) -> u16 {
    world.until(0, |event| match event {
        Event::ReferRefused { leg: 1, code } => Some(*code),
        _ => None,
    })
}

fn settle(world: &mut World) {
    world.run(Duration::from_secs(2));
}

#[test]
fn what_becomes_of_a_transfer_is_told_step_by_step() {
    for (steps, last) in [(&[180, 200][..], 200), (&[180, 486], 486), (&[603], 603)] {
        let mut world = pair(700, Transport::Udp);
        let leg = world.connect();
        refer(&mut world);
        let (user, replaces, by) = requested(&mut world);
        assert_eq!((user.as_str(), replaces), ("bob", None));
        assert_eq!(by.as_deref(), Some("sip:+15550001@10.0.0.2"));
        world.command(1, Command::AcceptRefer { leg });
        assert!(accepted(&mut world));
        for code in steps {
            settle(&mut world);
            world.command(1, Command::ReferProgress { leg, code: *code });
        }
        settle(&mut world);
        let (codes, over) = heard(&mut world);
        let wanted: Vec<_> = [100].iter().chain(steps).map(|code| Some(*code)).collect();
        assert_eq!((codes, over), (wanted, true), "{last}");
        let notifies = world.requests(0, Method::Notify);
        let states: Vec<_> = notifies.iter().map(|n| n.headers.get("Subscription-State").unwrap()).collect();
        assert!(states[0].starts_with("active;expires="), "{states:?}");
        assert_eq!(states.last(), Some(&"terminated;reason=noresource"));
        assert!(notifies.iter().all(|n| n.headers.get("Event") == Some("refer")));
        assert!(notifies.iter().all(|n| n.headers.contains("Contact")));
        let (text, asked) = (world.requests(1, Method::Refer), world.responses(0, 202, &Method::Refer));
        assert_eq!((text.len(), asked.len()), (1, 1));
        // A second one in the same dialog is told apart from the first.
        refer(&mut world);
        requested(&mut world);
        world.command(1, Command::AcceptRefer { leg });
        settle(&mut world);
        let again = world.requests(0, Method::Notify).pop().expect("a NOTIFY");
        let seq = world.requests(1, Method::Refer)[1].headers.cseq().expect("CSeq").seq;
        assert_eq!(again.headers.get("Event"), Some(format!("refer;id={seq}").as_str()));
        world.command(1, Command::ReferProgress { leg, code: 200 });
        world.command(0, Command::Hangup { leg: 1, cause: None });
        world.run(Duration::from_secs(60));
        world.assert_clean("after two transfers");
    }
}

#[test]
fn a_refusal_is_told_and_the_call_goes_on() {
    let mut world = pair(701, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::RefuseRefer { leg, code: 603 });
    assert_eq!(refused(&mut world), 603);
    assert_eq!(world.received(0, "NOTIFY"), 0);
    // Nothing is left of it: the next one is taken.
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    assert!(accepted(&mut world));
    assert_eq!((world.nodes[0].endpoint.legs(), world.nodes[1].endpoint.legs()), (1, 1));
}

#[test]
fn what_nobody_decides_about_is_refused_in_time() {
    let mut world = pair(702, Transport::Udp);
    world.connect();
    let before = world.now;
    refer(&mut world);
    assert_eq!(refused(&mut world), 603);
    assert_eq!((world.now - before).as_secs(), 20);
}

#[test]
fn a_second_refer_before_the_first_is_over_is_put_off() {
    let mut world = pair(703, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    assert!(accepted(&mut world));
    refer(&mut world);
    assert_eq!(refused(&mut world), 491, "ours is not even sent");
    assert_eq!(world.received(1, "REFER"), 1);
}

#[test]
fn both_may_refer_at_once() {
    let mut world = pair(704, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    world.command(1, Command::Refer { leg, to: "sip:ann@10.0.0.4".into(), replaces: None });
    requested(&mut world);
    world.until(0, |event| matches!(event, Event::ReferRequested { leg: 1, .. }).then_some(()));
    world.command(1, Command::AcceptRefer { leg });
    world.command(0, Command::AcceptRefer { leg: 1 });
    world.command(1, Command::ReferProgress { leg, code: 200 });
    world.command(0, Command::ReferProgress { leg: 1, code: 486 });
    settle(&mut world);
    assert!(heard(&mut world).1);
    let other = world.until(1, |event| match event {
        Event::ReferNotified { code, over: true, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(other, Some(486));
}

#[test]
fn a_phone_that_hangs_up_at_once_is_still_told_the_end() {
    let mut world = pair(705, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    accepted(&mut world);
    settle(&mut world);
    world.command(0, Command::Hangup { leg: 1, cause: None });
    assert!(world.ended(1, leg));
    world.command(1, Command::ReferProgress { leg, code: 200 });
    settle(&mut world);
    let last = world.requests(0, Method::Notify).pop().expect("a NOTIFY");
    assert_eq!(last.headers.get("Subscription-State"), Some("terminated;reason=noresource"));
    assert!(last.body.starts_with(b"SIP/2.0 200"));
    // Our phone has forgotten the call, which it may say; nothing comes of it.
    assert_eq!(world.responses(1, 481, &Method::Notify).len(), 1);
    world.run(Duration::from_secs(60));
    world.assert_clean("after the end");
}

#[test]
fn a_call_that_ends_before_the_decision_refuses_the_refer() {
    let mut world = pair(706, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::Hangup { leg, cause: None });
    settle(&mut world);
    assert_eq!(world.responses(0, 603, &Method::Refer).len(), 1);
    world.command(1, Command::AcceptRefer { leg });
    world.run(Duration::from_secs(60));
    world.assert_clean("after the end");
}

#[test]
fn no_notify_follows_where_none_is_wanted() {
    let mut world = pair(707, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    accepted(&mut world);
    // The same again by hand, for our endpoint always wants to know.
    let sent = world.requests(1, Method::Refer)[0].clone();
    world.command(1, Command::ReferProgress { leg, code: 200 });
    settle(&mut world);
    heard(&mut world);
    let before = world.received(0, "NOTIFY");
    let mut again = sent;
    let seq = again.headers.cseq().expect("CSeq").seq + 1;
    again.headers.set("CSeq", format!("{seq} REFER"));
    again.headers.set("Via", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKbyhand");
    again.headers.push("Refer-Sub", "false");
    let text = String::from_utf8(again.to_bytes().to_vec()).expect("text");
    world.inject(1, "10.0.0.1:5060", &text.replace("\r\n", "\n"));
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    world.command(1, Command::ReferProgress { leg, code: 200 });
    settle(&mut world);
    let response = world.responses(0, 202, &Method::Refer).pop().expect("an answer");
    assert_eq!(response.headers.get("Refer-Sub"), Some("false"));
    assert_eq!(world.received(0, "NOTIFY"), before);
}

#[test]
fn reports_arrive_in_order_through_loss_copies_and_reordering() {
    for seed in 0..40 {
        let mut world = pair(710 + seed, Transport::Udp);
        let leg = world.connect();
        world.weather = Weather { loss: 30, twice: 20, jitter: 300 };
        refer(&mut world);
        requested(&mut world);
        world.command(1, Command::AcceptRefer { leg });
        world.command(1, Command::ReferProgress { leg, code: 180 });
        world.run(Duration::from_millis(700));
        world.command(1, Command::ReferProgress { leg, code: 486 });
        // What comes after the end is not told.
        world.command(1, Command::ReferProgress { leg, code: 200 });
        world.run(Duration::from_secs(70));
        assert!(accepted(&mut world), "seed {seed}");
        let (codes, over) = heard(&mut world);
        assert!(over && codes.last() == Some(&Some(486)), "seed {seed}: {codes:?}");
        assert!(codes.is_sorted(), "seed {seed}: {codes:?}");
        world.weather = Weather::default();
        world.command(0, Command::Hangup { leg: 1, cause: None });
        world.run(Duration::from_secs(120));
        world.assert_clean("after a lossy transfer");
    }
}

#[test]
fn a_notify_that_overtakes_the_202_tells_that_the_refer_is_accepted() {
    let mut world = pair(760, Transport::Udp);
    let leg = world.connect();
    world.lose.push(("SIP/2.0 202", 1));
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    settle(&mut world);
    let order: Vec<_> = world.nodes[0]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::ReferAccepted { watched, .. } => Some(format!("accepted {watched}")),
            Event::ReferNotified { code, .. } => Some(format!("{code:?}")),
            _ => None,
        })
        .collect();
    assert_eq!(order, ["accepted true", "Some(100)"], "once, though the 202 came later");
}

#[test]
fn a_peer_that_falls_silent_is_not_waited_for_and_its_late_report_is_refused() {
    let mut world = pair(761, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    world.run(Duration::from_secs(200));
    assert_eq!(heard(&mut world), (vec![Some(100), None], true));
    world.command(1, Command::ReferProgress { leg, code: 200 });
    settle(&mut world);
    assert_eq!(world.responses(1, 481, &Method::Notify).len(), 1);
    assert_eq!(heard(&mut world), (Vec::new(), false));
    assert_eq!(world.nodes[0].endpoint.legs(), 1, "the call goes on");
}

#[test]
fn a_subscription_nobody_ends_runs_out() {
    let mut world = pair(762, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    world.run(Duration::from_secs(170));
    world.command(1, Command::ReferProgress { leg, code: 180 });
    world.run(Duration::from_secs(140));
    let last = world.requests(0, Method::Notify).pop().expect("a NOTIFY");
    assert_eq!(last.headers.get("Subscription-State"), Some("terminated;reason=timeout"));
    assert_eq!(heard(&mut world), (vec![Some(100), Some(180), Some(180)], true));
}

#[test]
fn a_notify_nobody_answers_ends_the_telling_and_not_the_call() {
    let mut world = pair(763, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.lose.push(("NOTIFY", 99));
    world.command(1, Command::AcceptRefer { leg });
    world.run(Duration::from_secs(40));
    world.lose.clear();
    let before = world.received(0, "NOTIFY");
    world.command(1, Command::ReferProgress { leg, code: 200 });
    settle(&mut world);
    assert_eq!(world.received(0, "NOTIFY"), before);
    assert_eq!(world.nodes[1].endpoint.legs(), 1);
    world.command(
        0,
        Command::Info { leg: 1, content_type: "text/plain".into(), body: Bytes::from_static(b"x") },
    );
    world.until(1, |event| matches!(event, Event::Info { .. }).then_some(()));
}

#[test]
fn a_transfer_to_the_peer_of_another_call_names_that_call() {
    let mut world = pair(764, Transport::Udp);
    let first = world.connect();
    // A second call between the same two, whose dialog the REFER in the first one names.
    let mut second = super::network::call(2, super::network::to_trunk("b", "+15550003"));
    if let Command::Invite(invite) = &mut second {
        invite.call_id = Some("second&call@h".to_owned());
    }
    world.command(0, second);
    let other = world.incoming(1).leg;
    world.command(1, Command::Answer { leg: other, answer: Bytes::from_static(super::network::ANSWER) });
    world.until(0, |event| matches!(event, Event::Answered { leg: 2, .. }).then_some(()));
    world.command(0, Command::Refer { leg: 1, to: "sip:bob@10.0.0.2".into(), replaces: Some(2) });
    let (user, replaces, _) = requested(&mut world);
    assert_eq!((user.as_str(), replaces), ("bob", Some(Replaced::Leg(other))));
    world.command(1, Command::RefuseRefer { leg: first, code: 603 });
    refused(&mut world);
    world.command(0, Command::Refer { leg: 1, to: "sip:bob@10.0.0.2".into(), replaces: Some(77) });
    assert_eq!(refused(&mut world), 481, "there is no such leg");
    world.command(0, Command::Refer { leg: 1, to: "nowhere".into(), replaces: None });
    assert_eq!(refused(&mut world), 400);
}

#[test]
fn whoever_is_hung_up_on_at_once_hears_the_end_before_the_bye() {
    let mut world = pair(765, Transport::Udp);
    let leg = world.connect();
    refer(&mut world);
    requested(&mut world);
    world.command(1, Command::AcceptRefer { leg });
    world.command(1, Command::ReferProgress { leg, code: 200 });
    world.command(1, Command::Hangup { leg, cause: None });
    settle(&mut world);
    assert_eq!(heard(&mut world), (vec![Some(100), Some(200)], true));
    assert!(world.ended(0, 1));
    world.run(Duration::from_secs(60));
    world.assert_clean("after the end");
}

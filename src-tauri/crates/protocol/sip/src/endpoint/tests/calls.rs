//! Calls from INVITE to BYE.

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, Weather, World, call, pair, to_trunk};
use crate::endpoint::{Caller, Command, Destination, Event, Transport};

#[test]
fn a_call_is_offered_rings_is_answered_and_ends_over_both_transports() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut world = pair(1, transport);
        world.command(0, call(1, to_trunk("b", "+15550002")));
        let incoming = world.incoming(1);
        assert_eq!(incoming.caller, Caller::Trunk("a".to_owned()));
        assert_eq!(incoming.from.as_str(), "+15550001");
        assert_eq!(incoming.to.as_str(), "+15550002");
        assert_eq!(incoming.display_name.expect("a name").as_str(), "Ann \"A\" Bell");
        assert_eq!(incoming.offer.as_deref(), Some(OFFER));
        let leg = incoming.leg;
        world.command(1, Command::Progress { leg, code: 180, answer: None });
        let code = world.until(0, |event| match event {
            Event::Progress { leg: 1, code, answer: None } => Some(*code),
            _ => None,
        });
        assert_eq!(code, 180);
        world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        let answer = world.until(0, |event| match event {
            Event::Answered { leg: 1, answer } => Some(answer.clone()),
            _ => None,
        });
        assert_eq!(answer, ANSWER);
        world.until(1, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
        assert_eq!(world.received(1, "INVITE"), 1);
        assert_eq!(world.received(0, "SIP/2.0 100"), 1, "100 is sent at once");
        world.command(1, Command::Hangup { leg, cause: Some(16) });
        assert!(!world.ended(1, leg));
        assert!(world.ended(0, 1));
        world.run(Duration::from_secs(40));
        for node in &world.nodes {
            assert_eq!((node.endpoint.legs(), node.endpoint.transactions()), (0, 0));
            assert!(node.endpoint.next_deadline().is_none());
        }
    }
}

#[test]
fn calls_are_set_up_and_cleared_through_thirty_per_cent_loss_with_copies_and_reordering() {
    for seed in 0..60 {
        let mut world = pair(seed, Transport::Udp);
        world.weather = Weather { loss: 30, twice: 20, jitter: 300 };
        let leg = world.connect();
        let (node, ours, theirs) = if seed % 2 == 0 { (0, 1, leg) } else { (1, leg, 1) };
        world.command(node, Command::Hangup { leg: ours, cause: None });
        world.ended(node, ours);
        assert!(world.ended(1 - node, theirs), "seed {seed}");
        world.run(Duration::from_secs(120));
        for node in &world.nodes {
            assert_eq!((node.endpoint.legs(), node.endpoint.transactions()), (0, 0), "seed {seed}");
            assert!(node.events.iter().all(|e| !matches!(e, Event::Incoming(_))), "one call is one call");
            assert!(
                !node.events.iter().any(|e| matches!(e, Event::Ended { .. } | Event::Failed { .. })),
                "{seed}"
            );
        }
    }
}

#[test]
fn a_refusal_arrives_with_its_code_and_is_acknowledged() {
    let mut world = pair(3, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.command(1, Command::Reject { leg, code: 486, retry_after: Some(7) });
    assert_eq!(world.failed(1, leg), 486);
    assert_eq!(world.failed(0, 1), 486);
    world.run(Duration::from_secs(1));
    assert_eq!(world.received(1, "ACK"), 1);
}

#[test]
fn nobody_answering_ends_in_cancel_and_408_when_the_ring_timeout_is_over() {
    let mut world = pair(4, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.command(1, Command::Progress { leg, code: 180, answer: None });
    assert_eq!(world.failed(0, 1), 408);
    assert_eq!((world.now - world.start).as_secs(), 30);
    assert_eq!(world.failed(1, leg), 487);
    world.run(Duration::from_secs(1));
    assert_eq!(world.received(0, "SIP/2.0 487"), 1);
    assert_eq!(world.received(1, "CANCEL"), 1);
}

#[test]
fn a_peer_that_is_not_there_fails_the_call_with_408_after_timer_b() {
    let mut world = World::new(1, 5);
    world.command(0, call(1, Destination::Uri("sip:b@10.0.0.9".into())));
    let code = world.failed(0, 1);
    assert_eq!((code, (world.now - world.start).as_secs()), (408, 30), "the ring timeout is shorter");
    let invites = world.strays.len();
    assert_eq!(invites, 6, "at 0, 0.5, 1.5, 3.5, 7.5 and 15.5 s");
}

#[test]
fn hanging_up_before_any_response_cancels_once_one_has_come() {
    let mut world = pair(6, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    world.command(0, Command::Hangup { leg: 1, cause: None });
    assert_eq!(world.failed(0, 1), 487);
    let leg = world.incoming(1).leg;
    assert_eq!(world.failed(1, leg), 487);
    assert_eq!(world.received(1, "CANCEL"), 1);
}

#[test]
fn a_2xx_that_crosses_the_cancel_is_acknowledged_and_ended_with_bye() {
    let mut world = pair(7, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.run(Duration::from_millis(50));
    world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.command(0, Command::Hangup { leg: 1, cause: None });
    assert_eq!(world.failed(0, 1), 487);
    world.until(1, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
    assert!(world.ended(1, leg));
    world.run(Duration::from_secs(60));
    assert!(!world.has(0, |event| matches!(event, Event::Answered { .. } | Event::Ended { .. })));
    assert_eq!(world.nodes[0].endpoint.transactions() + world.nodes[1].endpoint.transactions(), 0);
}

#[test]
fn a_2xx_without_ack_is_repeated_and_then_ends_in_bye() {
    let mut world = pair(8, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    // Nothing reaches node 0 any more, so no ACK comes.
    world.weather.loss = 100;
    let answered = world.now;
    world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    assert!(!world.ended(1, leg));
    assert_eq!((world.now - answered).as_secs(), 32);
}

#[test]
fn hanging_up_before_the_ack_waits_for_it_before_bye() {
    let mut world = pair(9, Transport::Udp);
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let leg = world.incoming(1).leg;
    world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.command(1, Command::Hangup { leg, cause: None });
    assert!(!world.ended(1, leg));
    assert_eq!(world.received(0, "BYE"), 0);
    assert!(world.ended(0, 1));
    let (ack, bye) = (world.moments(1, "ACK"), world.moments(0, "BYE"));
    assert!(ack[0] <= bye[0], "ACK at {ack:?}, BYE at {bye:?}");
}

#[test]
fn info_travels_inside_the_call_both_ways() {
    let mut world = pair(10, Transport::Udp);
    let leg = world.connect();
    for (from, to, sender) in [(0, 1, 1), (1, 0, leg)] {
        let content_type = "application/dtmf-relay".to_owned();
        let body = Bytes::from_static(b"Signal=5\r\n");
        world.command(from, Command::Info { leg: sender, content_type, body });
        let kind = world.until(to, |event| match event {
            Event::Info { content_type, body, .. } if body.starts_with(b"Signal=5") => {
                Some(content_type.clone())
            }
            _ => None,
        });
        assert_eq!(kind, "application/dtmf-relay");
    }
}

#[test]
fn both_sides_hanging_up_at_once_is_no_error() {
    let mut world = pair(11, Transport::Udp);
    let leg = world.connect();
    world.command(0, Command::Hangup { leg: 1, cause: None });
    world.command(1, Command::Hangup { leg, cause: None });
    world.run(Duration::from_secs(60));
    for node in &world.nodes {
        let ends =
            node.events.iter().filter(|e| matches!(e, Event::Ended { .. } | Event::Failed { .. })).count();
        assert_eq!((ends, node.endpoint.transactions()), (1, 0));
    }
}

#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let mut world = pair(12, Transport::Udp);
    // Node 0 sends no offer; its answer to ours would be in the ACK, which an endpoint asked for no offer leaves empty.
    let Command::Invite(mut invite) = call(1, to_trunk("b", "+15550002")) else { unreachable!("it is one") };
    invite.offer = Bytes::new();
    world.command(0, Command::Invite(invite));
    let incoming = world.incoming(1);
    assert_eq!(incoming.offer, None);
    world.command(1, Command::Answer { leg: incoming.leg, answer: Bytes::from_static(OFFER) });
    let offer = world.until(0, |event| match event {
        Event::Answered { answer, .. } => Some(answer.clone()),
        _ => None,
    });
    assert_eq!(offer, OFFER);
}

//! Hold, resume and glare.

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, Weather, World, pair};
use crate::endpoint::{Command, Event, Transport};

fn reoffer(leg: u64) -> Command {
    Command::Reoffer { leg, offer: Bytes::from_static(OFFER) }
}

fn accept(leg: u64) -> Command {
    Command::AcceptReoffer { leg, answer: Bytes::from_static(ANSWER) }
}

fn reoffered(world: &mut World, node: usize) -> Option<Bytes> {
    world.until(node, |event| match event {
        Event::Reoffered { offer, .. } => Some(offer.clone()),
        _ => None,
    })
}

fn accepted(world: &mut World, node: usize) -> Bytes {
    world.until(node, |event| match event {
        Event::ReofferAccepted { answer, .. } => Some(answer.clone()),
        _ => None,
    })
}

#[test]
fn either_side_offers_new_terms_and_the_other_accepts_or_refuses() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut world = pair(20, transport);
        let leg = world.connect();
        for (from, ours, to, theirs) in [(0, 1, 1, leg), (1, leg, 0, 1)] {
            world.command(from, reoffer(ours));
            assert_eq!(reoffered(&mut world, to).as_deref(), Some(OFFER));
            world.command(to, accept(theirs));
            assert_eq!(accepted(&mut world, from), ANSWER);
            world.run(Duration::from_secs(1));
            world.command(from, reoffer(ours));
            reoffered(&mut world, to);
            world.command(to, Command::RefuseReoffer { leg: theirs, code: 488 });
            let code = world.until(from, |event| match event {
                Event::ReofferRefused { code, .. } => Some(*code),
                _ => None,
            });
            assert_eq!(code, 488);
        }
        world.command(0, Command::Hangup { leg: 1, cause: None });
        assert!(world.ended(1, leg), "a refusal leaves the call as it was");
    }
}

#[test]
fn when_both_offer_at_once_both_are_refused_with_491_and_the_callee_comes_first() {
    for seed in 30..50 {
        let mut world = pair(seed, Transport::Udp);
        let leg = world.connect();
        world.command(0, reoffer(1));
        world.command(1, reoffer(leg));
        let start = world.now;
        // The one who does not own the Call-ID waits at most 2 s, the other at least 2.1 s (RFC 3261 section 14.1).
        assert!(reoffered(&mut world, 0).is_some());
        assert!(world.now - start <= Duration::from_millis(2100));
        world.command(0, accept(1));
        accepted(&mut world, 1);
        assert!(reoffered(&mut world, 1).is_some());
        assert!(world.now - start >= Duration::from_millis(2100));
        world.command(1, accept(leg));
        accepted(&mut world, 0);
        assert_eq!((world.received(0, "SIP/2.0 491"), world.received(1, "SIP/2.0 491")), (1, 1));
    }
}

#[test]
fn offers_made_while_one_is_under_way_are_sent_after_it_the_last_one_only() {
    let mut world = pair(21, Transport::Udp);
    let leg = world.connect();
    world.command(0, reoffer(1));
    world.command(0, Command::Reoffer { leg: 1, offer: Bytes::from_static(b"v=0\r\ns=second\r\n") });
    world.command(0, Command::Reoffer { leg: 1, offer: Bytes::from_static(b"v=0\r\ns=third\r\n") });
    assert_eq!(reoffered(&mut world, 1).as_deref(), Some(OFFER));
    world.command(1, accept(leg));
    accepted(&mut world, 0);
    assert_eq!(reoffered(&mut world, 1).as_deref(), Some(&b"v=0\r\ns=third\r\n"[..]));
}

#[test]
fn new_terms_get_through_thirty_per_cent_loss() {
    for seed in 60..90 {
        let mut world = pair(seed, Transport::Udp);
        let leg = world.connect();
        world.weather = Weather { loss: 30, twice: 10, jitter: 200 };
        world.command(1, reoffer(leg));
        reoffered(&mut world, 0);
        world.command(0, accept(1));
        accepted(&mut world, 1);
        world.command(0, Command::Hangup { leg: 1, cause: None });
        assert!(world.ended(1, leg), "seed {seed}");
        world.run(Duration::from_secs(120));
        assert_eq!(world.nodes[0].endpoint.transactions() + world.nodes[1].endpoint.transactions(), 0);
    }
}

#[test]
fn a_peer_that_forgot_the_call_ends_it() {
    let mut world = pair(22, Transport::Udp);
    world.connect();
    let amnesiac = World::new(2, 99).nodes.remove(1);
    world.nodes[1] = amnesiac;
    world.command(0, reoffer(1));
    assert!(world.ended(0, 1));
    assert_eq!(world.received(0, "SIP/2.0 481"), 1);
}

#[test]
fn hanging_up_while_a_reoffer_is_open_ends_both_sides() {
    for hangs_up in [0, 1] {
        let mut world = pair(23, Transport::Udp);
        let leg = world.connect();
        world.command(0, reoffer(1));
        reoffered(&mut world, 1);
        let ours = if hangs_up == 0 { 1 } else { leg };
        world.command(hangs_up, Command::Hangup { leg: ours, cause: None });
        let (other, theirs) = if hangs_up == 0 { (1, leg) } else { (0, 1) };
        assert!(world.ended(other, theirs));
        world.run(Duration::from_secs(60));
        assert_eq!(world.nodes[0].endpoint.transactions() + world.nodes[1].endpoint.transactions(), 0);
    }
}

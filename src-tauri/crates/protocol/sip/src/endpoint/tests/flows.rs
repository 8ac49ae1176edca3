//! Phones that only the flow they registered on leads to: in browsers, behind NAT; and several that ring together.

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, SECURE_OFFER, WEB_OFFER, World, call, phone, to_trunk};
use super::phones::{BOTH, office, office_at};
use crate::endpoint::{Command, Destination, Event, Input, Transport};
use crate::message::Method;

fn reachable(world: &mut World, wanted: usize) {
    world.nodes[0].events.clear();
    world.until(0, |event| {
        matches!(event, Event::Phone { contacts, .. } if *contacts == wanted).then_some(())
    });
}

#[test]
fn a_phone_by_websocket_is_called_over_its_connection_whatever_its_contact_says() {
    // A name: a lookup of it would be the end of the test.
    for (transport, at) in [
        (Transport::Ws, "df7jal23ls0d.invalid"),
        (Transport::Wss, "df7jal23ls0d.invalid"),
        (Transport::Tls, "192.168.1.7"),
        (Transport::Tcp, "192.168.1.7"),
    ] {
        let mut world = office_at(2, 50, transport, &BOTH, Some(at));
        world.command(0, call(2, Destination::User("user_a".to_owned())));
        let incoming = world.incoming(1);
        let offer = match transport {
            Transport::Ws | Transport::Wss => WEB_OFFER,
            Transport::Tls => SECURE_OFFER,
            Transport::Udp | Transport::Tcp => OFFER,
        };
        assert_eq!(incoming.offer.as_deref(), Some(offer));
        let invite = world.requests(1, Method::Invite).remove(0);
        let via = invite.headers.get("Via").expect("it has one").to_owned();
        assert!(via.starts_with(&format!("SIP/2.0/{} ", transport.via_name())), "{via}");
        world.command(1, Command::Answer { leg: incoming.leg, answer: Bytes::from_static(ANSWER) });
        world.until(0, |event| matches!(event, Event::Answered { leg: 2, .. }).then_some(()));
        world.command(0, Command::Hangup { leg: 2, cause: None });
        assert!(world.ended(1, incoming.leg));

        world.command(1, call(1, to_trunk("line", "+15550100")));
        let leg = world.incoming(0).leg;
        world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        world.until(0, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
        world.command(0, Command::Hangup { leg, cause: None });
        assert!(world.ended(1, 1));
        world.input(0, Input::ConnectionClosed { connection: 2 });
        world.command(0, call(3, Destination::User("user_a".to_owned())));
        assert_eq!(world.failed(0, 3), 480, "without its connection it is nowhere");
    }
}

#[test]
fn a_call_goes_on_over_the_connection_that_its_phone_came_back_by() {
    for breaks in [true, false] {
        let mut world = office_at(2, 56, Transport::Ws, &BOTH, Some("df7jal23ls0d.invalid"));
        world.command(0, call(2, Destination::User("user_a".to_owned())));
        let leg = world.incoming(1).leg;
        world.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        world.until(0, |event| matches!(event, Event::Answered { leg: 2, .. }).then_some(()));
        world.until(1, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
        if breaks {
            world.input(0, Input::ConnectionClosed { connection: 2 });
        }
        world.nodes[1].address = "10.0.0.77:61000".parse().expect("an address");
        // It renews its registration in time, from its new address.
        reachable(&mut world, 1);
        world.command(0, Command::Hangup { leg: 2, cause: None });
        assert!(world.ended(1, leg), "breaks: {breaks}");
    }
}

#[test]
fn phones_behind_nat_are_asked_now_and_then_and_those_that_do_not_answer_are_not_called() {
    let mut world = office_at(2, 51, Transport::Udp, &BOTH, Some("192.168.1.7"));
    world.run(Duration::from_secs(100));
    let asked = world.requests(1, Method::Options).len();
    assert!((3..=4).contains(&asked), "every 30 s: {asked}");
    world.lose.push(("OPTIONS", usize::MAX));
    reachable(&mut world, 0);
    world.command(0, call(1, Destination::User("user_a".to_owned())));
    assert_eq!(world.failed(0, 1), 480);
    world.lose.clear();
    reachable(&mut world, 1);
    world.command(0, call(2, Destination::User("user_a".to_owned())));
    world.incoming(1);
}

#[test]
fn phones_whose_contact_is_where_they_are_and_those_with_connections_are_not_asked() {
    for (transport, host) in [(Transport::Udp, None), (Transport::Tcp, Some("192.168.1.7"))] {
        let mut world = office_at(2, 52, transport, &BOTH, host);
        world.run(Duration::from_secs(100));
        assert_eq!(world.requests(1, Method::Options).len(), 0, "{transport:?}");
    }
}

#[test]
fn phones_whose_call_another_one_took_are_told_so_and_those_of_a_caller_who_gave_up_are_not() {
    let mut world = office(3, 53, Transport::Udp, &BOTH);
    world.command(0, call(9, Destination::User("user_a".to_owned())));
    let legs: Vec<u64> = (1..3).map(|node| world.incoming(node).leg).collect();
    world.command(2, Command::Progress { leg: legs[1], code: 180, answer: None });
    world.command(1, Command::Answer { leg: legs[0], answer: Bytes::from_static(ANSWER) });
    world.until(0, |event| matches!(event, Event::Answered { leg: 9, .. }).then_some(()));
    assert_eq!(world.failed(2, legs[1]), 487);
    let reason = |world: &World| {
        let cancel = world.requests(2, Method::Cancel).pop().expect("it was taken back");
        cancel.headers.get("Reason").map(str::to_owned)
    };
    let elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";
    assert_eq!(reason(&world).as_deref(), Some(elsewhere));
    world.command(0, Command::Hangup { leg: 9, cause: None });
    world.run(Duration::from_secs(1));

    world.command(0, call(10, Destination::User("user_a".to_owned())));
    (1..3).for_each(|node| drop(world.incoming(node)));
    world.run(Duration::from_secs(1));
    world.command(0, Command::Hangup { leg: 10, cause: None });
    assert_eq!(world.failed(0, 10), 487);
    world.run(Duration::from_secs(1));
    assert_eq!(reason(&world), None, "missed");
}

#[test]
fn a_busy_phone_leaves_the_other_ringing_which_may_answer_and_all_busy_is_busy() {
    let mut world = office(3, 54, Transport::Udp, &BOTH);
    let reject = |world: &mut World, node, leg| {
        world.command(node, Command::Reject { leg, code: 486, retry_after: None });
        world.run(Duration::from_secs(1));
    };
    world.command(0, call(9, Destination::User("user_a".to_owned())));
    let legs: Vec<u64> = (1..3).map(|node| world.incoming(node).leg).collect();
    reject(&mut world, 1, legs[0]);
    world.command(2, Command::Answer { leg: legs[1], answer: Bytes::from_static(ANSWER) });
    world.until(0, |event| matches!(event, Event::Answered { leg: 9, .. }).then_some(()));
    world.command(0, Command::Hangup { leg: 9, cause: None });
    world.run(Duration::from_secs(1));

    world.command(0, call(10, Destination::User("user_a".to_owned())));
    let legs: Vec<u64> = (1..3).map(|node| world.incoming(node).leg).collect();
    reject(&mut world, 1, legs[0]);
    reject(&mut world, 2, legs[1]);
    assert_eq!(world.failed(0, 10), 486);
}

#[test]
fn a_phone_that_asks_to_be_called_over_its_connection_is_told_that_it_will_be() {
    let mut world = World::new(1, 55);
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    let mut seq = 0;
    let mut register = |supported: &str, extra: &str, credentials: &str| {
        seq += 1;
        let text = format!(
            "REGISTER sip:tandem SIP/2.0\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK{seq}\nMax-Forwards: 70\n\
             From: <sip:alice@tandem>;tag=1\nTo: <sip:alice@tandem>\nCall-ID: r\nCSeq: {seq} REGISTER\n\
             Supported: {supported}\nContact: <sip:x@a.invalid;transport=ws>;+sip.instance=\"<urn:uuid:1>\"{extra}\n\
             {credentials}\n",
        );
        text.replace('\n', "\r\n")
    };
    let mut answered = |supported: &str, extra: &str| -> crate::message::Response {
        let flow = crate::endpoint::Flow {
            transport: Transport::Ws,
            remote: "10.0.0.9:41000".parse().expect("an address"),
            connection: Some(7),
        };
        let mut say = |text: String| {
            let message = crate::message::parse_datagram(text.as_bytes()).expect("a message");
            world.input(0, Input::Message { flow, message });
            world.run(Duration::from_millis(20));
            let (_, bytes) = world.strays.pop().expect("an answer");
            match crate::message::parse_datagram(&bytes) {
                Ok(crate::message::Message::Response(response)) => response,
                other => panic!("no response: {other:?}"),
            }
        };
        let challenge = say(register(supported, extra, ""));
        let challenge = crate::digest::best_challenge(&challenge.headers, "WWW-Authenticate").expect("one");
        let credentials = challenge.answer(&crate::digest::Attempt {
            method: "REGISTER",
            uri: "sip:tandem",
            user: "alice",
            password: "secret",
            body: b"",
            cnonce: "c",
            nc: 1,
        });
        say(register(supported, extra, &format!("Authorization: {credentials}\n")))
    };
    let told = answered("path, outbound", ";reg-id=1");
    assert_eq!((told.code, told.headers.require()), (200, vec!["outbound"]));
    assert!(told.headers.contains("Flow-Timer"));
    for (supported, extra) in [("path", ";reg-id=1"), ("outbound", "")] {
        let told = answered(supported, extra);
        assert_eq!((told.code, told.headers.require().len()), (200, 0));
    }
}

//! Phones: registering, being called together, calling.

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, WEB_OFFER, Weather, World, call, phone, to_trunk, trunk};
use crate::digest::Algorithm;
use crate::endpoint::{Caller, Command, Destination, Event, Input, Transport, TrunkAccount, TrunkState};
use crate::message::Method;

fn line(name: &str, transport: Transport) -> TrunkAccount {
    let mut account = trunk("line", "10.0.0.1:5060", transport);
    account.accept_from.clear();
    account.credentials = Some((name.to_owned(), "secret".into()));
    account.register = Some(120);
    account
}

/// Node 0 is the server; all others register there as the same user's phones.
fn office(nodes: usize, seed: u64, transport: Transport, algorithms: &[Algorithm]) -> World {
    office_at(nodes, seed, transport, algorithms, None)
}

/// Phones that call themselves by a host of no use to anybody else.
fn office_at(
    nodes: usize,
    seed: u64,
    transport: Transport,
    algorithms: &[Algorithm],
    host: Option<&str>,
) -> World {
    let mut world = World::with(nodes, seed, |config| {
        config.algorithms = algorithms.to_vec();
        let is_phone = config.udp.ip() != std::net::IpAddr::from([10, 0, 0, 1]);
        config.advertised = host.filter(|_| is_phone).map(str::to_owned);
    });
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    for node in 1..nodes {
        world.command(node, Command::SetTrunks(vec![line("alice", transport)]));
        registered(&mut world, node);
    }
    world.until(0, |event| {
        matches!(event, Event::Phone { contacts, .. } if *contacts == nodes - 1).then_some(())
    });
    world
}

fn registered(world: &mut World, node: usize) -> u32 {
    world.until(node, |event| match event {
        Event::Trunk { state: TrunkState::Registered { expires_s }, .. } => Some(*expires_s),
        _ => None,
    })
}

const BOTH: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Md5];

#[test]
fn a_phone_registers_with_every_algorithm_calls_and_is_called() {
    for (algorithms, transport) in [
        (&BOTH[..], Transport::Udp),
        (&[Algorithm::Md5][..], Transport::Tcp),
        (&[Algorithm::Sha512_256][..], Transport::Udp),
    ] {
        let mut world = office(2, 40, transport, algorithms);
        world.command(1, call(1, to_trunk("line", "+15550100")));
        let incoming = world.incoming(0);
        assert_eq!(incoming.caller, Caller::Phone("user_a".to_owned()));
        assert_eq!(
            (incoming.from.as_str(), incoming.to.as_str()),
            ("alice", "+15550100"),
            "From is not believed"
        );
        world.command(0, Command::Answer { leg: incoming.leg, answer: Bytes::from_static(ANSWER) });
        world.until(1, |event| matches!(event, Event::Answered { .. }).then_some(()));
        world.until(0, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
        world.command(0, Command::Hangup { leg: incoming.leg, cause: None });
        assert!(world.ended(1, 1));

        world.command(0, call(2, Destination::User("user_a".to_owned())));
        let incoming = world.incoming(1);
        assert_eq!(incoming.caller, Caller::Trunk("line".to_owned()));
        world.command(1, Command::Answer { leg: incoming.leg, answer: Bytes::from_static(ANSWER) });
        world.until(0, |event| matches!(event, Event::Answered { leg: 2, .. }).then_some(()));
        world.command(1, Command::Hangup { leg: incoming.leg, cause: None });
        assert!(world.ended(0, 2));
    }
}

#[test]
fn of_several_phones_the_first_to_answer_wins_and_the_others_stop_ringing() {
    for seed in 0..10 {
        let mut world = office(4, seed, Transport::Udp, &BOTH);
        world.weather = Weather { loss: 15, twice: 10, jitter: 50 };
        world.command(0, call(9, Destination::User("user_a".to_owned())));
        let legs: Vec<u64> = (1..4).map(|node| world.incoming(node).leg).collect();
        // Two answer at the same time.
        for node in [1, 2] {
            let answer = Bytes::from_static(ANSWER);
            world.command(node, Command::Answer { leg: legs[node - 1], answer });
        }
        world.until(0, |event| matches!(event, Event::Answered { leg: 9, .. }).then_some(()));
        assert_eq!(world.failed(3, legs[2]), 487);
        world.run(Duration::from_secs(40));
        assert!(!world.has(0, |event| matches!(event, Event::Answered { .. } | Event::Ended { .. })));
        let ended = |node: usize| {
            world
                .has(node, |event| matches!(event, Event::Ended { by_peer: true, .. } | Event::Failed { .. }))
        };
        assert!(ended(1) != ended(2), "one talks, the other was ended (seed {seed})");
        world.command(0, Command::Hangup { leg: 9, cause: None });
        world.run(Duration::from_secs(120));
        assert!(world.nodes.iter().all(|node| node.endpoint.legs() == 0));
    }
}

#[test]
fn one_phone_refusing_leaves_the_others_ringing_and_all_refusing_ends_the_call() {
    let mut world = office(3, 41, Transport::Udp, &BOTH);
    world.command(0, call(9, Destination::User("user_a".to_owned())));
    let first = world.incoming(1).leg;
    world.command(1, Command::Reject { leg: first, code: 486, retry_after: None });
    world.run(Duration::from_secs(2));
    assert!(!world.has(0, |event| matches!(event, Event::Failed { .. })));
    let second = world.incoming(2).leg;
    world.command(2, Command::Reject { leg: second, code: 404, retry_after: None });
    assert_eq!(world.failed(0, 9), 486);
}

#[test]
fn a_user_without_a_phone_is_not_reached() {
    let mut world = World::new(1, 42);
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    world.command(0, call(1, Destination::User("user_a".to_owned())));
    assert_eq!(world.failed(0, 1), 480);
}

#[test]
fn a_registration_is_renewed_in_time_and_runs_out_when_the_phone_is_gone() {
    let mut world = office(2, 43, Transport::Udp, &BOTH);
    world.run(Duration::from_secs(1000));
    assert!(!world.has(0, |event| matches!(event, Event::Phone { contacts: 0, .. })), "renewed all along");
    world.weather.loss = 100;
    world.until(0, |event| matches!(event, Event::Phone { contacts: 0, .. }).then_some(()));
}

#[test]
fn a_phone_that_takes_its_account_out_deregisters() {
    let mut world = office(2, 44, Transport::Udp, &BOTH);
    world.command(1, Command::SetTrunks(Vec::new()));
    world.until(0, |event| matches!(event, Event::Phone { contacts: 0, .. }).then_some(()));
    assert!(world.now - world.start < Duration::from_secs(2), "at once, not by expiry");
}

#[test]
fn a_closed_connection_and_a_changed_password_take_the_binding_away() {
    let mut world = office(2, 45, Transport::Tcp, &BOTH);
    world.input(0, Input::ConnectionClosed { connection: 2 });
    assert!(world.has(0, |event| matches!(event, Event::Phone { contacts: 0, .. })));
    let mut world = office(2, 46, Transport::Udp, &BOTH);
    let mut changed = phone("user_a", "alice");
    changed.password = "new".into();
    world.command(0, Command::SetPhones(vec![changed]));
    assert!(world.has(0, |event| matches!(event, Event::Phone { contacts: 0, .. })));
}

#[test]
fn nobody_registers_for_somebody_else_or_with_a_wrong_password() {
    let mut world = World::new(2, 47);
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice"), phone("user_b", "bob")]));
    let mut account = line("alice", Transport::Udp);
    account.credentials = Some(("alice".to_owned(), "wrong".into()));
    world.command(1, Command::SetTrunks(vec![account]));
    let code = world.until(1, |event| match event {
        Event::Trunk { state: TrunkState::Failed { code, .. }, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code, Some(401));
    assert!(!world.has(0, |event| matches!(event, Event::Phone { .. })));
}

#[test]
fn a_phone_whose_address_changes_during_a_call_is_reached_at_the_new_one() {
    let mut world = office(2, 48, Transport::Udp, &BOTH);
    world.command(1, call(1, to_trunk("line", "+15550100")));
    let leg = world.incoming(0).leg;
    world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.until(0, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
    world.nodes[1].address = "10.0.0.77:61000".parse().expect("an address");
    let info =
        Command::Info { leg: 1, content_type: "text/plain".to_owned(), body: Bytes::from_static(b"x") };
    world.command(1, info);
    world.until(0, |event| matches!(event, Event::Info { .. }).then_some(()));
    world.command(0, Command::Hangup { leg, cause: None });
    assert!(world.ended(1, 1));
}

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
        let offer = if transport.is_web() { WEB_OFFER } else { OFFER };
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

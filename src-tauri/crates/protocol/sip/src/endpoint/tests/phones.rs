//! Phones: registering, being called together, calling.

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, Weather, World, call, phone, to_trunk, trunk};
use crate::digest::Algorithm;
use crate::endpoint::{Caller, Command, Destination, Event, Input, Transport, TrunkAccount, TrunkState};

fn line(name: &str, transport: Transport) -> TrunkAccount {
    let mut account = trunk("line", "10.0.0.1:5060", transport);
    account.accept_from.clear();
    account.credentials = Some((name.to_owned(), "secret".into()));
    account.register = Some(120);
    account
}

/// Node 0 is the server; all others register there as the same user's phones.
pub fn office(nodes: usize, seed: u64, transport: Transport, algorithms: &[Algorithm]) -> World {
    office_at(nodes, seed, transport, algorithms, None)
}

/// Phones that call themselves by a host of no use to anybody else.
pub fn office_at(
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

pub const BOTH: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Md5];

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

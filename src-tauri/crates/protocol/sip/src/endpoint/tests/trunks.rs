//! Trunks: 423, backoff, pings.

use std::time::Duration;

use super::network::{World, phone, trunk};
use crate::endpoint::{Command, Event, Input, Transport, TrunkState};

fn states(world: &World, node: usize) -> Vec<TrunkState> {
    let events = world.nodes[node].events.iter();
    events
        .filter_map(|e| if let Event::Trunk { state, .. } = e { Some(state.clone()) } else { None })
        .collect()
}

fn registering(seconds: u32) -> crate::endpoint::TrunkAccount {
    let mut account = trunk("line", "10.0.0.1", Transport::Udp);
    account.credentials = Some(("alice".to_owned(), "secret".into()));
    account.register = Some(seconds);
    account
}

#[test]
fn too_brief_a_registration_is_asked_for_again_with_what_the_registrar_demands() {
    let mut world = World::new(2, 50);
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    world.command(1, Command::SetTrunks(vec![registering(10)]));
    world.run(Duration::from_secs(5));
    assert_eq!(world.received(1, "SIP/2.0 423"), 1);
    assert_eq!(states(&world, 1), [TrunkState::Registering, TrunkState::Registered { expires_s: 60 }]);
}

#[test]
fn a_registrar_that_is_not_there_is_tried_again_later_and_later() {
    let mut world = World::new(2, 51);
    world.weather.loss = 100;
    world.command(1, Command::SetTrunks(vec![registering(120)]));
    world.run(Duration::from_secs(3600));
    let waits: Vec<u32> = states(&world, 1)
        .into_iter()
        .filter_map(|s| {
            if let TrunkState::Failed { code: Some(408), retry_in_s, .. } = s {
                Some(retry_in_s)
            } else {
                None
            }
        })
        .collect();
    assert!((2..=5).contains(&waits[0]), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 300), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait >= 150), "{waits:?}");
    world.weather.loss = 0;
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    world.run(Duration::from_secs(400));
    assert_eq!(states(&world, 1).last(), Some(&TrunkState::Registered { expires_s: 120 }));
}

#[test]
fn pings_tell_whether_a_trunk_can_be_reached() {
    let mut world = World::new(2, 52);
    let mut account = trunk("carrier", "10.0.0.1", Transport::Udp);
    account.options_every = 30;
    world.command(1, Command::SetTrunks(vec![account]));
    world.run(Duration::from_secs(100));
    assert_eq!(states(&world, 1), [TrunkState::Reachable], "told once, not with every ping");
    assert_eq!(world.received(0, "OPTIONS"), 4);
    world.command(0, Command::Drain);
    world.run(Duration::from_secs(40));
    assert!(matches!(states(&world, 1).last(), Some(TrunkState::Failed { code: Some(503), .. })));
}

#[test]
fn a_trunk_that_wants_neither_is_unmonitored_and_setting_it_again_changes_nothing() {
    let mut world = World::new(1, 53);
    let account = trunk("carrier", "10.0.0.9", Transport::Udp);
    world.command(0, Command::SetTrunks(vec![account.clone()]));
    world.command(0, Command::SetTrunks(vec![account]));
    assert_eq!(states(&world, 0), [TrunkState::Unmonitored]);
    assert!(world.nodes[0].endpoint.next_deadline().is_none());
}

#[test]
fn losing_the_connection_one_registered_over_means_registering_again() {
    let mut world = World::new(2, 54);
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    let mut account = registering(3600);
    account.transport = Transport::Tcp;
    world.command(1, Command::SetTrunks(vec![account]));
    world.run(Duration::from_secs(1));
    let before = world.received(0, "REGISTER");
    world.input(0, Input::ConnectionClosed { connection: 2 });
    world.input(1, Input::ConnectionClosed { connection: 1 });
    world.run(Duration::from_secs(3));
    assert!(world.received(0, "REGISTER") > before);
    assert!(matches!(world.nodes[0].events.last(), Some(Event::Phone { contacts: 1, .. })));
}

#[test]
fn a_registered_trunk_is_pinged_too_and_a_silent_one_is_noticed_before_the_renewal() {
    let mut world = World::new(2, 55);
    world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
    let mut account = registering(3600);
    account.options_every = 30;
    world.command(1, Command::SetTrunks(vec![account]));
    world.run(Duration::from_secs(100));
    assert_eq!((world.received(0, "OPTIONS"), world.received(0, "REGISTER")), (3, 2));
    assert_eq!(states(&world, 1).last(), Some(&TrunkState::Registered { expires_s: 3600 }));
    world.weather.loss = 100;
    world.run(Duration::from_secs(100));
    let failed = |state: &TrunkState| matches!(state, TrunkState::Failed { code: Some(408), .. });
    assert!(states(&world, 1).iter().any(failed));
    world.weather.loss = 0;
    world.run(Duration::from_secs(60));
    assert_eq!(states(&world, 1).last(), Some(&TrunkState::Registered { expires_s: 3600 }));
}

//! The live socket.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_switchboard::exchange::{LiveCall, LiveMessage};
use tandem_switchboard::records::*;

use crate::support::sockets::Socket;
use crate::support::{World, rows};

pub fn live_call(org: &str, id: &str) -> LiveCall {
    LiveCall {
        call: rows::call(org, id, 1_000, CallStatus::InProgress),
        supervisors: vec![("user_supervisor_org_1".into(), "Sam".into(), SupervisionMode::Listen)],
        last_line: Some("hello".into()),
        quality: None,
        transfer: None,
        held: false,
        rings_for: None,
        queue: None,
        conference: None,
        callback: None,
        alerts: Vec::new(),
    }
}

fn key_pressed(world: &World, org: &str, call: &str) -> Event {
    let body = EventBody::KeyPressed { at_ms: 5 };
    let new = NewEvent { call: Some(call.into()), at: UnixMs(2_000), body };
    world.store.data.lock().add(&org.into(), vec![new]).remove(0)
}

fn interim(org: &str, call: &str, text: &str) -> LiveMessage {
    LiveMessage::Interim {
        org: org.into(),
        call: call.into(),
        speaker: Speaker::Customer,
        text: text.into(),
        start_ms: 40,
    }
}

/// Makes sure that everything sent before has been looked at.
async fn settle(socket: &mut Socket) {
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn a_supervisor_gets_a_snapshot_then_events_and_watched_interims() {
    let world = World::new().await;
    *world.exchange.live.lock() = vec![live_call("org_1", "call_org_1"), live_call("org_2", "call_org_2")];
    let before = key_pressed(&world, "org_1", "call_org_1");
    let show = world.session("org_1", UserRole::Supervisor);
    let (mut socket, snapshot) = world.live(&show).await;
    assert_eq!(snapshot["seq"], before.seq);
    assert_eq!(snapshot["calls"].as_array().expect("calls").len(), 1, "one's own organisation's");
    assert_eq!(snapshot["calls"][0]["supervisors"][0]["mode"], "listen");
    assert_eq!(snapshot["trunks"][0]["status"], json!({"state": "registered", "expires_s": 600}));
    assert_eq!(snapshot["you"]["user"], "user_supervisor_org_1");

    world.exchange.tell(LiveMessage::Event(key_pressed(&world, "org_2", "call_org_2")));
    world.exchange.tell(interim("org_1", "call_org_1", "not watched"));
    world.exchange.tell(LiveMessage::Event(key_pressed(&world, "org_1", "call_org_1")));
    let event = socket.next().await;
    assert_eq!((&event["type"], &event["kind"]), (&json!("event"), &json!("key.pressed")));
    assert_eq!((&event["call"], &event["data"]["at_ms"]), (&json!("call_org_1"), &json!(5)));
    assert_eq!(event["at"], "1970-01-01T00:00:02Z");

    socket.say(json!({"type": "watch", "calls": ["call_org_1"]})).await;
    settle(&mut socket).await;
    world.exchange.tell(interim("org_1", "call_org_1", "yes, I"));
    let text = socket.next().await;
    let expected = json!({"type": "interim", "call": "call_org_1", "speaker": "customer", "text": "yes, I", "start_ms": 40});
    assert_eq!(text, expected);
    let connected = LiveMessage::Phone { org: "org_1".into(), user: "user_x".into(), connected: true };
    world.exchange.tell(connected);
    assert_eq!(socket.next().await, json!({"type": "phone", "user": "user_x", "connected": true}));
}

#[tokio::test]
async fn after_a_break_the_missed_events_come_once_and_in_order() {
    let world = World::new().await;
    let seen = key_pressed(&world, "org_1", "call_org_1");
    let missed: Vec<_> = (0..3).map(|_| key_pressed(&world, "org_1", "call_org_1")).collect();
    key_pressed(&world, "org_2", "call_org_2");
    let ticket = world.ticket(&world.session("org_1", UserRole::Supervisor)).await;
    let mut socket = world.open("live", &ticket, None).await.expect("opened");
    socket.say(json!({"type": "resume", "after": seen.seq})).await;
    assert_eq!(socket.next().await, json!({"type": "resumed", "after": seen.seq}));
    for event in &missed {
        assert_eq!(socket.next().await["seq"], event.seq);
    }
    assert_eq!(socket.next().await["type"], "trunk");
    world.exchange.tell(LiveMessage::Event(missed[2].clone()));
    let new = key_pressed(&world, "org_1", "call_org_1");
    world.exchange.tell(LiveMessage::Event(new.clone()));
    assert_eq!(socket.next().await["seq"], new.seq, "what was replayed is not repeated");
}

#[tokio::test]
async fn who_missed_too_much_or_comes_from_another_history_starts_anew() {
    let world = World::new().await;
    for after in [-1, 10_000] {
        let ticket = world.ticket(&world.session("org_1", UserRole::Supervisor)).await;
        let mut socket = world.open("live", &ticket, None).await.expect("opened");
        socket.say(json!({"type": "resume", "after": after})).await;
        assert_eq!(socket.next().await, json!({"type": "resync"}));
        assert_eq!(socket.next().await["type"], "snapshot");
    }
}

#[tokio::test]
async fn a_ticket_opens_one_socket_and_no_other_sites_page_opens_any() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Agent);
    let ticket = world.ticket(&show).await;
    assert!(world.open("live", &ticket, None).await.is_ok());
    assert_eq!(world.open("live", &ticket, None).await.err(), Some(401));
    assert_eq!(world.open("live", "guess", None).await.err(), Some(401));
    let ticket = world.ticket(&show).await;
    assert_eq!(world.open("live", &ticket, Some("https://evil.example")).await.err(), Some(403));
    let ours = format!("http://{}", world.server.addr);
    let ticket = world.ticket(&show).await;
    assert!(world.open("live", &ticket, Some(&ours)).await.is_ok());
}

#[tokio::test]
async fn an_agent_gets_nobody_elses_transcript() {
    let world = World::new().await;
    *world.exchange.live.lock() = vec![live_call("org_1", "call_org_1")];
    let (mut socket, snapshot) = world.live(&world.session("org_1", UserRole::Agent)).await;
    assert_eq!((&snapshot["calls"], &snapshot["trunks"]), (&json!([]), &json!([])));
    socket.say(json!({"type": "watch", "calls": ["call_org_1"]})).await;
    settle(&mut socket).await;
    let item = EventBody::TranscriptItem(Box::new(rows::item("call_org_1", 1, "a secret")));
    let event = |body| {
        LiveMessage::Event(Event {
            seq: 7,
            org: "org_1".into(),
            call: Some("call_org_1".into()),
            at: UnixMs(0),
            body,
        })
    };
    world.exchange.tell(event(item.clone()));
    world.exchange.tell(interim("org_1", "call_org_1", "a secret"));
    settle(&mut socket).await;
    let mine = FloorHolder::Person { user: "user_agent_org_1".into(), name: "A".into() };
    let floor = EventBody::FloorChanged { floor: mine, version: 4, by: None, reason: "".into(), at_ms: 0 };
    world.exchange.tell(event(floor));
    assert_eq!(socket.next().await["kind"], "floor.changed");
    world.exchange.tell(event(item));
    assert_eq!(socket.next().await["data"]["text"], "a secret", "with the floor, the call is theirs");
}

#[tokio::test]
async fn a_lost_credential_or_role_closes_the_socket_within_a_second() {
    let world = World::new().await;
    let session = world.session("org_1", UserRole::Supervisor);
    let key = world.key("org_1", UserRole::Supervisor);
    let (mut signed_out, _) = world.live(&session).await;
    let (mut by_key, _) = world.live(&key).await;
    world.request(&session, "DELETE", "/session").send().await.expect("answered");
    world.store.data.lock().keys.last_mut().expect("key").revoked_at = Some(UnixMs(1));
    for socket in [&mut signed_out, &mut by_key] {
        let (code, after) = socket.close_code().await;
        assert_eq!(code, 4401);
        assert!(after <= Duration::from_secs(1), "{after:?}");
    }
    let (mut lowered, _) = world.live(&world.session("org_1", UserRole::Supervisor)).await;
    world.store.data.lock().users[1].role = UserRole::Agent;
    let (code, after) = lowered.close_code().await;
    assert_eq!(code, 4403);
    assert!(after <= Duration::from_secs(1), "{after:?}");
}

#[tokio::test]
async fn a_slow_reader_delays_nobody_and_gets_a_new_snapshot() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Supervisor);
    let (mut slow, _) = world.live(&show).await;
    let (mut quick, _) = world.live(&show).await;
    // Enough to fill the socket's buffers and the queue behind them, while `slow` reads nothing; and no more, for it is
    // given up after a while.
    let text = "x".repeat(20_000);
    let mut last = 0;
    for n in 0..2_000 {
        let mut item = rows::item("call_org_1", n, &text);
        item.position = n;
        last = n;
        let body = EventBody::TranscriptItem(Box::new(item));
        let event =
            Event { seq: n, org: "org_1".into(), call: Some("call_org_1".into()), at: UnixMs(0), body };
        world.exchange.tell(LiveMessage::Event(event));
        assert_eq!(quick.next().await["seq"], n, "the quick reader misses nothing");
    }
    let (mut next, mut resynced) = (-1, false);
    loop {
        let message: Value = slow.next().await;
        match message["type"].as_str() {
            Some("event") if !resynced => {
                next += 1;
                assert_eq!(message["seq"], next, "no gap before the resync");
            }
            Some("resync") => resynced = true,
            Some("snapshot") => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(resynced && next < last, "{next} of {last}");
    settle(&mut slow).await;
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_the_socket_stays() {
    let world = World::new().await;
    let (mut socket, _) = world.live(&world.session("org_1", UserRole::Supervisor)).await;
    let many: Vec<_> = (0..51).map(|n| format!("call_{n}")).collect();
    for wrong in [json!({"type": "dance"}), json!({"type": "watch", "calls": many}), json!([])] {
        socket.say(wrong).await;
        assert_eq!(socket.next().await["type"], "refused");
    }
    settle(&mut socket).await;
}

#[tokio::test]
async fn a_change_of_the_configuration_is_told() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Admin);
    let (mut socket, _) = world.live(&show).await;
    world.request(&show, "DELETE", "/numbers/pn_org_1").send().await.expect("answered");
    let event = socket.next().await;
    assert_eq!(event["kind"], "config.changed");
    let expected = json!({"what": "number", "id": "pn_org_1", "deleted": true, "by": "user_admin_org_1"});
    assert_eq!(event["data"], expected);
}

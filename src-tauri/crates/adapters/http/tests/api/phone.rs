//! Browser audio.

use std::time::Duration;

use futures_util::SinkExt as _;
use serde_json::json;
use tandem_switchboard::records::UserRole;
use tokio_tungstenite::tungstenite::Message;

use crate::support::sockets::Socket;
use crate::support::{Show, World};

async fn phone(world: &World, show: &Show) -> Socket {
    let ticket = world.ticket(show).await;
    let mut socket = world.open("phone", &ticket, None).await.expect("opened");
    assert_eq!(socket.next().await, json!({"type": "hello", "sample_rate": 8_000, "frame_samples": 160}));
    socket
}

#[tokio::test]
async fn frames_go_both_ways() {
    let world = World::new().await;
    let mut socket = phone(&world, &world.session("org_1", UserRole::Agent)).await;
    let (user, mut heard, said) = world.exchange.links.lock().pop().expect("attached");
    assert_eq!(user.as_str(), "user_agent_org_1");
    let frame: Vec<u8> = (0..160_i16).flat_map(|n| (n * 100 - 8_000).to_le_bytes()).collect();
    socket.0.send(Message::Binary(frame.clone().into())).await.expect("sent");
    let samples = heard.recv().await.expect("frame");
    assert_eq!((samples.len(), samples[0], samples[159]), (160, -8_000, 7_900));
    said.send(samples).await.expect("sent");
    assert_eq!(socket.frame().await, Message::Binary(frame.into()));
}

#[tokio::test]
async fn a_newer_window_takes_over_and_a_wrong_frame_ends_it() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Agent);
    let mut older = phone(&world, &show).await;
    let mut newer = phone(&world, &show).await;
    assert_eq!(older.next().await, json!({"type": "replaced"}));
    assert_eq!(older.close_code().await.0, 4001);
    newer.0.send(Message::Binary(vec![0; 100].into())).await.expect("sent");
    assert_eq!(newer.close_code().await.0, 1007);
}

#[tokio::test]
async fn keys_have_no_phone_and_signing_out_hangs_it_up() {
    let world = World::new().await;
    let key = world.key("org_1", UserRole::Owner);
    let ticket = world.ticket(&key).await;
    assert_eq!(world.open("phone", &ticket, None).await.err(), Some(403));
    let show = world.session("org_1", UserRole::Agent);
    let mut socket = phone(&world, &show).await;
    world.request(&show, "DELETE", "/session").send().await.expect("answered");
    let (code, after) = socket.close_code().await;
    assert_eq!(code, 4401);
    assert!(after <= Duration::from_secs(1), "{after:?}");
}

//! Browser audio over WebRTC.

use std::time::Duration;

use serde_json::json;
use tandem_switchboard::ports::browser_phone::{BrowserPhoneError, PeerOrder, PeerState};
use tandem_switchboard::records::UserRole;
use tokio::time::timeout;

use crate::support::browsers::{OFFER, PretendPeer};
use crate::support::{Show, World, body, code, problem};

const SOON: Duration = Duration::from_secs(5);

async fn offered(world: &World, show: &Show) -> PretendPeer {
    let answer = world.send(show, "POST", "/phone/offer", &json!({ "sdp": OFFER })).await;
    assert_eq!(body(answer).await, json!({ "sdp": "v=0\r\ns=answer\r\n" }));
    world.browsers.newest()
}

async fn order(peer: &mut PretendPeer) -> Option<PeerOrder> {
    timeout(SOON, peer.orders.recv()).await.expect("an order, or their end")
}

#[tokio::test]
async fn a_connected_browser_is_the_persons_phone_and_an_unconnected_one_is_not() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Agent);
    let mut lost = offered(&world, &show).await;
    lost.state.send_replace(PeerState::Gone);
    assert!(order(&mut lost).await.is_none(), "nothing is asked of a peer that never came");
    assert!(world.exchange.links.lock().is_empty(), "nor is it a phone");

    let mut peer = offered(&world, &show).await;
    peer.state.send_replace(PeerState::Connected);
    let Some(PeerOrder::Carry(mut link)) = order(&mut peer).await else { panic!("a link to carry") };
    let (user, mut heard, said) = world.exchange.links.lock().pop().expect("attached");
    assert_eq!(user.as_str(), "user_agent_org_1");
    link.to_room.send(vec![7; 160].into()).await.expect("sent");
    assert_eq!(heard.recv().await.as_deref(), Some(&[7; 160][..]));
    said.send(vec![9; 160].into()).await.expect("sent");
    assert_eq!(link.from_room.recv().await.as_deref(), Some(&[9; 160][..]));
    peer.state.send_replace(PeerState::Gone);
    assert!(order(&mut peer).await.is_none());
}

#[tokio::test]
async fn a_newer_window_takes_over_whichever_way_either_came() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Agent);
    let ticket = world.ticket(&show).await;
    let mut socket = world.open("phone", &ticket, None).await.expect("opened");
    assert_eq!(socket.next().await["type"], "hello");
    let mut first = offered(&world, &show).await;
    first.state.send_replace(PeerState::Connected);
    assert!(matches!(order(&mut first).await, Some(PeerOrder::Carry(_))));
    assert_eq!(socket.next().await, json!({"type": "replaced"}));
    assert_eq!(socket.close_code().await.0, 4001);
    let mut second = offered(&world, &show).await;
    second.state.send_replace(PeerState::Connected);
    assert!(matches!(order(&mut second).await, Some(PeerOrder::Carry(_))));
    assert!(matches!(order(&mut first).await, Some(PeerOrder::Replaced)));
    assert!(order(&mut first).await.is_none());
    let ticket = world.ticket(&show).await;
    let mut socket = world.open("phone", &ticket, None).await.expect("opened");
    assert_eq!(socket.next().await["type"], "hello");
    assert!(matches!(order(&mut second).await, Some(PeerOrder::Replaced)));
}

#[tokio::test]
async fn keys_have_no_phone_and_signing_out_hangs_it_up() {
    let world = World::new().await;
    let key = world.key("org_1", UserRole::Owner);
    let answer = world.send(&key, "POST", "/phone/offer", &json!({ "sdp": OFFER })).await;
    assert_eq!(code(answer).await, (403, "person_required".into()));
    let show = world.session("org_1", UserRole::Agent);
    let mut peer = offered(&world, &show).await;
    peer.state.send_replace(PeerState::Connected);
    assert!(matches!(order(&mut peer).await, Some(PeerOrder::Carry(_))));
    world.request(&show, "DELETE", "/session").send().await.expect("answered");
    assert!(order(&mut peer).await.is_none(), "the peer is let go");
}

#[tokio::test]
async fn an_offer_that_is_none_is_refused_by_its_field_and_without_webrtc_there_is_the_socket() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Agent);
    let expected = "one audio section".to_owned();
    *world.browsers.refuse_next.lock() = Some(BrowserPhoneError::Offer { expected: expected.clone() });
    let answer = world.send(&show, "POST", "/phone/offer", &json!({ "sdp": OFFER })).await;
    let refused = problem(answer).await;
    assert_eq!((&refused["status"], &refused["code"]), (&json!(422), &json!("validation_failed")));
    assert_eq!(refused["errors"], json!([{ "field": "sdp", "expected": expected }]));
    for wrong in [json!({ "sdp": "" }), json!({ "sdp": "v".repeat(40_000) }), json!({})] {
        let refused = problem(world.send(&show, "POST", "/phone/offer", &wrong).await).await;
        assert_eq!(refused["errors"][0]["field"], "sdp", "{refused}");
    }
    *world.browsers.refuse_next.lock() = Some(BrowserPhoneError::TooMany);
    let answer = world.send(&show, "POST", "/phone/offer", &json!({ "sdp": OFFER })).await;
    assert_eq!(code(answer).await, (503, "phones_busy".into()));
    let without = World::with(|config| config.browser_phones = None).await;
    let show = without.session("org_1", UserRole::Agent);
    let answer = without.send(&show, "POST", "/phone/offer", &json!({ "sdp": OFFER })).await;
    assert_eq!(code(answer).await, (404, "not_found".into()));
}

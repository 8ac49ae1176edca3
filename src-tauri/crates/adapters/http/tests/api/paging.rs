//! Lists are read in pages, none of which repeats or misses a call while new ones come in.

use tandem_switchboard::records::{CallStatus, UserRole};

use crate::support::{World, body, rows};

#[tokio::test]
async fn calls_that_come_in_while_paging_cause_no_repeats_and_no_gaps() {
    let world = World::new().await;
    let show = world.session("org_1", UserRole::Supervisor);
    for n in 0..25 {
        // Some share their moment, so that the id has to decide.
        let call = rows::call("org_1", &format!("call_{n:02}"), 10_000 + n / 3, CallStatus::Completed);
        world.store.data.lock().calls.push(call);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for page in 0.. {
        let path = format!("/calls?limit=10&status=completed{cursor}");
        let answer = body(world.get(&show, &path).await).await;
        for call in answer["items"].as_array().expect("items") {
            seen.push(call["id"].as_str().expect("id").to_owned());
        }
        let late = rows::call("org_1", &format!("late_{page}"), 99_000, CallStatus::Completed);
        world.store.data.lock().calls.push(late);
        match answer["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut expected: Vec<_> = (0..25).map(|n| format!("call_{n:02}")).collect();
    expected.reverse();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn calls_are_found_by_state_and_by_number_and_never_in_another_organisation() {
    let world = World::new().await;
    let show = world.key("org_2", UserRole::Supervisor);
    let items = |answer: serde_json::Value| answer["items"].as_array().expect("items").len();
    assert_eq!(items(body(world.get(&show, "/calls?live=true").await).await), 1);
    assert_eq!(items(body(world.get(&show, "/calls?status=busy").await).await), 0);
    let found = body(world.get(&show, "/calls?search=8123").await).await;
    assert_eq!(found["items"][0]["id"], "call_org_2");
    assert_eq!(found["items"][0]["created_at"], "1970-01-01T00:00:01Z");
    assert!(found["items"][0]["recording"].is_null());
}

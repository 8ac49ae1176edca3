//! People give the customer to somebody else, over real SIP and RTP: who hears whom, and the way back when it fails.

#[path = "support/transfer_world.rs"]
mod transfer_world;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_switchboard::ports::signalling::{SignallingCommand as Command, SignallingEvent as Event};
use transfer_world::{CUSTOMER, EVERYBODY, Phone, SAM, SUE, World};

#[tokio::test]
async fn a_blind_transfer_rings_the_target_and_leaves_them_with_the_customer() {
    let mut world = World::taken_over().await;
    world.to_sue("blind").await;
    let ringing = world.sues.called().await;
    assert!(!ringing.answers_at_once, "she did not ask for it");
    world.sues.ring(&ringing);
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    world.sues.answer(&ringing).await;
    world.sue_has_the_customer(ringing.leg).await;
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.transfer_is("ringing").await;
    world.floor_is("person", Some("user_supervisor_2")).await;
    world.transfer_is("completed").await;
    world.ends().await;
    world.sues.is_hung_up_on(ringing.leg).await;
}

#[tokio::test]
async fn a_blind_transfer_to_who_is_busy_declines_or_does_not_answer_comes_back() {
    let world = &mut World::taken_over().await;
    for (code, state) in [(486, "busy"), (603, "declined"), (500, "lost")] {
        world.to_sue("blind").await;
        let ringing = world.sues.called().await;
        world.sues.refuse(&ringing, code);
        world.transfer_is(state).await;
        world.sam_has_the_customer().await;
    }
    world.to_sue("blind").await;
    let ringing = world.sues.called().await;
    world.sues.ring(&ringing);
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    world.sues.is_hung_up_on(ringing.leg).await;
    world.transfer_is("no_answer").await;
    world.sam_has_the_customer().await;
    world.ends().await;
}

#[tokio::test]
async fn a_transfer_that_fails_after_its_author_left_comes_back_to_the_assistant() {
    let mut world = World::taken_over().await;
    world.to_sue("blind").await;
    let ringing = world.sues.called().await;
    world.sams.hang_up(world.sams_leg);
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    world.sues.refuse(&ringing, 486);
    // Nobody is interrupted by an assistant.
    world.customer.falls_silent();
    world.floor_is("assistant", None).await;
    let back = world.live.said(&world.call.clone(), "assistant", "", 20).await;
    assert_ne!(back["data"]["text"], "", "it says that it is back");
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    world.ends().await;
}

#[tokio::test]
async fn a_customer_left_with_nobody_hears_music_until_somebody_takes_the_call() {
    let mut world = World::called_in().await;
    world.to_sue("blind").await;
    let ringing = world.sues.called().await;
    world.sams.hang_up(world.sams_leg);
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.sues.refuse(&ringing, 603);
    world.floor_is("nobody", None).await;
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    let sue = world.server.signed_in("supervisor_2").await;
    let version = world.floor().await["version"].clone();
    sue.post(&format!("/calls/{}/takeover", world.call), json!({ "floor_version": version })).await;
    let leg = world.sues.takes().await;
    world.sue_has_the_customer(leg).await;
    world.ends().await;
}

#[tokio::test]
async fn a_consultation_is_private_and_ends_in_any_of_the_ways_there_are() {
    let mut world = World::taken_over().await;
    world.to_sue("consult").await;
    let ringing = world.sues.called().await;
    world.sues.ring(&ringing);
    // Both wait, and both hear why.
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    world.sams.hears_a_sound(world.sams_leg, &EVERYBODY).await;
    world.sues.answer(&ringing).await;
    let sues_leg = ringing.leg;
    world.sams.hears(world.sams_leg, SUE, &[CUSTOMER]).await;
    world.sues.hears(sues_leg, SAM, &[CUSTOMER]).await;
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;

    world.does("transfer/swap", Value::Null).await;
    world.sam_has_the_customer().await;
    world.sues.hears_a_sound(sues_leg, &EVERYBODY).await;
    let shown = world.sam.get("/live/calls").await["items"][0]["transfer"].clone();
    let wanted = json!({
        "by": "user_supervisor", "to": "user_supervisor_2", "name": "Sue Supervisor", "state": "swapped", "held": false,
    });
    assert_eq!(shown, wanted);

    world.does("transfer/three-way", Value::Null).await;
    world.customer.hears_both(world.customer_leg, SAM, SUE).await;
    world.sams.hears_both(world.sams_leg, CUSTOMER, SUE).await;
    world.sues.hears_both(sues_leg, CUSTOMER, SAM).await;

    world.does("transfer/abandon", Value::Null).await;
    world.sues.is_hung_up_on(sues_leg).await;
    world.sam_has_the_customer().await;

    // Again, and the target hangs up in the middle.
    world.to_sue("consult").await;
    let sues_leg = world.sues.takes().await;
    world.sues.hears(sues_leg, SAM, &[CUSTOMER]).await;
    world.sues.hang_up(sues_leg);
    world.sam_has_the_customer().await;

    // Again, to the end.
    world.to_sue("consult").await;
    let sues_leg = world.sues.takes().await;
    world.sues.hears(sues_leg, SAM, &[CUSTOMER]).await;
    world.does("transfer/complete", Value::Null).await;
    world.sue_has_the_customer(sues_leg).await;
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.ends().await;
}

#[tokio::test]
async fn who_is_lost_while_consulting_leaves_the_customer_with_the_consulted() {
    let mut world = World::taken_over().await;
    world.to_sue("consult").await;
    let sues_leg = world.sues.takes().await;
    world.sues.hears(sues_leg, SAM, &[CUSTOMER]).await;
    world.sams.hang_up(world.sams_leg);
    world.sue_has_the_customer(sues_leg).await;
    world.ends().await;
}

#[tokio::test]
async fn a_customer_who_hangs_up_on_hold_ends_it_for_both() {
    let mut world = World::taken_over().await;
    world.to_sue("consult").await;
    let sues_leg = world.sues.takes().await;
    world.sues.hears(sues_leg, SAM, &[CUSTOMER]).await;
    world.ends().await;
    world.sues.is_hung_up_on(sues_leg).await;
    world.sams.is_hung_up_on(world.sams_leg).await;

    let mut world = World::taken_over().await;
    world.to_sue("blind").await;
    let ringing = world.sues.called().await;
    world.sues.ring(&ringing);
    world.ends().await;
    world.sues.is_hung_up_on(ringing.leg).await;
}

/// What Sam's phone is told of its REFER, to the end.
async fn notified(phone: &mut Phone) -> Vec<u16> {
    let mut codes = Vec::new();
    loop {
        let (code, over) = phone
            .until("a report", |event| match event {
                Event::ReferNotified { code, over, .. } => Some((*code, *over)),
                _ => None,
            })
            .await;
        codes.extend(code);
        if over {
            return codes;
        }
    }
}

#[tokio::test]
async fn a_phones_refer_does_the_same_as_the_screen() {
    let mut world = World::taken_over().await;
    let refer = |world: &World, to: &str, replaces| {
        let to = format!("sip:{to}@{}", world.server.sip()).into();
        world.sams.send(Command::Refer { leg: world.sams_leg, to, replaces });
    };
    // To somebody there is not.
    refer(&world, "nobody", None);
    let code = world.sams.until("a refusal", |event| match event {
        Event::ReferRefused { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code.await, 404);

    // To who is busy: the phone is told, and has the customer again.
    refer(&world, "sue", None);
    let ringing = world.sues.called().await;
    world.sues.ring(&ringing);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    world.sues.refuse(&ringing, 486);
    assert_eq!(notified(&mut world.sams).await, [100, 180, 486]);
    world.sam_has_the_customer().await;

    // A consultation that was begun at the screen is completed at the phone.
    world.to_sue("consult").await;
    let sues_leg = world.sues.takes().await;
    world.sues.hears(sues_leg, SAM, &[CUSTOMER]).await;
    refer(&world, "sue", Some(world.sams_leg));
    assert_eq!(notified(&mut world.sams).await.last(), Some(&200));
    world.sue_has_the_customer(sues_leg).await;
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.ends().await;
}

#[tokio::test]
async fn a_phone_that_hangs_up_once_its_refer_is_accepted_has_given_the_customer_away() {
    let mut world = World::taken_over().await;
    let to = format!("sip:sue@{}", world.server.sip()).into();
    world.sams.send(Command::Refer { leg: world.sams_leg, to, replaces: None });
    world.sams.until("202", |event| matches!(event, Event::ReferAccepted { .. }).then_some(())).await;
    world.sams.hang_up(world.sams_leg);
    let ringing = world.sues.called().await;
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    world.sues.answer(&ringing).await;
    world.sue_has_the_customer(ringing.leg).await;
    world.ends().await;
}

#[tokio::test]
async fn an_agent_who_holds_the_floor_may_transfer_to_a_number_and_nobody_else_may() {
    let mut world = World::called_in().await;
    let sue = world.server.signed_in("supervisor_2").await;
    let path = format!("/calls/{}/transfer", world.call);
    let outside = json!({ "to": { "number": "+15557770002" }, "kind": "blind" });
    let refused = sue.ask(Method::POST, &path, Some(outside.clone())).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let agent = world.server.signed_in("agent").await;
    assert_eq!(agent.ask(Method::POST, &path, Some(outside.clone())).await.status, 403, "not the holder");
    let nowhere = json!({ "to": { "user": "user_agent" }, "kind": "blind" });
    assert_eq!(world.sam.ask(Method::POST, &path, Some(nowhere)).await.status, 422, "has no phone");

    // The agent's own call: Sam gives it to him, and he gives it to a number behind the customer's trunk.
    let mut alex = Phone::of(&world.server, "agent", SUE).await;
    world.does("transfer", json!({ "to": { "user": "user_agent" }, "kind": "blind" })).await;
    let leg = alex.takes().await;
    world.customer.hears(world.customer_leg, SUE, &[SAM]).await;
    // He may think better of it while it rings.
    let answer = agent.ask(Method::POST, &path, Some(outside.clone())).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let ringing = world.customer.called().await;
    let back = agent.ask(Method::POST, &format!("{path}/abandon"), None).await;
    assert_eq!(back.status, 200, "{}", back.body);
    world.customer.is_hung_up_on(ringing.leg).await;
    world.customer.hears(world.customer_leg, SUE, &[SAM]).await;

    let answer = agent.ask(Method::POST, &path, Some(outside)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let outside_leg = world.customer.takes().await;
    world.floor_is("outside", None).await;
    alex.is_hung_up_on(leg).await;
    // Both lines end at one phone, which says the same on each.
    world.customer.hears(outside_leg, CUSTOMER, &[SAM, SUE]).await;
    world.customer.hears(world.customer_leg, CUSTOMER, &[SAM, SUE]).await;
    world.ends().await;
}

/// Sets what the support queue asks of those who would join it.
async fn queue_settings(world: &World, change: Value) {
    let admin = world.server.signed_in("admin").await;
    let mut queue = admin.get("/queues").await["items"][0].clone();
    for (name, value) in change.as_object().expect("settings") {
        queue["settings"][name] = value.clone();
    }
    let write = json!({ "name": queue["name"], "settings": queue["settings"], "members": queue["members"] });
    let put = admin.ask(Method::PUT, "/queues/queue_support", Some(write)).await;
    assert_eq!(put.status, 200, "{}", put.body);
}

async fn joined(world: &mut World) -> Value {
    let call = world.call.clone();
    world.live.event(&call, "queue.joined", 20).await
}

/// The queue and the call write down what they know of it by themselves: what comes first is not said.
async fn left_to_a_queue(world: &mut World) {
    let call = world.call.clone();
    let completed =
        |m: &Value| m["kind"] == "transfer.changed" && m["data"]["transfer"]["state"] == "completed";
    let joined = |m: &Value| m["kind"] == "queue.joined" && m["call"] == call.as_str();
    let nobodys = |m: &Value| m["kind"] == "floor.changed" && m["data"]["floor"]["holder"] == "nobody";
    seen(world, "the queue", joined).await;
    seen(world, "the end of the transfer", completed).await;
    seen(world, "nobody's floor", nobodys).await;
}

async fn seen(world: &mut World, what: &str, fits: impl Fn(&Value) -> bool) {
    if !world.live.seen.iter().any(&fits) {
        world.live.until(what, 40, fits).await;
    }
}

#[tokio::test]
async fn a_customer_left_to_a_queue_waits_with_music_and_is_taken_by_whoever_is_free() {
    let mut world = World::called_in().await;
    world.does("transfer", json!({ "to": { "queue": "queue_support" }, "kind": "blind" })).await;
    left_to_a_queue(&mut world).await;
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.customer.hears_a_sound(world.customer_leg, &EVERYBODY).await;
    let row = world.sam.get(&format!("/calls/{}", world.call)).await;
    let place = world.sam.get("/floor").await["queues"][0]["waiting"][0].clone();
    let since = |text: &Value| -> jiff::Timestamp { text.as_str().expect("a time").parse().expect("a time") };
    let apart = since(&place["since"]).duration_since(since(&row["answered_at"])).as_millis().abs();
    assert!(apart < 1_000, "the time with us counts: {apart} ms");

    let agent = world.server.signed_in("agent").await;
    let mut alex = Phone::of(&world.server, "agent", SUE).await;
    agent.ask(Method::PUT, "/me/presence", Some(json!({ "presence": "ready" }))).await;
    let leg = alex.takes().await;
    world.customer.hears(world.customer_leg, SUE, &[SAM]).await;
    alex.hears(leg, CUSTOMER, &[SAM]).await;
    world.ends().await;
}

#[tokio::test]
async fn a_queue_that_takes_nobody_leaves_the_customer_where_they_are() {
    let mut world = World::called_in().await;
    queue_settings(&world, json!({ "join_with": "ready", "overflow": { "kind": "hang_up" } })).await;
    let to = |queue: &str| json!({ "to": { "queue": queue }, "kind": "blind", "keep_wait": false });
    world.does("transfer", to("queue_support")).await;
    world.transfer_is("declined").await;
    world.sam_has_the_customer().await;
    let path = format!("/calls/{}/transfer", world.call);
    let nowhere = world.sam.ask(Method::POST, &path, Some(to("queue_nowhere"))).await;
    assert_eq!(nowhere.status, 422, "{}", nowhere.body);
    let sue = world.server.signed_in("supervisor_2").await;
    assert_eq!(sue.ask(Method::POST, &path, Some(to("queue_support"))).await.status, 409, "not the holder");
    // He may still give the customer to somebody.
    world.to_sue("blind").await;
    let leg = world.sues.takes().await;
    world.sue_has_the_customer(leg).await;
    world.ends().await;
}

#[tokio::test]
async fn a_customer_left_to_a_queue_who_hangs_up_leaves_it() {
    let mut world = World::called_in().await;
    let to = json!({ "to": { "queue": "queue_support" }, "kind": "blind", "keep_wait": false });
    world.does("transfer", to).await;
    joined(&mut world).await;
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.customer.hang_up(world.customer_leg);
    let call = world.call.clone();
    let left = world.live.event(&call, "queue.left", 20).await;
    assert_eq!(left["data"]["why"], "abandoned");
    world.live.event(&call, "call.ended", 20).await;
    assert_eq!(world.sam.get("/floor").await["queues"][0]["waiting"], json!([]));
}

#[tokio::test]
async fn a_customer_left_to_an_assistant_is_spoken_to_by_it_and_who_left_them_is_free() {
    let mut world = World::called_in().await;
    let path = format!("/calls/{}/transfer", world.call);
    let to = |assistant: &str| json!({ "to": { "assistant": assistant }, "kind": "blind", "note": "She asks about her balance." });
    let nobody = world.sam.ask(Method::POST, &path, Some(to("asst_nobody"))).await;
    assert_eq!(nobody.status, 422, "{}", nobody.body);
    world.sam_has_the_customer().await;

    // A customer who says nothing is not waited for by the assistant.
    world.customer.falls_silent();
    world.does("transfer", to("asst_receptionist")).await;
    world.transfer_is("completed").await;
    world.floor_is("assistant", None).await;
    let call = world.call.clone();
    world.live.said(&call, "assistant", "", 40).await;
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.ends().await;
}

#[tokio::test]
async fn another_assistant_may_take_over_from_the_first_through_a_person() {
    let mut world = World::taken_over().await;
    world.customer.falls_silent();
    let to = json!({ "to": { "assistant": "asst_receptionist" }, "kind": "blind" });
    world.does("transfer", to).await;
    world.floor_is("assistant", None).await;
    let call = world.call.clone();
    world.live.said(&call, "assistant", "", 40).await;
    let transcript = world.sam.get(&format!("/calls/{call}/transcript")).await;
    let items = transcript["items"].as_array().expect("items");
    // However little of it was heard before a person took over.
    let says = |item: &Value, what: &str| {
        item[what].as_str().is_some_and(|text| text.to_lowercase().contains("jane"))
    };
    let says_jane = |item: &Value| says(item, "text") || says(item, "intended_text");
    assert!(items.iter().any(says_jane), "what the first one said stays: {transcript}");
    let names = |name: &str| items.iter().filter(|item| item["speaker_name"] == name).count();
    assert!(names("Jane") > 0, "{transcript}");
    let row = world.sam.get(&format!("/calls/{call}")).await;
    assert_eq!(row["assistant"], "asst_receptionist");
    world.sams.is_hung_up_on(world.sams_leg).await;
    world.ends().await;
}

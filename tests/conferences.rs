//! Calls meet in a named room, over real SIP and RTP: who hears whom, who waits, and how it ends.

#[path = "support/sip_phone.rs"]
mod sip_phone;

use reqwest::Method;
use serde_json::{Value, json};
use sip_phone::Phone;
use tandem_foundation::LegId;
use tandem_scenarios::{Api, Live, Server, Wav, tone_strength};

// What each of them says for ever. None is a tone of the exchange's.
const CUSTOMER: f64 = 500.0;
const SAM: f64 = 1_000.0;
const SUE: f64 = 1_500.0;
const EVERYBODY: [f64; 3] = [CUSTOMER, SAM, SUE];
// The two notes that tell of one who enters or leaves.
const NOTES: [f64; 2] = [600.0, 1_050.0];
const OURS: &str = "+62215550001";

struct World {
    server: Server,
    sam: Api,
    live: Live,
    trunk: String,
    customer: Phone,
    sams: Phone,
    sues: Phone,
}

impl World {
    /// A number whose callers take this route, a customer behind a trunk, and two people with telephones.
    async fn new(route: Value) -> Self {
        let server = Server::sandbox();
        let (admin, sam) = (server.signed_in("admin").await, server.signed_in("supervisor").await);
        let live = Live::open(&sam).await;
        let customer = Phone::behind_a_trunk(&server, CUSTOMER).await;
        let sams = Phone::of(&server, "supervisor", SAM).await;
        let sues = Phone::of(&server, "supervisor_2", SUE).await;
        let host = format!("127.0.0.1:{}", customer.port());
        let trunk = json!({ "name": "Test", "host": host, "max_cps": 10, "max_channels": 10 });
        let trunk = admin.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned();
        admin.post("/numbers", json!({ "number": OURS, "trunk": trunk, "route": route })).await;
        Self { server, sam, live, trunk, customer, sams, sues }
    }

    /// The call that joins next, and its conference.
    async fn joined(&mut self) -> (String, String) {
        let joined = self.live.until("joining", 30, |m| m["kind"] == "conference.joined").await;
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&joined["call"]), text(&joined["data"]["conference"]))
    }

    /// Waits for something that happens to a conference.
    async fn told(&mut self, kind: &str) -> Value {
        self.live.until(kind, 30, |m| m["kind"] == kind).await["data"].clone()
    }

    async fn does(&self, conference: &str, what: &str, with: Value) -> Value {
        self.sam.post(&format!("/conferences/{conference}/{what}"), with).await
    }

    async fn live_conferences(&self) -> usize {
        self.sam.get("/live/conferences").await["items"].as_array().expect("a list").len()
    }

    /// The newest recording, once its file is whole.
    async fn recording(&mut self, conference: &str) -> Wav {
        let whole = |m: &Value| m["kind"] == "conference.recording" && m["data"]["state"] == "complete";
        self.live.until("a whole recording", 30, whole).await;
        Wav::parse(&self.sam.bytes(&format!("/conferences/{conference}/recording")).await)
    }
}

/// Everybody hears exactly the two others.
async fn all_three_meet(world: &World, legs: [LegId; 3]) {
    world.customer.hears_all(legs[0], &[SAM, SUE], &[CUSTOMER]).await;
    world.sams.hears_all(legs[1], &[CUSTOMER, SUE], &[SAM]).await;
    world.sues.hears_all(legs[2], &[CUSTOMER, SAM], &[SUE]).await;
}

/// How much of each tone is in the clearest tenth of a second of a channel.
fn clearest(wav: &Wav, channel: usize, hz: f64) -> f64 {
    let parts = wav.channels[channel].chunks_exact(800);
    parts
        .filter(|part| part.iter().any(|s| s.unsigned_abs() > 500))
        .map(|p| tone_strength(p, wav.rate, hz))
        .fold(0.0, f64::max)
}

#[tokio::test]
async fn three_hear_each_other_and_are_muted_sent_out_locked_and_recorded() {
    let mut world = World::new(json!({ "kind": "conference", "name": "standup", "record": true })).await;
    let customer = world.customer.call(&world.server, OURS).await;
    let (customers_call, conference) = world.joined().await;
    let sam = world.sams.dials(OURS).await;
    world.joined().await;
    let sue = world.sues.dials(OURS).await;
    let (sues_call, same) = world.joined().await;
    assert_eq!(same, conference, "a name is one room");
    all_three_meet(&world, [customer, sam, sue]).await;

    let muted = world.does(&conference, "mute", json!({ "call": sues_call, "muted": true })).await;
    let shown = |view: &Value, call: &str| {
        view["members"].as_array().expect("members").iter().find(|m| m["call"] == call).cloned()
    };
    assert_eq!(shown(&muted, &sues_call).expect("Sue")["muted"], true, "{muted}");
    world.customer.hears(customer, SAM, &[SUE]).await;
    world.sues.hears_all(sue, &[CUSTOMER, SAM], &[SUE]).await;
    world.does(&conference, "mute", json!({ "call": sues_call, "muted": false })).await;
    all_three_meet(&world, [customer, sam, sue]).await;

    world.does(&conference, "lock", json!({ "locked": true })).await;
    // Whoever calls now is told so and hung up on.
    let fourth = world.sams.dials(OURS).await;
    world.sams.is_hung_up_on(fourth).await;
    assert_eq!(world.live_conferences().await, 1);
    world.does(&conference, "lock", json!({ "locked": false })).await;

    let left = world.does(&conference, "remove", json!({ "call": sues_call })).await;
    assert!(shown(&left, &sues_call).is_none(), "{left}");
    world.sues.is_hung_up_on(sue).await;
    world.customer.hears(customer, SAM, &[SUE]).await;
    world.sams.hears(sam, CUSTOMER, &[SUE]).await;

    let stopped = world.does(&conference, "record", json!({ "on": false })).await;
    assert_eq!(stopped["recording"], false);
    let wav = world.recording(&conference).await;
    for channel in [0, 1] {
        for hz in EVERYBODY {
            let strength = clearest(&wav, channel, hz);
            assert!(strength > 0.2, "{hz} Hz is not in channel {channel}: {strength:.3}");
        }
    }

    world.customer.hang_up(customer);
    world.live.event(&customers_call, "call.ended", 20).await;
    world.sams.hears_nothing(sam).await;
    world.sams.hang_up(sam);
    assert_eq!(world.told("conference.ended").await["why"], "empty");
    let over = world.sam.get(&format!("/conferences/{conference}")).await;
    assert_eq!(over["calls"].as_array().expect("calls").len(), 3, "{over}");
    assert_eq!((&over["end_reason"], &over["members"]), (&json!("empty"), &json!([])));
    assert_eq!(world.sam.get("/conferences").await["items"][0]["id"], conference.as_str());
    assert_eq!(world.live_conferences().await, 0);
}

#[tokio::test]
async fn who_is_early_hears_music_until_the_moderator_comes_and_goes_on_after_the_end() {
    let route = json!({ "kind": "conference", "name": "board", "ends_with_moderator": true });
    let mut world = World::new(route).await;
    let variables = json!({ "customer_name": "Bob", "amount_due": "two hundred dollars" });
    let wanted = json!({
        "to": "+15557770001", "assistant": "asst_jane_collections", "trunk": world.trunk, "variables": variables,
    });
    let call = world.server.api().post("/calls", wanted).await["id"].as_str().expect("an id").to_owned();
    let customer = world.customer.takes().await;
    world.live.said(&call, "assistant", "jane", 40).await;

    let join = json!({ "name": "board", "starts": false, "beep": "never" });
    let joined = world.sam.post(&format!("/calls/{call}/conference"), join.clone()).await;
    assert_eq!(joined["floor"]["holder"], "nobody", "the assistant is silent among others");
    let now = world.sam.get("/live/conferences").await;
    assert_eq!(now["items"][0]["members"][0]["state"], "waiting", "{now}");
    assert_eq!(now["items"][0]["started_at"], Value::Null);
    world.customer.hears_a_sound(customer, &EVERYBODY).await;
    let twice = world.sam.ask(Method::POST, &format!("/calls/{call}/conference"), Some(join)).await;
    assert_eq!((twice.status, &twice.body["code"]), (409, &json!("wrong_state")));

    let sue = world.sues.dials(OURS).await;
    world.told("conference.started").await;
    world.customer.hears(customer, SUE, &[SAM]).await;
    world.sues.hears(sue, CUSTOMER, &[SAM]).await;
    world.sues.hang_up(sue);
    assert_eq!(world.told("conference.ended").await["why"], "member_left");
    // The call is its assistant's again, who is not interrupted.
    world.customer.falls_silent();
    world.live.said(&call, "assistant", "", 40).await;
    world.customer.hears_a_sound(customer, &EVERYBODY).await;
    world.customer.hang_up(customer);
    world.live.event(&call, "call.ended", 20).await;
}

#[tokio::test]
async fn somebody_is_called_into_the_room_and_all_are_hung_up_on_at_its_end() {
    let mut world = World::new(json!({ "kind": "conference", "name": "standup" })).await;
    let sam = world.sams.dials(OURS).await;
    let (_, conference) = world.joined().await;
    let dial = |number: &str, trunk: &str| json!({ "to": number, "trunk": trunk, "name": "Bob" });
    let trunk = world.trunk.clone();
    let call = world.does(&conference, "dial", dial("+15557770001", &trunk)).await;
    assert_eq!(call["direction"], "outbound");
    let ringing = world.customer.called().await;
    let now = world.sam.get(&format!("/conferences/{conference}")).await;
    assert_eq!(now["members"][1]["state"], "ringing", "{now}");
    world.customer.answer(&ringing).await;
    assert_eq!(world.joined().await.0, call["id"].as_str().expect("an id"));
    world.customer.hears(ringing.leg, SAM, &[SUE]).await;
    world.sams.hears(sam, CUSTOMER, &[SUE]).await;

    // One who still rings when it ends is not left ringing.
    world.does(&conference, "dial", dial("+15557770002", &trunk)).await;
    let second = world.customer.called().await;
    world.customer.ring(&second);
    world.does(&conference, "end", Value::Null).await;
    assert_eq!(world.told("conference.ended").await["why"], "asked");
    for leg in [ringing.leg, second.leg] {
        world.customer.is_hung_up_on(leg).await;
    }
    world.sams.is_hung_up_on(sam).await;
    let gone = world.sam.ask(Method::POST, &format!("/conferences/{conference}/end"), None).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn who_holds_a_call_takes_it_into_the_room_and_leaves_it_there() {
    let mut world = World::new(json!({ "kind": "person", "user": "user_supervisor" })).await;
    let admin = world.server.signed_in("admin").await;
    let number = json!({
        "number": "+62215550002", "trunk": world.trunk, "route": { "kind": "conference", "name": "help desk" },
    });
    admin.post("/numbers", number).await;
    let sue = world.sues.dials("+62215550002").await;
    world.joined().await;
    let customer = world.customer.call(&world.server, OURS).await;
    let sam = world.sams.takes().await;
    world.customer.hears(customer, SAM, &[SUE]).await;
    let calls = world.sam.get("/live/calls").await;
    let held = calls["items"].as_array().expect("calls").iter().find(|live| live["call"]["to"] == OURS);
    let call = held.expect("the call")["call"]["id"].as_str().expect("an id").to_owned();

    let agent = world.server.signed_in("agent").await;
    let path = format!("/calls/{call}/conference");
    let other = agent.ask(Method::POST, &path, Some(json!({ "name": "help desk" }))).await;
    assert_eq!(other.status, 403, "an agent takes their own calls alone: {}", other.body);
    world.sam.post(&path, json!({ "name": "help desk" })).await;
    all_three_meet(&world, [customer, sam, sue]).await;

    world.sams.hang_up(sam);
    world.sams.is_hung_up_on(sam).await;
    world.customer.hears(customer, SUE, &[SAM]).await;
    world.sues.hears(sue, CUSTOMER, &[SAM]).await;
    // Nobody is left to go on with.
    world.sam.post(&format!("{path}/leave"), Value::Null).await;
    let ended = world.live.event(&call, "call.ended", 20).await;
    assert_eq!(ended["data"]["end_reason"], "conference");
}

#[tokio::test]
async fn a_tone_tells_of_those_who_are_to_be_announced() {
    let route = json!({ "kind": "conference", "name": "standup", "record": true });
    let mut world = World::new(route).await;
    for phone in [&world.customer, &world.sams, &world.sues] {
        phone.falls_silent();
    }
    let sam = world.sams.dials(OURS).await;
    let (sams_call, conference) = world.joined().await;
    // Their own entering is told, too: the room is recorded from then on, but for the start of the first note.
    let sue = world.sues.dials(OURS).await;
    world.joined().await;
    world.sues.hears_a_sound(sue, &EVERYBODY).await;
    world.sues.hears_nothing(sue).await;
    world.does(&conference, "record", json!({ "on": false })).await;
    let wav = world.recording(&conference).await;
    for hz in NOTES {
        let strength = clearest(&wav, 0, hz);
        assert!(strength > 0.8, "{hz} Hz was not to be heard: {strength:.2}");
    }

    // One who is not to be announced comes and goes in silence.
    world.does(&conference, "record", json!({ "on": true })).await;
    let trunk = world.trunk.clone();
    let dial = json!({ "to": "+15557770001", "trunk": trunk, "beep": "never" });
    world.does(&conference, "dial", dial).await;
    let quiet = world.customer.takes().await;
    world.joined().await;
    world.customer.hang_up(quiet);
    world.told("conference.left").await;
    world.does(&conference, "record", json!({ "on": false })).await;
    let wav = world.recording(&conference).await;
    assert!(wav.channels.iter().flatten().all(|sample| sample.unsigned_abs() < 300), "a tone was heard");
    world.sams.hang_up(sam);
    world.live.event(&sams_call, "call.ended", 20).await;
}

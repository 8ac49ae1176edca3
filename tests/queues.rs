//! Callers wait in a queue and agents answer them: who is asked, who has whom, and what is left afterwards.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav, tone_strength};

#[allow(dead_code, reason = "each test uses its part")]
#[path = "support/phone.rs"]
mod phone;
use phone::Phone;

const SUPPORT: &str = "+62215551236";
const CALLERS: [&str; 3] = ["+62812345678", "+919876543210", "+996700000000"];

/// An agent at work.
struct Agent {
    api: Api,
    live: Live,
    phone: Phone,
    user: String,
}

impl Agent {
    async fn ready(server: &Server, who: &str, hz: f64) -> Self {
        let api = server.signed_in(who).await;
        let live = Live::open(&api).await;
        let phone = Phone::connect(&api, hz).await;
        let user = api.get("/session").await["user"].as_str().expect("an id").to_owned();
        let agent = Self { api, live, phone, user };
        agent.presence(json!({ "presence": "ready" })).await;
        agent
    }

    async fn presence(&self, presence: Value) -> Value {
        let answer = self.api.ask(Method::PUT, "/me/presence", Some(presence)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// Waits for the next offer to this agent; the call's id.
    async fn offered(&mut self, seconds: u64) -> String {
        let user = self.user.clone();
        let offer = self
            .live
            .until("an offer", seconds, |m| {
                m["kind"] == "queue.offered" && m["data"]["to"]["user"] == user.as_str()
            })
            .await;
        offer["call"].as_str().expect("a call").to_owned()
    }

    async fn answers(&mut self, seconds: u64) -> String {
        let call = self.offered(seconds).await;
        self.api.post(&format!("/calls/{call}/answer"), Value::Null).await;
        let user = self.user.clone();
        self.live
            .until("the floor", 10, |m| {
                m["kind"] == "floor.changed"
                    && m["call"] == call.as_str()
                    && m["data"]["floor"]["user"] == user.as_str()
            })
            .await;
        call
    }

    async fn state(&mut self, state: &str, seconds: u64) -> Value {
        let user = self.user.clone();
        self.live
            .until(state, seconds, |m| {
                m["kind"] == "agent.state"
                    && m["data"]["user"] == user.as_str()
                    && m["data"]["state"] == state
            })
            .await
    }
}

async fn call_in(api: &Api, from: &str) {
    api.post("/sandbox/call-in", json!({ "from": from, "to": SUPPORT })).await;
}

async fn joined(live: &mut Live) -> String {
    let joined = live.until("a caller in the queue", 20, |m| m["kind"] == "queue.joined").await;
    joined["call"].as_str().expect("a call").to_owned()
}

#[tokio::test]
async fn a_caller_hears_the_agent_who_answers_and_the_agent_wraps_up() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut watching = Live::open(&sam).await;
    let mut alex = Agent::ready(&server, "agent", 1_000.0).await;
    call_in(&sam, CALLERS[0]).await;
    let waiting = joined(&mut watching).await;

    let call = alex.offered(10).await;
    assert_eq!(call, waiting);
    assert!(alex.phone.loudness() < 200, "nobody hears a caller whom they have not answered");
    let desk = alex.api.get("/me/desk").await;
    assert_eq!(
        desk["calls"][0]["live"]["call"]["from"], CALLERS[0],
        "who calls is on the screen before the answer"
    );
    assert_eq!(desk["calls"][0]["queue"], "Support");
    alex.api.post(&format!("/calls/{call}/answer"), Value::Null).await;
    let answered = watching.event(&call, "queue.answered", 10).await;
    assert_eq!(answered["data"]["by"]["user"], alex.user.as_str());
    // The customer listens for as long as the agent speaks, and then speaks too.
    tokio::time::sleep(Duration::from_secs(2)).await;
    alex.phone.mute(true);
    let mut loudest = 0;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        loudest = loudest.max(alex.phone.loudness());
    }
    assert!(loudest > 1_000, "the agent hears the customer: {loudest}");
    alex.phone.mute(false);
    tokio::time::sleep(Duration::from_secs(2)).await;

    alex.api.post(&format!("/calls/{call}/end"), Value::Null).await;
    watching.event(&call, "call.ended", 20).await;
    alex.state("wrap_up", 10).await;
    let answer = alex
        .api
        .ask(
            Method::PUT,
            &format!("/calls/{call}/disposition"),
            Some(json!({ "disposition": "Resolved", "notes": "n" })),
        )
        .await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    alex.api.post("/me/wrap-up", json!({})).await;
    alex.state("ready", 10).await;
    let row = sam.get(&format!("/calls/{call}")).await;
    assert_eq!(row["outcome"]["disposition"], "Resolved");
    let heard = Wav::read(&server.heard_by(CALLERS[0]));
    let seconds = heard.seconds();
    let tone = tone_strength(heard.stretch(0, seconds - 1.6, seconds - 0.6), heard.rate, 1_000.0);
    assert!(tone > 0.1, "the customer hears the agent: {tone}");
}

#[tokio::test]
async fn a_caller_who_hangs_up_stops_the_ringing_and_frees_the_agent() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut watching = Live::open(&sam).await;
    let mut alex = Agent::ready(&server, "agent", 1_000.0).await;
    call_in(&sam, CALLERS[0]).await;
    let call = alex.offered(20).await;
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
    let left = watching.event(&call, "queue.left", 5).await;
    assert_eq!(left["data"]["why"], "abandoned");
    let ended = watching.event(&call, "queue.offer_ended", 5).await;
    assert_eq!(ended["data"]["why"], "caller_left");
    alex.state("ready", 5).await;
    let floor = sam.get("/floor").await;
    assert_eq!(floor["queues"][0]["waiting"], json!([]));
    let late = alex.api.ask(Method::POST, &format!("/calls/{call}/answer"), None).await;
    assert_eq!(late.status, 409, "{}", late.body);
}

#[tokio::test]
async fn an_offer_that_nobody_answers_goes_to_the_next_agent_and_the_first_takes_a_break() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let admin = server.signed_in("admin").await;
    let mut queue = admin.get("/queues").await["items"][0].clone();
    queue["settings"]["offer_timeout_s"] = json!(3);
    queue["settings"]["strategy"] = json!("ranked");
    let write = json!({ "name": queue["name"], "settings": queue["settings"], "members": queue["members"] });
    let put = admin.ask(Method::PUT, "/queues/queue_support", Some(write)).await;
    assert_eq!(put.status, 200, "{}", put.body);

    let mut watching = Live::open(&sam).await;
    let mut alex = Agent::ready(&server, "agent", 1_000.0).await;
    let mut aylin = Agent::ready(&server, "agent_2", 2_000.0).await;
    call_in(&sam, CALLERS[0]).await;
    let call = alex.offered(20).await;
    let paused = alex.state("paused", 10).await;
    assert_eq!(paused["data"]["reason"], "no_answer");
    assert_eq!(aylin.answers(10).await, call, "the same caller");
    let answered = watching.event(&call, "queue.answered", 10).await;
    assert_eq!(answered["data"]["by"]["user"], aylin.user.as_str());
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
}

#[tokio::test]
async fn callers_at_once_are_each_answered_by_one_agent_and_the_third_waits_for_the_first_who_is_free() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut watching = Live::open(&sam).await;
    let mut alex = Agent::ready(&server, "agent", 1_000.0).await;
    let mut aylin = Agent::ready(&server, "agent_2", 2_000.0).await;
    for caller in CALLERS {
        call_in(&sam, caller).await;
    }
    let (first, second) = tokio::join!(alex.answers(20), aylin.answers(20));
    assert_ne!(first, second);
    let floor = sam.get("/floor").await;
    let waiting = floor["queues"][0]["waiting"].as_array().expect("rows");
    assert_eq!(waiting.len(), 1, "{floor}");
    let third = waiting[0]["call"].as_str().expect("a call").to_owned();
    assert!(third != first && third != second);

    let over = alex.api.ask(Method::POST, &format!("/calls/{first}/end"), None).await;
    assert_eq!(over.status, 200, "an agent may end the call they hold: {}", over.body);
    alex.state("wrap_up", 10).await;
    alex.api.post("/me/wrap-up", json!({})).await;
    assert_eq!(alex.answers(10).await, third);
    let taken = alex.api.ask(Method::POST, &format!("/calls/{second}/end"), None).await;
    assert_eq!(taken.status, 403, "not their call: {}", taken.body);
    for call in [second, third] {
        sam.post(&format!("/calls/{call}/end"), Value::Null).await;
        watching.event(&call, "call.ended", 20).await;
    }
}

#[tokio::test]
async fn a_break_wins_over_an_offer_and_nobody_is_ready_without_a_telephone() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let refused = server
        .signed_in("agent")
        .await
        .ask(Method::PUT, "/me/presence", Some(json!({ "presence": "ready" })))
        .await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("no_phone")));
    let mut alex = Agent::ready(&server, "agent", 1_000.0).await;
    call_in(&sam, CALLERS[0]).await;
    let call = alex.offered(20).await;
    alex.presence(json!({ "presence": "paused", "reason": "lunch" })).await;
    let late = alex.api.ask(Method::POST, &format!("/calls/{call}/answer"), None).await;
    assert_eq!(late.status, 409, "{}", late.body);
    let mut aylin = Agent::ready(&server, "agent_2", 2_000.0).await;
    assert_eq!(aylin.answers(20).await, call);
    drop(aylin.phone);
    // Her telephone is gone, and the caller is not: they wait before all others.
    alex.presence(json!({ "presence": "ready" })).await;
    assert_eq!(alex.answers(20).await, call);
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
}

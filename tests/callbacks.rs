//! Customers who hang up and are called back when it is their turn: once, with an agent there, over real SIP and RTP.

#[allow(dead_code, reason = "each test uses its part")]
#[path = "support/phone.rs"]
mod browser;
#[path = "support/sip_phone.rs"]
mod sip_phone;

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sip_phone::Phone;
use tandem_foundation::LegId;
use tandem_scenarios::{Api, Live, Server};
use tandem_switchboard::ports::signalling::SignallingCommand as Command;

const CUSTOMER: f64 = 500.0;
const AGENT: f64 = 1_000.0;
/// As the customer's phone calls itself.
const NUMBER: &str = "+15550009";
/// The number that leads to the queue.
const OURS: &str = "+62215550009";
const QUEUE: &str = "queue_support";

/// A customer behind a trunk whose number leads to a queue that nobody serves yet.
struct World {
    server: Server,
    sam: Api,
    live: Live,
    /// Numbers of the events that were waited for.
    used: HashSet<u64>,
    customer: Phone,
}

impl World {
    async fn new(attempts: u32) -> Self {
        let server = Server::sandbox();
        let admin = server.signed_in("admin").await;
        let customer = Phone::behind_a_trunk(&server, CUSTOMER).await;
        let host = format!("127.0.0.1:{}", customer.port());
        let trunk = json!({ "name": "Test", "host": host, "max_cps": 10, "max_channels": 10 });
        let trunk = admin.post("/trunks", trunk).await["id"].clone();
        let route = json!({ "kind": "queue", "queue": QUEUE });
        let number = json!({ "number": OURS, "label": "Queue", "trunk": trunk, "route": route });
        admin.post("/numbers", number).await;
        let mut queue = admin.get("/queues").await["items"][0].clone();
        assert_eq!(queue["id"], QUEUE);
        queue["settings"]["callback"] = json!({
            "offered": true, "from_position": null, "from_estimate_s": null, "key": "5",
            "other_number": true, "attempts": attempts, "gap_s": 1,
        });
        let write =
            json!({ "name": queue["name"], "settings": queue["settings"], "members": queue["members"] });
        let put = admin.ask(Method::PUT, &format!("/queues/{QUEUE}"), Some(write)).await;
        assert_eq!(put.status, 200, "{}", put.body);
        let sam = server.signed_in("supervisor").await;
        let live = Live::open(&sam).await;
        Self { server, sam, live, used: HashSet::new(), customer }
    }

    fn press(&self, leg: LegId, key: char) {
        let body = format!("Signal={key}\r\nDuration=160\r\n").into_bytes();
        let content_type = "application/dtmf-relay".to_owned();
        self.customer.send(Command::Info { leg, content_type, body: body.into() });
    }

    /// The customer calls and waits; their line and the call.
    async fn waits(&mut self) -> (LegId, String) {
        let leg = self.customer.call(&self.server, OURS).await;
        let joined = self.tells("the customer in the queue", |m| m["kind"] == "queue.joined").await;
        let call = joined["call"].as_str().expect("a call").to_owned();
        self.customer.hears_a_sound(leg, &[CUSTOMER, AGENT]).await;
        (leg, call)
    }

    async fn presses(&mut self, leg: LegId, call: &str, keys: &str) {
        for key in keys.chars() {
            self.press(leg, key);
            self.event(call, "key.pressed").await;
        }
    }

    /// The customer asks to be called back and is hung up on.
    async fn hangs_up_to_be_called(&mut self) -> String {
        let (leg, call) = self.waits().await;
        self.presses(leg, &call, "51").await;
        let callback = self.callback_is("waiting").await;
        self.customer.is_hung_up_on(leg).await;
        callback["id"].as_str().expect("an id").to_owned()
    }

    /// The first event that fits and was not waited for before: those of a queue and of a call are written side by side.
    async fn tells(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let used = &self.used;
        let new = |m: &Value| m["seq"].as_u64().is_some_and(|seq| !used.contains(&seq)) && fits(m);
        let seen = self.live.seen.iter().find(|m| new(m)).cloned();
        let found = match seen {
            Some(found) => found,
            None => self.live.until(what, 40, new).await,
        };
        self.used.extend(found["seq"].as_u64());
        found
    }

    async fn event(&mut self, call: &str, kind: &str) -> Value {
        self.tells(kind, |m| m["kind"] == kind && m["call"] == call).await
    }

    async fn callback_is(&mut self, state: &str) -> Value {
        let fits = |m: &Value| m["kind"] == "callback.changed" && m["data"]["callback"]["state"] == state;
        let changed = self.tells(&format!("a callback that is {state}"), fits).await;
        changed["data"]["callback"].clone()
    }

    async fn callback(&self, id: &str) -> Value {
        let page = self.sam.get("/callbacks").await;
        let rows = page["items"].as_array().expect("rows");
        rows.iter().find(|row| row["id"] == id).cloned().unwrap_or_else(|| panic!("no {id} in {page}"))
    }

    /// Calls of ours to the customer that were written down.
    async fn calls_made(&self) -> usize {
        let page = self.sam.get("/calls?limit=200").await;
        let rows = page["items"].as_array().expect("rows");
        rows.iter().filter(|row| row["direction"] == "outbound" && row["to"] == NUMBER).count()
    }
}

/// An agent with a browser phone.
struct Agent {
    api: Api,
    live: Live,
    phone: browser::Phone,
    user: String,
}

impl Agent {
    async fn ready(server: &Server) -> Self {
        let api = server.signed_in("agent").await;
        let live = Live::open(&api).await;
        let phone = browser::Phone::connect(&api, AGENT).await;
        let user = api.get("/session").await["user"].as_str().expect("an id").to_owned();
        let put = api.ask(Method::PUT, "/me/presence", Some(json!({ "presence": "ready" }))).await;
        assert_eq!(put.status, 200, "{}", put.body);
        Self { api, live, phone, user }
    }

    async fn offered(&mut self) -> String {
        let user = self.user.clone();
        let fits = |m: &Value| m["kind"] == "queue.offered" && m["data"]["to"]["user"] == user.as_str();
        self.live.until("an offer", 20, fits).await["call"].as_str().expect("a call").to_owned()
    }

    async fn takes(&mut self) -> String {
        let call = self.offered().await;
        self.api.post(&format!("/calls/{call}/answer"), Value::Null).await;
        call
    }

    async fn wraps_up(&mut self) {
        let user = self.user.clone();
        let fits = |m: &Value| {
            m["kind"] == "agent.state"
                && m["data"]["user"] == user.as_str()
                && m["data"]["state"] == "wrap_up"
        };
        self.live.until("wrap-up", 20, fits).await;
        self.api.post("/me/wrap-up", json!({})).await;
    }

    async fn hears(&self, hz: f64) {
        for _ in 0..200 {
            if self.phone.tone(hz) > 0.4 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the agent never heard {hz} Hz: {}", self.phone.tone(hz));
    }
}

/// Milliseconds of the day of an RFC 3339 time in UTC.
fn at_ms(time: &Value) -> i64 {
    let text = time.as_str().expect("a time");
    let clock = text.split_once('T').expect("a date and a time").1.trim_end_matches('Z');
    let parts: Vec<f64> = clock.split(':').map(|part| part.parse().expect("a number")).collect();
    (((parts[0] * 60.0 + parts[1]) * 60.0 + parts[2]) * 1_000.0).round() as i64
}

#[tokio::test]
async fn who_presses_the_key_is_hung_up_on_and_called_once_when_an_agent_is_there() {
    let mut world = World::new(3).await;
    let (leg, asked_in) = world.waits().await;
    world.presses(leg, &asked_in, "51").await;
    let callback = world.callback_is("waiting").await;
    let left = world.event(&asked_in, "queue.left").await;
    assert_eq!(left["data"]["why"], "callback");
    world.customer.is_hung_up_on(leg).await;
    let ended = world.event(&asked_in, "call.ended").await;
    assert_eq!(ended["data"]["end_reason"], "callback");
    let floor = world.sam.get("/floor").await;
    let place = floor["queues"][0]["waiting"][0].clone();
    assert_eq!((place["callback"]["number"].as_str(), place["position"].as_i64()), (Some(NUMBER), Some(1)));
    // The floor counts by the monotonic clock, and the row by the calendar's.
    let apart = (at_ms(&place["since"]) - at_ms(&callback["since"])).abs();
    assert!(apart < 50, "the wait goes on: {apart} ms apart");
    // Who is first, may be put elsewhere like any caller; and who did it is written down.
    let call = place["call"].as_str().expect("a call").to_owned();
    let reordered = json!({ "priority": 3, "queue": null, "to_front": false });
    world.sam.post(&format!("/calls/{call}/place"), reordered).await;
    let told = world.event(&call, "queue.reordered").await;
    assert_eq!(
        (told["data"]["how"].as_str(), told["data"]["by"].as_str()),
        (Some("priority"), Some("user_supervisor"))
    );

    let mut alex = Agent::ready(&world.server).await;
    assert_eq!(alex.offered().await, call);
    let desk = alex.api.get("/me/desk").await;
    assert_eq!(desk["calls"][0]["live"]["callback"]["callback"], callback["id"]);
    assert_eq!(desk["calls"][0]["live"]["call"]["to"], NUMBER);
    assert_eq!(
        world.callback(callback["id"].as_str().expect("an id")).await["attempts"],
        0,
        "not dialled yet"
    );
    assert_eq!(world.calls_made().await, 0);

    alex.api.post(&format!("/calls/{call}/answer"), Value::Null).await;
    world.callback_is("dialling").await;
    let ringing = world.customer.called().await;
    world.customer.ring(&ringing);
    world.customer.answer(&ringing).await;
    let reached = world.callback_is("reached").await;
    assert_eq!((reached["attempts"].as_i64(), reached["call"].as_str()), (Some(1), Some(call.as_str())));
    world.customer.hears(ringing.leg, AGENT, &[]).await;
    alex.hears(CUSTOMER).await;
    world.customer.hang_up(ringing.leg);
    world.event(&call, "call.ended").await;
    alex.wraps_up().await;
    assert_eq!(world.calls_made().await, 1);
    let floor = world.sam.get("/floor").await;
    assert_eq!(floor["queues"][0]["waiting"], json!([]));
}

#[tokio::test]
async fn another_number_is_keyed_in_and_read_back() {
    let mut world = World::new(3).await;
    let (leg, call) = world.waits().await;
    world.presses(leg, &call, "520062812345678#1").await;
    let callback = world.callback_is("waiting").await;
    assert_eq!(callback["number"], "+62812345678");
    let id = callback["id"].as_str().expect("an id");
    let cancelled = world.sam.ask(Method::DELETE, &format!("/callbacks/{id}"), None).await;
    assert_eq!((cancelled.status, cancelled.body["state"].as_str()), (200, Some("cancelled")));
    let again = world.sam.ask(Method::DELETE, &format!("/callbacks/{id}"), None).await;
    assert_eq!(again.status, 409, "{}", again.body);
    assert_eq!(world.sam.get("/floor").await["queues"][0]["waiting"], json!([]));
}

#[tokio::test]
async fn who_is_busy_is_called_again_after_the_gap_and_given_up_after_the_last_attempt() {
    let mut world = World::new(2).await;
    let id = world.hangs_up_to_be_called().await;
    let mut alex = Agent::ready(&world.server).await;
    for (attempt, state) in [(1, "scheduled"), (2, "failed")] {
        let call = alex.takes().await;
        let ringing = world.customer.called().await;
        world.customer.refuse(&ringing, 486);
        let after = world.callback_is(state).await;
        assert_eq!((after["reason"].as_str(), after["attempts"].as_i64()), (Some("busy"), Some(attempt)));
        let ended = world.event(&call, "call.ended").await;
        assert_eq!(ended["data"]["status"], "busy");
        alex.wraps_up().await;
    }
    assert_eq!(world.callback(&id).await["state"], "failed");
    assert_eq!(world.calls_made().await, 2);
}

#[tokio::test]
async fn an_agent_who_declines_has_nobody_called_and_the_place_stays() {
    let mut world = World::new(3).await;
    let id = world.hangs_up_to_be_called().await;
    let mut alex = Agent::ready(&world.server).await;
    let call = alex.offered().await;
    alex.api.post(&format!("/calls/{call}/decline"), Value::Null).await;
    world.event(&call, "queue.offer_ended").await;
    let row = world.callback(&id).await;
    assert_eq!((row["state"].as_str(), row["attempts"].as_i64()), (Some("waiting"), Some(0)));
    assert_eq!(world.sam.get("/floor").await["queues"][0]["waiting"][0]["call"], call.as_str());
    assert_eq!(world.calls_made().await, 0);
    assert_eq!(world.sam.get("/live/calls").await["items"], json!([]), "no call has begun");
}

#[tokio::test]
async fn after_a_crash_who_waited_waits_and_who_was_being_dialled_is_not_dialled_by_itself() {
    let mut world = World::new(3).await;
    let dialled = world.hangs_up_to_be_called().await;
    let mut alex = Agent::ready(&world.server).await;
    let call = alex.takes().await;
    // The request has left, and its claim was written down before.
    world.customer.called().await;
    let other = json!({ "queue": QUEUE, "number": "+62812345678", "note": "the invoice" });
    let waiting = world.sam.post("/callbacks", other).await["id"].as_str().expect("an id").to_owned();

    let World { server, mut customer, .. } = world;
    let server = server.crash_and_restart();
    let sam = server.signed_in("supervisor").await;
    let live = Live::open(&sam).await;
    let mut again = Agent::ready(&server).await;
    // Whoever is offered now is the other one; the first is nobody's until somebody says what became of them.
    let offered = again.offered().await;
    assert_ne!(offered, call);
    let mut world = World { server, sam, live, used: HashSet::new(), customer };
    let row = world.callback(&dialled).await;
    assert_eq!((row["state"].as_str(), row["reason"].as_str()), (Some("unknown"), Some("restart")));
    assert_eq!(row["attempts"], 1);
    assert_eq!(world.callback(&waiting).await["call"], offered.as_str());
    let floor = world.sam.get("/floor").await;
    assert_eq!(floor["queues"][0]["waiting"].as_array().map(Vec::len), Some(1), "{floor}");
    world.sam.ask(Method::DELETE, &format!("/callbacks/{waiting}"), None).await;

    let settled =
        world.sam.post(&format!("/callbacks/{dialled}/settle"), json!({ "outcome": "again" })).await;
    assert_eq!(settled["id"], dialled.as_str());
    again.takes().await;
    let ringing = world.customer.called().await;
    world.customer.answer(&ringing).await;
    let reached = world.callback_is("reached").await;
    assert_eq!(reached["attempts"], 2);
    customer = world.customer;
    customer.hang_up(ringing.leg);
}

#[tokio::test]
async fn a_supervisor_moves_an_agent_between_queues_and_nobody_who_waits_is_dropped() {
    let mut world = World::new(3).await;
    let id = world.hangs_up_to_be_called().await;
    let put = |queues: Value| {
        let (sam, body) = (&world.sam, json!({ "queues": queues }));
        async move { sam.ask(Method::PUT, "/agents/user_agent/queues", Some(body)).await }
    };
    let out = put(json!([])).await;
    assert_eq!((out.status, &out.body["queues"]), (200, &json!([])), "{}", out.body);
    let nowhere = put(json!([{ "queue": "nowhere" }])).await;
    assert_eq!(nowhere.status, 422, "{}", nowhere.body);
    let told = world.tells("the change", |m| m["kind"] == "agent.queues").await;
    assert_eq!(told["data"]["by"], "user_supervisor");
    let agent = world.server.signed_in("agent").await;
    let refused = agent.ask(Method::PUT, "/agents/user_agent/queues", Some(json!({ "queues": [] }))).await;
    assert_eq!(refused.status, 403, "{}", refused.body);

    let mut alex = Agent::ready(&world.server).await;
    assert_eq!(world.sam.get("/floor").await["queues"][0]["waiting"][0]["offered_to"], json!([]));
    let back = world.sam.ask(
        Method::PUT,
        "/agents/user_agent/queues",
        Some(json!({ "queues": [{ "queue": QUEUE, "rank": 2 }] })),
    );
    assert_eq!(back.await.body["queues"], json!([QUEUE]));
    alex.offered().await;
    assert_eq!(world.callback(&id).await["state"], "waiting");
    let queue = world.sam.get("/queues").await["items"][0].clone();
    let members = queue["members"].as_array().expect("members");
    let own = members.iter().find(|member| member["user"] == "user_agent").expect("a member");
    assert_eq!(own["rank"], 2);
}

//! Who hears whom under supervision: everybody speaks a tone of their own, and every far end hears those that the mode
//! allows, and of the others nothing.

#[path = "support/sip_phone.rs"]
mod sip_phone;

use serde_json::{Value, json};
use sip_phone::Phone;
use tandem_foundation::LegId;
use tandem_scenarios::{Api, Live, Server};

// No overtone and no difference of two of them is near a third, so that what G.711 adds is told from a voice.
const CUSTOMER: f64 = 617.0;
const AGENT: f64 = 1_013.0;
const SUPERVISOR: f64 = 1_439.0;
const ALL: [f64; 3] = [CUSTOMER, AGENT, SUPERVISOR];

/// A customer, somebody who has the call, and somebody who supervises it.
struct World {
    agent: Api,
    supervisor: Api,
    live: Live,
    customer: Phone,
    agents: Phone,
    supervisors: Phone,
    customer_leg: LegId,
    call: String,
    server: Server,
}

impl World {
    async fn new() -> (Self, String) {
        let server = Server::sandbox();
        let agent = server.signed_in("supervisor").await;
        let supervisor = server.signed_in("supervisor_2").await;
        let live = Live::open(&supervisor).await;
        let customer = Phone::behind_a_trunk(&server, CUSTOMER).await;
        let agents = Phone::of(&server, "supervisor", AGENT).await;
        let supervisors = Phone::of(&server, "supervisor_2", SUPERVISOR).await;
        let host = format!("127.0.0.1:{}", customer.port());
        let trunk = json!({ "name": "Test", "host": host, "max_cps": 10, "max_channels": 10 });
        let admin = server.signed_in("admin").await;
        let trunk = admin.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned();
        let (customer_leg, call) = (LegId(0), String::new());
        (Self { agent, supervisor, live, customer, agents, supervisors, customer_leg, call, server }, trunk)
    }

    /// The customer called somebody; no assistant takes part. That one's line.
    async fn of_people() -> (Self, LegId) {
        let (mut world, trunk) = Self::new().await;
        let route = json!({ "kind": "person", "user": "user_supervisor" });
        let number = json!({ "number": "+62215550001", "label": "Sam", "trunk": trunk, "route": route });
        world.server.signed_in("admin").await.post("/numbers", number).await;
        world.customer_leg = world.customer.call(&world.server, "+62215550001").await;
        let created = world.live.until("the call", 20, |m| m["kind"] == "call.created").await;
        world.call = created["call"].as_str().expect("an id").to_owned();
        let line = world.agents.takes().await;
        (world, line)
    }

    /// Jane called the customer, who hears her out.
    async fn of_an_assistant() -> Self {
        let (mut world, trunk) = Self::new().await;
        let variables = json!({ "customer_name": "Bob", "amount_due": "two hundred dollars" });
        let wanted = json!({
            "to": "+15557770001", "assistant": "asst_jane_collections", "trunk": trunk, "variables": variables,
        });
        let call = world.server.api().post("/calls", wanted).await;
        world.call = call["id"].as_str().expect("an id").to_owned();
        world.customer_leg = world.customer.takes().await;
        world.live.said(&world.call.clone(), "assistant", "jane", 40).await;
        world
    }

    async fn supervises(&self, mode: &str) {
        self.supervisor.post(&format!("/calls/{}/supervision", self.call), json!({ "mode": mode })).await;
    }

    async fn takes_over(&self, who: &Api) {
        let floor = self.supervisor.get(&format!("/calls/{}", self.call)).await["floor"].clone();
        let version = json!({ "floor_version": floor["version"] });
        who.post(&format!("/calls/{}/takeover", self.call), version).await;
    }

    async fn ends(&mut self) {
        self.customer.hang_up(self.customer_leg);
        self.live.event(&self.call, "call.ended", 20).await;
    }
}

/// What each of the three hears.
struct Heard<'a> {
    customer: &'a [f64],
    agent: &'a [f64],
    supervisor: &'a [f64],
}

#[tokio::test]
async fn in_a_call_of_people_each_mode_lets_hear_exactly_whom_it_should() {
    let (mut world, agent) = World::of_people().await;
    world.supervises("listen").await;
    let supervisor = world.supervisors.takes().await;
    let held_by_agent =
        |customer| Heard { customer, agent: &[CUSTOMER, SUPERVISOR], supervisor: &[CUSTOMER, AGENT] };
    let listens = Heard { agent: &[CUSTOMER], ..held_by_agent(&[AGENT]) };
    let whispers = held_by_agent(&[AGENT]);
    let barges = held_by_agent(&[AGENT, SUPERVISOR]);
    // Whoever held the floor before listens on.
    let holds = Heard { customer: &[SUPERVISOR], agent: &[CUSTOMER, SUPERVISOR], supervisor: &[CUSTOMER] };
    for mode in ["listen", "whisper", "barge", "whisper", "take over", "give back"] {
        let heard = match mode {
            "listen" => &listens,
            "whisper" => &whispers,
            "barge" => &barges,
            "take over" => &holds,
            _ => &listens,
        };
        match mode {
            "take over" => world.takes_over(&world.supervisor).await,
            "give back" => world.takes_over(&world.agent).await,
            mode => world.supervises(mode).await,
        }
        world.customer.hears_exactly(world.customer_leg, heard.customer, &ALL).await;
        world.agents.hears_exactly(agent, heard.agent, &ALL).await;
        world.supervisors.hears_exactly(supervisor, heard.supervisor, &ALL).await;
    }
    world.supervises("left").await;
    world.supervisors.is_hung_up_on(supervisor).await;
    world.customer.hears_exactly(world.customer_leg, &[AGENT], &ALL).await;
    world.ends().await;
}

#[tokio::test]
async fn in_an_assistants_call_each_mode_lets_hear_exactly_whom_it_should() {
    let mut world = World::of_an_assistant().await;
    world.supervises("listen").await;
    let supervisor = world.supervisors.takes().await;
    for (mode, customer) in
        [("listen", &[][..]), ("whisper", &[][..]), ("barge", &[SUPERVISOR][..]), ("listen", &[][..])]
    {
        world.supervises(mode).await;
        world.customer.hears_exactly(world.customer_leg, customer, &ALL).await;
        world.supervisors.hears_exactly(supervisor, &[CUSTOMER], &ALL).await;
    }
    // The assistant is not heard under the person, by anybody.
    world.takes_over(&world.supervisor).await;
    world.customer.hears_exactly(world.customer_leg, &[SUPERVISOR], &ALL).await;
    world.customer.hears(world.customer_leg, SUPERVISOR, &[]).await;
    world.supervisors.hears_exactly(supervisor, &[CUSTOMER], &ALL).await;
    // A second person listens to the first.
    let listen = json!({ "mode": "listen" });
    world.agent.post(&format!("/calls/{}/supervision", world.call), listen).await;
    let agent = world.agents.takes().await;
    world.agents.hears_exactly(agent, &[CUSTOMER, SUPERVISOR], &ALL).await;
    world.customer.hears_exactly(world.customer_leg, &[SUPERVISOR], &ALL).await;
    world.supervisors.hears_exactly(supervisor, &[CUSTOMER], &ALL).await;

    world.customer.falls_silent();
    let floor = world.supervisor.get(&format!("/calls/{}", world.call)).await["floor"].clone();
    let back = json!({ "floor_version": floor["version"], "note": Value::Null });
    world.supervisor.post(&format!("/calls/{}/handback", world.call), back).await;
    world.live.said(&world.call.clone(), "assistant", "", 20).await;
    // Her voice, and no tone.
    world.customer.hears_a_sound(world.customer_leg, &ALL).await;
    world.customer.hears_exactly(world.customer_leg, &[], &[AGENT, SUPERVISOR]).await;
    world.ends().await;
}

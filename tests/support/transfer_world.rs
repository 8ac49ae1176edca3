//! A customer behind a trunk, Sam who speaks to them, and Sue to whom they may be given.

#![allow(dead_code, unused_imports, reason = "each test uses its part")]

#[path = "sip_phone.rs"]
mod sip_phone;

use serde_json::{Value, json};
pub use sip_phone::{Called, Phone};
use tandem_foundation::LegId;
use tandem_scenarios::{Api, Live, Server};

// What each of them says for ever. None is a tone of the exchange's.
pub const CUSTOMER: f64 = 500.0;
pub const SAM: f64 = 1_000.0;
pub const SUE: f64 = 1_500.0;
pub const EVERYBODY: [f64; 3] = [CUSTOMER, SAM, SUE];

/// A customer behind a trunk whom Sam speaks to; Sue's phone is registered.
pub struct World {
    pub server: Server,
    pub sam: Api,
    pub live: Live,
    pub customer: Phone,
    pub sams: Phone,
    pub sues: Phone,
    pub customer_leg: LegId,
    pub sams_leg: LegId,
    pub call: String,
}

impl World {
    /// Jane called the customer, and Sam took over.
    pub async fn taken_over() -> Self {
        let server = Server::sandbox();
        let sam = server.signed_in("supervisor").await;
        let live = Live::open(&sam).await;
        let mut customer = Phone::behind_a_trunk(&server, CUSTOMER).await;
        let sams = Phone::of(&server, "supervisor", SAM).await;
        let sues = Phone::of(&server, "supervisor_2", SUE).await;
        let trunk = trunk_to(&server, customer.port()).await;
        let variables = json!({ "customer_name": "Bob", "amount_due": "two hundred dollars" });
        let wanted = json!({
            "to": "+15557770001", "assistant": "asst_jane_collections", "trunk": trunk, "variables": variables,
        });
        let call = server.api().post("/calls", wanted).await["id"].as_str().expect("an id").to_owned();
        let customer_leg = customer.takes().await;
        let mut world =
            Self { server, sam, live, customer, sams, sues, customer_leg, sams_leg: LegId(0), call };
        world.live.said(&world.call, "assistant", "jane", 40).await;
        let version = world.floor().await["version"].clone();
        world.does("takeover", json!({ "floor_version": version })).await;
        let ringing = world.sams.called().await;
        assert!(ringing.answers_at_once, "he asked for it");
        world.sams.answer(&ringing).await;
        world.sams_leg = ringing.leg;
        world.customer.hears(customer_leg, SAM, &[SUE]).await;
        world
    }

    /// The customer called a number of Sam's; no assistant takes part.
    pub async fn called_in() -> Self {
        let server = Server::sandbox();
        let admin = server.signed_in("admin").await;
        let sam = server.signed_in("supervisor").await;
        let mut live = Live::open(&sam).await;
        let mut customer = Phone::behind_a_trunk(&server, CUSTOMER).await;
        let mut sams = Phone::of(&server, "supervisor", SAM).await;
        let sues = Phone::of(&server, "supervisor_2", SUE).await;
        let trunk = trunk_to(&server, customer.port()).await;
        let number = json!({
            "number": "+62215550001", "label": "Sam", "trunk": trunk,
            "route": { "kind": "person", "user": "user_supervisor" },
        });
        admin.post("/numbers", number).await;
        let customer_leg = customer.call(&server, "+62215550001").await;
        let created = live.until("the call", 20, |m| m["kind"] == "call.created").await;
        let call = created["call"].as_str().expect("an id").to_owned();
        let sams_leg = sams.takes().await;
        customer.hears(customer_leg, SAM, &[SUE]).await;
        Self { server, sam, live, customer, sams, sues, customer_leg, sams_leg, call }
    }

    pub async fn floor(&self) -> Value {
        self.sam.get(&format!("/calls/{}", self.call)).await["floor"].clone()
    }

    pub async fn does(&self, what: &str, with: Value) {
        self.sam.post(&format!("/calls/{}/{what}", self.call), with).await;
    }

    pub async fn to_sue(&self, kind: &str) {
        self.does("transfer", json!({ "to": { "user": "user_supervisor_2" }, "kind": kind })).await;
    }

    /// Waits until the transfer has come so far.
    pub async fn transfer_is(&mut self, state: &str) {
        let fits = |m: &Value| m["kind"] == "transfer.changed" && m["data"]["transfer"]["state"] == state;
        self.live.until(&format!("a transfer that is {state}"), 40, fits).await;
    }

    /// Waits until the floor has this holder.
    pub async fn floor_is(&mut self, holder: &str, user: Option<&str>) -> Value {
        let fits = |m: &Value| {
            let floor = &m["data"]["floor"];
            m["kind"] == "floor.changed"
                && m["call"] == self.call.as_str()
                && floor["holder"] == holder
                && user.is_none_or(|user| floor["user"] == user)
        };
        self.live.until(&format!("floor of {holder} {user:?}"), 40, fits).await
    }

    pub async fn sam_has_the_customer(&self) {
        self.customer.hears(self.customer_leg, SAM, &[SUE]).await;
        self.sams.hears(self.sams_leg, CUSTOMER, &[SUE]).await;
    }

    pub async fn sue_has_the_customer(&self, leg: LegId) {
        self.customer.hears(self.customer_leg, SUE, &[SAM]).await;
        self.sues.hears(leg, CUSTOMER, &[SAM]).await;
    }

    pub async fn ends(&mut self) {
        self.customer.hang_up(self.customer_leg);
        self.live.event(&self.call, "call.ended", 20).await;
    }
}

async fn trunk_to(server: &Server, port: u16) -> String {
    let trunk =
        json!({ "name": "Test", "host": format!("127.0.0.1:{port}"), "max_cps": 10, "max_channels": 10 });
    server.signed_in("admin").await.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned()
}

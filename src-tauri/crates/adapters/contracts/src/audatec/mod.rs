//! The contract `audatec`: agents, trunks with their capacity, calls and one signed callback each.
//!
//! Where the text is silent:
//! - The roles of keys are those of the console by other names: viewer is its agent, member its supervisor; admin and
//!   owner are the same. A key whose role does not suffice is refused with 403. Webhooks, which an admin manages, are a
//!   part of the console: the text publishes no operation for them.
//! - `poll_url` is as published, below `/integration/v1`; that path is served at the server's root as well, so that it can
//!   be followed from either base.
//! - `max_cps` that is used up is answered like `max_channels`, with its own name: `Trunk rate (max_cps) exhausted`. A
//!   trunk whose limit is 0 has none.
//! - A call that was refused for want of room is a call: its status can be read and its callback is sent.
//! - A call that we end before it is answered is a `SIP Call Failed`; one of which the server lost sight before it was
//!   answered is a `Trigger Failed`.
//! - `transcript_url` and `recording_url` are links that open without a key for a week, once there is something to open.
//! - Plain HTTP is served where the server is; a proxy in front of it has to refuse it.

mod callback;
mod calls;
mod lists;
mod status;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::response::Response;
use serde_json::{Map, Value};
use tandem_switchboard::records::{Contract, UserRole};

use crate::ground::{
    About, Access, Allowance, Ground, Kind, Manner, Operation, Operations, Refusal, error_response,
};

pub(crate) use callback::AudatecCallbacks;

/// Plain JSON; what is refused is `{"error"}`, with more where the text has more.
#[derive(Debug)]
struct Audatec;

impl Manner for Audatec {
    const CONTRACT: Contract = Contract::Audatec;

    /// The text names none; this is a guard, and well above what trunks carry.
    fn allowance(&self) -> Allowance {
        Allowance::per_minute(12_000)
    }

    fn refuse(&self, refusal: &Refusal, _about: &About) -> Response {
        let error = match refusal.kind {
            Kind::Unauthenticated => "Invalid or inactive API key",
            Kind::Forbidden => "The role of this API key does not allow this",
            _ => refusal.message.as_str(),
        };
        let mut body = Map::from_iter([("error".to_owned(), Value::from(error))]);
        body.extend(refusal.extra.clone());
        error_response(refusal, &Value::Object(body))
    }
}

/// Whose keys may trigger calls.
const MEMBER: UserRole = UserRole::Supervisor;

/// The operations, below `/integration` and `/audatec/integration`.
pub(crate) fn router(ground: &Arc<Ground>) -> Router {
    let linked = |name| Operation::new(name).access(Access::Open);
    Operations::new(ground, Audatec)
        .on(Method::GET, "/v1/agents", Operation::new("audatec.list_agents"), lists::agents)
        .on(Method::GET, "/v1/sip-trunks", Operation::new("audatec.list_sip_trunks"), lists::sip_trunks)
        .on(
            Method::POST,
            "/v1/calls",
            Operation::new("audatec.trigger_call").role(MEMBER).idempotent(),
            calls::trigger,
        )
        .on(Method::GET, "/v1/calls/{id}/status", Operation::new("audatec.call_status"), status::get)
        .on(Method::GET, "/v1/calls/{id}/recording", linked("audatec.recording"), status::recording)
        .on(Method::GET, "/v1/calls/{id}/transcript", linked("audatec.transcript"), status::transcript)
        .into_router()
}

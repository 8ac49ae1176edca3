//! The contract `voice`: calls with internal agents, and nothing told of who carries them.

mod calls;
mod completion;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};
use tandem_switchboard::records::Contract;

use crate::ground::{About, Ground, Manner, Operation, Operations, Refusal, error_response};

/// Plain JSON; what is refused is `{"error", "message", "field"}`.
#[derive(Debug)]
struct Voice;

impl Manner for Voice {
    const CONTRACT: Contract = Contract::Voice;

    fn refuse(&self, refusal: &Refusal, about: &About) -> Response {
        let mut error = json!({
            "error": refusal.kind.as_str(), "message": refusal.message, "request_id": about.request_id,
        });
        if let Some(fault) = refusal.faults.first() {
            error["field"] = Value::from(fault.field.as_str());
        }
        error_response(refusal, &error)
    }
}

/// The operations, below `/voice`.
pub(crate) fn router(ground: &Arc<Ground>) -> Router {
    Operations::new(ground, Voice)
        .on(Method::POST, "/v1/calls", Operation::new("voice.place_call").idempotent(), calls::place)
        .on(Method::GET, "/v1/calls/{id}", Operation::new("voice.get_call"), calls::get)
        .on(Method::GET, "/v1/agents", Operation::new("voice.list_agents"), calls::agents)
        .on(
            Method::POST,
            "/v1/webhooks/call-completed",
            Operation::new("voice.call_completed"),
            completion::save,
        )
        .into_router()
}

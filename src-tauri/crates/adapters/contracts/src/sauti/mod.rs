//! The contract `sauti`: assistants, calls, messages, webhooks.

mod assistants;
mod calls;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};
use tandem_switchboard::records::{Contract, UserRole};

use crate::ground::{About, Access, Ground, Manner, Operation, Operations, Refusal, error_response};

pub(crate) use webhooks::SautiWebhooks;

/// Plain JSON; what is refused is `{"error": {"type", "message", "field"}}`.
#[derive(Debug)]
struct Sauti;

impl Manner for Sauti {
    const CONTRACT: Contract = Contract::Sauti;

    fn refuse(&self, refusal: &Refusal, about: &About) -> Response {
        let mut error = json!({
            "type": refusal.kind.as_str(), "message": refusal.message, "request_id": about.request_id,
        });
        if let Some(fault) = refusal.faults.first() {
            error["field"] = Value::from(fault.field.as_str());
        }
        error_response(refusal, &json!({ "error": error }))
    }
}

const CONFIGURE: UserRole = UserRole::Admin;

/// The operations, below `/sauti`.
pub(crate) fn router(ground: &Arc<Ground>) -> Router {
    let recording = Operation::new("sauti.recording").access(Access::Open);
    let change = Operation::new("sauti.update_assistant").role(CONFIGURE);
    Operations::new(ground, Sauti)
        .on(Method::POST, "/v1/calls", Operation::new("sauti.place_call").idempotent(), calls::place)
        .on(Method::GET, "/v1/calls", Operation::new("sauti.list_calls"), calls::list)
        .on(Method::GET, "/v1/calls/{id}", Operation::new("sauti.get_call"), calls::get)
        .on(Method::GET, "/recordings/{file}", recording, calls::recording)
        .on(
            Method::POST,
            "/v1/assistants",
            Operation::new("sauti.create_assistant").role(CONFIGURE).idempotent(),
            assistants::create,
        )
        .on(Method::GET, "/v1/assistants", Operation::new("sauti.list_assistants"), assistants::list)
        .on(Method::GET, "/v1/assistants/{id}", Operation::new("sauti.get_assistant"), assistants::get)
        .on(Method::PATCH, "/v1/assistants/{id}", change, assistants::update)
        .on(Method::PUT, "/v1/assistants/{id}", change, assistants::update)
        .on(
            Method::DELETE,
            "/v1/assistants/{id}",
            Operation::new("sauti.delete_assistant").role(CONFIGURE),
            assistants::delete,
        )
        .into_router()
}

//! The simulated customers, where there are any.

use std::sync::Arc;

use axum::http::StatusCode;
use tandem_console_api::sandbox::{CallIn, CallInStarted, SandboxCustomers};

use crate::ask::{Ask, Reply, json, ok};
use crate::config::{SandboxControl, SandboxRefusal};
use crate::refusal::Refusal;

pub(super) async fn customers(ask: Ask) -> Reply {
    ok(&SandboxCustomers { items: sandbox(&ask)?.customers().await })
}

pub(super) async fn call_in(ask: Ask) -> Reply {
    let sandbox = sandbox(&ask)?;
    let CallIn { from, to } = ask.json()?;
    // A customer may call numbers of the caller's own organisation alone.
    let numbers = ask.shared.store.numbers(ask.org()?).await?;
    if !numbers.iter().any(|number| number.number.as_str() == to) {
        return Err(Refusal::field("to", "one of your numbers"));
    }
    let sip_call_id = sandbox.call_in(&from, &to).await.map_err(|error| match error {
        SandboxRefusal::UnknownCustomer => Refusal::field("from", "a simulated customer's number"),
        SandboxRefusal::Busy => {
            Refusal::new(tandem_console_api::problem::Code::WrongState, error.to_string())
        }
    })?;
    json(StatusCode::ACCEPTED, &CallInStarted { sip_call_id })
}

fn sandbox(ask: &Ask) -> Result<Arc<dyn SandboxControl>, Refusal> {
    ask.shared.config.sandbox.clone().ok_or_else(|| Refusal::not_found("sandbox on this server"))
}

//! A call's SIP messages, as a list and as text.

use axum::http::header;
use axum::response::IntoResponse as _;
use tandem_console_api::sip::SipTrace;

use super::calls::call;
use crate::ask::{Ask, Reply, ok};
use crate::refusal::Refusal;

pub(super) async fn trace(ask: Ask) -> Reply {
    ok(&read(&ask).await?)
}

pub(super) async fn text(ask: Ask) -> Reply {
    let text = read(&ask).await?.to_text();
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

async fn read(ask: &Ask) -> Result<SipTrace, Refusal> {
    let call = call(ask).await?;
    let org = ask.org()?;
    tracing::info!(call = %call.id, by = ?ask.caller()?.actor.user, "a call's SIP messages were read");
    let messages = ask.shared.store.sip_messages(org, &call.id).await?;
    Ok(SipTrace::new(&messages, ask.shared.store.sip_trace_days(org).await?))
}

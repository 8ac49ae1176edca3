//! What an agent says came of a call, during it or after it.

use tandem_foundation::{CallId, Pii};

use crate::call_task::CallMessage;
use crate::context::Context;
use crate::exchange::{Actor, ExchangeError, LiveMessage};
use crate::journal::event;
use crate::ports::store::Commit;
use crate::records::{Call, EventBody, FloorHolder, Outcome, UserRole};
use crate::switchboard::{missing, storage};

/// Writes it down. Of a live call the event alone: its outcome is made at its end, by whoever holds the row.
pub(crate) async fn dispose(
    context: &Context,
    actor: &Actor,
    call: &CallId,
    disposition: String,
    notes: Pii<String>,
) -> Result<(), ExchangeError> {
    let by = actor.user.clone().ok_or(ExchangeError::Forbidden)?;
    let store = &context.ports.store;
    let row = store.call(&actor.org, call).await.map_err(|error| missing(error, "call"))?;
    let events = store.call_events(&actor.org, call).await.map_err(storage)?;
    let spoke = events.iter().any(|event| {
        matches!(&event.body, EventBody::FloorChanged { floor: FloorHolder::Person { user, .. }, .. } if *user == by)
    });
    if !spoke && actor.role < UserRole::Supervisor {
        return Err(ExchangeError::Forbidden);
    }
    let disposed =
        EventBody::CallDisposed { by, disposition: disposition.clone(), notes: without_cards(notes) };
    let mut commit = Commit { events: vec![event(context, call, disposed)], ..Commit::default() };
    if context.registry.to_call(call, CallMessage::Disposed(disposition.clone())) {
        tracing::debug!(%call, "said of a live call");
    } else {
        let row = with_disposition(row, disposition);
        commit.events.push(event(context, call, EventBody::CallAnalyzed(Box::new(row.clone()))));
        commit.call = Some(row);
    }
    for event in store.commit(&actor.org, commit).await.map_err(storage)? {
        context.publish(LiveMessage::Event(event));
    }
    Ok(())
}

/// The person's word counts before what was derived.
pub(crate) fn with_disposition(mut call: Call, disposition: String) -> Call {
    let outcome = call.outcome.get_or_insert_with(|| Outcome {
        disposition: String::new(),
        summary: String::new(),
        sentiment: "neutral".into(),
        fields: Vec::new(),
        needs_review: false,
    });
    outcome.disposition = disposition;
    call
}

/// What an agent typed is kept without card numbers.
fn without_cards(notes: Pii<String>) -> String {
    let notes = notes.into_inner();
    tandem_foundation::card::mask(&notes).unwrap_or(notes)
}

//! Messages that callers left: listed, played, marked and deleted.
//!
//! Invariant: an agent reaches the messages of their own box alone.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tandem_console_api::cursor;
use tandem_console_api::problem::Code;
use tandem_console_api::routing::{Voicemail, VoicemailPage, VoicemailUpdate, VoicemailsQuery};
use tandem_foundation::VoicemailId;
use tandem_switchboard::ports::routing::VoicemailFilter;
use tandem_switchboard::records::{self, Mailbox, UserRole};

use super::recordings::{below_data, serve};
use crate::ask::{Ask, Reply, ok};
use crate::clock::now;
use crate::refusal::Refusal;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let query: VoicemailsQuery = ask.query()?;
    let after = match &query.cursor {
        Some(text) => {
            Some(cursor::decode(text).ok_or_else(|| Refusal::field("cursor", "next_cursor of a page"))?)
        }
        None => None,
    };
    let mailbox = match (only(&ask)?, query.mailbox) {
        (None, wanted) => wanted,
        (Some(Some(own)), None) => Some(own.to_string()),
        (Some(Some(own)), Some(wanted)) if own.to_string() == wanted => Some(wanted),
        (Some(_), _) => return Err(Refusal::new(Code::Forbidden, "your role has its own box alone")),
    };
    let filter = VoicemailFilter {
        mailbox,
        unheard_only: query.unheard.unwrap_or(false),
        after,
        limit: query.limit.unwrap_or(50),
    };
    let page = ask.shared.store.voicemails(ask.org()?, filter).await?;
    ok(&VoicemailPage {
        items: page.items.iter().map(Voicemail::from).collect(),
        next_cursor: page.next.as_ref().map(cursor::encode),
    })
}

pub(super) async fn audio(ask: Ask) -> Reply {
    let row = stored(&ask).await?;
    let path = below_data(&ask, &row.file).await.ok_or_else(|| Refusal::not_found("message"))?;
    tracing::info!(call = %row.call, by = ?ask.caller()?.actor.user, "a message was read");
    serve(&ask, path, "audio/wav").await
}

pub(super) async fn update(ask: Ask) -> Reply {
    let wanted: VoicemailUpdate = ask.json()?;
    let row = stored(&ask).await?;
    let heard_at = wanted.heard.then(|| row.heard_at.unwrap_or_else(now));
    let events = change(ask.caller()?, "voicemail", &row.id, false);
    let events = ask.shared.store.note_heard(ask.org()?, &row.id, heard_at, events).await?;
    ask.shared.tell(events);
    ok(&Voicemail::from(&records::Voicemail { heard_at, ..row }))
}

pub(super) async fn delete(ask: Ask) -> Reply {
    let row = stored(&ask).await?;
    // The file first: a crash in between leaves a row without one, and never a file that nobody knows of.
    if let Some(path) = below_data(&ask, &row.file).await {
        tokio::fs::remove_file(path).await.map_err(|error| {
            tracing::error!(%error, "a message could not be deleted");
            Refusal::new(Code::Internal, "the message could not be deleted")
        })?;
    }
    let events = change(ask.caller()?, "voicemail", &row.id, true);
    let deleted = ask.shared.store.delete_voicemail(ask.org()?, &row.id, events).await;
    ask.shared.tell(deleted.map_err(Refusal::deleting)?);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn stored(ask: &Ask) -> Result<records::Voicemail, Refusal> {
    let row = ask.shared.store.voicemail(ask.org()?, &VoicemailId::from(ask.id())).await?;
    match only(ask)? {
        Some(own) if own.as_ref() != Some(&row.mailbox) => Err(Refusal::not_found("message")),
        _ => Ok(row),
    }
}

/// The one box that the caller may reach, where they may not reach all; keys of agents have none.
fn only(ask: &Ask) -> Result<Option<Option<Mailbox>>, Refusal> {
    let actor = &ask.caller()?.actor;
    Ok((actor.role < UserRole::Supervisor).then(|| actor.user.clone().map(Mailbox::User)))
}

//! Conferences: listed, joined, and what supervisors do to them.

use axum::http::StatusCode;
use tandem_console_api::calls::Call;
use tandem_console_api::conferences::{
    Conference, ConferencePage, ConferenceRecordingQuery, ConferencesQuery, DialIntoConference,
    JoinConference, LiveConferences, LockConference, MuteMember, RecordConference, RemoveMember,
};
use tandem_console_api::cursor;
use tandem_console_api::recordings::AudioFormat;
use tandem_foundation::ConferenceId;
use tandem_switchboard::exchange::{Act, ConferenceAct, ConferenceView};
use tandem_switchboard::records;

use super::recordings::{below_data, serve};
use super::supervision;
use crate::ask::{Ask, Reply, json, ok};
use crate::refusal::Refusal;

pub(super) async fn list(ask: Ask) -> Reply {
    let query: ConferencesQuery = ask.query()?;
    let after = match &query.cursor {
        Some(text) => {
            Some(cursor::decode(text).ok_or_else(|| Refusal::field("cursor", "next_cursor of a page"))?)
        }
        None => None,
    };
    let limit = query.limit.unwrap_or(50);
    let page = ask.shared.store.conferences(ask.org()?, after, limit).await?;
    let live = ask.shared.exchange.conferences(ask.org()?).await;
    let as_it_is = |row: records::Conference| {
        let now = live.iter().find(|view| view.conference.id == row.id).cloned();
        Conference::from(&now.unwrap_or_else(|| ConferenceView::over(row)))
    };
    ok(&ConferencePage {
        items: page.items.into_iter().map(as_it_is).collect(),
        next_cursor: page.next.as_ref().map(cursor::encode),
    })
}

pub(super) async fn live(ask: Ask) -> Reply {
    let live = ask.shared.exchange.conferences(ask.org()?).await;
    ok(&LiveConferences { items: live.iter().map(Conference::from).collect() })
}

pub(super) async fn get(ask: Ask) -> Reply {
    ok(&Conference::from(&view(&ask).await?))
}

pub(super) async fn recording(ask: Ask) -> Reply {
    let query: ConferenceRecordingQuery = ask.query()?;
    let row = view(&ask).await?.conference;
    let wanted = |recording: &&records::Recording| {
        recording.complete && query.recording.as_ref().is_none_or(|id| recording.id.as_str() == id)
    };
    let none = || Refusal::not_found("recording");
    let recording = row.recordings.iter().rev().find(wanted).ok_or_else(none)?;
    let path = below_data(&ask, &recording.file).await.ok_or_else(none)?;
    tracing::info!(conference = %row.id, by = ?ask.caller()?.actor.user, "a recording was read");
    serve(&ask, path, AudioFormat::from(recording.format).media_type()).await
}

pub(super) async fn join(ask: Ask) -> Reply {
    let wanted: JoinConference = ask.json()?;
    supervision::act(ask, Act::JoinConference(wanted.into())).await
}

pub(super) async fn leave(ask: Ask) -> Reply {
    supervision::act(ask, Act::LeaveConference).await
}

pub(super) async fn mute(ask: Ask) -> Reply {
    let MuteMember { call, muted } = ask.json()?;
    act(ask, ConferenceAct::Mute { call: call.into(), muted }).await
}

pub(super) async fn remove(ask: Ask) -> Reply {
    let RemoveMember { call } = ask.json()?;
    act(ask, ConferenceAct::Remove { call: call.into() }).await
}

pub(super) async fn lock(ask: Ask) -> Reply {
    let LockConference { locked } = ask.json()?;
    act(ask, ConferenceAct::Lock { locked }).await
}

pub(super) async fn record(ask: Ask) -> Reply {
    let RecordConference { on } = ask.json()?;
    act(ask, ConferenceAct::Record { on }).await
}

pub(super) async fn end(ask: Ask) -> Reply {
    act(ask, ConferenceAct::End).await
}

pub(super) async fn dial(ask: Ask) -> Reply {
    let wanted: DialIntoConference = ask.json()?;
    let conference = ConferenceId::from(ask.id());
    let actor = &ask.caller()?.actor;
    let call = ask.shared.exchange.dial_into(actor, &conference, wanted.into()).await?;
    json(StatusCode::CREATED, &Call::from(&call))
}

async fn act(ask: Ask, act: ConferenceAct) -> Reply {
    let conference = ConferenceId::from(ask.id());
    let view = ask.shared.exchange.conference_act(&ask.caller()?.actor, &conference, act).await?;
    ok(&Conference::from(&view))
}

/// As it is now, or as it was.
async fn view(ask: &Ask) -> Result<ConferenceView, Refusal> {
    let live = ask.shared.exchange.conferences(ask.org()?).await;
    if let Some(view) = live.into_iter().find(|view| view.conference.id.as_str() == ask.id()) {
        return Ok(view);
    }
    let row = ask.shared.store.conference(ask.org()?, &ConferenceId::from(ask.id())).await?;
    Ok(ConferenceView::over(row))
}

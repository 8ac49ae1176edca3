//! After a crash: no call stays live for ever.

use std::sync::Arc;

use crate::context::Context;
use crate::journal::event;
use crate::ports::media::WrittenRecording;
use crate::ports::store::{Commit, StoreError};
use crate::records::{CallStatus, CallbackState, EventBody, NewEvent, Recording, RecordingState};

/// Closes every call that was live when the server died, as `interrupted`; what was recorded stays playable.
pub(crate) async fn close_interrupted(context: &Arc<Context>) -> Result<(), StoreError> {
    for mut call in context.ports.store.unfinished_calls().await? {
        let now = context.ports.clock.now();
        call.status = CallStatus::Interrupted;
        call.ended_at = Some(now);
        call.duration_ms = call.answered_at.map(|answered| (now.0 - answered.0).max(0));
        call.end_reason = Some("restart".into());
        if let Some(recording) = &mut call.recording {
            let (state, repaired) = repair(context, recording).await;
            recording.settle(state, repaired);
            // What was recorded is the last that is known of the call.
            call.duration_ms = Some(recording.duration_ms);
        }
        let ended = event(context, &call.id, EventBody::CallEnded(Box::new(call.clone())));
        let org = call.org.clone();
        let outbox = vec![(0, "call.failed".to_owned())];
        let commit = Commit { call: Some(call), events: vec![ended], outbox, ..Commit::default() };
        context.ports.store.commit(&org, commit).await?;
    }
    close_conferences(context).await
}

/// Calls that met are gone; the conference's row says so, and its recordings stay playable.
async fn close_conferences(context: &Arc<Context>) -> Result<(), StoreError> {
    for mut conference in context.ports.store.unfinished_conferences().await? {
        let at = context.ports.clock.now();
        let unfinished = |r: &&mut Recording| r.state == Some(RecordingState::Recording);
        for recording in conference.recordings.iter_mut().filter(unfinished) {
            let (state, repaired) = repair(context, recording).await;
            recording.settle(state, repaired);
        }
        let (org, why) = (conference.org.clone(), "restart".to_owned());
        let mut events = Vec::new();
        if conference.ended_at.is_none() {
            (conference.ended_at, conference.end_reason) = (Some(at), Some(why.clone()));
            let (id, name) = (conference.id.clone(), conference.name.clone());
            let body = EventBody::ConferenceEnded { conference: id, name, why, by: None };
            events.push(NewEvent { call: None, at, body });
        }
        let commit = Commit { conference: Some(conference), events, ..Commit::default() };
        context.ports.store.commit(&org, commit).await?;
    }
    Ok(())
}

/// What a recording that was being written came to.
async fn repair(context: &Arc<Context>, recording: &Recording) -> (RecordingState, Option<WrittenRecording>) {
    let path = context.ports.data_dir.join(&recording.file);
    let media = context.ports.media.clone();
    let repaired = tokio::task::spawn_blocking(move || media.repair_recording(&path)).await.ok().flatten();
    let state = if repaired.is_some() { RecordingState::Incomplete } else { RecordingState::NotRecorded };
    (state, repaired)
}

/// A callback whose call was under way when the server died may have rung the customer's phone: it is dialled again only
/// when a person says so.
pub(crate) async fn doubt_callbacks(context: &Arc<Context>) -> Result<(), StoreError> {
    let open = context.ports.store.open_callbacks().await?;
    for mut callback in open.into_iter().filter(|row| row.state == CallbackState::Dialling) {
        callback.state = CallbackState::Unknown;
        callback.reason = Some("restart".to_owned());
        callback.updated_at = context.ports.clock.now();
        let (org, call) = (callback.org.clone(), callback.call.clone());
        let body = EventBody::CallbackChanged { callback: Box::new(callback.clone()), by: None };
        let events = vec![event(context, &call, body)];
        let commit = Commit { callbacks: vec![callback], events, ..Commit::default() };
        context.ports.store.commit(&org, commit).await?;
    }
    Ok(())
}

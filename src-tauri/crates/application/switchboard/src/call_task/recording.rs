//! The call's recording: begun, paused, resumed, closed, and told of where the disk refuses it.

use std::time::{Duration, Instant};

use tandem_foundation::{Pii, UserId};
use tokio::sync::mpsc;

use super::{CallMessage, CallTask};
use crate::exchange::{Actor, ExchangeError};
use crate::ports::media::{MediaEvent, RecordingPlan, WrittenRecording};
use crate::ports::store::Commit;
use crate::records::{EventBody, FloorHolder, Recording, RecordingState, Speaker, TranscriptItem, UserRole};

/// The writer thread closes a file within this time, or the call's row says that it is not complete.
const PATIENCE: Duration = Duration::from_secs(5);

/// Stands for what was said in a pause.
const PAUSED: &str = "[paused]";

impl CallTask {
    pub(super) fn start_recording(&mut self) {
        let unwanted = self.assistant.as_ref().is_some_and(|assistant| !assistant.settings.record)
            // What colleagues say to one another is theirs.
            || self.call.direction == crate::records::Direction::Internal
            || self.routed.as_ref().is_some_and(|routed| !routed.record);
        if unwanted {
            return;
        }
        let format = self.context.ports.recordings.format;
        let file = format!("recordings/{}.{}", self.call.id, format.as_str());
        let plan = RecordingPlan { path: self.context.ports.data_dir.join(&file), left: vec![self.customer] };
        self.context.ports.media.start_recording(&self.call.id, plan);
        self.recording_closed = false;
        self.call.recording = Some(Recording {
            id: self.context.new_recording_id(),
            file,
            duration_ms: 0,
            complete: false,
            state: Some(RecordingState::Recording),
            format,
            bytes: None,
            sha256: None,
        });
    }

    /// Silence from now on; again while it is paused changes nothing.
    pub(super) fn pause_recording(&mut self, actor: &Actor) -> Result<(), ExchangeError> {
        self.may_pause(actor)?;
        if self.paused_until.is_some() {
            return Ok(());
        }
        let now = Instant::now();
        self.paused_until = Some(now + self.context.ports.recordings.pause_limit);
        self.context.ports.media.pause_recording(&self.call.id, true);
        self.pause_hearing(true);
        let (by, name, at_ms) = (actor.user.clone(), actor.name.clone(), self.offset_ms(now));
        self.pauses.push((at_ms, None));
        self.recording_is(RecordingState::Paused, EventBody::RecordingPaused { by, name, at_ms });
        Ok(())
    }

    /// Recorded again; while it is not paused this changes nothing.
    pub(super) fn resume_recording(&mut self, actor: &Actor) -> Result<(), ExchangeError> {
        // A recording that failed while it was paused leaves a pause behind that still keeps text away.
        if self.paused_until.is_none() || self.machine.is_over() {
            return self.may_pause(actor);
        }
        self.allowed(actor)?;
        self.resume(actor.user.clone(), actor.name.clone(), false);
        Ok(())
    }

    /// A pause that was forgotten.
    pub(super) fn end_long_pause(&mut self, now: Instant) {
        if self.paused_until.is_some_and(|until| until <= now) {
            self.resume(None, String::new(), true);
        }
    }

    /// Whatever is said or pressed is not to be kept.
    pub(super) fn is_paused(&self) -> bool {
        self.paused_until.is_some()
    }

    /// What of an item may be kept. Nobody's voice is recognised in a pause, but what the assistant says is known from
    /// elsewhere: of what it had begun, what was kept before; of what it begins then, a marker.
    pub(super) fn keep(&self, row: TranscriptItem) -> TranscriptItem {
        let began_in_pause = overlaps(&self.pauses, row.start_ms, row.start_ms);
        let runs_into_pause =
            row.speaker == Speaker::Assistant && overlaps(&self.pauses, row.start_ms, row.end_ms);
        if row.speaker == Speaker::System || !(began_in_pause || runs_into_pause) {
            return row;
        }
        let known = self.items.iter().find(|item| item.id == row.id);
        let text = known.map_or_else(|| Pii::from(PAUSED), |item| item.text.clone());
        TranscriptItem { text, intended_text: None, ..row }
    }

    fn pause_hearing(&self, paused: bool) {
        for line in self.talk.iter().flat_map(|talk| talk.hearing.values()) {
            line.pause(paused);
        }
        if let Some(routing) = &self.routing {
            routing.pause(paused);
        }
    }

    fn resume(&mut self, by: Option<UserId>, name: String, automatic: bool) {
        self.paused_until = None;
        self.context.ports.media.pause_recording(&self.call.id, false);
        self.pause_hearing(false);
        let at_ms = self.offset_ms(Instant::now());
        if let Some((_, to)) = self.pauses.last_mut() {
            *to = Some(at_ms);
        }
        let body = EventBody::RecordingResumed { by, name, automatic, at_ms };
        let state = self.call.recording.as_ref().and_then(|recording| recording.state);
        let closed = state.filter(|_| self.recording_closed);
        self.recording_is(closed.unwrap_or(RecordingState::Recording), body);
    }

    fn may_pause(&self, actor: &Actor) -> Result<(), ExchangeError> {
        self.allowed(actor)?;
        if self.recording_closed || self.machine.is_over() {
            return Err(ExchangeError::WrongState { status: "not being recorded" });
        }
        Ok(())
    }

    /// Supervisors may, and who holds the floor.
    fn allowed(&self, actor: &Actor) -> Result<(), ExchangeError> {
        let holds =
            matches!(&self.call.floor, FloorHolder::Person { user, .. } if Some(user) == actor.user.as_ref());
        if actor.role < UserRole::Supervisor && !holds {
            return Err(ExchangeError::Forbidden);
        }
        Ok(())
    }

    /// State and the event that reports it, in one commit.
    fn recording_is(&mut self, state: RecordingState, body: EventBody) {
        if let Some(recording) = &mut self.call.recording {
            recording.state = Some(state);
        }
        let events = vec![self.event(body), self.event(EventBody::CallUpdated(Box::new(self.call.clone())))];
        self.journal.commit(Commit { call: Some(self.call.clone()), events, ..Commit::default() });
    }

    pub(super) fn recording_written(&mut self, file: WrittenRecording) {
        self.close_recording(RecordingState::Complete, Some(file));
    }

    /// The disk is full, say: the call goes on, and its row tells what there is.
    pub(super) fn recording_failed(&mut self, reason: String, kept: Option<WrittenRecording>) {
        tracing::error!(call = %self.call.id, reason, "recording failed, the call goes on");
        let state = if kept.is_some() { RecordingState::Incomplete } else { RecordingState::NotRecorded };
        self.close_recording(state, kept);
        let at_ms = self.offset_ms(Instant::now());
        self.recording_is(state, EventBody::RecordingFailed { state, reason, at_ms });
    }

    fn close_recording(&mut self, state: RecordingState, file: Option<WrittenRecording>) {
        self.recording_closed = true;
        if let Some(recording) = &mut self.call.recording {
            recording.settle(state, file);
        }
    }

    /// What still arrives here is answered as for a call that is over.
    pub(super) async fn await_recording(&mut self, messages: &mut mpsc::UnboundedReceiver<CallMessage>) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.recording_closed {
            match tokio::time::timeout_at(deadline, messages.recv()).await {
                Ok(Some(CallMessage::Media(MediaEvent::RecordingClosed { file, .. }))) => {
                    self.recording_written(file);
                }
                Ok(Some(CallMessage::Media(MediaEvent::RecordingFailed { reason, kept, .. }))) => {
                    self.recording_failed(reason, kept);
                }
                Ok(Some(CallMessage::Act { actor, act, reply, at })) => {
                    let result = self.act(at, &actor, act);
                    self.answer_act(result, reply);
                }
                Ok(Some(CallMessage::Transcript(reply))) => drop(reply.send(self.items.clone())),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break,
            }
        }
    }
}

impl Recording {
    /// Takes over what the file came to.
    pub(crate) fn settle(&mut self, state: RecordingState, file: Option<WrittenRecording>) {
        self.state = Some(state);
        self.complete = file.is_some();
        self.duration_ms = file.as_ref().map(WrittenRecording::duration_ms).unwrap_or_default();
        self.bytes = file.as_ref().map(|file| file.bytes);
        self.sha256 = file.map(|file| file.sha256);
    }
}

/// Whether something from `start` to `end` was said, in part at least, in one of `pauses`; ms, the last may be open.
fn overlaps(pauses: &[(i64, Option<i64>)], start: i64, end: i64) -> bool {
    pauses.iter().any(|(from, to)| end >= *from && to.is_none_or(|to| start < to))
}

#[cfg(test)]
mod tests {
    use super::overlaps;

    #[test]
    fn what_touches_a_pause_overlaps_it() {
        let pauses = [(1_000, Some(2_000)), (5_000, None)];
        for (start, end, expected) in [
            (0, 999, false),
            (0, 1_000, true),
            (1_500, 1_500, true),
            (1_999, 3_000, true),
            (2_000, 4_999, false),
            (2_000, 5_000, true),
            (9_000, 9_500, true),
        ] {
            assert_eq!(overlaps(&pauses, start, end), expected, "{start} to {end}");
        }
    }
}

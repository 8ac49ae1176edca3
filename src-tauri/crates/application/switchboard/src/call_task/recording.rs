//! The call's recording: begun, paused, resumed, closed, and told of where the disk refuses it.

use std::time::{Duration, Instant};

use tandem_foundation::UserId;
use tokio::sync::mpsc;

use super::{CallMessage, CallTask};
use crate::exchange::{Actor, ExchangeError};
use crate::ports::media::{MediaEvent, RecordingPlan, WrittenRecording};
use crate::ports::store::Commit;
use crate::records::{EventBody, FloorHolder, Recording, RecordingState, UserRole};

/// The writer thread closes a file within this time, or the call's row says that it is not complete.
const PATIENCE: Duration = Duration::from_secs(5);

impl CallTask {
    pub(super) fn start_recording(&mut self) {
        if !self.assistant.as_ref().is_none_or(|assistant| assistant.settings.record) {
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
        let (by, name, at_ms) = (actor.user.clone(), actor.name.clone(), self.offset_ms(now));
        self.recording_is(RecordingState::Paused, EventBody::RecordingPaused { by, name, at_ms });
        Ok(())
    }

    /// Recorded again; while it is not paused this changes nothing.
    pub(super) fn resume_recording(&mut self, actor: &Actor) -> Result<(), ExchangeError> {
        self.may_pause(actor)?;
        if self.paused_until.is_some() {
            self.resume(actor.user.clone(), actor.name.clone(), false);
        }
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

    fn resume(&mut self, by: Option<UserId>, name: String, automatic: bool) {
        self.paused_until = None;
        self.context.ports.media.pause_recording(&self.call.id, false);
        let at_ms = self.offset_ms(Instant::now());
        let body = EventBody::RecordingResumed { by, name, automatic, at_ms };
        self.recording_is(RecordingState::Recording, body);
    }

    fn may_pause(&self, actor: &Actor) -> Result<(), ExchangeError> {
        let holds = matches!(&self.call.floor, FloorHolder::Person { user, .. } if Some(user) == actor.user.as_ref());
        if actor.role < UserRole::Supervisor && !holds {
            return Err(ExchangeError::Forbidden);
        }
        if self.recording_closed || self.machine.is_over() {
            return Err(ExchangeError::WrongState { status: "not being recorded" });
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
        self.paused_until = None;
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
                    let _ = reply.send(
                        self.act(at, &actor, act)
                            .map(|()| (self.call.floor.clone(), self.call.floor_version)),
                    );
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

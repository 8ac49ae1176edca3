//! The room's recordings: everybody who is heard, on both channels.

use super::room::Room;
use crate::ports::media::{MediaEvent, RecordingPlan};
use crate::records::{EventBody, Recording, RecordingState};

impl Room {
    pub(super) fn start_recording(&mut self) {
        let format = self.context.ports.recordings.format;
        let id = self.context.new_recording_id();
        let file = format!("recordings/{id}.{}", format.as_str());
        let path = self.context.ports.data_dir.join(&file);
        self.context.ports.media.start_recording(
            &self.id,
            RecordingPlan { path, left: Vec::new(), lead: std::time::Duration::ZERO },
        );
        self.recording = true;
        self.row.recordings.push(Recording {
            id,
            file,
            duration_ms: 0,
            complete: false,
            state: Some(RecordingState::Recording),
            format,
            bytes: None,
            sha256: None,
        });
        self.note_recording(RecordingState::Recording);
    }

    /// A recording's file is whole, or could not go on.
    pub(super) fn recorded(&mut self, event: MediaEvent) {
        let (path, state, file) = match event {
            MediaEvent::RecordingClosed { path, file, .. } => (path, RecordingState::Complete, Some(file)),
            MediaEvent::RecordingFailed { path, kept: Some(kept), .. } => {
                (path, RecordingState::Incomplete, Some(kept))
            }
            MediaEvent::RecordingFailed { path, .. } => (path, RecordingState::NotRecorded, None),
            _ => return,
        };
        let data_dir = &self.context.ports.data_dir;
        let own = |recording: &&mut Recording| data_dir.join(&recording.file) == path;
        let Some(recording) = self.row.recordings.iter_mut().find(own) else { return };
        recording.settle(state, file);
        // Another one may have been begun since.
        let newest = self.row.recordings.last();
        self.recording &= newest.is_some_and(|newest| newest.state == Some(RecordingState::Recording));
        self.note_recording(state);
        if self.closing.is_some() && !self.is_writing() {
            self.close();
        }
    }

    /// A file of its is not whole yet.
    pub(super) fn is_writing(&self) -> bool {
        self.row.recordings.iter().any(|recording| recording.state == Some(RecordingState::Recording))
    }

    fn note_recording(&mut self, state: RecordingState) {
        let (conference, name, by) = (self.row.id.clone(), self.row.name.clone(), self.by.clone());
        self.note(None, EventBody::ConferenceRecording { conference, name, state, by });
    }
}

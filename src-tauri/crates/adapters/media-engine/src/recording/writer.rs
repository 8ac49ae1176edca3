//! The writer: takes new recordings over, turns to each a few times a second, and tells how they ended.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use tandem_foundation::CallId;
use tandem_switchboard::ports::media::MediaEvent;
use tokio::sync::mpsc::UnboundedSender;

use super::Block;
use super::file::RecordingFile;

/// Between two turns.
const TURN: Duration = Duration::from_millis(100);

/// A recording that a room began.
#[derive(Debug)]
pub struct NewRecording {
    pub(crate) room: CallId,
    pub(crate) path: PathBuf,
    pub(crate) blocks: rtrb::Consumer<Block>,
}

/// Everything that is being written.
#[derive(Debug)]
pub struct RecordingWriter {
    fresh: Receiver<NewRecording>,
    open: Vec<RecordingFile>,
    events: UnboundedSender<MediaEvent>,
}

impl RecordingWriter {
    /// A writer, and where rooms leave their new recordings.
    pub fn new(events: UnboundedSender<MediaEvent>) -> (Self, Sender<NewRecording>) {
        let (sender, fresh) = mpsc::channel();
        (Self { fresh, open: Vec::new(), events }, sender)
    }

    /// Works until every room has let go of its sender and every recording is closed.
    pub fn run(mut self) {
        loop {
            match self.fresh.recv_timeout(TURN) {
                Ok(new) => self.create(new),
                Err(RecvTimeoutError::Timeout) => self.turn(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.turn();
                    if self.open.is_empty() {
                        return;
                    }
                    std::thread::sleep(TURN);
                }
            }
        }
    }

    /// One turn: takes over what is new and writes what waits.
    pub fn turn(&mut self) {
        while let Ok(new) = self.fresh.try_recv() {
            self.create(new);
        }
        let events = &self.events;
        self.open.retain_mut(|file| match file.turn() {
            Ok(false) => true,
            Ok(true) => {
                let (room, path, frames) = (file.room.clone(), file.path.clone(), file.frames);
                // Nobody listening any more is no reason to fail: the file is whole.
                let _ = events.send(MediaEvent::RecordingClosed { room, path, frames });
                false
            }
            Err(error) => {
                failed(events, file.room.clone(), file.path.clone(), &error);
                false
            }
        });
    }

    fn create(&mut self, new: NewRecording) {
        let NewRecording { room, path, blocks } = new;
        match RecordingFile::create(room.clone(), &path, blocks) {
            Ok(file) => self.open.push(file),
            Err(error) => failed(&self.events, room, path, &error),
        }
    }
}

fn failed(events: &UnboundedSender<MediaEvent>, room: CallId, path: PathBuf, error: &std::io::Error) {
    tracing::warn!(%room, %error, "a recording could not go on");
    let _ = events.send(MediaEvent::RecordingFailed { room, path, reason: error.to_string() });
}

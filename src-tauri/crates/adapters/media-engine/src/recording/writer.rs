//! The writer: takes new recordings over, turns to each a few times a second, and tells how they ended.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use tandem_foundation::CallId;
use tandem_switchboard::ports::media::{MediaEvent, WrittenRecording};
use tokio::sync::mpsc::UnboundedSender;

use super::ballast::{Ballast, free_bytes};
use super::file::RecordingFile;
use super::repair::repair;
use super::{Block, WAITING};

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
    ballast: Option<Ballast>,
    folder: Option<PathBuf>,
}

impl RecordingWriter {
    /// A writer, and where rooms leave their new recordings.
    pub fn new(events: UnboundedSender<MediaEvent>) -> (Self, SyncSender<NewRecording>) {
        let (sender, fresh) = mpsc::sync_channel(WAITING);
        (Self { fresh, open: Vec::new(), events, ballast: None, folder: None }, sender)
    }

    /// Keeps `ballast` bytes of `folder`'s disk for the moment when it is full (0: none), and tells how much is free.
    pub fn keep_space(&mut self, folder: &Path, ballast: u64) {
        self.ballast = (ballast > 0).then(|| Ballast::new(folder.join(".ballast"), ballast));
        self.folder = Some(folder.to_owned());
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
        let (events, ballast) = (&self.events, &mut self.ballast);
        self.open.retain_mut(|recording| match recording.turn(ballast) {
            Ok(None) => true,
            Ok(Some(file)) => {
                let (room, path) = (recording.room.clone(), recording.path.clone());
                // Nobody listening any more is no reason to fail: the file is whole.
                let _ = events.send(MediaEvent::RecordingClosed { room, path, file });
                false
            }
            Err(error) => {
                let kept = keep(&recording.path);
                failed(events, recording.room.clone(), recording.path.clone(), &error, kept);
                false
            }
        });
        if let Some(ballast) = &mut self.ballast {
            ballast.keep();
        }
        if let Some(free) = self.folder.as_deref().and_then(|folder| free_bytes(folder).ok()) {
            metrics::gauge!("tandem_recordings_free_bytes").set(free as f64);
        }
    }

    fn create(&mut self, new: NewRecording) {
        let NewRecording { room, path, blocks } = new;
        match RecordingFile::create(room.clone(), &path, blocks, &mut self.ballast) {
            Ok(file) => self.open.push(file),
            Err(error) => {
                let kept = keep(&path);
                failed(&self.events, room, path, &error, kept);
            }
        }
    }
}

/// What a recording that cannot go on leaves: cut to what plays, or nothing at all.
fn keep(path: &Path) -> Option<WrittenRecording> {
    let kept = repair(path).ok().filter(|file| file.frames > 0);
    if kept.is_none() && path.is_file() {
        // An empty file would only take the space that others lack.
        let _ = std::fs::remove_file(path);
    }
    kept
}

fn failed(
    events: &UnboundedSender<MediaEvent>,
    room: CallId,
    path: PathBuf,
    error: &std::io::Error,
    kept: Option<WrittenRecording>,
) {
    tracing::warn!(%room, %error, "a recording could not go on");
    let _ = events.send(MediaEvent::RecordingFailed { room, path, reason: error.to_string(), kept });
}

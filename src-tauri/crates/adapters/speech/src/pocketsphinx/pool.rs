//! Loaded decoders, lent for the length of an utterance.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::ffi::Decoder;
use super::model_files::ModelFiles;

/// More people than this seldom speak at the very same moment in what one machine carries; each costs about 30 MB.
const MOST: usize = 24;

#[derive(Debug, Default)]
struct Shelf {
    idle: Vec<Decoder>,
    loaded: usize,
}

/// Shared by all sessions.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    files: ModelFiles,
    shelf: Arc<(Mutex<Shelf>, Condvar)>,
}

impl Pool {
    pub fn new(files: ModelFiles) -> Self {
        Self { files, shelf: Arc::default() }
    }

    /// An idle decoder, or a new one; waits while the most are in use. `None`: none can be loaded.
    pub fn take(&self) -> Option<Decoder> {
        let (shelf, returned) = &*self.shelf;
        let mut shelf = shelf.lock();
        loop {
            if let Some(decoder) = shelf.idle.pop() {
                return Some(decoder);
            }
            if shelf.loaded < MOST {
                shelf.loaded += 1;
                break;
            }
            returned.wait(&mut shelf);
        }
        drop(shelf);
        let decoder = self.files.load();
        if decoder.is_none() {
            self.shelf.0.lock().loaded -= 1;
        }
        decoder
    }

    /// Gives a decoder back.
    pub fn give(&self, decoder: Decoder) {
        let (shelf, returned) = &*self.shelf;
        shelf.lock().idle.push(decoder);
        returned.notify_one();
    }
}

//! The embedded recogniser: PocketSphinx with a small language model of telephone talk, English.
//!
//! A decoder works only while there is voice. On voices through G.711 it costs about 5 % of a core in that time and
//! gets some nine sentences in ten of its own domain right to the word; it is no dictation engine.

mod corpus;
mod ffi;
mod model_files;
mod ngram;
mod pool;
mod session;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Recogniser, RecogniserSession, Recognition,
};
use tokio::sync::mpsc;

use model_files::ModelFiles;
use pool::Pool;
use session::Session;

/// Where Debian's package `pocketsphinx-en-us` puts the model.
const MODEL: &str = "/usr/share/pocketsphinx/model/en-us";
/// Audio that may wait for a busy decoder: 10 s of 20 ms frames.
const INPUT_QUEUE: usize = 500;
const EVENT_QUEUE: usize = 64;

/// The recogniser; prepares its files at the first session.
#[derive(Debug)]
pub struct PocketSphinx {
    cache: PathBuf,
    pool: Mutex<Option<Pool>>,
}

impl PocketSphinx {
    /// `cache`: a folder for the language model and the dictionary.
    pub fn new(cache: PathBuf) -> Self {
        Self { cache, pool: Mutex::new(None) }
    }

    /// Loads one decoder ahead of the first call.
    ///
    /// # Errors
    /// When the model is not installed.
    pub fn warm_up(&self) -> Result<(), ProviderError> {
        let pool = self.pool()?;
        match pool.take() {
            Some(decoder) => {
                pool.give(decoder);
                Ok(())
            }
            None => Err(failed("loading the model", "the library refused it".into())),
        }
    }

    fn pool(&self) -> Result<Pool, ProviderError> {
        let mut pool = self.pool.lock();
        if let Some(pool) = &*pool {
            return Ok(pool.clone());
        }
        let files = ModelFiles::prepare(Path::new(MODEL), &self.cache)
            .map_err(|reason| failed("preparing the model", reason))?;
        Ok(pool.insert(Pool::new(files)).clone())
    }
}

#[async_trait]
impl Recogniser for PocketSphinx {
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError> {
        let pool = self.pool()?;
        let (input, inbox) = mpsc::channel(INPUT_QUEUE);
        let (events, outbox) = mpsc::channel(EVENT_QUEUE);
        let work = Session::new(pool, events, session.sample_rate);
        std::thread::Builder::new()
            .name("recogniser".into())
            .spawn(move || work.run(inbox))
            .map_err(|error| failed("starting a session", error.to_string()))?;
        Ok(Recognition { input, events: outbox })
    }
}

fn failed(operation: &'static str, message: String) -> ProviderError {
    ProviderError::new("pocketsphinx", operation, ProviderErrorKind::Invalid, message)
}

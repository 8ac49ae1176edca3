//! The next provider where one fails or stalls. A provider that failed again and again is passed over for a while.

mod model;
mod recogniser;
mod voice;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tandem_switchboard::ports::speech::{ProviderError, ProviderErrorKind};
use tokio::time::Instant;

pub use model::FallbackModel;
pub use recogniser::FallbackRecogniser;
pub use voice::FallbackVoice;

/// When a provider is given up.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Longest wait for a model's first event and for a recogniser's session.
    pub first: Duration,
    /// Longest wait for a voice's first audio and between two pieces of it. It comes on top of the turn's and the model's
    /// time, and all of them together are to be less than two seconds.
    pub sound: Duration,
    /// Longest wait for a recogniser's last word on an utterance whose end it was told.
    pub last_word: Duration,
    /// Failures in a row that open the breaker.
    pub failures: u32,
    /// How long it then stays open.
    pub open_for: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(1_500),
            sound: Duration::from_millis(900),
            last_word: Duration::from_millis(1_200),
            failures: 3,
            open_for: Duration::from_secs(30),
        }
    }
}

#[derive(Debug, Default)]
struct Breaker(Mutex<(u32, Option<Instant>)>);

impl Breaker {
    fn passes(&self) -> bool {
        self.0.lock().1.is_none_or(|until| Instant::now() >= until)
    }

    fn worked(&self) {
        *self.0.lock() = (0, None);
    }

    /// A wrong key opens the breaker at once: the next call would be refused like this one.
    fn failed(&self, kind: ProviderErrorKind, patience: &Patience) {
        let mut state = self.0.lock();
        state.0 += 1;
        let open = state.0 >= patience.failures || kind == ProviderErrorKind::Auth;
        state.1 = open.then(|| Instant::now() + patience.open_for);
    }
}

/// Providers in the order in which they are tried.
struct Chain<P: ?Sized> {
    links: Vec<(Arc<P>, Breaker)>,
    patience: Patience,
}

impl<P: ?Sized> Chain<P> {
    fn new(providers: Vec<Arc<P>>, patience: Patience) -> Self {
        Self { links: providers.into_iter().map(|one| (one, Breaker::default())).collect(), patience }
    }

    /// Those whose breakers are closed; the last of all where every breaker is open.
    fn order(&self) -> Vec<usize> {
        let open: Vec<usize> = (0..self.links.len()).filter(|n| self.links[*n].1.passes()).collect();
        if open.is_empty() { self.links.len().checked_sub(1).into_iter().collect() } else { open }
    }
}

fn nobody(message: &str) -> ProviderError {
    ProviderError::new("fallback", "trying each provider", ProviderErrorKind::Unavailable, message)
}

fn late(message: &str) -> ProviderError {
    ProviderError { kind: ProviderErrorKind::Timeout, ..nobody(message) }
}

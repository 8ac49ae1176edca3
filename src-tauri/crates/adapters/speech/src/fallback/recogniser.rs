//! The next recogniser where one fails or stalls: it is given the audio since the last final text, so that no word is
//! lost, and none comes twice.

mod kept;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tandem_switchboard::ports::speech::{
    ProviderError, Recogniser, RecogniserEvent, RecogniserInput, RecogniserSession, Recognition,
};
use tandem_switchboard::provider_failed;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::{Chain, Patience, late, nobody};
use kept::{Kept, copy};

/// So much voice without a word of the recogniser, after which it was told that the voice is over, is a stall and no
/// cough.
const UNANSWERED_MS: u64 = 600;
/// A recogniser that is so many inputs behind has stalled: half a minute of frames.
const BEHIND: usize = 1_500;
/// Longest wait for the last words after the party hung up.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Recognisers, one behind the other.
pub struct FallbackRecogniser(Arc<Chain<dyn Recogniser>>);

impl std::fmt::Debug for FallbackRecogniser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FallbackRecogniser").field(&self.0.links.len()).finish()
    }
}

impl FallbackRecogniser {
    pub fn new(recognisers: Vec<Arc<dyn Recogniser>>, patience: Patience) -> Self {
        Self(Arc::new(Chain::new(recognisers, patience)))
    }
}

#[async_trait]
impl Recogniser for FallbackRecogniser {
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError> {
        let mut left: VecDeque<usize> = self.0.order().into();
        let (n, first) = next(&self.0, &session, &mut left, None).await?;
        let (input, inputs) = mpsc::channel(256);
        let (events, heard) = mpsc::channel(256);
        let kept = Kept::new(session.sample_rate);
        tokio::spawn(run(Running { chain: self.0.clone(), session, left, n, kept, inputs, events }, first));
        Ok(Recognition { input, events: heard })
    }
}

/// Opens the next recogniser that can be opened; `failure` is why the one before was given up.
async fn next(
    chain: &Chain<dyn Recogniser>,
    session: &RecogniserSession,
    left: &mut VecDeque<usize>,
    mut failure: Option<ProviderError>,
) -> Result<(usize, Recognition), ProviderError> {
    while let Some(n) = left.pop_front() {
        // What the next recogniser makes good is counted here; the last failure is the caller's.
        failure.as_ref().inspect(|error| provider_failed(error));
        let (recogniser, breaker) = &chain.links[n];
        let error = match timeout(chain.patience.first, recogniser.open(session.clone())).await {
            Ok(Ok(recognition)) => return Ok((n, recognition)),
            Ok(Err(error)) => error,
            Err(_) => late("the recogniser did not open in time"),
        };
        breaker.failed(error.kind, &chain.patience);
        failure = Some(error);
    }
    Err(failure.unwrap_or_else(|| nobody("none is configured")))
}

struct Running {
    chain: Arc<Chain<dyn Recogniser>>,
    session: RecogniserSession,
    /// Those not tried in this session.
    left: VecDeque<usize>,
    /// The one at work.
    n: usize,
    kept: Kept,
    inputs: mpsc::Receiver<RecogniserInput>,
    events: mpsc::Sender<RecogniserEvent>,
}

async fn run(mut running: Running, mut recognition: Recognition) {
    loop {
        let Err(error) = running.with(recognition).await else { return };
        running.chain.links[running.n].1.failed(error.kind, &running.chain.patience);
        tracing::info!(
            provider = error.provider,
            kind = error.kind.as_str(),
            "the next recogniser takes over"
        );
        let (chain, session) = (running.chain.clone(), running.session.clone());
        let opened = tokio::select! {
            () = running.events.closed() => return,
            opened = next(&chain, &session, &mut running.left, Some(error)) => opened,
        };
        match opened {
            Ok((n, next)) => (running.n, recognition) = (n, next),
            Err(error) => {
                let _ = running.events.send(RecogniserEvent::Failed(error)).await;
                return;
            }
        }
    }
}

impl Running {
    /// Until the session is over, or this recogniser is to be given up.
    async fn with(&mut self, recognition: Recognition) -> Result<(), ProviderError> {
        let Recognition { input, events: mut heard } = recognition;
        let mut input = Some(input);
        let mut waiting: VecDeque<RecogniserInput> = self.kept.replay();
        // What is replayed and ended already is answered, or it is a stall too.
        let mut answer_by = self.kept.is_unanswered(UNANSWERED_MS).then(|| self.soon());
        let mut hung_up: Option<Instant> = None;
        loop {
            if hung_up.is_some() && waiting.is_empty() {
                input = None;
            }
            let deadline = hung_up.or(answer_by);
            let room = async {
                match &input {
                    Some(input) => input.reserve().await.ok(),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.events.closed() => return Ok(()),
                event = heard.recv() => match event {
                    None if hung_up.is_some() => return Ok(()),
                    None => return Err(nobody("the recogniser ended")),
                    Some(RecogniserEvent::Failed(_)) if hung_up.is_some() => return Ok(()),
                    Some(RecogniserEvent::Failed(error)) => return Err(error),
                    Some(event) => {
                        answer_by = None;
                        self.kept.heard(&event);
                        if matches!(event, RecogniserEvent::Final { .. }) {
                            self.chain.links[self.n].1.worked();
                        }
                        if self.events.send(event).await.is_err() {
                            return Ok(());
                        }
                    }
                },
                permit = room, if !waiting.is_empty() => match (permit, waiting.pop_front()) {
                    (Some(permit), Some(next)) => permit.send(next),
                    _ if hung_up.is_some() => return Ok(()),
                    _ => return Err(nobody("the recogniser takes no more audio")),
                },
                next = self.inputs.recv(), if hung_up.is_none() => match next {
                    Some(next) => {
                        waiting.push_back(copy(&next));
                        if self.kept.take(next) && self.kept.is_unanswered(UNANSWERED_MS) {
                            answer_by.get_or_insert(self.soon());
                        }
                        if waiting.len() > BEHIND {
                            return Err(late("the recogniser fell behind"));
                        }
                    }
                    None => hung_up = Some(Instant::now() + LAST_WORDS),
                },
                () = sleep_until(deadline), if deadline.is_some() => {
                    return if hung_up.is_some() { Ok(()) } else { Err(late("no word of what was said")) };
                }
            }
        }
    }

    fn soon(&self) -> Instant {
        Instant::now() + self.chain.patience.last_word
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

//! The next provider where the first fails or stalls before a word was heard. A provider that failed again and again
//! is passed over for a while.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_switchboard::ports::speech::{
    Model, ModelEvent, ModelRequest, ProviderError, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// When a provider is given up.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Longest wait for a model's first event or a voice's first audio.
    pub first: Duration,
    /// Failures in a row that open the breaker.
    pub failures: u32,
    /// How long it then stays open.
    pub open_for: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_millis(1_500), failures: 3, open_for: Duration::from_secs(30) }
    }
}

#[derive(Debug, Default)]
struct Breaker(Mutex<(u32, Option<Instant>)>);

impl Breaker {
    fn passes(&self) -> bool {
        self.0.lock().1.is_none_or(|until| Instant::now() >= until)
    }

    fn note(&self, good: bool, patience: &Patience) {
        let mut state = self.0.lock();
        state.0 = if good { 0 } else { state.0 + 1 };
        state.1 = (state.0 >= patience.failures).then(|| Instant::now() + patience.open_for);
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
    let (operation, message) = ("trying each provider", message.to_owned());
    ProviderError { provider: "fallback".into(), operation, message, code: None, transient: true }
}

/// Models, one behind the other. Keep it for as long as the breakers are to remember.
pub struct FallbackModel(Chain<dyn Model>);

impl std::fmt::Debug for FallbackModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FallbackModel").field(&self.0.links.len()).finish()
    }
}

impl FallbackModel {
    pub fn new(models: Vec<Arc<dyn Model>>, patience: Patience) -> Self {
        Self(Chain::new(models, patience))
    }
}

#[async_trait]
impl Model for FallbackModel {
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError> {
        let mut last = nobody("none is configured");
        for n in self.0.order() {
            let (model, breaker) = &self.0.links[n];
            let begun = timeout(self.0.patience.first, async {
                let mut events = model.reply(request.clone()).await?;
                Ok::<_, ProviderError>((events.recv().await, events))
            });
            match begun.await {
                Ok(Ok((Some(ModelEvent::Failed { message, .. }), _))) => last = nobody(&message),
                Ok(Ok((Some(first), mut rest))) => {
                    breaker.note(true, &self.0.patience);
                    let (events, replies) = mpsc::channel(64);
                    tokio::spawn(async move {
                        let mut next = Some(first);
                        while let Some(event) = next {
                            if events.send(event).await.is_err() {
                                return;
                            }
                            next = tokio::select! {
                                () = events.closed() => return,
                                event = rest.recv() => event,
                            };
                        }
                    });
                    return Ok(replies);
                }
                Ok(Ok((None, _))) => last = nobody("the reply was empty"),
                Ok(Err(error)) => last = error,
                Err(_) => last = nobody("no token in time"),
            }
            breaker.note(false, &self.0.patience);
        }
        Err(last)
    }
}

/// Voices, one behind the other; each is given the same settings, the voice id among them.
pub struct FallbackVoice(Arc<Chain<dyn Voice>>);

impl std::fmt::Debug for FallbackVoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FallbackVoice").field(&self.0.links.len()).finish()
    }
}

impl FallbackVoice {
    pub fn new(voices: Vec<Arc<dyn Voice>>, patience: Patience) -> Self {
        Self(Arc::new(Chain::new(voices, patience)))
    }
}

type Sessions = Arc<tokio::sync::Mutex<Vec<Option<Box<dyn VoiceSession>>>>>;

struct Speaking {
    chain: Arc<Chain<dyn Voice>>,
    settings: VoiceSettings,
    sessions: Sessions,
}

#[async_trait]
impl Voice for FallbackVoice {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        let sessions = self.0.links.iter().map(|_| None).collect();
        let sessions = Arc::new(tokio::sync::Mutex::new(sessions));
        Ok(Box::new(Speaking { chain: self.0.clone(), settings, sessions }))
    }
}

#[async_trait]
impl VoiceSession for Speaking {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (events, heard) = mpsc::channel(16);
        let (chain, settings, sessions) = (self.chain.clone(), self.settings.clone(), self.sessions.clone());
        let text = text.to_owned();
        tokio::spawn(async move {
            let out = events.clone();
            tokio::select! {
                () = events.closed() => {}
                () = say(&chain, &settings, &sessions, &text, out) => {}
            }
        });
        heard
    }
}

async fn say(
    chain: &Chain<dyn Voice>,
    settings: &VoiceSettings,
    sessions: &Sessions,
    text: &str,
    events: mpsc::Sender<VoiceEvent>,
) {
    let mut last = nobody("none is configured");
    for n in chain.order() {
        let (voice, breaker) = &chain.links[n];
        let begun = timeout(chain.patience.first, async {
            let mut sessions = sessions.lock().await;
            if sessions[n].is_none() {
                sessions[n] = Some(voice.open(settings.clone()).await?);
            }
            let mut audio = match &mut sessions[n] {
                Some(session) => session.speak(text).await,
                None => return Err(nobody("no session")),
            };
            drop(sessions);
            Ok((audio.recv().await, audio))
        });
        match begun.await {
            Ok(Ok((Some(VoiceEvent::Failed(error)), _))) | Ok(Err(error)) => last = error,
            Ok(Ok((None, _))) => last = nobody("the voice ended without a word"),
            Err(_) => last = nobody("no audio in time"),
            Ok(Ok((Some(first), mut rest))) => {
                breaker.note(true, &chain.patience);
                let mut next = Some(first);
                while let Some(event) = next {
                    if events.send(event).await.is_err() {
                        return;
                    }
                    next = rest.recv().await;
                }
                return;
            }
        }
        breaker.note(false, &chain.patience);
    }
    let _ = events.send(VoiceEvent::Failed(last)).await;
}

//! The next voice where one fails or stalls, also in the middle of a sentence: it says the rest.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_switchboard::ports::speech::{
    Alignment, ProviderError, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};
use tandem_switchboard::provider_failed;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Chain, Patience, late, nobody};

/// How long a character takes until the session has heard its own voice.
const MS_PER_CHAR: f32 = 65.0;

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
    /// How fast each voice speaks, ms a character.
    pace: Arc<Mutex<Vec<f32>>>,
}

#[async_trait]
impl Voice for FallbackVoice {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        let sessions = Arc::new(tokio::sync::Mutex::new(self.0.links.iter().map(|_| None).collect()));
        let pace = Arc::new(Mutex::new(vec![MS_PER_CHAR / settings.speed.max(0.1); self.0.links.len()]));
        Ok(Box::new(Speaking { chain: self.0.clone(), settings, sessions, pace }))
    }
}

#[async_trait]
impl VoiceSession for Speaking {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (events, heard) = mpsc::channel(16);
        let mut sentence = Sentence {
            chain: self.chain.clone(),
            settings: self.settings.clone(),
            sessions: self.sessions.clone(),
            pace: self.pace.clone(),
            events: events.clone(),
            text: text.to_owned(),
            begin: 0,
            sent: 0,
        };
        tokio::spawn(async move {
            tokio::select! {
                () = events.closed() => {}
                () = sentence.say() => {}
            }
        });
        heard
    }
}

/// One sentence on its way through the chain.
struct Sentence {
    chain: Arc<Chain<dyn Voice>>,
    settings: VoiceSettings,
    sessions: Sessions,
    pace: Arc<Mutex<Vec<f32>>>,
    events: mpsc::Sender<VoiceEvent>,
    text: String,
    /// Where in the text the voice that speaks now began.
    begin: usize,
    /// Samples of all voices so far.
    sent: u64,
}

impl Sentence {
    async fn say(&mut self) {
        let mut last: Option<ProviderError> = None;
        for n in self.chain.order() {
            // What the next voice makes good is counted here; the last failure is the caller's.
            last.as_ref().inspect(|error| provider_failed(error));
            match self.say_with(n).await {
                Ok(()) => {
                    self.chain.links[n].1.worked();
                    let _ = self.events.send(VoiceEvent::Done).await;
                    return;
                }
                Err(error) => {
                    self.chain.links[n].1.failed(error.kind, &self.chain.patience);
                    // A session that failed may have a broken connection: the next sentence opens another.
                    self.sessions.lock().await[n] = None;
                    last = Some(error);
                }
            }
            if !self.rest().chars().any(char::is_alphanumeric) {
                let _ = self.events.send(VoiceEvent::Done).await;
                return;
            }
        }
        let error = last.unwrap_or_else(|| nobody("none is configured"));
        let _ = self.events.send(VoiceEvent::Failed(error)).await;
    }

    fn rest(&self) -> &str {
        &self.text[self.begin..]
    }

    /// Says the rest of the text with one voice. Where it fails in the middle, the rest is shorter afterwards.
    async fn say_with(&mut self, n: usize) -> Result<(), ProviderError> {
        let patience = self.chain.patience.sound;
        let (base, from) = (self.sent, self.begin);
        let mut places: Vec<Alignment> = Vec::new();
        let mut audio =
            timeout(patience, self.begin_with(n)).await.map_err(|_| late("no audio in time"))??;
        let failure = loop {
            let event = match timeout(patience, audio.recv()).await {
                Err(_) => break late("no audio in time"),
                Ok(None) => break nobody("the voice ended in the middle"),
                Ok(Some(event)) => event,
            };
            match event {
                VoiceEvent::Audio { samples, alignment } => {
                    self.sent += samples.len() as u64;
                    let moved = alignment
                        .into_iter()
                        .map(|a| Alignment { offset: a.offset + from, sample: a.sample + base });
                    let alignment: Vec<Alignment> = moved.collect();
                    places.extend(&alignment);
                    let _ = self.events.send(VoiceEvent::Audio { samples, alignment }).await;
                }
                VoiceEvent::Done
                    if self.sent == base && from == 0 && self.text.chars().any(char::is_alphanumeric) =>
                {
                    break nobody("the voice ended without a word");
                }
                VoiceEvent::Done => {
                    self.learn(n, self.sent - base);
                    return Ok(());
                }
                VoiceEvent::Failed(error) => break error,
            }
        };
        if self.sent > base {
            let ms = (self.sent - base) as f32 * 1_000.0 / self.settings.sample_rate.max(1) as f32;
            let estimate = (ms / self.pace.lock()[n]) as usize;
            self.begin = said(&self.text, from, estimate, &places, self.sent);
        }
        Err(failure)
    }

    async fn begin_with(&self, n: usize) -> Result<mpsc::Receiver<VoiceEvent>, ProviderError> {
        let mut sessions = self.sessions.lock().await;
        let open = match sessions[n].take() {
            Some(open) => open,
            None => self.chain.links[n].0.open(self.settings.clone()).await?,
        };
        Ok(sessions[n].insert(open).speak(self.rest()).await)
    }

    fn learn(&self, n: usize, samples: u64) {
        let chars = self.rest().chars().count();
        if chars >= 10 && samples > 0 {
            let ms = samples as f32 * 1_000.0 / self.settings.sample_rate.max(1) as f32;
            let pace = &mut self.pace.lock()[n];
            *pace = 0.5 * *pace + 0.5 * (ms / chars as f32).clamp(10.0, 300.0);
        }
    }
}

/// Up to which byte of `text` a voice came that began at `from` and then broke off: always where a word begins.
///
/// With places of characters, a word counts as said once its last letter has begun. Without, `estimate` characters
/// were, and the word in which that falls is left out: nothing is to be heard twice.
fn said(text: &str, from: usize, estimate: usize, places: &[Alignment], sent: u64) -> usize {
    let words = words(&text[from..]).map(|(begin, end)| (begin + from, end + from));
    let heard_to = |end: usize| -> bool {
        if places.is_empty() {
            return text[from..end].chars().count() <= estimate;
        }
        let last_letter = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
        places.iter().any(|place| place.offset >= last_letter && place.sample < sent)
    };
    for (begin, end) in words {
        if !heard_to(end) {
            let half_said = places.is_empty() && text[from..begin].chars().count() < estimate;
            return if half_said { next_word(text, end) } else { begin };
        }
    }
    text.len()
}

fn next_word(text: &str, end: usize) -> usize {
    text[end..].find(|c: char| !c.is_whitespace()).map_or(text.len(), |at| end + at)
}

/// Where each word begins and ends.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.split_whitespace().map(move |word| {
        let begin = word.as_ptr() as usize - text.as_ptr() as usize;
        (begin, begin + word.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_taken_up_where_a_word_begins() {
        let text = "Your balance is nine dollars.";
        assert_eq!(&text[said(text, 0, 0, &[], 0)..], text);
        assert_eq!(&text[said(text, 0, 12, &[], 0)..], "is nine dollars.");
        assert_eq!(&text[said(text, 0, 15, &[], 0)..], "nine dollars.");
        assert_eq!(&text[said(text, 0, 17, &[], 0)..], "dollars.", "half of nine was said");
        assert_eq!(&text[said(text, 0, 99, &[], 0)..], "");
    }

    #[test]
    fn places_of_characters_are_better_than_a_guess() {
        let text = "Zoë owes nine.";
        let places: Vec<Alignment> = text
            .char_indices()
            .enumerate()
            .map(|(n, (offset, _))| Alignment { offset, sample: n as u64 * 100 })
            .collect();
        // "owes" begins with the fifth character and ends with the eighth, at sample 700.
        assert_eq!(&text[said(text, 0, 0, &places, 650)..], "owes nine.");
        assert_eq!(&text[said(text, 0, 0, &places, 750)..], "nine.");
        assert_eq!(&text[said(text, 5, 0, &places, 750)..], "nine.");
    }
}

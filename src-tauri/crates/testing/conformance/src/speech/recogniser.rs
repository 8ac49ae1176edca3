//! The recogniser port's checks.

use std::sync::Arc;
use std::time::Duration;

use tandem_switchboard::ports::speech::{
    Recogniser, RecogniserEvent, RecogniserInput, RecogniserSession, Recognition, Word,
};

use super::soon;

/// 20 ms at 8 kHz.
const FRAME: usize = 160;
const RATE: u64 = 8_000;
/// Silence around an utterance: half a second.
const SILENCE: usize = 4_000;
/// A word may begin a little before the voice detector noticed, or end after it.
const LEEWAY_MS: u64 = 500;
/// Nothing comes in this time where nothing is to come.
const QUIET: Duration = Duration::from_millis(500);

/// Something said, and a word that must be understood.
#[derive(Debug, Clone)]
pub struct Utterance {
    /// Speech at 8 kHz, two seconds or more, without silence around it.
    pub samples: Vec<i16>,
    /// In lower case; in no other utterance of the subject.
    pub word: String,
}

/// A recogniser under test, and two utterances that it can understand.
#[derive(Clone)]
pub struct Subject {
    pub recogniser: Arc<dyn Recogniser>,
    pub language: String,
    pub said: [Utterance; 2],
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("language", &self.language).finish_non_exhaustive()
    }
}

/// What came out for one utterance.
#[derive(Debug)]
struct Heard {
    interims: usize,
    text: String,
    words: Vec<Word>,
    /// Where its audio began and ended, ms since the session did.
    span: (u64, u64),
}

/// The audio of one party as it is sent.
struct Line {
    ends: Recognition,
    position: u64,
}

/// Interim text comes before the final, and the final has what was said.
pub async fn speech_becomes_text_while_it_goes_on_and_a_final_at_its_end(subject: Subject) {
    let heard = Line::open(&subject).await.utterance(&subject.said[0]).await;
    assert!(heard.text.to_lowercase().contains(&subject.said[0].word), "{:?}", heard.text);
    assert!(heard.interims > 0, "interim text came first");
}

/// Words are in order and lie in the audio that was sent. A recogniser without times may give no words.
pub async fn words_have_times_within_the_speech(subject: Subject) {
    let heard = Line::open(&subject).await.utterance(&subject.said[0]).await;
    let (began, ended) = heard.span;
    for word in &heard.words {
        assert!(word.start_ms <= word.end_ms, "{word:?}");
        assert!(
            word.start_ms + LEEWAY_MS >= began && word.end_ms <= ended + LEEWAY_MS,
            "{word:?} in {:?}",
            heard.span
        );
        assert!((0.0..=1.0).contains(&word.confidence), "{word:?}");
    }
    assert!(heard.words.is_sorted_by_key(|word| word.start_ms), "{:?}", heard.words);
}

/// Times count from the beginning of the session, not of the utterance.
pub async fn a_later_utterance_of_the_session_has_later_times(subject: Subject) {
    let mut line = Line::open(&subject).await;
    let first = line.utterance(&subject.said[0]).await;
    let second = line.utterance(&subject.said[1]).await;
    assert!(second.text.to_lowercase().contains(&subject.said[1].word), "{:?}", second.text);
    assert!(
        !second.text.to_lowercase().contains(&subject.said[0].word),
        "the first is over: {:?}",
        second.text
    );
    if let (Some(before), Some(after)) = (first.words.last(), second.words.first()) {
        assert!(before.end_ms <= after.start_ms, "{before:?} then {after:?}");
    }
}

/// Being asked to finish what nobody began gives no words.
pub async fn finalize_in_silence_invents_nothing_and_the_session_goes_on(subject: Subject) {
    let mut line = Line::open(&subject).await;
    line.send(&vec![0; SILENCE]).await;
    line.give(RecogniserInput::Finalize).await;
    while let Ok(event) = tokio::time::timeout(QUIET, line.ends.events.recv()).await {
        match event {
            Some(RecogniserEvent::Final { text, .. } | RecogniserEvent::Interim { text, .. }) => {
                assert_eq!(text, "", "silence has no words");
            }
            other => panic!("{other:?}"),
        }
    }
    let heard = line.utterance(&subject.said[0]).await;
    assert!(heard.text.to_lowercase().contains(&subject.said[0].word), "{:?}", heard.text);
}

/// The party hung up: the session ends, also in the middle of a word.
pub async fn closing_the_input_ends_the_events(subject: Subject) {
    let mut line = Line::open(&subject).await;
    line.give(RecogniserInput::Voice { active: true }).await;
    line.send(&subject.said[0].samples).await;
    let Line { ends: Recognition { input, mut events }, .. } = line;
    drop(input);
    while let Some(event) = soon("the end of the events", events.recv()).await {
        assert!(!matches!(event, RecogniserEvent::Failed(_)), "{event:?}");
    }
}

/// Nobody listens any more: the input closes, so that nothing is worked on or billed.
pub async fn dropping_the_events_ends_the_session(subject: Subject) {
    let Line { ends: Recognition { input, events }, .. } = Line::open(&subject).await;
    drop(events);
    // A recogniser may notice at its next input.
    for position in 0_u64.. {
        let audio =
            RecogniserInput::Audio { position: position * FRAME as u64, samples: vec![0; FRAME].into() };
        match tokio::time::timeout(Duration::from_millis(5), input.send(audio)).await {
            Ok(Err(_)) => return,
            Ok(Ok(())) if position < 100_000 => tokio::task::yield_now().await,
            Ok(Ok(())) => panic!("audio is still taken"),
            Err(_) => {
                soon("the end of the session", input.closed()).await;
                return;
            }
        }
    }
}

/// Parties who speak at the same time are each understood.
pub async fn sessions_at_once_do_not_mix(subject: Subject) {
    let mut calls = tokio::task::JoinSet::new();
    for call in 0..4 {
        let subject = subject.clone();
        calls.spawn(async move {
            let said = &subject.said[call % 2];
            (call % 2, Line::open(&subject).await.utterance(said).await.text.to_lowercase())
        });
    }
    for (which, text) in calls.join_all().await {
        assert!(text.contains(&subject.said[which].word), "{text:?}");
        assert!(!text.contains(&subject.said[1 - which].word), "{text:?} has another party's word");
    }
}

impl Line {
    async fn open(subject: &Subject) -> Self {
        let session = RecogniserSession {
            language: subject.language.clone(),
            sample_rate: u32::try_from(RATE).expect("8 kHz"),
            key_terms: Vec::new(),
        };
        let ends = soon("the session", subject.recogniser.open(session)).await.expect("opened");
        Self { ends, position: 0 }
    }

    async fn give(&mut self, input: RecogniserInput) {
        soon("room for input", self.ends.input.send(input)).await.expect("the session takes input");
    }

    async fn send(&mut self, samples: &[i16]) {
        for frame in samples.chunks(FRAME) {
            let audio = RecogniserInput::Audio { position: self.position, samples: frame.into() };
            self.position += frame.len() as u64;
            self.give(audio).await;
        }
    }

    /// Silence, the utterance with our own detector's hints around it, silence, and the wish for a final.
    async fn utterance(&mut self, said: &Utterance) -> Heard {
        self.send(&vec![0; SILENCE]).await;
        let began = self.position * 1_000 / RATE;
        self.give(RecogniserInput::Voice { active: true }).await;
        self.send(&said.samples).await;
        let ended = self.position * 1_000 / RATE;
        self.give(RecogniserInput::Voice { active: false }).await;
        self.give(RecogniserInput::Finalize).await;
        let mut heard = Heard { interims: 0, text: String::new(), words: Vec::new(), span: (began, ended) };
        loop {
            match soon("a final", self.ends.events.recv()).await.expect("a final before the end") {
                RecogniserEvent::Interim { .. } => heard.interims += 1,
                RecogniserEvent::Final { text, words, utterance_end, .. } => {
                    heard.text = format!("{} {text}", heard.text);
                    heard.words.extend(words);
                    if utterance_end {
                        return heard;
                    }
                }
                RecogniserEvent::EndOfTurn { .. } | RecogniserEvent::TurnResumed => {}
                RecogniserEvent::Failed(error) => panic!("{error}"),
            }
        }
    }
}

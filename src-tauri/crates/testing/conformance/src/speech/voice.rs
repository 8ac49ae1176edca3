//! The voice port's checks.

use std::sync::Arc;

use tandem_switchboard::ports::speech::{Alignment, Voice, VoiceEvent, VoiceSession, VoiceSettings};
use tokio::sync::mpsc;

use super::soon;

/// A voice under test, and how it is to sound (at 8 kHz).
#[derive(Clone)]
pub struct Subject {
    pub voice: Arc<dyn Voice>,
    pub settings: VoiceSettings,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("settings", &self.settings).finish_non_exhaustive()
    }
}

const SHORT: &str = "Good morning.";
const LONG: &str = "Good morning, this is a sentence that takes a person several seconds to say aloud.";
/// A difference in length that resampling and rounding explain.
const ALMOST: f64 = 0.02;

#[derive(Debug, Default)]
struct Spoken {
    samples: Vec<i16>,
    alignment: Vec<Alignment>,
}

/// A sentence is pieces of audio, `Done`, and the end of the channel.
pub async fn a_sentence_is_audio_and_then_one_end(subject: Subject) {
    let mut session = open(&subject, 8_000).await;
    let spoken = say(session.as_mut(), LONG).await;
    let seconds = spoken.samples.len() as f64 / 8_000.0;
    assert!((1.5..15.0).contains(&seconds), "{seconds} s for a sentence of five");
    assert!(spoken.samples.iter().any(|sample| sample.unsigned_abs() > 1_000), "it can be heard");
}

/// A session is for the whole call.
pub async fn sentences_of_a_session_follow_each_other(subject: Subject) {
    let mut session = open(&subject, 8_000).await;
    let short = say(session.as_mut(), SHORT).await.samples.len();
    let long = say(session.as_mut(), LONG).await.samples.len();
    assert!(long > 2 * short, "{long} samples for the long sentence, {short} for the short one");
    assert!(!say(session.as_mut(), SHORT).await.samples.is_empty());
}

/// Twice the rate is twice the samples of the same length.
pub async fn the_wanted_sample_rate_is_kept(subject: Subject) {
    let narrow = say(open(&subject, 8_000).await.as_mut(), LONG).await.samples.len() as f64;
    let wide = say(open(&subject, 16_000).await.as_mut(), LONG).await.samples.len() as f64;
    assert!((wide / narrow / 2.0 - 1.0).abs() < ALMOST, "{narrow} and {wide} samples");
}

/// Where a voice says which audio belongs to which text, both only ever go forward. Saying nothing is allowed.
pub async fn alignment_walks_through_text_and_audio(subject: Subject) {
    let spoken = say(open(&subject, 8_000).await.as_mut(), LONG).await;
    for pair in spoken.alignment.windows(2) {
        assert!(pair[0].offset <= pair[1].offset && pair[0].sample <= pair[1].sample, "{pair:?}");
    }
    for place in &spoken.alignment {
        assert!(LONG.is_char_boundary(place.offset), "{place:?} is within the text");
        assert!(place.sample <= spoken.samples.len() as u64, "{place:?} is within the audio");
    }
}

/// A caller who interrupts cancels the sentence, not the voice.
pub async fn dropping_the_receiver_cancels_and_the_session_goes_on(subject: Subject) {
    let mut session = open(&subject, 8_000).await;
    drop(session.speak(LONG).await);
    let mut events = session.speak(LONG).await;
    assert!(matches!(soon("audio", events.recv()).await, Some(VoiceEvent::Audio { .. })));
    drop(events);
    assert!(!say(session.as_mut(), SHORT).await.samples.is_empty());
}

/// Calls are many, and each gets its own sentence whole.
pub async fn sessions_speak_at_once_and_do_not_mix(subject: Subject) {
    let alone = [
        say(open(&subject, 8_000).await.as_mut(), SHORT).await.samples.len(),
        say(open(&subject, 8_000).await.as_mut(), LONG).await.samples.len(),
    ];
    let mut calls = tokio::task::JoinSet::new();
    for call in 0..6 {
        let subject = subject.clone();
        calls.spawn(async move {
            let text = [SHORT, LONG][call % 2];
            (call % 2, say(open(&subject, 8_000).await.as_mut(), text).await.samples.len())
        });
    }
    for (which, together) in calls.join_all().await {
        let share = together as f64 / alone[which] as f64;
        assert!((share - 1.0).abs() < ALMOST, "{together} samples beside others, {} alone", alone[which]);
    }
}

/// Nothing to say is an end or a failure, and no wait without end.
pub async fn text_without_words_ends(subject: Subject) {
    let mut session = open(&subject, 8_000).await;
    for text in ["", " ", "…"] {
        let mut events = session.speak(text).await;
        loop {
            match soon("an end", events.recv()).await {
                Some(VoiceEvent::Audio { .. }) => {}
                Some(VoiceEvent::Done | VoiceEvent::Failed(_)) => break,
                None => panic!("the channel was closed without an end"),
            }
        }
    }
    assert!(!say(session.as_mut(), SHORT).await.samples.is_empty(), "it still speaks");
}

async fn open(subject: &Subject, sample_rate: u32) -> Box<dyn VoiceSession> {
    let settings = VoiceSettings { sample_rate, ..subject.settings.clone() };
    soon("the session", subject.voice.open(settings)).await.expect("opened")
}

async fn say(session: &mut dyn VoiceSession, text: &str) -> Spoken {
    collect(session.speak(text).await).await
}

async fn collect(mut events: mpsc::Receiver<VoiceEvent>) -> Spoken {
    let mut spoken = Spoken::default();
    loop {
        match soon("the end of a sentence", events.recv()).await.expect("an end before the channel closes") {
            VoiceEvent::Audio { samples, alignment } => {
                spoken.samples.extend(samples);
                spoken.alignment.extend(alignment);
            }
            VoiceEvent::Done => break,
            VoiceEvent::Failed(error) => panic!("{error}"),
        }
    }
    assert!(soon("the channel's end", events.recv()).await.is_none(), "nothing follows the end");
    spoken
}

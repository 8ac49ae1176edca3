//! The embedded voice speaks over the telephone's codec to the embedded recogniser.

use tandem_speech::{flite::Flite, pocketsphinx::PocketSphinx};
use tandem_switchboard::ports::speech::{
    Recogniser, RecogniserEvent, RecogniserInput, RecogniserSession, Voice, VoiceEvent, VoiceSettings,
};

/// None of these stands in the corpus as it is here, but for the shortest.
const SENTENCES: [&str; 16] = [
    "yes i can pay on the fifth",
    "okay i will pay on the twelfth of july",
    "please stop calling me",
    "wait how much do i have to pay",
    "i would like to talk to a person please",
    "hello what are your opening hours",
    "and where is your office please",
    "yes i will pay on june twentieth",
    "no i can not pay this week",
    "hello i have a question about my bill",
    "please leave a message after the tone",
    "i will waive the late fee",
    "can you call me back on tuesday",
    "i paid it last week",
    "thank you goodbye",
    "what is the due date please",
];

async fn audio(sentence: &str, voice: &str) -> Vec<i16> {
    let settings =
        VoiceSettings { voice: voice.into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
    let mut session = Flite.open(settings).await.expect("a voice");
    let mut events = session.speak(sentence).await;
    let mut samples = vec![0; 2_400];
    while let Some(VoiceEvent::Audio { samples: more, .. }) = events.recv().await {
        samples.extend(more.iter().map(|sample| through_mu_law(*sample)));
    }
    samples.extend([0; 4_000]);
    samples
}

/// What is left of a sample after G.711 µ-law (ITU-T G.711: 8 segments of 16 steps).
fn through_mu_law(sample: i16) -> i16 {
    const BIAS: i32 = 132;
    let magnitude = i32::from(sample).abs().min(32_635) + BIAS;
    let segment = 31 - magnitude.leading_zeros() as i32 - 7;
    let step = (magnitude >> (segment + 3)) & 0x0F;
    let decoded = (((step << 3) + BIAS) << segment) - BIAS;
    i16::try_from(if sample < 0 { -decoded } else { decoded }).expect("within 16 bits")
}

async fn heard(recogniser: &PocketSphinx, samples: &[i16]) -> (Vec<String>, String) {
    let session = RecogniserSession { language: "en".into(), sample_rate: 8_000, key_terms: Vec::new() };
    let mut recognition = recogniser.open(session).await.expect("a session");
    let send = async {
        recognition.input.send(RecogniserInput::Voice { active: true }).await.expect("open");
        for (index, frame) in samples.chunks_exact(160).enumerate() {
            let input = RecogniserInput::Audio { position: index as u64 * 160, samples: frame.into() };
            recognition.input.send(input).await.expect("open");
        }
        recognition.input.send(RecogniserInput::Voice { active: false }).await.expect("open");
        recognition.input.send(RecogniserInput::Finalize).await.expect("open");
    };
    let mut interims = Vec::new();
    let listen = async {
        loop {
            match recognition.events.recv().await.expect("an answer") {
                RecogniserEvent::Interim { text, .. } => interims.push(text),
                RecogniserEvent::Final { text, .. } => return text,
                other => panic!("{other:?}"),
            }
        }
    };
    let ((), text) = tokio::join!(send, listen);
    (interims, text)
}

/// Least number of words to insert, delete or change.
fn errors(wanted: &str, got: &str) -> usize {
    let (wanted, got): (Vec<_>, Vec<_>) = (wanted.split(' ').collect(), got.split_whitespace().collect());
    let mut row: Vec<usize> = (0..=got.len()).collect();
    for (i, word) in wanted.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in got.iter().enumerate() {
            let change = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[got.len()]
}

#[tokio::test]
async fn telephone_talk_is_understood_with_few_wrong_words() {
    let cache = tempfile::tempdir().expect("a folder");
    let recogniser = PocketSphinx::new(cache.path().to_owned());
    for voice in ["rms", "slt", "kal16"] {
        let (mut wrong, mut words) = (0, 0);
        for sentence in SENTENCES {
            let (_, text) = heard(&recogniser, &audio(sentence, voice).await).await;
            wrong += errors(sentence, &text);
            words += sentence.split(' ').count();
        }
        let rate = wrong as f64 / words as f64;
        assert!(rate <= 0.15, "{voice}: word error rate {rate:.3}");
    }
}

#[tokio::test]
async fn the_fifth_is_heard_and_text_appears_while_people_speak() {
    let cache = tempfile::tempdir().expect("a folder");
    let recogniser = PocketSphinx::new(cache.path().to_owned());
    let (interims, text) = heard(&recogniser, &audio("Yes, I can pay on the fifth.", "slt").await).await;
    assert!(text.contains("fifth"), "{text}");
    assert!(
        interims.iter().any(|interim| interim.starts_with("yes") && interim.len() < text.len()),
        "{interims:?}"
    );
}

#[tokio::test]
async fn silence_is_not_given_words_and_the_next_voice_is_heard() {
    let cache = tempfile::tempdir().expect("a folder");
    let recogniser = PocketSphinx::new(cache.path().to_owned());
    let (_, text) = heard(&recogniser, &[0; 8_000]).await;
    assert_eq!(text, "");
    let (_, text) = heard(&recogniser, &audio("thank you goodbye", "slt").await).await;
    assert!(text.contains("goodbye"), "{text}");
}

//! The embedded voice speaks to the embedded recogniser.

use std::time::Duration;

use tandem_speech::{Providers, ProvidersConfig};
use tandem_switchboard::ports::media::{FRAME, SAMPLE_RATE};
use tandem_switchboard::ports::speech::{
    RecogniserEvent, RecogniserInput, RecogniserSession, SpeechProviders, VoiceEvent, VoiceSettings,
};
use tandem_switchboard::records::SpeechSettings;

/// What the recogniser writes when the voice says `sentence`.
///
/// # Errors
/// One sentence: which part is missing.
pub(crate) async fn heard(sentence: &str) -> Result<String, String> {
    let cache = tempfile::tempdir().map_err(|error| error.to_string())?;
    let config = ProvidersConfig { cache_dir: cache.path().to_owned(), ..ProvidersConfig::default() };
    let providers = Providers::new(config);
    let embedded = SpeechSettings::default();
    let voice = providers.voice(&embedded).map_err(|error| error.to_string())?;
    let settings =
        VoiceSettings { voice: "rms".into(), language: "en".into(), speed: 1.0, sample_rate: SAMPLE_RATE };
    let mut session = voice.open(settings).await.map_err(|error| error.to_string())?;
    let mut samples = vec![0_i16; 2_400];
    let mut stream = session.speak(sentence).await;
    while let Some(event) = stream.recv().await {
        match event {
            VoiceEvent::Audio { samples: more, .. } => samples.extend(more),
            VoiceEvent::Done => break,
            VoiceEvent::Failed(error) => return Err(error.to_string()),
        }
    }
    samples.extend([0; 4_000]);

    let recogniser = providers.recogniser(&embedded).map_err(|error| error.to_string())?;
    let session =
        RecogniserSession { language: "en".into(), sample_rate: SAMPLE_RATE, key_terms: Vec::new() };
    let mut recognition = recogniser.open(session).await.map_err(|error| error.to_string())?;
    let gone = |_| "the recogniser stopped".to_owned();
    recognition.input.send(RecogniserInput::Voice { active: true }).await.map_err(gone)?;
    for (index, frame) in samples.chunks_exact(FRAME).enumerate() {
        let input = RecogniserInput::Audio { position: (index * FRAME) as u64, samples: frame.into() };
        recognition.input.send(input).await.map_err(gone)?;
    }
    recognition.input.send(RecogniserInput::Voice { active: false }).await.map_err(gone)?;
    recognition.input.send(RecogniserInput::Finalize).await.map_err(gone)?;
    let wait = async {
        loop {
            match recognition.events.recv().await {
                Some(RecogniserEvent::Final { text, .. }) if !text.is_empty() => return Ok(text),
                Some(RecogniserEvent::Failed(error)) => return Err(error.to_string()),
                Some(_) => {}
                None => return Err("the recogniser heard nothing".to_owned()),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .unwrap_or(Err("the recogniser took too long".into()))
}

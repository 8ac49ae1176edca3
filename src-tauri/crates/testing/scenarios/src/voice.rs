//! What a person would say into a microphone.

use tandem_speech::flite::Flite;
use tandem_switchboard::ports::speech::{Voice, VoiceEvent, VoiceSettings};

/// What a voice says, as a microphone would hear it: 8 kHz.
pub async fn speech(text: &str) -> Vec<i16> {
    let settings =
        VoiceSettings { voice: "rms".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
    let mut session = Flite.open(settings).await.expect("a voice");
    let mut events = session.speak(text).await;
    let mut samples = Vec::new();
    while let Some(VoiceEvent::Audio { samples: more, .. }) = events.recv().await {
        samples.extend(more);
    }
    samples
}

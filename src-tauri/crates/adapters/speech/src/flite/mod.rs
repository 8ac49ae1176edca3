//! The embedded voice: flite, English, in this process.
//!
//! A sentence of three seconds takes some 30 ms, so it is made whole and handed on in pieces.

mod ffi;
mod normal;

use async_trait::async_trait;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};
use tokio::sync::mpsc;

use self::ffi::FliteVoice;
use crate::resample::Resampler;

/// Audio handed on at a time: a tenth of a second.
const PIECES_PER_SECOND: u32 = 10;

/// Flite's voices: `slt` (a woman's, the default), `rms`, `kal16`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flite;

#[derive(Debug)]
struct Session(VoiceSettings);

#[async_trait]
impl Voice for Flite {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        Ok(Box::new(Session(settings)))
    }
}

#[async_trait]
impl VoiceSession for Session {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (events, heard) = mpsc::channel(8);
        let (text, settings) = (normal::spoken(text), self.0.clone());
        tokio::task::spawn_blocking(move || {
            // A receiver that is gone by the time it is our turn wants nothing any more.
            if !events.is_closed() {
                make(&text, &settings, &events);
            }
        });
        heard
    }
}

fn make(text: &str, settings: &VoiceSettings, events: &mpsc::Sender<VoiceEvent>) {
    let Some((rate, samples)) = ffi::speak(text, voice(&settings.voice), settings.speed) else {
        let (kind, message) = (ProviderErrorKind::Invalid, "nothing could be made of it");
        let error = ProviderError::new("flite", "speaking a sentence", kind, message);
        let _ = events.blocking_send(VoiceEvent::Failed(error));
        return;
    };
    let mut resampler = Resampler::new(rate, settings.sample_rate);
    for piece in samples.chunks((rate / PIECES_PER_SECOND).max(1) as usize) {
        let samples = resampler.process(piece);
        if events.blocking_send(VoiceEvent::Audio { samples, alignment: Vec::new() }).is_err() {
            return;
        }
    }
    let rest = VoiceEvent::Audio { samples: resampler.finish(), alignment: Vec::new() };
    let _ = events.blocking_send(rest);
    let _ = events.blocking_send(VoiceEvent::Done);
}

fn voice(name: &str) -> FliteVoice {
    match name {
        "rms" => FliteVoice::Rms,
        "kal16" | "kal" => FliteVoice::Kal16,
        _ => FliteVoice::Slt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn spoken(text: &str, settings: VoiceSettings) -> Vec<i16> {
        let mut session = Flite.open(settings).await.expect("opened");
        let mut events = session.speak(text).await;
        let mut samples = Vec::new();
        loop {
            match events.recv().await.expect("an end") {
                VoiceEvent::Audio { samples: more, .. } => samples.extend(more),
                VoiceEvent::Done => return samples,
                VoiceEvent::Failed(error) => panic!("{error}"),
            }
        }
    }

    fn settings(voice: &str, speed: f32, sample_rate: u32) -> VoiceSettings {
        VoiceSettings { voice: voice.into(), language: "en".into(), speed, sample_rate }
    }

    #[tokio::test]
    async fn each_voice_speaks_for_as_long_as_a_person_would() {
        for voice in ["slt", "rms", "kal16"] {
            let samples = spoken("Good morning, how can I help you?", settings(voice, 1.0, 8_000)).await;
            assert!((8_000..32_000).contains(&samples.len()), "{voice}: {} samples", samples.len());
            assert!(samples.iter().any(|s| s.unsigned_abs() > 3_000), "{voice} is audible");
        }
    }

    #[tokio::test]
    async fn speed_and_sample_rate_are_kept() {
        let text = "This is a sentence of some length.";
        let normal = spoken(text, settings("slt", 1.0, 8_000)).await.len() as f64;
        let fast = spoken(text, settings("slt", 1.5, 8_000)).await.len() as f64;
        let wide = spoken(text, settings("slt", 1.0, 16_000)).await.len() as f64;
        assert!((0.6..0.8).contains(&(fast / normal)), "{fast} of {normal}");
        assert!((1.98..2.02).contains(&(wide / normal)), "{wide} of {normal}");
    }

    #[tokio::test]
    async fn several_calls_speak_at_once() {
        let calls = (0..8).map(|_| tokio::spawn(spoken("One two three.", settings("rms", 1.0, 8_000))));
        let lengths: Vec<_> = futures_util::future::join_all(calls).await;
        let first = lengths[0].as_ref().expect("spoken").len();
        assert!(lengths.iter().all(|l| l.as_ref().is_ok_and(|samples| samples.len() == first)));
    }
}

//! espeak-ng as a process of its own (it is GPL: never linked), for languages that the embedded voice lacks.

use std::process::Stdio;

use async_trait::async_trait;
use tandem_switchboard::ports::speech::{
    ProviderError, ProviderErrorKind, Voice, VoiceEvent, VoiceSession, VoiceSettings,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::resample::Resampler;

/// Words a minute at speed 1.
const WORDS_PER_MINUTE: f32 = 165.0;
const HEADER: usize = 44;

/// The voice; `program` is found on the path.
#[derive(Debug, Clone)]
pub struct Espeak {
    program: String,
}

impl Default for Espeak {
    fn default() -> Self {
        Self { program: "espeak-ng".into() }
    }
}

#[derive(Debug)]
struct Session {
    program: String,
    settings: VoiceSettings,
}

#[async_trait]
impl Voice for Espeak {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> {
        Ok(Box::new(Session { program: self.program.clone(), settings }))
    }
}

#[async_trait]
impl VoiceSession for Session {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (events, heard) = mpsc::channel(8);
        let (program, settings, text) = (self.program.clone(), self.settings.clone(), text.to_owned());
        tokio::spawn(async move {
            let end = tokio::select! {
                // Dropping the process kills it.
                () = events.closed() => return,
                result = make(&program, &settings, &text, &events) => result,
            };
            let last = end.map_or_else(VoiceEvent::Failed, |()| VoiceEvent::Done);
            let _ = events.send(last).await;
        });
        heard
    }
}

async fn make(
    program: &str,
    settings: &VoiceSettings,
    text: &str,
    events: &mpsc::Sender<VoiceEvent>,
) -> Result<(), ProviderError> {
    let mut child =
        start(program, settings).map_err(|error| failed("starting the program", error.to_string()))?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(text.as_bytes())
            .await
            .map_err(|error| failed("giving the text", error.to_string()))?;
    }
    let Some(mut output) = child.stdout.take() else { return Err(failed("reading", "no output".into())) };
    let mut header = [0; HEADER];
    output.read_exact(&mut header).await.map_err(|_| failed("reading", "the program said nothing".into()))?;
    let rate = u32::from_le_bytes([header[24], header[25], header[26], header[27]]);
    if &header[..4] != b"RIFF" || rate == 0 {
        return Err(failed("reading", "what came is no WAV".into()));
    }
    let mut resampler = Resampler::new(rate, settings.sample_rate);
    let (mut bytes, mut odd) = (vec![0; 8_192], Vec::new());
    loop {
        let count = output.read(&mut bytes).await.map_err(|error| failed("reading", error.to_string()))?;
        if count == 0 {
            break;
        }
        odd.extend_from_slice(&bytes[..count]);
        let whole = odd.len() / 2 * 2;
        let samples: Vec<i16> =
            odd[..whole].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        odd.drain(..whole);
        let samples = resampler.process(&samples);
        let _ = events.send(VoiceEvent::Audio { samples, alignment: Vec::new() }).await;
    }
    let _ = events.send(VoiceEvent::Audio { samples: resampler.finish(), alignment: Vec::new() }).await;
    let status = child.wait().await.map_err(|error| failed("ending", error.to_string()))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed("speaking", format!("the program ended with {status}")))
    }
}

fn start(program: &str, settings: &VoiceSettings) -> std::io::Result<Child> {
    let speed = (WORDS_PER_MINUTE * settings.speed.clamp(0.5, 2.0)).round();
    // A language tag is data from settings: anything but letters, digits and hyphens is left out of the arguments.
    let language: String =
        settings.language.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    Command::new(program)
        .args([
            "--stdout",
            "-v",
            if language.is_empty() { "en" } else { &language },
            "-s",
            &speed.to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

fn failed(operation: &'static str, message: String) -> ProviderError {
    ProviderError::new("espeak", operation, ProviderErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(language: &str) -> VoiceSettings {
        VoiceSettings { voice: String::new(), language: language.into(), speed: 1.0, sample_rate: 8_000 }
    }

    async fn collect(voice: &Espeak, language: &str) -> (usize, bool) {
        let mut session = voice.open(settings(language)).await.expect("opened");
        let mut events = session.speak("Habari za asubuhi").await;
        let mut count = 0;
        loop {
            match events.recv().await.expect("an end") {
                VoiceEvent::Audio { samples, .. } => count += samples.len(),
                VoiceEvent::Done => return (count, true),
                VoiceEvent::Failed(_) => return (count, false),
            }
        }
    }

    #[tokio::test]
    async fn swahili_and_indonesian_are_spoken() {
        for language in ["sw", "id"] {
            let (samples, done) = collect(&Espeak::default(), language).await;
            assert!(done && (4_000..40_000).contains(&samples), "{language}: {samples} samples");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_installed_is_a_failure_and_no_panic() {
        let (samples, done) = collect(&Espeak { program: "no-such-voice".into() }, "sw").await;
        assert!(!done && samples == 0);
    }
}

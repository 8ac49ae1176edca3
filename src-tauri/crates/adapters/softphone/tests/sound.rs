//! Real streams through a real sound server: what is said is played, what is spoken is captured, and neither a lost
//! device nor a lost sound server ends a call.

#[path = "support/pulse.rs"]
mod pulse;

use std::sync::Arc;
use std::time::{Duration, Instant};

use pulse::{Pulse, amplitude, tone};
use tandem_softphone::{Choice, Flow, Sound};
use tokio::sync::mpsc;

const FRAME: usize = 160;

/// A call's sound, with a tone coming from the exchange.
struct Call {
    heard: mpsc::Receiver<Box<[i16]>>,
    _flow: Flow,
    tone: tokio::task::JoinHandle<()>,
}

impl Drop for Call {
    fn drop(&mut self) {
        self.tone.abort();
    }
}

fn call(sound: &Arc<Sound>, input: &str, output: &str) -> Call {
    // Tones are what noise suppression takes out.
    sound.select(Choice { input: Some(input.into()), output: Some(output.into()), plain: true });
    let (to_exchange, heard) = mpsc::channel(400);
    let (speak, from_exchange) = mpsc::channel(10);
    let flow = sound.flow(to_exchange, from_exchange);
    let tone = tokio::spawn(async move {
        let samples = tone(8_000, 1_000.0, 8_000);
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        for frame in samples.chunks_exact(FRAME).cycle() {
            clock.tick().await;
            let _ = speak.try_send(frame.into());
        }
    });
    Call { heard, _flow: flow, tone }
}

impl Call {
    /// Waits until half a second of captured sound carries the tone.
    async fn hears(&mut self, hz: f32) -> f64 {
        let deadline = Instant::now() + Duration::from_secs(15);
        let mut window = Vec::new();
        loop {
            assert!(Instant::now() < deadline, "the microphone's tone of {hz} Hz never came");
            let Ok(frame) = tokio::time::timeout(Duration::from_secs(1), self.heard.recv()).await else {
                continue;
            };
            window.extend_from_slice(&frame.expect("the flow lives"));
            if window.len() >= 4_000 {
                let found = amplitude(&window, 8_000, hz);
                if found > 0.4 {
                    return found;
                }
                window.clear();
            }
        }
    }
}

impl Call {
    /// Waits until half a second of nothing but silence has come.
    async fn is_silent(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(15);
        let mut silent = 0;
        while silent < 25 {
            assert!(Instant::now() < deadline, "the microphone is still heard");
            let frame = self.heard.recv().await.expect("the flow lives");
            silent = if frame.iter().all(|sample| *sample == 0) { silent + 1 } else { 0 };
        }
    }
}

/// Waits until a loudspeaker plays the exchange's tone.
async fn plays(pulse: Pulse, sink: &'static str) -> (Pulse, f64) {
    let listening = tokio::task::spawn_blocking(move || {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let samples = pulse.heard_at(sink, 0.5);
            let found = amplitude(&samples, 48_000, 1_000.0);
            if found > 0.4 {
                return (pulse, found);
            }
            assert!(Instant::now() < deadline, "{sink} never played the tone");
        }
    });
    listening.await.expect("it plays")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_sounds_both_ways_at_its_loudness_and_survives_losing_either_device() {
    let pulse = Pulse::start().await;
    let sound = Sound::new();
    let mut call = call(&sound, "mic", "spk");
    let _speaking = pulse.speak(400.0);
    let (pulse, played) = plays(pulse, "spk").await;
    assert!((played - 0.5).abs() < 0.03, "played at {played}");
    call.hears(400.0).await;
    let captured = call.hears(400.0).await;
    assert!((captured - 0.5).abs() < 0.03, "captured at {captured}");
    let (input, output) = sound.levels();
    assert!((0.4..0.7).contains(&input) && (0.4..0.7).contains(&output), "levels {input} {output}");

    sound.mute(true);
    // What was captured before is still on its way.
    call.is_silent().await;
    sound.mute(false);
    call.hears(400.0).await;

    pulse.unload("spk");
    let (pulse, _) = plays(pulse, "spk2").await;
    pulse.unload("mic");
    while call.heard.try_recv().is_ok() {}
    call.hears(400.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_choice_moves_the_call_and_a_sound_server_that_comes_back_is_found() {
    let mut pulse = Pulse::start().await;
    let sound = Sound::new();
    let _call = call(&sound, "mic", "spk2");
    (pulse, _) = plays(pulse, "spk2").await;
    sound.select(Choice { input: None, output: Some("spk".into()), plain: true });
    (pulse, _) = plays(pulse, "spk").await;
    pulse = tokio::task::spawn_blocking(move || {
        pulse.restart(Duration::from_millis(500));
        pulse
    })
    .await
    .expect("restarted");
    plays(pulse, "spk").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picker_lists_microphones_and_loudspeakers_and_no_monitors() {
    let _pulse = Pulse::start().await;
    let devices = Sound::new().devices().await;
    let ids = |list: &[tandem_softphone::NamedDevice]| list.iter().map(|d| d.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&devices.inputs), ["mic", "mic2"]);
    assert_eq!(ids(&devices.outputs), ["spk", "spk2", "micfeed"]);
    assert!(devices.inputs.iter().all(|device| !device.name.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_echo_test_plays_what_it_recorded() {
    let pulse = Pulse::start().await;
    let sound = Sound::new();
    sound.select(Choice { input: Some("mic".into()), output: Some("spk".into()), plain: true });
    let _speaking = pulse.speak(1_000.0);
    let testing = tokio::spawn({
        let sound = sound.clone();
        async move { sound.echo_test(2).await }
    });
    let (_pulse, _) = plays(pulse, "spk").await;
    testing.await.expect("no panic").expect("an echo");
}

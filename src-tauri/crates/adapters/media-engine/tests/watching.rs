//! Taps and voice activity: what a leg says, whoever listens.

mod support;

use std::time::Duration;

use support::{House, hum, tones};
use tandem_audio::FRAME;
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_switchboard::ports::media::MediaEvent;
use tokio::sync::mpsc;

/// A voice-like buzz: pulses at 120 Hz through two resonances, with syllables.
fn voice(from: usize, count: usize) -> Vec<i16> {
    let mut out = vec![0.0f32; count];
    for (formant, gain) in [(600.0f32, 2_500.0f32), (1_100.0, 1_500.0)] {
        let (mut before, mut last) = (0.0f32, 0.0f32);
        let coefficient = 1.94 * (std::f32::consts::TAU * formant / 8_000.0).cos();
        for (n, sample) in out.iter_mut().enumerate() {
            let pulse = if (from + n).is_multiple_of(66) { gain } else { 0.0 };
            let now = pulse + coefficient * last - 0.940_9 * before;
            (before, last) = (last, now);
            *sample +=
                now * (0.65 + 0.35 * ((from + n) as f32 * std::f32::consts::TAU * 4.0 / 8_000.0).cos());
        }
    }
    out.into_iter().map(|s| s as i16).collect()
}

#[test]
fn a_tap_gives_a_frame_a_tick_with_rising_positions_even_while_no_packets_come() {
    let mut house = House::new(MediaConfig::default());
    house.connected_phone(1);
    let (reader, mut frames) = mpsc::channel(500);
    house.tell(RoomCommand::Tap { leg: LegId(1), reader });
    house.wait(20);
    house.run(100, hum);
    house.wait(100);
    let tapped: Vec<_> = std::iter::from_fn(|| frames.try_recv().ok()).collect();
    assert_eq!(tapped.len(), 220);
    for (n, frame) in tapped.iter().enumerate() {
        assert_eq!(frame.position, (n * FRAME) as u64);
        assert_eq!(frame.at, house.start + Duration::from_millis(20) * n as u32);
    }
    let said: Vec<i16> = tapped[80..100].iter().flat_map(|f| f.samples.to_vec()).collect();
    assert_eq!(tones(&said, &[1, 2]), [1], "tapped though nobody hears the leg");
    assert!(tapped[200..].iter().all(|f| f.samples.iter().all(|&s| s == 0)));
}

#[test]
fn voice_is_told_with_its_true_moments_and_only_of_watched_legs() {
    let mut house = House::new(MediaConfig::default());
    house.connected_phone(1);
    house.connected_phone(2);
    house.tell(RoomCommand::WatchVoice { leg: LegId(1), on: true });
    // 1.5 s of voice after 1 s of silence.
    let words = voice(0, 12_000);
    house.run(200, |_, tick| {
        let at = (tick * FRAME).checked_sub(8_000).filter(|at| *at < words.len());
        Some(at.map_or(vec![0; FRAME], |at| words[at..at + FRAME].to_vec()))
    });
    let told: Vec<_> = house
        .events
        .iter()
        .filter_map(|event| match event {
            MediaEvent::VoiceStarted { leg, at, .. } => Some((*leg, true, (*at - house.start).as_millis())),
            MediaEvent::VoiceStopped { leg, at, .. } => Some((*leg, false, (*at - house.start).as_millis())),
            _ => None,
        })
        .collect();
    let [(LegId(1), true, began), (LegId(1), false, ended)] = told[..] else { panic!("{told:?}") };
    // The jitter buffer plays 40 to 60 ms late, and instants are those of the engine.
    assert!((1_000..1_120).contains(&began), "{began}");
    assert!((2_480..2_640).contains(&ended), "{ended}");
}

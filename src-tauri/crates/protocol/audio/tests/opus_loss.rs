//! Opus over a way that loses packets by a seed: what the next packet tells of a lost one must be heard.

use std::time::{Duration, Instant};

use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_audio::jitter::{JitterBuffer, JitterConfig, JitterCounts};
use tandem_audio::{FRAME, measure, tone};

const SECONDS: usize = 20;

/// Something like a voice: a gliding pitch with formants, in syllables.
fn voice() -> Vec<i16> {
    let (mut phase, mut state) = (0.0f64, [0.0f64; 4]);
    let breath = tone::noise(5, 600.0, SECONDS * 8_000);
    (0..SECONDS * 8_000)
        .map(|n| {
            let t = n as f64 / 8_000.0;
            phase += (130.0 + 40.0 * (t * 1.7).sin()) / 8_000.0;
            let pulse = if phase >= 1.0 { 14_000.0 } else { 0.0 } + f64::from(breath[n]) * 0.3;
            phase = phase.fract();
            let first = 450.0 + 250.0 * (t * 5.1).sin();
            let mut sound = pulse;
            for (at, (frequency, width)) in [(first, 80.0), (1_500.0, 120.0)].into_iter().enumerate() {
                let radius = (-std::f64::consts::PI * width / 8_000.0).exp();
                let turn = 2.0 * radius * (std::f64::consts::TAU * frequency / 8_000.0).cos();
                let out = sound + turn * state[2 * at] - radius * radius * state[2 * at + 1];
                state[2 * at + 1] = std::mem::replace(&mut state[2 * at], out);
                sound = out * 0.3;
            }
            let syllable = (0.55 - 0.45 * (t * 3.3 * std::f64::consts::TAU).cos()).clamp(0.0, 1.0);
            (sound * syllable).clamp(-20_000.0, 20_000.0) as i16
        })
        .collect()
}

/// What is heard of the voice if these packets are lost, with the codec's own means or without.
fn heard(lost: impl Fn(usize) -> bool, own_means: bool) -> (Vec<i16>, JitterCounts) {
    let (mut encoder, mut decoder) = (Encoder::new(Encoding::Opus), Decoder::new(Encoding::Opus));
    encoder.expect_loss(15);
    // A delay that never moves, so that what is heard lies where it was said.
    let mut buffer = JitterBuffer::new(JitterConfig { start_ms: 60, min_ms: 60, max_ms: 60 });
    let start = Instant::now();
    let mut heard = Vec::new();
    for (n, frame) in voice().chunks(FRAME).enumerate() {
        let at = start + Duration::from_millis(20) * n as u32;
        let mut payload = Vec::new();
        encoder.encode(frame, &mut payload);
        if !lost(n) {
            buffer.insert((n * FRAME) as u32, &payload, at);
        }
        let mut out = [0; FRAME];
        if own_means {
            buffer.pull(at, &mut out, &mut decoder);
        } else {
            buffer.pull(at, &mut out, |payload: &[u8], out: &mut Vec<i16>| decoder.decode(payload, out));
        }
        heard.extend(out);
    }
    (heard, buffer.counts())
}

/// The mean over the frames with sound of their signal-to-noise ratio, each within 0 to 35 dB.
fn segmental(wanted: &[i16], heard: &[i16]) -> f64 {
    let frames = wanted.chunks_exact(FRAME).zip(heard.chunks_exact(FRAME));
    let each: Vec<f64> = frames
        .filter(|(wanted, _)| tandem_audio::peak(wanted) > 500)
        .map(|(wanted, heard)| measure::snr_db(wanted, heard).clamp(0.0, 35.0))
        .collect();
    each.iter().sum::<f64>() / each.len() as f64
}

#[test]
fn lost_packets_are_recovered_from_the_next_ones_and_it_is_heard() {
    let chance = tone::noise(11, 32_000.0, SECONDS * 50);
    let lost = |n: usize| n > 20 && f64::from(chance[n]) < -32_000.0 + 0.12 * 64_000.0;
    let (whole, none) = heard(|_| false, true);
    assert_eq!((none.concealed, none.recovered), (0, 0));
    let (plain, without) = heard(lost, false);
    let (recovered, with) = heard(lost, true);
    assert_eq!(without.recovered, 0);
    assert!(with.recovered > 60 * FRAME as u64 && with.concealed >= with.recovered, "{with:?}");
    let (plain, recovered) = (segmental(&whole, &plain), segmental(&whole, &recovered));
    assert!(recovered > plain + 2.0, "{recovered:.1} dB with, {plain:.1} dB without");
}

#[test]
fn after_a_loss_there_is_waiting_for_the_packet_behind_it() {
    let (mut encoder, mut decoder) = (Encoder::new(Encoding::Opus), Decoder::new(Encoding::Opus));
    let mut buffer = JitterBuffer::new(JitterConfig { start_ms: 20, ..JitterConfig::default() });
    let start = Instant::now();
    let mut target = Vec::new();
    for (n, frame) in voice().chunks(FRAME).enumerate() {
        let at = start + Duration::from_millis(20) * n as u32;
        let mut payload = Vec::new();
        encoder.encode(frame, &mut payload);
        if n != 150 {
            buffer.insert((n * FRAME) as u32, &payload, at);
        }
        buffer.pull(at, &mut [0; FRAME], &mut decoder);
        target.push(buffer.target_ms());
    }
    assert_eq!(target[170], target[140] + 20.0);
    assert!(target[900] <= target[140], "a while after it, no longer");
}

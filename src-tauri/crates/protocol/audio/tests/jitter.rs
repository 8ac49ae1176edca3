//! The jitter buffer against a seeded network: loss, jitter, reordering, duplicates and drifting clocks, in virtual time.

use std::time::{Duration, Instant};

use tandem_audio::jitter::{Inserted, JitterBuffer, JitterConfig, Pulled};
use tandem_audio::{FRAME, measure, peak, tone};

/// A sender of linear samples (two bytes each) over a network.
struct Network {
    /// (arrival in µs, timestamp, payload), by arrival.
    packets: Vec<(i64, u32, Vec<u8>)>,
}

struct Conditions {
    seconds: usize,
    /// Frequency of the sender's clock over ours.
    drift: f64,
    /// Uniform extra delay.
    jitter_ms: f64,
    lost: f64,
    duplicated: f64,
}

impl Network {
    fn new(sound: impl Fn(usize) -> Vec<i16>, conditions: &Conditions) -> Self {
        let count = conditions.seconds * 50;
        let chance = tone::noise(77, 32_000.0, count * 3);
        let unit = |n: usize| (f64::from(chance[n]) + 32_000.0) / 64_000.0;
        let mut packets = Vec::new();
        for n in 0..count {
            if unit(n * 3) < conditions.lost {
                continue;
            }
            let sent = n as f64 * 20_000.0 / (1.0 + conditions.drift);
            let arrival = (sent + 30_000.0 + unit(n * 3 + 1) * conditions.jitter_ms * 1_000.0) as i64;
            let payload: Vec<u8> = sound(n).iter().flat_map(|s| s.to_le_bytes()).collect();
            // Near the wrap, so that every test crosses it.
            let timestamp = (u32::MAX - 1_000).wrapping_add((n * FRAME) as u32);
            if unit(n * 3 + 2) < conditions.duplicated {
                packets.push((arrival + 1_000, timestamp, payload.clone()));
            }
            packets.push((arrival, timestamp, payload));
        }
        packets.sort_by_key(|(arrival, ..)| *arrival);
        Self { packets }
    }

    /// Plays all of it; `each` sees the buffer after every tick.
    fn play(
        &self,
        buffer: &mut JitterBuffer,
        mut each: impl FnMut(usize, &JitterBuffer, Pulled),
    ) -> Vec<i16> {
        let start = Instant::now();
        let mut heard = Vec::new();
        let mut waiting = self.packets.iter().peekable();
        let last = self.packets.last().map_or(0, |p| p.0);
        for tick in 0..(last / 20_000) as usize {
            let now = tick as i64 * 20_000 + 7_000;
            while let Some((arrival, timestamp, payload)) = waiting.next_if(|p| p.0 <= now) {
                buffer.insert(*timestamp, payload, start + Duration::from_micros(*arrival as u64));
            }
            let mut frame = [0; FRAME];
            let pulled = buffer.pull(start + Duration::from_micros(now as u64), &mut frame, decode);
            each(tick, buffer, pulled);
            heard.extend(frame);
        }
        heard
    }
}

fn decode(payload: &[u8], out: &mut Vec<i16>) {
    out.extend(payload.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])));
}

fn voice(n: usize) -> Vec<i16> {
    tone::sine(200.0, 8_000.0, FRAME, n * FRAME)
}

const CLEAN: Conditions = Conditions { seconds: 10, drift: 0.0, jitter_ms: 0.0, lost: 0.0, duplicated: 0.0 };

#[test]
fn an_even_stream_comes_out_bit_for_bit_after_the_first_seconds() {
    let network = Network::new(|n| tone::noise(n as u64, 9_000.0, FRAME), &CLEAN);
    let mut buffer = JitterBuffer::new(JitterConfig::default());
    let heard = network.play(&mut buffer, |_, _, _| {});
    let sent: Vec<i16> = (400..420).flat_map(|n| tone::noise(n, 9_000.0, FRAME)).collect();
    let found = measure::align(&sent, &heard[395 * FRAME..430 * FRAME], 15 * FRAME);
    assert!(found.snr_db > 100.0, "{found:?}");
    assert!(buffer.delay_ms() < 60.0);
}

#[test]
fn ten_minutes_of_drifting_clocks_and_jitter_build_up_neither_delay_nor_gaps() {
    for drift in [200e-6, -200e-6] {
        let conditions = Conditions { seconds: 600, drift, jitter_ms: 25.0, ..CLEAN };
        let network = Network::new(voice, &conditions);
        let mut buffer = JitterBuffer::new(JitterConfig::default());
        let (mut deepest, mut concealed) = (0.0f64, 0);
        let heard = network.play(&mut buffer, |tick, buffer, pulled| {
            if tick > 500 {
                deepest = deepest.max(buffer.delay_ms());
                concealed += usize::from(pulled == Pulled::Concealed);
            }
        });
        assert!(deepest < 75.0, "drift {drift}: {deepest}");
        assert!(concealed < 300, "drift {drift}: {concealed} of 30 000 frames were made up");
        let level = measure::tone_level(&heard[heard.len() - 8_000..], 200.0);
        assert!(level > 7_000.0, "the tone is still there: {level}");
    }
}

#[test]
fn heavy_jitter_raises_the_delay_within_its_bounds_and_calm_lowers_it_again() {
    let rough = Network::new(voice, &Conditions { seconds: 30, jitter_ms: 120.0, ..CLEAN });
    let mut buffer = JitterBuffer::new(JitterConfig::default());
    let mut late_part = 0;
    rough.play(&mut buffer, |tick, _, pulled| {
        late_part += usize::from(tick > 1_000 && pulled != Pulled::Sound)
    });
    assert!((90.0..=200.0).contains(&buffer.delay_ms()), "{}", buffer.delay_ms());
    assert!(late_part < 25, "{late_part} of 500 frames");
    // The same network calms down: its packets go on where the rough ones ended.
    let calm = Conditions { seconds: 90, ..CLEAN };
    let mut joined = Network::new(voice, &calm);
    let rough_part = rough.packets.iter().filter(|p| p.1.wrapping_sub(u32::MAX - 1_000) < 240_000).cloned();
    joined.packets.retain(|p| p.1.wrapping_sub(u32::MAX - 1_000) >= 240_000);
    joined.packets.extend(rough_part);
    joined.packets.sort_by_key(|p| p.0);
    let mut buffer = JitterBuffer::new(JitterConfig::default());
    joined.play(&mut buffer, |_, _, _| {});
    assert!(buffer.delay_ms() < 60.0, "{}", buffer.delay_ms());
}

#[test]
fn loss_is_concealed_and_the_sound_stays_in_its_place() {
    let network = Network::new(voice, &Conditions { seconds: 60, lost: 0.05, ..CLEAN });
    let mut buffer = JitterBuffer::new(JitterConfig::default());
    let mut concealed = 0;
    let heard =
        network.play(&mut buffer, |_, _, pulled| concealed += usize::from(pulled == Pulled::Concealed));
    assert!((100..330).contains(&concealed), "{concealed} of 3000");
    let quiet = heard[1_600..].chunks(FRAME).filter(|frame| peak(frame) < 3_000).count();
    assert!(quiet < 12, "{quiet} frames nearly silent; single losses must not be heard as gaps");
    assert!(buffer.delay_ms() < 60.0, "loss is no reason for delay: {}", buffer.delay_ms());
}

#[test]
fn reordered_and_duplicate_packets_change_nothing() {
    let mut network =
        Network::new(|n| tone::noise(n as u64, 9_000.0, FRAME), &Conditions { duplicated: 0.3, ..CLEAN });
    for pair in network.packets.chunks_mut(7) {
        if let [.., a, b] = pair {
            std::mem::swap(&mut a.1, &mut b.1);
            std::mem::swap(&mut a.2, &mut b.2);
        }
    }
    let mut buffer = JitterBuffer::new(JitterConfig { min_ms: 60, ..JitterConfig::default() });
    let heard = network.play(&mut buffer, |_, _, _| {});
    assert!(buffer.counts().duplicate > 50);
    let sent: Vec<i16> = (400..420).flat_map(|n| tone::noise(n, 9_000.0, FRAME)).collect();
    let found = measure::align(&sent, &heard[395 * FRAME..430 * FRAME], 15 * FRAME);
    assert!(found.snr_db > 100.0, "{found:?}");
}

#[test]
fn a_burst_after_an_outage_and_a_jump_of_timestamps_are_survived_without_lasting_delay() {
    let mut network = Network::new(voice, &Conditions { seconds: 20, ..CLEAN });
    // For 1.2 s everything is held up and then comes at once; later the sender jumps by an hour.
    for (arrival, timestamp, _) in &mut network.packets {
        if (5_000_000..6_200_000).contains(arrival) {
            *arrival = 6_200_000;
        }
        if *arrival > 12_000_000 {
            *timestamp = timestamp.wrapping_add(28_800_000);
        }
    }
    let mut buffer = JitterBuffer::new(JitterConfig::default());
    let mut delays = Vec::new();
    let heard = network.play(&mut buffer, |_, buffer, _| delays.push(buffer.delay_ms()));
    assert!(delays[350] < 260.0, "soon after the burst: {}", delays[350]);
    assert!(delays[590] < 130.0, "{}", delays[590]);
    for second in [7, 11, 13, 18] {
        let level = measure::tone_level(&heard[second * 8_000..][..4_000], 200.0);
        assert!(level > 7_000.0, "second {second}: {level}");
    }
}

#[test]
fn a_packet_whose_moment_has_passed_is_late() {
    let mut buffer = JitterBuffer::new(JitterConfig { start_ms: 20, ..JitterConfig::default() });
    let start = Instant::now();
    let payload = vec![1; 2 * FRAME];
    for n in 0..4u32 {
        if n != 1 {
            assert_eq!(buffer.insert(n * 160, &payload, start), Inserted::Queued);
        }
    }
    let mut frame = [0; FRAME];
    for n in 1..5 {
        buffer.pull(start + Duration::from_millis(20 * n), &mut frame, decode);
    }
    assert_eq!(buffer.insert(160, &payload, start + Duration::from_millis(80)), Inserted::Late);
    assert_eq!(buffer.counts().late, 1);
}

//! What a bad line does to a packet, as a pure machine: when it comes out, how often, or not at all.

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

/// How bad a line is, each way for itself. All zero: a good one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineQuality {
    /// Share of packets lost, 0 to 1.
    pub loss: f64,
    /// Mean length of a loss, packets; below 1 counts as 1 (single losses).
    pub burst: f64,
    /// Delay of every packet, ms.
    pub delay_ms: u32,
    /// Further delay, evenly drawn from 0 to this, ms. Packets keep their order.
    pub jitter_ms: u32,
    /// Share of packets that are overtaken by those of the next 40 ms.
    pub reorder: f64,
    /// Share of packets that come twice.
    pub duplicate: f64,
    /// Bits a second that fit through; 0: as many as come. What waits longer than half a second is lost.
    pub rate: u32,
}

/// One direction of a line. Losses come in bursts by the model of Gilbert (1960): a good state that passes all and a
/// bad one that passes nothing.
#[derive(Debug, Clone)]
pub struct Impairment {
    quality: LineQuality,
    random: ChaCha8Rng,
    bad: bool,
    free: Option<Instant>,
    last: Option<Instant>,
}

const OVERTAKEN: Duration = Duration::from_millis(45);
const LONGEST_QUEUE: Duration = Duration::from_millis(500);

impl Impairment {
    /// A direction with this quality; the same seed does the same to the same packets.
    pub fn new(quality: LineQuality, seed: u64) -> Self {
        Self { quality, random: ChaCha8Rng::seed_from_u64(seed), bad: false, free: None, last: None }
    }

    /// When a packet of `bytes` that goes in `now` comes out: never, once or twice.
    pub fn pass(&mut self, now: Instant, bytes: usize) -> Vec<Instant> {
        // Everything is drawn for every packet, so that one setting does not change what another one draws.
        let [loss, jitter, reorder, duplicate]: [f64; 4] = self.random.random();
        if self.is_lost(loss) {
            return Vec::new();
        }
        let Some(sent) = self.transmitted(now, bytes) else { return Vec::new() };
        let jitter = Duration::from_millis(self.quality.jitter_ms.into()).mul_f64(jitter);
        let mut at = sent + Duration::from_millis(self.quality.delay_ms.into()) + jitter;
        if reorder < self.quality.reorder {
            at += OVERTAKEN;
        } else {
            at = self.last.map_or(at, |last| at.max(last));
            self.last = Some(at);
        }
        let again = duplicate < self.quality.duplicate;
        std::iter::once(at).chain(again.then_some(at)).collect()
    }

    fn is_lost(&mut self, draw: f64) -> bool {
        let LineQuality { loss, burst, .. } = self.quality;
        if loss >= 1.0 {
            return true;
        }
        let recover = 1.0 / burst.max(1.0);
        // Of all packets, the share `loss` shall be in the bad state.
        let fail = (recover * loss / (1.0 - loss)).min(1.0);
        self.bad = if self.bad { draw >= recover } else { draw < fail };
        // Bursts of one packet: the bad state never follows itself.
        self.bad
    }

    fn transmitted(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        if self.quality.rate == 0 {
            return Some(now);
        }
        let begin = self.free.map_or(now, |free| free.max(now));
        if begin.duration_since(now) > LONGEST_QUEUE {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a packet's size")]
        let takes = Duration::from_secs_f64(bytes as f64 * 8.0 / f64::from(self.quality.rate));
        self.free = Some(begin + takes);
        self.free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKETS: u32 = 20_000;

    fn run(quality: LineQuality) -> Vec<Vec<u64>> {
        let start = Instant::now();
        let mut line = Impairment::new(quality, 7);
        let at = |n: u32| start + Duration::from_millis(20) * n;
        let ms = |at: Instant| u64::try_from(at.duration_since(start).as_millis()).expect("small");
        (0..PACKETS).map(|n| line.pass(at(n), 172).into_iter().map(ms).collect()).collect()
    }

    fn lost(out: &[Vec<u64>]) -> f64 {
        out.iter().filter(|times| times.is_empty()).count() as f64 / out.len() as f64
    }

    #[test]
    fn a_good_line_changes_nothing() {
        let out = run(LineQuality::default());
        assert!(out.iter().enumerate().all(|(n, times)| *times == [n as u64 * 20]));
    }

    #[test]
    fn as_much_is_lost_as_was_asked_for_in_bursts_as_long() {
        for (loss, burst) in [(0.01, 1.0), (0.1, 1.0), (0.2, 3.0)] {
            let out = run(LineQuality { loss, burst, ..LineQuality::default() });
            assert!((lost(&out) - loss).abs() < loss * 0.15 + 0.002, "{loss}: {}", lost(&out));
            let bursts = out.windows(2).filter(|pair| !pair[0].is_empty() && pair[1].is_empty()).count();
            let mean = lost(&out) * f64::from(PACKETS) / bursts as f64;
            assert!((mean - burst).abs() < 0.3, "{burst}: {mean}");
        }
        assert!((lost(&run(LineQuality { loss: 1.0, ..LineQuality::default() })) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn jitter_keeps_the_order_and_reordering_does_not() {
        let jittery = run(LineQuality { jitter_ms: 80, delay_ms: 30, ..LineQuality::default() });
        assert!(jittery.is_sorted());
        let late = jittery.iter().enumerate().map(|(n, times)| times[0] - n as u64 * 20);
        assert!(late.clone().min() >= Some(30) && late.clone().max() <= Some(110) && late.max() > Some(100));
        let reordered = run(LineQuality { reorder: 0.05, ..LineQuality::default() });
        let overtaken = reordered.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((800..1_200).contains(&overtaken), "{overtaken}");
    }

    #[test]
    fn some_come_twice_and_a_narrow_line_delays_and_then_drops() {
        let twice = run(LineQuality { duplicate: 0.1, ..LineQuality::default() });
        let count = twice.iter().filter(|times| times.len() == 2).count();
        assert!((1_800..2_200).contains(&count), "{count}");
        // G.711 with its headers needs 68,800 bit/s here.
        assert!(lost(&run(LineQuality { rate: 80_000, ..LineQuality::default() })) < 1e-9);
        let half = run(LineQuality { rate: 34_400, ..LineQuality::default() });
        assert!((lost(&half) - 0.5).abs() < 0.02, "{}", lost(&half));
    }
}

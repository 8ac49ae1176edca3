//! From the microphone to frames of the exchange.

use std::time::Instant;

use super::drift::Drift;
use super::rate::{Rate, to_i16};
use super::{FRAME, PHONE_RATE};

/// Deviation that is followed smoothly, in samples of the exchange: what three frames hold.
const TARGET: f64 = 480.0;
/// A deviation beyond this is no drift: the card stood still, and counting begins anew. Half of a second.
const HOPELESS: f64 = 4_000.0;

/// Resamples, follows the exchange's clock, and cuts frames.
///
/// The exchange ticks by the machine's monotonic clock and takes frames from its queue at once, so the queue tells
/// nothing of drift; what the clock says should have come by now does.
#[derive(Debug)]
pub(super) struct Capture {
    rate: Rate,
    drift: Drift,
    frame: Vec<i16>,
    since: Option<Instant>,
    made: f64,
}

impl Capture {
    pub fn new(card_rate: u32) -> Result<Self, String> {
        let rate = Rate::new(card_rate, PHONE_RATE, (card_rate / 200) as usize)?;
        Ok(Self { rate, drift: Drift::new(TARGET), frame: Vec::with_capacity(FRAME), since: None, made: 0.0 })
    }

    #[expect(clippy::cast_precision_loss, reason = "a few hundred samples")]
    pub fn take(&mut self, now: Instant, samples: impl Iterator<Item = f32>, mut to: impl FnMut(Box<[i16]>)) {
        let (frame, made) = (&mut self.frame, &mut self.made);
        self.rate.push(samples, |output| {
            *made += output.len() as f64;
            for sample in output {
                frame.push(to_i16(*sample));
                if frame.len() == FRAME {
                    to(frame.as_slice().into());
                    frame.clear();
                }
            }
        });
        let since = *self.since.get_or_insert_with(|| {
            *made = 0.0;
            now
        });
        let ahead = self.made - now.duration_since(since).as_secs_f64() * f64::from(PHONE_RATE);
        if ahead.abs() > HOPELESS {
            self.since = None;
        } else {
            self.rate.adjust(self.drift.ratio(TARGET + ahead));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Frames made in a minute by a card whose clock is off by `ppm`, after a minute to get used to it.
    fn frames_a_minute(ppm: f64) -> usize {
        let mut capture = Capture::new(16_000).expect("a rate");
        let (start, mut count) = (Instant::now(), 0);
        for callback in 0..12_000_u32 {
            if callback == 6_000 {
                count = 0;
            }
            let late = if callback % 7 == 0 { 0.004 } else { 0.0 };
            let now = Duration::from_secs_f64(f64::from(callback) * 0.01 / (1.0 + ppm / 1e6) + late);
            capture.take(start + now, std::iter::repeat_n(0.25, 160), |_| count += 1);
        }
        count
    }

    #[test]
    fn a_minute_of_any_card_makes_three_thousand_frames() {
        // Uncorrected, 2000 ppm would make six frames more or less.
        for ppm in [-2_000.0, 0.0, 2_000.0] {
            let per_clock = 3_000.0 * (1.0 - ppm / 1e6);
            let count = frames_a_minute(ppm);
            let off = f64::from(u32::try_from(count).expect("small")) - per_clock;
            assert!(off.abs() < 2.5, "{ppm} ppm: {count} frames");
        }
    }

    #[test]
    fn frames_are_as_loud_as_the_microphone() {
        let mut capture = Capture::new(48_000).expect("a rate");
        let (start, mut frames) = (Instant::now(), Vec::new());
        for n in 0..100 {
            let now = start + Duration::from_millis(10 * n);
            capture.take(now, std::iter::repeat_n(0.25, 480), |frame| frames.push(frame));
        }
        assert!((48..=50).contains(&frames.len()), "{} frames", frames.len());
        assert!(frames[10..].iter().flatten().all(|sample| (7_900..8_500).contains(sample)));
    }
}

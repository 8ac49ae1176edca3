//! Two clocks are never equal: how much faster or slower to resample, from how full the buffer between them is.

/// Strongest correction: half a percent is inaudible and more than any two crystals differ.
const STRONGEST: f64 = 0.005;
/// Share of the error that is corrected at once, and share that is added up.
const PROPORTION: f64 = 0.02;
const INTEGRAL: f64 = 0.0004;

/// Watches the fill of a buffer and answers with a resampling ratio near 1.
#[derive(Debug)]
pub(crate) struct Drift {
    target: f64,
    smooth: f64,
    sum: f64,
}

impl Drift {
    /// `target`: the fill to hold, in any unit.
    pub fn new(target: f64) -> Self {
        Self { target, smooth: target, sum: 0.0 }
    }

    /// Given the present fill, how many samples to make of one: above 1 fills the buffer, below 1 empties it.
    pub fn ratio(&mut self, fill: f64) -> f64 {
        // The fill saws with every frame that comes in; its mean is what drifts.
        self.smooth += 0.05 * (fill - self.smooth);
        let error = (self.target - self.smooth) / self.target;
        let wish = PROPORTION * error + self.sum;
        // The sum rests while the output is at its limit, or it would wind up.
        if wish.abs() < STRONGEST {
            self.sum += INTEGRAL * error;
        }
        1.0 + wish.clamp(-STRONGEST, STRONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten minutes of 20 ms frames into a buffer that a card empties at its own rate.
    fn fill_after(ppm: f64) -> (f64, f64) {
        let (mut fill, target) = (480.0, 480.0);
        let mut drift = Drift::new(target);
        let (mut lowest, mut highest) = (f64::MAX, f64::MIN);
        for frame in 0..30_000 {
            fill += 160.0 * drift.ratio(fill);
            fill -= 160.0 * (1.0 + ppm / 1e6);
            if frame > 3_000 {
                lowest = f64::min(lowest, fill);
                highest = f64::max(highest, fill);
            }
        }
        (lowest, highest)
    }

    #[test]
    fn the_buffer_stays_near_its_target_for_ten_minutes_at_either_drift() {
        for ppm in [-300.0, -50.0, 0.0, 50.0, 300.0] {
            let (lowest, highest) = fill_after(ppm);
            assert!(lowest > 380.0 && highest < 580.0, "{ppm} ppm: {lowest:.0}..{highest:.0}");
        }
    }
}

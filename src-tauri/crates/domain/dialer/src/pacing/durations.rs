//! How long something lasts, learned from what has ended and from what still goes on.

use std::time::Duration;

/// A share of what was learned is forgotten whenever so many ends have been counted.
const MEMORY: f64 = 4_000.0;

/// An estimate of a distribution of durations by hazards (Kaplan and Meier): what still goes on counts as exposed, so
/// that the short ones that end first at the beginning of a shift do not pass for all.
#[derive(Debug, Clone)]
pub struct Durations {
    /// Seconds a bin.
    width: f64,
    /// Ends in each bin.
    ended: Vec<f64>,
    /// How many of the ended lasted at least until each bin.
    reached: Vec<f64>,
    total: f64,
    /// Probability of lasting at least until the beginning of each bin, and past the last.
    survival: Vec<f64>,
    /// What is believed before anything is known: hazard of a bin, and its weight in observations.
    prior: (f64, f64),
}

impl Durations {
    /// `mean` is what is believed at first; `longest` is where the table ends.
    pub fn new(mean: Duration, longest: Duration, bins: usize) -> Self {
        let bins = bins.max(1);
        let width = longest.as_secs_f64() / count(bins);
        let hazard = 1.0 - (-width / mean.as_secs_f64().max(width)).exp();
        let mut new = Self {
            width,
            ended: vec![0.0; bins],
            reached: vec![0.0; bins],
            total: 0.0,
            survival: vec![1.0; bins + 1],
            prior: (hazard, 4.0),
        };
        new.refresh(std::iter::empty());
        new
    }

    /// Begins with what such things are commonly like, which weighs as much as these few.
    pub fn like(mut self, usual: impl IntoIterator<Item = Duration>) -> Self {
        usual.into_iter().for_each(|one| self.ended(one));
        self.refresh(std::iter::empty());
        self
    }

    /// One has ended after this long.
    pub fn ended(&mut self, after: Duration) {
        let bin = self.bin(after.as_secs_f64());
        self.ended[bin] += 1.0;
        self.reached[..=bin].iter_mut().for_each(|reached| *reached += 1.0);
        self.total += 1.0;
        if self.total >= MEMORY {
            let halve = |values: &mut Vec<f64>| values.iter_mut().for_each(|value| *value /= 2.0);
            halve(&mut self.ended);
            halve(&mut self.reached);
            self.total /= 2.0;
        }
    }

    /// Works the table out anew, with those that go on: how long already, in seconds, and how likely it is that each is
    /// one of these.
    pub fn refresh(&mut self, going_on: impl Iterator<Item = (f64, f64)>) {
        let mut exposed = vec![0.0; self.ended.len() + 1];
        for (so_far, weight) in going_on {
            exposed[self.bin(so_far)] += weight;
        }
        for bin in (0..self.ended.len()).rev() {
            exposed[bin] += exposed[bin + 1];
        }
        let (hazard, weight) = self.prior;
        let mut survival = 1.0;
        for bin in 0..self.ended.len() {
            self.survival[bin] = survival;
            let at_risk = self.reached[bin] + exposed[bin + 1];
            survival *= 1.0 - (self.ended[bin] + weight * hazard) / (at_risk + weight);
        }
        let bins = self.ended.len();
        self.survival[bins] = survival;
    }

    /// Probability of lasting longer than this many seconds.
    pub fn survival(&self, seconds: f64) -> f64 {
        let at = (seconds / self.width).max(0.0);
        let last = self.survival.len() - 1;
        if at >= count(last) {
            // Past the table: as the prior says.
            return self.survival[last] * (1.0 - self.prior.0).powf(at - count(last));
        }
        let bin = whole(at);
        let part = at - count(bin);
        self.survival[bin] * (1.0 - part) + self.survival[bin + 1] * part
    }

    /// Probability that one which has lasted `so_far` seconds lasts `more` longer.
    pub fn outlasts(&self, so_far: f64, more: f64) -> f64 {
        let now = self.survival(so_far);
        if now <= f64::MIN_POSITIVE { 0.0 } else { (self.survival(so_far + more) / now).min(1.0) }
    }

    /// Mean of those that end within the table, in seconds.
    pub fn mean(&self) -> f64 {
        let within: f64 = self.survival.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).sum();
        let past = self.survival.last().copied().unwrap_or_default() / self.prior.0;
        (within + past) * self.width
    }

    /// How many ends have been counted, less what was forgotten.
    pub fn weight(&self) -> f64 {
        self.total
    }

    /// The time by which `share` of them have ended, in seconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let left = 1.0 - share;
        let bin = self.survival.partition_point(|survival| *survival > left);
        if bin == 0 {
            return 0.0;
        }
        let Some(after) = self.survival.get(bin) else {
            return count(self.ended.len()) * self.width;
        };
        let before = self.survival[bin - 1];
        let part = if before > *after { (before - left) / (before - after) } else { 0.0 };
        (count(bin - 1) + part) * self.width
    }

    fn bin(&self, seconds: f64) -> usize {
        whole((seconds / self.width).max(0.0)).min(self.ended.len() - 1)
    }
}

#[expect(clippy::cast_precision_loss, reason = "tables have some thousands of bins")]
fn count(bins: usize) -> f64 {
    bins as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never below 0, cut off by the caller"
)]
fn whole(value: f64) -> usize {
    value as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(value: f64) -> Duration {
        Duration::from_secs_f64(value)
    }

    #[test]
    fn what_is_believed_at_first_gives_way_to_what_is_seen() {
        let mut durations = Durations::new(seconds(180.0), seconds(1_800.0), 900);
        assert!((durations.mean() - 180.0).abs() < 6.0, "{}", durations.mean());
        for value in 0..2_000 {
            durations.ended(seconds(50.0 + f64::from(value % 20)));
        }
        durations.refresh(std::iter::empty());
        assert!((durations.mean() - 59.5).abs() < 6.0, "{}", durations.mean());
        assert!((durations.quantile(0.5) - 60.0).abs() < 3.0, "{}", durations.quantile(0.5));
        assert!(durations.outlasts(40.0, 5.0) > 0.9 && durations.outlasts(55.0, 20.0) < 0.1);
    }

    #[test]
    fn the_short_ones_that_end_first_do_not_pass_for_all() {
        // Of a hundred that began together, ten have ended by now; the others go on.
        let mut durations = Durations::new(seconds(180.0), seconds(1_800.0), 900);
        (0..10).for_each(|value| durations.ended(seconds(3.0 + f64::from(value))));
        let naive = durations.clone();
        durations.refresh(std::iter::repeat_n((20.0, 1.0), 90));
        assert!(durations.survival(20.0) > 0.8, "{}", durations.survival(20.0));
        let mut naive = naive;
        naive.refresh(std::iter::empty());
        assert!(naive.survival(20.0) < 0.5, "without them it would be {}", naive.survival(20.0));
    }

    #[test]
    fn past_the_table_there_is_still_an_end() {
        let durations = Durations::new(seconds(12.0), seconds(60.0), 120);
        assert!(durations.survival(600.0) < 1e-12);
        assert!(durations.outlasts(600.0, 1.0) < 1.0);
        assert!((0.0..=1.0).contains(&durations.outlasts(59.0, 3.0)));
    }
}

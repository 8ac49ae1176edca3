//! A high quantile of what keeps coming, with little memory: what is old counts less and less.

use std::time::Duration;

/// Each bucket is this much wider than the one before.
const GROWTH: f64 = 1.08;
const SHORTEST_MS: f64 = 20.0;
/// From 20 ms to more than 20 s.
const BUCKETS: usize = 92;
/// What the first guess weighs, in observations.
const GUESS: f64 = 20.0;
/// An observation's weight after each further one: about the last five hundred count.
const KEEP: f64 = 0.998;

/// A running quantile of durations.
#[derive(Debug, Clone)]
pub struct Quantile {
    /// Which: 0.99 is the 99th percentile.
    share: f64,
    weights: Vec<f64>,
    seen: u64,
}

impl Quantile {
    /// `share` lies between 0 and 1; `guess` counts as a few observations until there are real ones.
    pub fn new(share: f64, guess: Duration) -> Self {
        let mut weights = vec![0.0; BUCKETS];
        weights[bucket(guess)] = GUESS;
        Self { share: share.clamp(0.0, 1.0), weights, seen: 0 }
    }

    /// Takes one more.
    pub fn observe(&mut self, value: Duration) {
        self.weights.iter_mut().for_each(|weight| *weight *= KEEP);
        self.weights[bucket(value)] += 1.0;
        self.seen += 1;
    }

    /// What `share` of the observations do not exceed, within 8 per cent.
    pub fn value(&self) -> Duration {
        let total: f64 = self.weights.iter().sum();
        let mut so_far = 0.0;
        for (place, weight) in self.weights.iter().enumerate() {
            so_far += weight;
            if so_far >= self.share * total {
                return upper(place);
            }
        }
        upper(BUCKETS - 1)
    }

    /// How many were observed.
    pub fn seen(&self) -> u64 {
        self.seen
    }
}

fn bucket(value: Duration) -> usize {
    let ms = (value.as_secs_f64() * 1_000.0).max(SHORTEST_MS);
    let place = ((ms / SHORTEST_MS).ln() / GROWTH.ln()).ceil();
    (place as usize).min(BUCKETS - 1)
}

fn upper(place: usize) -> Duration {
    let power = i32::try_from(place).unwrap_or(i32::MAX);
    Duration::from_secs_f64(SHORTEST_MS * GROWTH.powi(power) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn near(found: Duration, wanted: u64) -> bool {
        let found = found.as_secs_f64() * 1_000.0;
        (found / wanted as f64 - 1.0).abs() < 0.09
    }

    #[test]
    fn the_guess_holds_until_there_is_something_better() {
        let mut p99 = Quantile::new(0.99, ms(1_000));
        assert!(near(p99.value(), 1_000), "{:?}", p99.value());
        p99.observe(ms(200));
        assert!(near(p99.value(), 1_000) && p99.seen() == 1);
        (0..2_000).for_each(|_| p99.observe(ms(200)));
        assert!(near(p99.value(), 200), "{:?}", p99.value());
    }

    #[test]
    fn it_is_the_quantile_of_an_even_spread() {
        let mut p99 = Quantile::new(0.99, ms(1_000));
        // Every value from 1 to 1000 ms once, in an order that is all over the place.
        (0..4_000_u64).for_each(|n| p99.observe(ms(1 + n * 617 % 1_000)));
        assert!(near(p99.value(), 990), "{:?}", p99.value());
        let mut half = Quantile::new(0.5, ms(1_000));
        (0..4_000_u64).for_each(|n| half.observe(ms(1 + n * 617 % 1_000)));
        assert!(near(half.value(), 500), "{:?}", half.value());
    }

    #[test]
    fn one_slow_answer_in_a_thousand_does_not_make_it_slow_and_a_provider_that_became_slow_does() {
        let mut p99 = Quantile::new(0.99, ms(300));
        (0..3_000_u64).for_each(|n| p99.observe(if n.is_multiple_of(1_000) { ms(8_000) } else { ms(300) }));
        assert!(near(p99.value(), 300), "{:?}", p99.value());
        (0..50).for_each(|_| p99.observe(ms(2_000)));
        assert!(near(p99.value(), 2_000), "{:?}", p99.value());
    }

    #[test]
    fn what_is_out_of_reach_is_taken_for_the_last_that_is_not() {
        let mut p99 = Quantile::new(0.99, Duration::ZERO);
        assert!(near(p99.value(), 20));
        (0..100).for_each(|_| p99.observe(Duration::from_secs(600)));
        assert!(p99.value() > Duration::from_secs(19) && p99.value() < Duration::from_secs(30));
    }
}

//! How long a caller will wait: with `ahead` callers before them and `serving` agents who need `handling` a call, the
//! wait is the sum of `ahead + 1` times between two agents' becoming free (Erlang distributed; the queue-length
//! predictor of Ibrahim and Whitt, 2009).

use std::time::Duration;

/// A wait that is expected, and the range that nine of ten fall into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    pub mean: Duration,
    pub low: Duration,
    pub high: Duration,
}

/// The 95 % point of the normal distribution.
const Z: f64 = 1.644_854;

impl Estimate {
    /// `None` with nobody serving.
    pub fn new(ahead: usize, serving: usize, handling: Duration) -> Option<Self> {
        if serving == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "thousands at the most")]
        let (shape, serving) = ((ahead + 1) as f64, serving as f64);
        let scale = handling.as_secs_f64() / serving;
        // Wilson and Hilferty: the cube root of a gamma variable is almost normal.
        let quantile = |z: f64| {
            let root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
            Duration::from_secs_f64(shape * root.max(0.0).powi(3) * scale)
        };
        Some(Self { mean: Duration::from_secs_f64(shape * scale), low: quantile(-Z), high: quantile(Z) })
    }
}

/// A running mean of how long calls of a queue take with their wrap-up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handling {
    mean: Duration,
    seen: u32,
}

impl Handling {
    pub fn new(usual: Duration) -> Self {
        Self { mean: usual, seen: 0 }
    }

    /// The first calls count alike; later ones as one of a hundred, so that the mean follows the day.
    pub fn took(&mut self, time: Duration) {
        self.seen = (self.seen + 1).min(100);
        let weight = 1.0 / f64::from(self.seen);
        let mean = self.mean.as_secs_f64() * (1.0 - weight) + time.as_secs_f64() * weight;
        self.mean = Duration::from_secs_f64(mean);
    }

    pub fn mean(&self) -> Duration {
        self.mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_of_one_agent_waits_a_call_and_nine_of_ten_by_the_exponential_distribution() {
        let estimate = Estimate::new(0, 1, Duration::from_secs(180)).expect("somebody serves");
        assert_eq!(estimate.mean, Duration::from_secs(180));
        // The exact points are 9.2 s and 539 s.
        assert!((5.0..15.0).contains(&estimate.low.as_secs_f64()), "{estimate:?}");
        assert!((525.0..555.0).contains(&estimate.high.as_secs_f64()), "{estimate:?}");
        assert_eq!(Estimate::new(3, 0, Duration::from_secs(180)), None);
    }

    #[test]
    fn ten_ahead_of_ten_agents_is_eleven_tenths_of_a_call() {
        let estimate = Estimate::new(10, 10, Duration::from_secs(180)).expect("somebody serves");
        assert_eq!(estimate.mean, Duration::from_secs(198));
        assert!(
            estimate.low > Duration::from_secs(105) && estimate.high < Duration::from_secs(312),
            "{estimate:?}"
        );
    }

    #[test]
    fn a_mean_forgets_the_guess_at_once_and_follows_the_day() {
        let mut handling = Handling::new(Duration::from_secs(180));
        handling.took(Duration::from_secs(60));
        assert_eq!(handling.mean(), Duration::from_secs(60));
        for _ in 0..600 {
            handling.took(Duration::from_secs(300));
        }
        assert!(handling.mean() > Duration::from_secs(295), "{handling:?}");
    }
}

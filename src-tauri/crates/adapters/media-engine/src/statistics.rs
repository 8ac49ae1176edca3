//! How late the ticks are, written by the media threads and read by anybody.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper edges of the histogram's bins, in µs.
const EDGES: [u64; 12] = [50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 40_000, u64::MAX];

/// Counters of one engine; all threads add to them.
#[derive(Debug, Default)]
pub struct TickStatistics {
    bins: [AtomicU64; EDGES.len()],
    longest_us: AtomicU64,
    skipped: AtomicU64,
    busy_us: AtomicU64,
}

impl TickStatistics {
    pub(crate) fn tick(&self, late: Duration, skipped: u64) {
        let late = late.as_micros() as u64;
        let bin = EDGES.iter().position(|&edge| late <= edge).unwrap_or(EDGES.len() - 1);
        self.bins[bin].fetch_add(1, Ordering::Relaxed);
        self.longest_us.fetch_max(late, Ordering::Relaxed);
        self.skipped.fetch_add(skipped, Ordering::Relaxed);
    }

    pub(crate) fn busy(&self, time: Duration) {
        self.busy_us.fetch_add(time.as_micros() as u64, Ordering::Relaxed);
    }

    /// Ticks carried out, of all threads together.
    pub fn ticks(&self) -> u64 {
        self.bins.iter().map(|bin| bin.load(Ordering::Relaxed)).sum()
    }

    /// Ticks left out because the machine stood still.
    pub fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }

    /// The longest delay of a tick.
    pub fn longest(&self) -> Duration {
        Duration::from_micros(self.longest_us.load(Ordering::Relaxed))
    }

    /// Time spent within ticks, of all threads together.
    pub fn busy_time(&self) -> Duration {
        Duration::from_micros(self.busy_us.load(Ordering::Relaxed))
    }

    /// An upper bound of the delay of this part (0 to 1) of the ticks, as exact as the histogram's bins.
    pub fn percentile(&self, part: f64) -> Duration {
        let wanted = (self.ticks() as f64 * part).ceil() as u64;
        let mut seen = 0;
        for (bin, edge) in self.bins.iter().zip(EDGES) {
            seen += bin.load(Ordering::Relaxed);
            if seen >= wanted {
                return Duration::from_micros(edge).min(self.longest());
            }
        }
        self.longest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_bound_the_delays() {
        let statistics = TickStatistics::default();
        for n in 0..100 {
            statistics.tick(Duration::from_micros(if n == 99 { 12_345 } else { 80 }), 0);
        }
        assert_eq!(statistics.ticks(), 100);
        assert_eq!(statistics.percentile(0.5), Duration::from_micros(100));
        assert_eq!(statistics.percentile(1.0), Duration::from_micros(12_345));
    }
}

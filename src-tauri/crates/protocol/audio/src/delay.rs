//! How late packets come against the fastest of late, and the playout delay that covers nearly all of them.

use std::time::Instant;

/// Width of a histogram bin in ms.
const BIN_MS: f64 = 5.0;
/// Lateness up to 205 ms.
const BINS: usize = 41;
/// Each packet weighs this much less with every later one: about 10 s of memory at 50 packets a second.
const FORGET: f32 = 0.998;
/// Part of the packets that the target must cover.
const COVERED: f32 = 0.995;
/// The fastest packet is looked for in the present and the previous window of this length.
const WINDOW_MS: f64 = 5_000.0;

/// Measures transit times (arrival less media time, ms since an arbitrary origin) of one stream.
#[derive(Debug, Clone)]
pub(crate) struct DelayMeter {
    origin: Option<Instant>,
    bins: [f32; BINS],
    fastest: [f64; 2],
    window_began: f64,
    /// The base that the bins are counted from.
    counted_from: f64,
}

impl DelayMeter {
    /// Starts with a guess of the jitter, which weighs as much as two packets.
    pub fn new(guess_ms: u32) -> Self {
        let mut bins = [0.0; BINS];
        bins[((f64::from(guess_ms) / BIN_MS) as usize).saturating_sub(1).min(BINS - 1)] = 2.0;
        Self { origin: None, bins, fastest: [f64::INFINITY; 2], window_began: 0.0, counted_from: f64::NAN }
    }

    /// Forgets the fastest packet but keeps the jitter: for a stream that begins anew.
    pub fn rebase(&mut self) {
        self.fastest = [f64::INFINITY; 2];
        self.counted_from = f64::NAN;
    }

    /// Milliseconds since the first instant ever given.
    pub fn ms(&mut self, at: Instant) -> f64 {
        let origin = *self.origin.get_or_insert(at);
        match at.checked_duration_since(origin) {
            Some(elapsed) => elapsed.as_secs_f64() * 1e3,
            None => -origin.duration_since(at).as_secs_f64() * 1e3,
        }
    }

    /// Takes a packet's transit time into account.
    pub fn observe(&mut self, arrival_ms: f64, transit_ms: f64) {
        if arrival_ms - self.window_began > WINDOW_MS {
            self.fastest = [self.fastest[1], f64::INFINITY];
            self.window_began = arrival_ms;
        }
        self.fastest[1] = self.fastest[1].min(transit_ms);
        let base = self.base().unwrap_or(transit_ms);
        self.recount(base);
        let late = (transit_ms - base).max(0.0);
        // What came later than any delay could cover (an outage) is no reason to delay the rest.
        if late < BIN_MS * BINS as f64 {
            self.bins.iter_mut().for_each(|bin| *bin *= FORGET);
            self.bins[(late / BIN_MS) as usize] += 1.0;
        }
    }

    /// Moves the bins along when the base has risen by one or more of them.
    ///
    /// A falling base leaves them alone: it falls at every packet of a burst that follows an outage, and the burst
    /// would look like jitter. What the new base really makes late is measured soon enough.
    fn recount(&mut self, base: f64) {
        if self.counted_from.is_nan() || base < self.counted_from {
            self.counted_from = base;
        }
        let moved = ((base - self.counted_from) / BIN_MS).trunc();
        if moved == 0.0 {
            return;
        }
        self.counted_from += moved * BIN_MS;
        let before = std::mem::replace(&mut self.bins, [0.0; BINS]);
        for (n, weight) in before.into_iter().enumerate() {
            let to = (n as f64 - moved).clamp(0.0, (BINS - 1) as f64) as usize;
            self.bins[to] += weight;
        }
    }

    /// The transit of the fastest packet of late.
    pub fn base(&self) -> Option<f64> {
        let base = self.fastest[0].min(self.fastest[1]);
        base.is_finite().then_some(base)
    }

    /// The delay over the fastest packet that covers 99.5 % of the packets.
    pub fn needed_ms(&self) -> f64 {
        let total: f32 = self.bins.iter().sum();
        let mut seen = 0.0;
        for (n, bin) in self.bins.iter().enumerate() {
            seen += bin;
            if seen >= total * COVERED {
                return (n + 1) as f64 * BIN_MS;
            }
        }
        BINS as f64 * BIN_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_need_follows_the_lateness_and_the_base_follows_a_route() {
        let mut meter = DelayMeter::new(40);
        assert!((meter.needed_ms() - 40.0).abs() < 0.1);
        for n in 0..2_000 {
            let late = if n % 20 == 0 { 63.0 } else { 0.0 };
            meter.observe(f64::from(n) * 20.0, 100.0 + late);
        }
        assert!((meter.needed_ms() - 65.0).abs() < 0.1, "{}", meter.needed_ms());
        for n in 2_000..4_000 {
            meter.observe(f64::from(n) * 20.0, 150.0);
        }
        assert_eq!(meter.base(), Some(150.0), "a slower route becomes the new base within two windows");
        assert!(meter.needed_ms() < 20.0);
    }
}

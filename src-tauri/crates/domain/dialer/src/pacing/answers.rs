//! Which share of the attempts is answered, learned while most of them still ring.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::durations::Durations;

/// After so long an attempt that has not been answered never is.
const WINDOW: Duration = Duration::from_secs(45);

/// An attempt says nothing before so many of those who will answer have.
const HEARD: f64 = 0.5;
/// How far apart a short and a long memory have to be, in standard deviations, for the world to have changed.
const CHANGED: f64 = 2.5;

/// Answers and attempts, the older ones fading.
#[derive(Debug, Clone, Copy)]
struct Memory {
    answered: f64,
    attempts: f64,
    length: f64,
}

impl Memory {
    fn add(&mut self, answered: bool) {
        let keep = 1.0 - 1.0 / self.length;
        self.answered = self.answered * keep + f64::from(u8::from(answered));
        self.attempts = self.attempts * keep + 1.0;
    }

    fn with(&self, answered: f64, attempts: f64) -> f64 {
        ((self.answered + answered) / (self.attempts + attempts).max(f64::MIN_POSITIVE)).clamp(0.01, 1.0)
    }
}

/// Counts an attempt by the share of answers that would have come by now: neither the failures that come back first nor
/// the attempts that still ring lead it astray, and an answer counts at once. A long memory makes it steady; as soon as a
/// short one differs by more than chance, the long one is given up.
#[derive(Debug, Clone)]
pub struct AnswerRate {
    young: VecDeque<(Instant, bool)>,
    short: Memory,
    long: Memory,
}

impl AnswerRate {
    /// `rate` is what is believed at first, as if after `weight` attempts.
    pub fn new(rate: f64, weight: f64) -> Self {
        let memory = |length| Memory { answered: rate * weight, attempts: weight, length };
        Self { young: VecDeque::new(), short: memory(150.0), long: memory(600.0) }
    }

    /// How many attempts each memory holds; more agents see more attempts in the same time.
    pub fn remember(&mut self, short: f64, long: f64) {
        self.short.length = short.max(1.0);
        self.long.length = long.max(short);
    }

    pub fn dialled(&mut self, at: Instant) {
        while let Some(&(dialled, answered)) = self.young.front()
            && at.saturating_duration_since(dialled) >= WINDOW
        {
            self.young.pop_front();
            self.short.add(answered);
            self.long.add(answered);
        }
        self.young.push_back((at, false));
    }

    /// The attempt that was dialled at `dialled` has never reached anybody.
    pub fn withdraw(&mut self, dialled: Instant) {
        if let Some(place) = self.young.iter().rposition(|(at, answered)| *at == dialled && !*answered) {
            self.young.remove(place);
        }
    }

    /// The attempt that was dialled at `dialled` is answered.
    pub fn answered(&mut self, dialled: Instant) {
        // Several may have left in one moment; which of them it was makes no difference.
        let found = self.young.iter().rposition(|(at, answered)| *at == dialled && !*answered);
        match found {
            Some(place) => self.young[place].1 = true,
            None => {
                self.short.answered += 1.0;
                self.long.answered += 1.0;
            }
        }
    }

    /// Between 0.01 and 1; `rings` says when those who answer do.
    pub fn rate(&mut self, now: Instant, rings: &Durations) -> f64 {
        let (mut answered, mut attempts) = (0.0, 0.0);
        for (at, was) in &self.young {
            let age = now.saturating_duration_since(*at);
            let heard = if age >= WINDOW { 1.0 } else { 1.0 - rings.survival(age.as_secs_f64()) };
            // When the first of them answer is not known well enough to judge by.
            if heard >= HEARD {
                answered += f64::from(u8::from(*was));
                attempts += heard;
            }
        }
        let short = self.short.with(answered, attempts);
        let long = self.long.with(answered, attempts);
        let deviation = (long * (1.0 - long) / (self.short.attempts + attempts).max(1.0)).sqrt();
        if (short - long).abs() > CHANGED * deviation {
            self.long = Memory { length: self.long.length, ..self.short };
            return short;
        }
        long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers come after 10 to 14 s; three in ten answer, and the others say so at once.
    #[test]
    fn failures_that_come_back_first_do_not_make_it_fall() {
        let mut rings = Durations::new(Duration::from_secs(12), Duration::from_secs(60), 120);
        (0..600).for_each(|call| rings.ended(Duration::from_millis(10_000 + call * 4_000 / 600)));
        rings.refresh(std::iter::empty());
        let start = Instant::now();
        let mut rate = AnswerRate::new(0.3, 20.0);
        let mut dialled = Vec::new();
        for second in 0..600_u64 {
            let now = start + Duration::from_secs(second);
            for line in 0..10 {
                rate.dialled(now);
                if line < 3 {
                    dialled.push((second, 10 + line * 2));
                }
            }
            for (at, _) in dialled.iter().filter(|(at, rings)| at + rings == second) {
                rate.answered(start + Duration::from_secs(*at));
            }
            let told = rate.rate(now, &rings);
            assert!((0.2..0.4).contains(&told), "{told} after {second} s");
        }
    }

    #[test]
    fn it_follows_a_change_within_as_many_attempts_as_it_remembers() {
        let rings = Durations::new(Duration::from_secs(1), Duration::from_secs(60), 120);
        let start = Instant::now();
        let mut rate = AnswerRate::new(0.1, 20.0);
        rate.remember(60.0, 1_000.0);
        for attempt in 0..400_u64 {
            let now = start + Duration::from_secs(attempt);
            rate.dialled(now);
            if attempt % 10 < 6 {
                rate.answered(now);
            }
        }
        let told = rate.rate(start + Duration::from_secs(500), &rings);
        assert!((told - 0.6).abs() < 0.05, "{told}");
    }
}

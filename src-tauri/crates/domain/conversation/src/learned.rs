//! What a conversation learns about its recogniser and its customer.

use std::time::Duration;

use crate::settings::Settings;

/// Running estimates, begun at the settings' first guesses.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    recogniser_p99_ms: f32,
    pause_ms: f32,
    ms_per_char: f32,
}

impl Learned {
    pub fn new(settings: &Settings) -> Self {
        Self {
            recogniser_p99_ms: millis(settings.recogniser_p99),
            pause_ms: millis(settings.end_of_turn_min),
            ms_per_char: 65.0,
        }
    }

    /// A final came this long after the end of speech. Rises half-way at once and sinks slowly, as a high quantile does.
    pub fn final_after(&mut self, delay: Duration) {
        let delay = millis(delay).min(10_000.0);
        let weight = if delay > self.recogniser_p99_ms { 0.5 } else { 0.02 };
        self.recogniser_p99_ms =
            (self.recogniser_p99_ms + weight * (delay - self.recogniser_p99_ms)).max(100.0);
    }

    /// The customer paused this long and then went on with the same turn.
    pub fn paused_within_turn(&mut self, pause: Duration) {
        self.pause_ms = 0.9 * self.pause_ms + 0.1 * millis(pause).min(10_000.0);
    }

    /// A sentence of so many characters took so long.
    pub fn spoken(&mut self, chars: usize, ms: u32) {
        if chars >= 10 && ms > 0 {
            self.ms_per_char = 0.8 * self.ms_per_char + 0.2 * (ms as f32 / chars as f32).clamp(10.0, 300.0);
        }
    }

    pub fn recogniser_p99(&self) -> Duration {
        duration(self.recogniser_p99_ms)
    }

    /// The least wait after a turn: the setting's, or longer for somebody who pauses in mid-turn.
    pub fn end_of_turn_min(&self, settings: &Settings) -> Duration {
        duration(self.pause_ms)
            .max(settings.end_of_turn_min)
            .min(settings.end_of_turn_max.max(settings.end_of_turn_min))
    }

    /// How long a sentence takes whose length the voice has not told.
    pub fn length_ms(&self, text: &str) -> u32 {
        (self.ms_per_char * text.chars().count() as f32) as u32
    }
}

fn millis(duration: Duration) -> f32 {
    duration.as_secs_f32() * 1_000.0
}

fn duration(ms: f32) -> Duration {
    Duration::from_secs_f32(ms / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_recogniser_is_waited_for_at_once_and_a_fast_one_by_and_by() {
        let settings = Settings::default();
        let mut learned = Learned::new(&settings);
        learned.final_after(Duration::from_millis(2_000));
        assert!(learned.recogniser_p99() >= Duration::from_millis(1_499));
        for _ in 0..200 {
            learned.final_after(Duration::from_millis(200));
        }
        assert!(learned.recogniser_p99() < Duration::from_millis(260), "{:?}", learned.recogniser_p99());
    }

    #[test]
    fn somebody_who_pauses_in_mid_turn_is_given_more_time_but_never_more_than_the_longest() {
        let settings = Settings::default();
        let mut learned = Learned::new(&settings);
        learned.paused_within_turn(Duration::from_millis(1_300));
        assert_eq!(learned.end_of_turn_min(&settings).as_millis(), 400);
        for _ in 0..100 {
            learned.paused_within_turn(Duration::from_secs(9));
        }
        assert_eq!(learned.end_of_turn_min(&settings), settings.end_of_turn_max);
        for _ in 0..100 {
            learned.paused_within_turn(Duration::from_millis(20));
        }
        assert_eq!(learned.end_of_turn_min(&settings), settings.end_of_turn_min);
    }
}

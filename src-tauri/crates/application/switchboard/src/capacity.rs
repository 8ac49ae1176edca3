//! A trunk's capacity: channels in use and calls begun within any one second. Pure; the instant comes in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::exchange::ExchangeError;
use crate::plan::CHANNEL_RETRY;

const SECOND: Duration = Duration::from_secs(1);

/// Counts one trunk's use.
#[derive(Debug, Default)]
pub(crate) struct TrunkMeter {
    channels: u32,
    /// When the calls of the last second began.
    begun: VecDeque<Instant>,
}

impl TrunkMeter {
    /// Takes a channel, or says which limit is in the way and for how long. A limit of 0 means none.
    pub fn seize(&mut self, now: Instant, max_channels: u32, max_cps: u32) -> Result<(), ExchangeError> {
        while self.begun.front().is_some_and(|at| now.duration_since(*at) >= SECOND) {
            self.begun.pop_front();
        }
        if max_channels > 0 && self.channels >= max_channels {
            let retry_after_s = u32::try_from(CHANNEL_RETRY.as_secs()).unwrap_or(u32::MAX);
            return Err(ExchangeError::AtCapacity { limit: "max_channels", retry_after_s });
        }
        if max_cps > 0 && self.begun.len() >= max_cps as usize {
            return Err(ExchangeError::AtCapacity { limit: "max_cps", retry_after_s: 1 });
        }
        self.begun.push_back(now);
        self.channels += 1;
        Ok(())
    }

    /// Takes a channel for a call that is there already.
    pub fn seize_unchecked(&mut self) {
        self.channels += 1;
    }

    /// Gives a channel back.
    pub fn release(&mut self) {
        self.channels = self.channels.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(result: Result<(), ExchangeError>) -> &'static str {
        match result {
            Ok(()) => "",
            Err(ExchangeError::AtCapacity { limit, .. }) => limit,
            Err(other) => panic!("unexpected {other}"),
        }
    }

    #[test]
    fn no_second_holds_more_calls_than_the_limit() {
        let (mut meter, start) = (TrunkMeter::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(limit(meter.seize(start, 100, 5)), "");
        }
        assert_eq!(limit(meter.seize(start + Duration::from_millis(999), 100, 5)), "max_cps");
        assert_eq!(limit(meter.seize(start + SECOND, 100, 5)), "");
    }

    #[test]
    fn a_released_channel_can_be_taken_again() {
        let (mut meter, start) = (TrunkMeter::default(), Instant::now());
        assert_eq!(limit(meter.seize(start, 1, 0)), "");
        assert_eq!(limit(meter.seize(start, 1, 0)), "max_channels");
        meter.release();
        assert_eq!(limit(meter.seize(start, 1, 0)), "");
    }
}

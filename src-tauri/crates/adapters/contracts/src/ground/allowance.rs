//! How many requests a key may make. Pure; the instant comes in.

use std::time::{Duration, Instant};

/// So many requests in any window; a window begins with its first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub requests: u32,
    pub window: Duration,
}

impl Allowance {
    pub const fn per_minute(requests: u32) -> Self {
        Self { requests, window: Duration::from_secs(60) }
    }
}

/// What is left of an allowance after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub limit: u32,
    pub remaining: u32,
    /// Until the allowance is whole again.
    pub resets_in: Duration,
}

/// A bucket of tokens that is filled whole at the end of each window, rather than drop by drop: the published headers
/// speak of a window, its limit and its end, and a client that reads them must find them true.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    opened: Instant,
    taken: u32,
}

impl Window {
    /// Empty, from `now` on.
    pub const fn new(now: Instant) -> Self {
        Self { opened: now, taken: 0 }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// When there is none left; nothing is taken then.
    pub fn take(&mut self, now: Instant, allowance: Allowance) -> Result<Quota, Quota> {
        if now.saturating_duration_since(self.opened) >= allowance.window {
            *self = Self::new(now);
        }
        if self.taken >= allowance.requests {
            return Err(self.quota(now, allowance));
        }
        self.taken += 1;
        Ok(self.quota(now, allowance))
    }

    /// The window is over, and with it all that is known of it.
    pub fn is_stale(&self, now: Instant, allowance: Allowance) -> bool {
        now.saturating_duration_since(self.opened) >= allowance.window
    }

    fn quota(&self, now: Instant, allowance: Allowance) -> Quota {
        Quota {
            limit: allowance.requests,
            remaining: allowance.requests - self.taken.min(allowance.requests),
            resets_in: (self.opened + allowance.window).saturating_duration_since(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Allowance = Allowance::per_minute(3);

    #[test]
    fn exactly_the_limit_passes_in_a_window_and_the_next_is_whole() {
        let start = Instant::now();
        let mut window = Window::new(start);
        for left in [2, 1, 0] {
            let quota = window.take(start + Duration::from_secs(59), THREE).expect("within the limit");
            assert_eq!((quota.limit, quota.remaining), (3, left));
        }
        let refused = window.take(start + Duration::from_millis(59_500), THREE).expect_err("used up");
        assert_eq!((refused.remaining, refused.resets_in), (0, Duration::from_millis(500)));
        let again = window.take(start + Duration::from_secs(60), THREE).expect("a new window");
        assert_eq!((again.remaining, again.resets_in), (2, Duration::from_secs(60)));
    }

    #[test]
    fn who_waits_as_long_as_they_are_told_is_let_in() {
        let start = Instant::now();
        let mut window = Window::new(start);
        for _ in 0..3 {
            window.take(start, THREE).expect("within the limit");
        }
        let refused = window.take(start + Duration::from_secs(7), THREE).expect_err("used up");
        window.take(start + Duration::from_secs(7) + refused.resets_in, THREE).expect("obeyed");
    }
}

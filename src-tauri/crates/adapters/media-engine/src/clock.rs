//! The absolute 20 ms tick: tick n is due at start + n × 20 ms, however long the ticks before it took.

use std::time::{Duration, Instant};

/// The length of a tick.
pub(crate) const TICK: Duration = Duration::from_millis(20);
/// Ticks that are made up for after a delay; beyond (a suspended machine) time is skipped.
const CATCH_UP: u64 = 25;

/// Where in its ticks a thread is.
#[derive(Debug)]
pub(crate) struct TickClock {
    start: Instant,
    next: u64,
}

/// One tick that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// The moment it stands for.
    pub at: Instant,
    /// How late it is carried out.
    pub late: Duration,
    /// Ticks left out before it.
    pub skipped: u64,
}

impl TickClock {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, next: 0 }
    }

    /// When the next tick is due.
    pub(crate) fn deadline(&self) -> Instant {
        self.start + TICK * u32::try_from(self.next).unwrap_or(u32::MAX)
    }

    /// The next tick, if it is due at `now`. Ask again until it is not.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Due> {
        let late = now.checked_duration_since(self.deadline())?;
        let behind = (late.as_nanos() / TICK.as_nanos()) as u64;
        let skipped = if behind > CATCH_UP { behind } else { 0 };
        self.next += skipped;
        let at = self.deadline();
        self.next += 1;
        Some(Due { at, late, skipped })
    }

    /// Sleeps until the next tick is due.
    pub(crate) fn wait(&self) {
        wait_until(self.deadline());
    }
}

/// Sleeps until then.
pub(crate) fn wait_until(deadline: Instant) {
    #[cfg(target_os = "linux")]
    sleep_until(deadline);
    #[cfg(not(target_os = "linux"))]
    std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
}

/// Sleeps by the kernel's absolute timer, so that losing the processor between reading the clock and falling asleep
/// costs nothing.
#[cfg(target_os = "linux")]
fn sleep_until(deadline: Instant) {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a valid timespec to write to. `Instant` is this very clock on Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return;
    }
    let nanos = now.tv_nsec as u64 + left.as_nanos() as u64;
    let until = libc::timespec {
        tv_sec: now.tv_sec + (nanos / 1_000_000_000) as libc::time_t,
        tv_nsec: (nanos % 1_000_000_000) as _,
    };
    // SAFETY: `until` is valid; the remaining time is not asked for. An early return by a signal is harmless: the
    // caller polls, finds nothing due and waits again.
    unsafe {
        libc::clock_nanosleep(
            libc::CLOCK_MONOTONIC,
            libc::TIMER_ABSTIME,
            &raw const until,
            std::ptr::null_mut(),
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_tick_is_made_up_for_and_leaves_no_drift() {
        let start = Instant::now();
        let mut clock = TickClock::new(start);
        assert_eq!(clock.poll(start), Some(Due { at: start, late: Duration::ZERO, skipped: 0 }));
        assert_eq!(clock.poll(start + Duration::from_millis(19)), None);
        let now = start + Duration::from_millis(75);
        let due: Vec<_> = std::iter::from_fn(|| clock.poll(now)).collect();
        assert_eq!(
            due.iter().map(|d| d.at - start).collect::<Vec<_>>(),
            [20, 40, 60].map(Duration::from_millis)
        );
        assert_eq!(due[0].late, Duration::from_millis(55));
        assert_eq!(clock.deadline(), start + Duration::from_millis(80));
    }

    #[test]
    fn after_a_suspension_time_is_skipped_and_told() {
        let start = Instant::now();
        let mut clock = TickClock::new(start);
        let due = clock.poll(start + Duration::from_secs(3_600)).expect("due");
        assert_eq!((due.skipped, due.at), (180_000, start + Duration::from_secs(3_600)));
        assert_eq!(clock.poll(start + Duration::from_secs(3_600)), None);
    }
}

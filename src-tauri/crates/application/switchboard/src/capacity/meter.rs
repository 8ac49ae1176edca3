//! One trunk's use and when it is worth asking again. Pure; the instant comes in.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
/// How long a call is thought to hold its channel before any has ended.
const USUAL_HOLD: Duration = Duration::from_secs(30);
/// Nobody is asked to wait for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// What a trunk may carry; 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub max_channels: u32,
    pub max_cps: u32,
}

/// A limit that is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    pub limit: &'static str,
    /// At least 1.
    pub retry_after_s: u32,
}

/// Counts one trunk's use.
#[derive(Debug, Default)]
pub(crate) struct TrunkMeter {
    /// When each channel in use was taken.
    channels: BTreeMap<u64, Instant>,
    next: u64,
    /// When the calls of the last second began.
    begun: VecDeque<Instant>,
    /// When those who were refused were told to come again, by limit.
    told_to_come: [Vec<Instant>; 2],
    hold: Hold,
}

impl TrunkMeter {
    /// Takes a channel, or says which limit is in the way and for how long.
    ///
    /// Whoever waits as long as they are told finds room, as far as that can be known: those who are refused in one
    /// second for `max_cps` are told different seconds, so that they do not come back all at once.
    pub fn seize(&mut self, now: Instant, limits: Limits) -> Result<u64, Full> {
        while self.begun.front().is_some_and(|at| now.duration_since(*at) >= SECOND) {
            self.begun.pop_front();
        }
        for told in &mut self.told_to_come {
            told.retain(|at| *at > now);
        }
        if limits.max_channels > 0 && self.channels.len() >= limits.max_channels as usize {
            return Err(Full { limit: "max_channels", retry_after_s: self.channel_wait(now) });
        }
        if limits.max_cps > 0 && self.begun.len() >= limits.max_cps as usize {
            return Err(Full { limit: "max_cps", retry_after_s: self.rate_wait(now, limits.max_cps) });
        }
        self.begun.push_back(now);
        self.next += 1;
        self.channels.insert(self.next, now);
        Ok(self.next)
    }

    /// Gives a channel back.
    pub fn release(&mut self, seizure: u64, now: Instant) {
        if let Some(since) = self.channels.remove(&seizure) {
            self.hold.learn(now.saturating_duration_since(since));
        }
    }

    /// The first second from the next on around which fewer than `max_cps` were told to come. Those who are told another
    /// one are two seconds apart, since none comes to the millisecond.
    fn rate_wait(&mut self, now: Instant, max_cps: u32) -> u32 {
        let told = &mut self.told_to_come[0];
        let full = |seconds: &u32| {
            let until = now + SECOND * *seconds;
            let near = |at: &&Instant| **at <= until && until.duration_since(**at) < SECOND * 2;
            told.iter().filter(near).count() >= max_cps as usize
        };
        let seconds = (1..=300).find(|seconds| !full(seconds)).unwrap_or(300);
        told.push(now + SECOND * seconds);
        seconds
    }

    /// Until the channel is likely to be free that nobody else was told to wait for.
    fn channel_wait(&mut self, now: Instant) -> u32 {
        let hold = self.hold.likely();
        let told = &mut self.told_to_come[1];
        let taken = self.channels.values().nth(told.len() % self.channels.len().max(1));
        let left = taken.map(|since| (*since + hold).saturating_duration_since(now));
        // A call that has lasted for longer than they do already may well last as long again.
        let left = left.filter(|left| !left.is_zero()).unwrap_or(hold).min(LONGEST_WAIT);
        let seconds = u32::try_from(left.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        told.push(now + SECOND * seconds);
        seconds
    }
}

/// How long calls hold their channels: a smoothed mean and its deviation, as RFC 6298 has it for round trips.
#[derive(Debug, Default)]
struct Hold {
    known: Option<(Duration, Duration)>,
}

impl Hold {
    fn learn(&mut self, held: Duration) {
        self.known = Some(match self.known {
            None => (held, held / 2),
            Some((mean, deviation)) => {
                let off = held.abs_diff(mean);
                ((mean * 7 + held) / 8, (deviation * 3 + off) / 4)
            }
        });
    }

    /// Most calls are over after this time.
    fn likely(&self) -> Duration {
        self.known.map_or(USUAL_HOLD, |(mean, deviation)| mean + deviation * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPS: Limits = Limits { max_channels: 100, max_cps: 5 };
    const ONE: Limits = Limits { max_channels: 1, max_cps: 0 };

    #[test]
    fn no_second_holds_more_calls_than_the_limit() {
        let (mut meter, start) = (TrunkMeter::default(), Instant::now());
        for _ in 0..5 {
            meter.seize(start, CPS).expect("five in a second");
        }
        let refused = meter.seize(start + Duration::from_millis(999), CPS);
        assert_eq!(refused, Err(Full { limit: "max_cps", retry_after_s: 1 }));
        meter.seize(start + SECOND, CPS).expect("the next second");
    }

    #[test]
    fn all_who_are_refused_and_wait_as_they_are_told_get_through() {
        let (mut meter, start) = (TrunkMeter::default(), Instant::now());
        let mut due = Vec::new();
        for n in 0..32 {
            let now = start + Duration::from_millis(n);
            if let Err(full) = meter.seize(now, CPS) {
                due.push(now + SECOND * full.retry_after_s);
            }
        }
        assert_eq!(due.len(), 27);
        due.sort();
        for now in due {
            meter.seize(now, CPS).expect("obeyed");
        }
    }

    #[test]
    fn a_released_channel_can_be_taken_again() {
        let (mut meter, start) = (TrunkMeter::default(), Instant::now());
        let held = meter.seize(start, ONE).expect("free");
        assert_eq!(meter.seize(start, ONE).map_err(|full| full.limit), Err("max_channels"));
        meter.release(held, start);
        meter.release(held, start);
        meter.seize(start, ONE).expect("free again");
        assert_eq!(meter.seize(start, ONE).map_err(|full| full.limit), Err("max_channels"), "released once");
    }

    #[test]
    fn the_wait_for_a_channel_is_what_is_likely_left_of_the_oldest_call() {
        let (mut meter, mut now) = (TrunkMeter::default(), Instant::now());
        for _ in 0..40 {
            let held = meter.seize(now, ONE).expect("free");
            now += SECOND * 10;
            meter.release(held, now);
        }
        meter.seize(now, ONE).expect("free");
        let wait = meter.seize(now + SECOND * 4, ONE).map_err(|full| full.retry_after_s);
        assert_eq!(wait, Err(7), "calls last ten seconds, four are over, one of grace for the deviation");
    }
}

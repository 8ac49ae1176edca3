//! The figures, and what is derived from them.

use std::collections::BTreeMap;

use crate::fact::Occupation;

/// Who hangs up sooner than this has not been let down by the queue.
pub const SHORT_ABANDON_MS: i64 = 5_000;

/// What happened in a queue. Counts and sums only, so that figures of several queues or intervals add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Callers who joined. Who is put back after their agent was lost counts again.
    pub offered: u64,
    pub answered: u64,
    /// Answered within the queue's service level.
    pub answered_in_time: u64,
    /// All waits of those who were answered.
    pub answer_wait_ms: i64,
    pub abandoned: u64,
    /// Of those abandoned, who waited for less than [`SHORT_ABANDON_MS`].
    pub abandoned_short: u64,
    /// All waits of those who hung up.
    pub abandon_wait_ms: i64,
    /// Sent elsewhere, by reason.
    pub overflowed: BTreeMap<String, u64>,
    pub moved: u64,
    pub taken_over: u64,
    /// Of those who were answered or left, whatever for.
    pub longest_wait_ms: i64,
    /// Calls that were answered and whose talk is over.
    pub handled: u64,
    /// Their talk, counted when it is over.
    pub talk_ms: i64,
    /// Wrap-up after them, counted when it is over.
    pub wrap_up_ms: i64,
    pub missed: u64,
    pub declined: u64,
}

/// What an agent did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentFigures {
    pub ready_ms: i64,
    pub offered_ms: i64,
    pub busy_ms: i64,
    pub wrap_up_ms: i64,
    /// By reason.
    pub paused_ms: BTreeMap<String, i64>,
    pub offers: u64,
    pub taken: u64,
    pub missed: u64,
    pub declined: u64,
    /// Calls from queues whose talk is over.
    pub handled: u64,
    /// Their talk, counted when it is over.
    pub talk_ms: i64,
    /// Wrap-up after them, counted when it is over.
    pub wrapped_ms: i64,
    /// Calls that went on with somebody else.
    pub transferred: u64,
}

fn percent(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}

fn average(sum: i64, count: u64) -> Option<i64> {
    let count = i64::try_from(count).ok().filter(|count| *count > 0)?;
    // Rounded, so that an average of seconds is not always shown too low.
    Some((sum + count / 2) / count)
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl QueueFigures {
    /// Who counts for service level and abandonment: answered + abandoned − abandoned shortly.
    pub fn counted(&self) -> u64 {
        self.answered + self.abandoned - self.abandoned_short
    }

    /// answered in time ÷ (answered + abandoned − abandoned shortly), in percent. Whoever was sent elsewhere, moved or
    /// taken over was not served here and counts nowhere in it.
    pub fn service_level_percent(&self) -> Option<f64> {
        percent(signed(self.answered_in_time), signed(self.counted()))
    }

    /// (abandoned − abandoned shortly) ÷ (answered + abandoned − abandoned shortly), in percent.
    pub fn abandon_percent(&self) -> Option<f64> {
        percent(signed(self.abandoned - self.abandoned_short), signed(self.counted()))
    }

    /// Average speed of answer.
    pub fn asa_ms(&self) -> Option<i64> {
        average(self.answer_wait_ms, self.answered)
    }

    /// How long those who hung up had waited, on average.
    pub fn average_abandon_wait_ms(&self) -> Option<i64> {
        average(self.abandon_wait_ms, self.abandoned)
    }

    /// Average handling time: (talk + wrap-up) ÷ handled.
    pub fn aht_ms(&self) -> Option<i64> {
        average(self.talk_ms + self.wrap_up_ms, self.handled)
    }

    pub fn average_talk_ms(&self) -> Option<i64> {
        average(self.talk_ms, self.handled)
    }

    /// Sent elsewhere, for whatever reason.
    pub fn overflows(&self) -> u64 {
        self.overflowed.values().sum()
    }

    /// Adds what happened elsewhere or at another time.
    pub fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.answered_in_time += other.answered_in_time;
        self.answer_wait_ms += other.answer_wait_ms;
        self.abandoned += other.abandoned;
        self.abandoned_short += other.abandoned_short;
        self.abandon_wait_ms += other.abandon_wait_ms;
        for (reason, count) in &other.overflowed {
            *self.overflowed.entry(reason.clone()).or_default() += count;
        }
        self.moved += other.moved;
        self.taken_over += other.taken_over;
        self.longest_wait_ms = self.longest_wait_ms.max(other.longest_wait_ms);
        self.handled += other.handled;
        self.talk_ms += other.talk_ms;
        self.wrap_up_ms += other.wrap_up_ms;
        self.missed += other.missed;
        self.declined += other.declined;
    }
}

impl AgentFigures {
    /// On breaks, for whatever reason.
    pub fn all_paused_ms(&self) -> i64 {
        self.paused_ms.values().sum()
    }

    /// At anything but away.
    pub fn signed_in_ms(&self) -> i64 {
        self.ready_ms + self.offered_ms + self.busy_ms + self.wrap_up_ms + self.all_paused_ms()
    }

    /// (busy + wrap-up) ÷ (signed in − paused), in percent.
    pub fn occupancy_percent(&self) -> Option<f64> {
        percent(self.busy_ms + self.wrap_up_ms, self.signed_in_ms() - self.all_paused_ms())
    }

    pub fn average_talk_ms(&self) -> Option<i64> {
        average(self.talk_ms, self.handled)
    }

    pub fn average_wrap_up_ms(&self) -> Option<i64> {
        average(self.wrapped_ms, self.handled)
    }

    /// Adds what somebody else did, or the same at another time.
    pub fn add(&mut self, other: &Self) {
        self.ready_ms += other.ready_ms;
        self.offered_ms += other.offered_ms;
        self.busy_ms += other.busy_ms;
        self.wrap_up_ms += other.wrap_up_ms;
        for (reason, time) in &other.paused_ms {
            *self.paused_ms.entry(reason.clone()).or_default() += time;
        }
        self.offers += other.offers;
        self.taken += other.taken;
        self.missed += other.missed;
        self.declined += other.declined;
        self.handled += other.handled;
        self.talk_ms += other.talk_ms;
        self.wrapped_ms += other.wrapped_ms;
        self.transferred += other.transferred;
    }

    pub(crate) fn spend(&mut self, occupation: &Occupation, time_ms: i64) {
        match occupation {
            Occupation::Offline => {}
            Occupation::Ready => self.ready_ms += time_ms,
            Occupation::Offered => self.offered_ms += time_ms,
            Occupation::Busy => self.busy_ms += time_ms,
            Occupation::WrapUp => self.wrap_up_ms += time_ms,
            Occupation::Paused(reason) => *self.paused_ms.entry(reason.clone()).or_default() += time_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_hangs_up_at_once_does_not_count_against_the_service_level() {
        let figures = QueueFigures {
            answered: 8,
            answered_in_time: 6,
            abandoned: 3,
            abandoned_short: 1,
            ..QueueFigures::default()
        };
        assert_eq!(figures.counted(), 10);
        assert_eq!(figures.service_level_percent(), Some(60.0));
        assert_eq!(figures.abandon_percent(), Some(20.0));
    }

    #[test]
    fn where_nothing_happened_there_are_no_averages() {
        let (queue, agent) = (QueueFigures::default(), AgentFigures::default());
        assert_eq!((queue.service_level_percent(), queue.asa_ms(), queue.aht_ms()), (None, None, None));
        assert_eq!((agent.occupancy_percent(), agent.average_talk_ms()), (None, None));
    }

    #[test]
    fn averages_are_rounded_and_breaks_are_no_working_time() {
        let queue = QueueFigures { answered: 2, answer_wait_ms: 4_001, ..QueueFigures::default() };
        assert_eq!(queue.asa_ms(), Some(2_001));
        let mut agent = AgentFigures::default();
        for (occupation, time) in [
            (Occupation::Ready, 20),
            (Occupation::Offered, 5),
            (Occupation::Busy, 60),
            (Occupation::WrapUp, 15),
            (Occupation::Paused("lunch".into()), 900),
            (Occupation::Offline, 5_000),
        ] {
            agent.spend(&occupation, time);
        }
        assert_eq!(agent.signed_in_ms(), 1_000);
        assert_eq!(agent.occupancy_percent(), Some(75.0));
    }
}

//! How many answered calls nobody took in time, over thirty days and over an hour.

use std::collections::VecDeque;

const HOUR: u64 = 60;
const THIRTY_DAYS: u64 = 30 * 24 * HOUR;

/// Answers of one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Minutes since 1970.
    pub minute: u64,
    pub answers: u32,
    /// Of them, those that nobody took in time.
    pub missed: u32,
}

/// Counts over rolling windows: nothing is forgiven at midnight.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    minutes: VecDeque<Tally>,
    month: (u64, u64),
}

impl Budget {
    /// What was counted before, oldest first; minutes that are out of order are left out.
    pub fn restored(tallies: impl IntoIterator<Item = Tally>) -> Self {
        let mut budget = Self::default();
        for tally in tallies {
            if budget.minutes.back().is_none_or(|last| last.minute < tally.minute) {
                budget.month.0 += u64::from(tally.answers);
                budget.month.1 += u64::from(tally.missed);
                budget.minutes.push_back(tally);
            }
        }
        budget
    }

    pub fn count(&mut self, minute: u64, missed: bool) {
        self.forget(minute);
        // A clock that was set back goes on in the minute it had reached.
        let minute = self.minutes.back().map_or(minute, |last| last.minute.max(minute));
        if self.minutes.back().is_none_or(|last| last.minute != minute) {
            self.minutes.push_back(Tally { minute, answers: 0, missed: 0 });
        }
        let tally = self.minutes.back_mut().expect("one was put there");
        tally.answers += 1;
        tally.missed += u32::from(missed);
        self.month.0 += 1;
        self.month.1 += u64::from(missed);
    }

    /// Answers and misses of the thirty days before.
    pub fn month(&mut self, minute: u64) -> (u64, u64) {
        self.forget(minute);
        self.month
    }

    /// Answers and misses of the hour before.
    pub fn hour(&self, minute: u64) -> (u64, u64) {
        let recent = self.minutes.iter().rev().take_while(|tally| tally.minute + HOUR > minute);
        recent.fold((0, 0), |(answers, missed), tally| {
            (answers + u64::from(tally.answers), missed + u64::from(tally.missed))
        })
    }

    fn forget(&mut self, minute: u64) {
        while let Some(first) = self.minutes.front()
            && first.minute + THIRTY_DAYS <= minute
        {
            self.month.0 -= u64::from(first.answers);
            self.month.1 -= u64::from(first.missed);
            self.minutes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_and_thirty_days_roll() {
        let mut budget = Budget::default();
        for minute in 0..120 {
            budget.count(minute, minute % 10 == 0);
        }
        assert_eq!(budget.hour(119), (60, 6));
        assert_eq!(budget.month(119), (120, 12));
        assert_eq!(budget.month(THIRTY_DAYS + 59), (60, 6));
        assert_eq!(budget.month(THIRTY_DAYS + 500), (0, 0));
    }

    #[test]
    fn what_was_written_down_is_taken_up_again() {
        let tally = |minute, answers, missed| Tally { minute, answers, missed };
        let mut budget = Budget::restored([tally(5, 10, 1), tally(9, 10, 0), tally(7, 99, 99)]);
        budget.count(9, true);
        assert_eq!(budget.month(10), (21, 2));
    }

    #[test]
    fn a_clock_that_is_set_back_loses_nothing() {
        let mut budget = Budget::default();
        budget.count(100, false);
        budget.count(40, true);
        assert_eq!(budget.month(100), (2, 1));
        assert_eq!(budget.hour(100), (2, 1));
    }
}

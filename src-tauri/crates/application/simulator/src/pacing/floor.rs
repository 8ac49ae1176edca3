//! The people of a simulated day: who is free, who is busy since when, and for how much of the day.

use std::time::Duration;

/// Seconds of the day.
pub(super) type At = f64;

#[derive(Debug, Clone, Copy)]
struct Person {
    /// At a customer since.
    busy: Option<At>,
    /// Wanted away: goes as soon as free.
    away: bool,
}

pub(super) struct Floor {
    people: Vec<Person>,
    /// Person-seconds there, and at a customer, for each quarter of an hour.
    pub there: Vec<f64>,
    pub at_work: Vec<f64>,
    settled: At,
}

pub(super) const QUARTER: f64 = 900.0;

impl Floor {
    pub fn new(people: u32, quarters: usize) -> Self {
        let person = Person { busy: None, away: false };
        Self {
            people: vec![person; people as usize],
            there: vec![0.0; quarters],
            at_work: vec![0.0; quarters],
            settled: 0.0,
        }
    }

    /// Counts the time up to `at`, which lies in the same quarter or at its end.
    pub fn settle(&mut self, at: At) {
        let quarter = index(self.settled, self.there.len());
        let passed = at - self.settled;
        let busy = self.people.iter().filter(|person| person.busy.is_some()).count();
        let there = self.people.iter().filter(|person| person.busy.is_some() || !person.away).count();
        self.there[quarter] += passed * f64::from(u32::try_from(there).unwrap_or(u32::MAX));
        self.at_work[quarter] += passed * f64::from(u32::try_from(busy).unwrap_or(u32::MAX));
        self.settled = at;
    }

    pub fn set_present(&mut self, present: u32) {
        for (place, person) in self.people.iter_mut().enumerate() {
            person.away = place >= present as usize;
        }
    }

    pub fn free(&self) -> u32 {
        let free = self.people.iter().filter(|person| person.busy.is_none() && !person.away).count();
        u32::try_from(free).unwrap_or(u32::MAX)
    }

    /// One of the free goes to a customer; `None` where nobody is free.
    pub fn take(&mut self, at: At) -> Option<usize> {
        let place = self.people.iter().position(|person| person.busy.is_none() && !person.away)?;
        self.people[place].busy = Some(at);
        Some(place)
    }

    pub fn done(&mut self, place: usize) {
        self.people[place].busy = None;
    }

    /// How long each of the busy has been, whoever will come back to work.
    pub fn busy(&self, at: At) -> Vec<Duration> {
        let busy = self.people.iter().filter(|person| !person.away).filter_map(|person| person.busy);
        busy.map(|since| Duration::from_secs_f64((at - since).max(0.0))).collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time of the day")]
pub(super) fn index(at: At, quarters: usize) -> usize {
    ((at / QUARTER) as usize).min(quarters.saturating_sub(1))
}

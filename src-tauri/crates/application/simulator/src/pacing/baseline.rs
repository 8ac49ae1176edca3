//! The rules of others, as they are published.

use std::collections::VecDeque;

/// What a rule sees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub free: u32,
    pub people: u32,
    /// Lines that ring, and customers who wait.
    pub lines: u32,
    pub waiting: u32,
}

/// A rule that pacing is compared with.
#[derive(Debug, Clone)]
pub enum Baseline {
    /// So many lines for each person who is free.
    Ratio(f64),
    Vicidial(Vicidial),
}

/// VICIdial's adaptive dialing, hard limit, counting available people only: the setting in which it does best.
#[derive(Debug, Clone)]
pub struct Vicidial {
    most: f64,
    limit: f64,
    level: f64,
    samples: VecDeque<(u32, u32)>,
    answers: u32,
    drops: u32,
}

impl Baseline {
    pub fn vicidial(limit: f64, most: f64) -> Self {
        let level = 1.0;
        Self::Vicidial(Vicidial { most, limit, level, samples: VecDeque::new(), answers: 0, drops: 0 })
    }

    pub(super) fn answered(&mut self, missed: bool) {
        if let Self::Vicidial(rule) = self {
            rule.answers += 1;
            rule.drops += u32::from(missed);
        }
    }

    /// Counters begin anew at midnight.
    pub(super) fn midnight(&mut self) {
        if let Self::Vicidial(rule) = self {
            (rule.answers, rule.drops) = (0, 0);
        }
    }

    /// `tick` counts half seconds of the day.
    pub(super) fn dial(&mut self, tick: u64, seen: Seen) -> u32 {
        match self {
            Self::Ratio(lines) => wanted(f64::from(seen.free) * *lines, seen.lines),
            Self::Vicidial(rule) => rule.dial(tick, seen),
        }
    }
}

impl Vicidial {
    fn dial(&mut self, tick: u64, seen: Seen) -> u32 {
        if tick.is_multiple_of(2) {
            self.samples.push_back((seen.free, seen.waiting));
            if self.samples.len() > 15 {
                self.samples.pop_front();
            }
        }
        if tick.is_multiple_of(30) {
            self.adapt(seen);
        }
        if !tick.is_multiple_of(5) {
            return 0;
        }
        wanted((self.level * f64::from(seen.free)).ceil(), seen.lines)
    }

    /// Every 15 s the level moves by how many were ready and how many customers waited.
    fn adapt(&mut self, seen: Seen) {
        let samples = f64::from(u32::try_from(self.samples.len().max(1)).unwrap_or(15));
        let ready: u32 = self.samples.iter().map(|(free, _)| free).sum();
        let waiting: u32 = self.samples.iter().map(|(_, waiting)| waiting).sum();
        let difference = (f64::from(ready) - f64::from(waiting)) / samples;
        self.level *= 1.0 + difference / f64::from(seen.people.max(1));
        self.level = self.level.clamp(1.0, self.most);
        if self.answers >= 50 && f64::from(self.drops) > f64::from(self.answers) * self.limit {
            self.level = 1.0;
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "never below 0, and small")]
fn wanted(lines: f64, up: u32) -> u32 {
    (lines as u32).saturating_sub(up)
}

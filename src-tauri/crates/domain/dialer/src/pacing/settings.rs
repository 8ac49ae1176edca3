//! What a campaign asks of its pacing.

use std::fmt;
use std::time::Duration;

/// Who talks to those who answer, and who dials for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A person looks at each contact and dials.
    Preview,
    /// One line for each free person: nobody who answers is without one.
    Progressive,
    /// More lines than free people, as many as the abandon budget allows.
    Predictive,
    /// Assistants talk.
    Assistants,
    /// People first; an assistant answers within two seconds when none is free, and hands over when one is.
    Elastic,
}

/// Of one campaign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    pub mode: Mode,
    /// The greatest share of answered calls that nobody takes in time, over thirty days; 0.03 is the law's figure in
    /// several places.
    pub abandon_limit: f64,
    /// The greatest such share of any one hour.
    pub hour_limit: f64,
    /// A person has to take an answered call within this time.
    pub connect_within: Duration,
    /// `Elastic`: an assistant holds the customer for a person at most this long, then it finishes the call itself.
    pub bridge: Duration,
    /// `Elastic`: the share of answered calls that assistants may finish.
    pub assistant_share: f64,
    /// Lines that may be in use at once, ringing or talking.
    pub most_lines: u32,
    /// `Assistants`: conversations that may go on at once.
    pub most_assistants: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Progressive,
            abandon_limit: 0.03,
            hour_limit: 0.05,
            connect_within: Duration::from_secs(2),
            bridge: Duration::from_secs(30),
            assistant_share: 0.10,
            most_lines: 1_000,
            most_assistants: 100,
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub expected: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.field, self.expected)
    }
}

impl std::error::Error for Fault {}

impl Settings {
    pub fn check(&self) -> Result<(), Fault> {
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let rules = [
            ("abandon_limit", (0.0..=0.2).contains(&self.abandon_limit), "0 to 0.2"),
            (
                "hour_limit",
                share(self.hour_limit) && self.hour_limit >= self.abandon_limit,
                "abandon_limit to 1",
            ),
            ("connect_within", self.connect_within <= Duration::from_secs(10), "at most 10 s"),
            ("bridge", self.bridge <= Duration::from_secs(600), "at most 600 s"),
            ("assistant_share", share(self.assistant_share), "0 to 1"),
            ("most_lines", (1..=10_000).contains(&self.most_lines), "1 to 10000"),
            ("most_assistants", self.most_assistants <= 10_000, "at most 10000"),
        ];
        match rules.into_iter().find(|(_, right, _)| !right) {
            Some((field, _, expected)) => Err(Fault { field, expected }),
            None => Ok(()),
        }
    }
}

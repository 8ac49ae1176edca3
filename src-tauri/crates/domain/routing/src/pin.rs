//! A conference's PIN while a caller enters it.

use std::time::{Duration, Instant};

use crate::io::Reason;
use crate::route::ConferenceRoute;

/// Tries until a caller is turned away.
const TRIES: u32 = 3;
/// After the prompt, and after each key.
const THINK: Duration = Duration::from_secs(8);

/// What an input makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// More keys are to come; the prompt ends, where it is being said.
    Wait,
    Admitted {
        moderator: bool,
    },
    /// Ask again.
    Wrong,
    /// Tried often enough.
    TurnedAway,
}

/// The caller's state at the door.
#[derive(Debug)]
pub(crate) struct AtDoor {
    pub route: ConferenceRoute,
    entered: String,
    wrong: u32,
    pub prompting: bool,
    deadline: (Instant, Reason),
}

impl AtDoor {
    /// The prompt begins; `limit` is when it must be over.
    pub fn new(route: ConferenceRoute, limit: Instant) -> Self {
        Self { route, entered: String::new(), wrong: 0, prompting: true, deadline: (limit, Reason::Saying) }
    }

    pub fn deadline(&self) -> (Instant, Reason) {
        self.deadline
    }

    /// The prompt begins again.
    pub fn prompt(&mut self, limit: Instant) {
        (self.prompting, self.deadline) = (true, (limit, Reason::Saying));
    }

    /// The prompt is over, or was cut: now the caller may think.
    pub fn prompted(&mut self, now: Instant) {
        (self.prompting, self.deadline) = (false, (now + THINK, Reason::Choice));
    }

    pub fn digit(&mut self, now: Instant, digit: char) -> Step {
        self.prompted(now);
        match digit {
            '#' => self.settle(),
            '*' => {
                self.entered.clear();
                Step::Wait
            }
            digit => {
                self.entered.push(digit);
                let longest = [&self.route.pin, &self.route.moderator_pin].into_iter().flatten();
                let longest = longest.map(|pin| pin.expose().len()).max().unwrap_or_default();
                // With two of one length, or one, there is nothing more to wait for.
                if self.entered.len() >= longest { self.settle() } else { Step::Wait }
            }
        }
    }

    /// The caller presses no further key.
    pub fn late(&mut self) -> Step {
        self.settle()
    }

    fn settle(&mut self) -> Step {
        let entered = std::mem::take(&mut self.entered);
        let is = |pin: &Option<tandem_foundation::Pii<String>>| {
            pin.as_ref().is_some_and(|pin| *pin.expose() == entered)
        };
        if is(&self.route.moderator_pin) {
            return Step::Admitted { moderator: true };
        }
        // Where only moderators have one, the hash key alone lets everybody else in.
        if is(&self.route.pin) || (self.route.pin.is_none() && entered.is_empty()) {
            return Step::Admitted { moderator: self.route.moderator_pin.is_none() };
        }
        self.wrong += 1;
        if self.wrong >= TRIES { Step::TurnedAway } else { Step::Wrong }
    }
}

//! A menu while a caller is in it: keys as they come, words, and how often it has been said.

use std::time::{Duration, Instant};

use crate::io::Reason;
use crate::phrases;
use crate::route::{Menu, Route};

/// After a key that may be the first of several.
const NEXT_KEY: Duration = Duration::from_secs(3);
/// While the caller speaks, no choice is overdue.
const SPEAKING: Duration = Duration::from_secs(10);

/// What a menu makes of an input.
#[derive(Debug, PartialEq)]
pub(crate) enum Move {
    /// Nothing yet; where the prompt is being said, it ends (`true`) or goes on.
    Wait {
        silence: bool,
    },
    Chosen(Box<Route>),
    /// Say it again: after something that is no choice (`true`), or after nothing.
    Again {
        invalid: bool,
    },
    /// Tried often enough.
    GiveUp,
}

/// The caller's state in a menu.
#[derive(Debug)]
pub(crate) struct InMenu {
    pub menu: Menu,
    entered: String,
    invalid: u32,
    silent: u32,
    /// Something of it is being said.
    pub prompting: bool,
    deadline: Option<(Instant, Reason)>,
}

impl InMenu {
    pub fn new(menu: Menu) -> Self {
        Self { menu, entered: String::new(), invalid: 0, silent: 0, prompting: true, deadline: None }
    }

    pub fn deadline(&self) -> Option<(Instant, Reason)> {
        self.deadline
    }

    /// What a recogniser should listen for.
    pub fn phrases(&self) -> Vec<String> {
        self.menu.speech.iter().flat_map(|spoken| spoken.phrases.iter().cloned()).collect()
    }

    /// The prompt begins; `limit` is when it must be over.
    pub fn prompt(&mut self, limit: Instant) {
        self.prompting = true;
        self.entered.clear();
        self.deadline = Some((limit, Reason::Saying));
    }

    /// The prompt is over: now the caller may think.
    pub fn prompted(&mut self, now: Instant) {
        self.prompting = false;
        self.think(now);
    }

    pub fn digit(&mut self, now: Instant, digit: char) -> Move {
        self.entered.push(digit);
        if self.may_grow() || self.chosen().is_some() {
            return self.entered_so_far(now);
        }
        if digit == '#' {
            // Ends what was entered, where it is not a key of its own.
            self.entered.pop();
            if !self.entered.is_empty() {
                return self.settle();
            }
        }
        self.no_choice()
    }

    pub fn heard(&mut self, now: Instant, text: &str, last: bool) -> Move {
        match phrases::choice(&self.menu.speech, text) {
            Some(index) if last => Move::Chosen(Box::new(self.menu.speech[index].route.clone())),
            // It may become a longer phrase, but the prompt need not go on.
            Some(_) => {
                self.deadline = Some((now + SPEAKING, Reason::Choice));
                Move::Wait { silence: true }
            }
            // A word that is no choice does not cut the prompt: the choices have not been heard yet.
            None if self.prompting || text.trim().is_empty() => Move::Wait { silence: false },
            None if last => self.no_choice(),
            None => {
                self.deadline = Some((now + SPEAKING, Reason::Choice));
                Move::Wait { silence: false }
            }
        }
    }

    /// The deadline has come; not called while the prompt is said.
    pub fn late(&mut self) -> Move {
        self.deadline = None;
        if self.entered.is_empty() {
            self.silent += 1;
            return if self.silent > self.menu.retries {
                Move::GiveUp
            } else {
                Move::Again { invalid: false }
            };
        }
        self.settle()
    }

    fn entered_so_far(&mut self, now: Instant) -> Move {
        if self.may_grow() {
            self.deadline = Some((now + NEXT_KEY, Reason::NextKey));
            return Move::Wait { silence: true };
        }
        self.settle()
    }

    /// What was entered is all there is.
    fn settle(&mut self) -> Move {
        match self.chosen() {
            Some(route) => Move::Chosen(Box::new(route.clone())),
            None => self.no_choice(),
        }
    }

    fn no_choice(&mut self) -> Move {
        self.entered.clear();
        self.deadline = None;
        self.invalid += 1;
        if self.invalid > self.menu.retries { Move::GiveUp } else { Move::Again { invalid: true } }
    }

    fn chosen(&self) -> Option<&Route> {
        self.menu.keys.get(&self.entered)
    }

    /// Another key could make it a choice.
    fn may_grow(&self) -> bool {
        let entered = self.entered.as_str();
        self.menu.keys.keys().any(|key| key.len() > entered.len() && key.starts_with(entered))
    }

    fn think(&mut self, now: Instant) {
        let timeout = Duration::from_secs(self.menu.timeout_s.into());
        self.deadline = Some((now + timeout, Reason::Choice));
    }
}

//! A customer's script as a pure machine: hears that somebody speaks or not, says and presses what is next.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::customers::{Behaviour, Step};

/// Something the customer notices.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// The line is up.
    Connected,
    VoiceStarted(Instant),
    VoiceStopped(Instant),
    /// Recognised words of the other side.
    Heard(String),
    /// What the customer was saying is said.
    Said,
}

/// Something the customer does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    Say(String),
    Noise(String),
    Press(String),
    Beep(u64),
    HangUp,
}

/// Where a customer is in their script.
#[derive(Debug)]
pub(crate) struct Script {
    steps: VecDeque<Step>,
    otherwise: VecDeque<String>,
    patience: Duration,
    /// When the present step began to wait.
    since: Option<Instant>,
    /// The other side: speaking since, or silent since (after having spoken in this step).
    speaking: Option<Instant>,
    silent: Option<Instant>,
    /// The other side has spoken since the present step began.
    spoken: bool,
    /// We are speaking and wait for the end of it.
    busy: bool,
    heard: String,
    last_activity: Option<Instant>,
    over: bool,
    deeds: VecDeque<Deed>,
}

impl Script {
    pub fn new(behaviour: &Behaviour) -> Self {
        Self {
            steps: behaviour.steps.iter().cloned().collect(),
            otherwise: behaviour.otherwise.iter().cloned().collect(),
            patience: Duration::from_millis(behaviour.patience_ms),
            since: None,
            speaking: None,
            silent: None,
            spoken: false,
            busy: false,
            heard: String::new(),
            last_activity: None,
            over: false,
            deeds: VecDeque::new(),
        }
    }

    /// The script asks for recognised words at some point.
    pub fn needs_ears(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Hear(_)))
    }

    pub fn handle(&mut self, now: Instant, notice: Notice) {
        match notice {
            Notice::Connected => self.since = Some(now),
            Notice::VoiceStarted(at) => {
                self.speaking = Some(at);
                self.silent = None;
                self.spoken = true;
            }
            Notice::VoiceStopped(at) => {
                self.speaking = None;
                self.silent = Some(at);
            }
            Notice::Heard(text) => {
                self.heard.push_str(&text.to_lowercase());
                self.heard.push(' ');
            }
            Notice::Said => self.busy = false,
        }
        self.last_activity = Some(now);
        self.advance(now);
    }

    pub fn tick(&mut self, now: Instant) {
        self.advance(now);
    }

    pub fn poll_deed(&mut self) -> Option<Deed> {
        self.deeds.pop_front()
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let since = self.since?;
        if self.over || self.busy {
            return None;
        }
        let step = match self.steps.front() {
            Some(Step::Pause(ms)) => Some(since + Duration::from_millis(*ms)),
            Some(Step::Listen(ms)) if self.spoken => self.silent.map(|at| at + Duration::from_millis(*ms)),
            Some(Step::Overlap(ms)) => self.speaking.map(|at| at.max(since) + Duration::from_millis(*ms)),
            None if self.spoken => self.silent.map(|at| at + OTHERWISE_AFTER),
            _ => None,
        };
        step.into_iter().chain(self.patience_ends()).min()
    }

    fn patience_ends(&self) -> Option<Instant> {
        let quiet =
            self.speaking.is_none() && !matches!(self.steps.front(), Some(Step::Stay(_) | Step::Pause(_)));
        self.last_activity.filter(|_| quiet).map(|at| at + self.patience)
    }

    fn advance(&mut self, now: Instant) {
        while !self.over && !self.busy && self.since.is_some() {
            if !self.step(now) {
                break;
            }
            self.since = Some(now);
        }
        if !self.over && !self.busy && self.patience_ends().is_some_and(|at| at <= now) {
            self.hang_up();
        }
    }

    /// Does the present step if its time has come; `false`: not yet.
    fn step(&mut self, now: Instant) -> bool {
        let since = self.since.unwrap_or(now);
        let passed =
            |from: Instant, ms: u64| now.saturating_duration_since(from) >= Duration::from_millis(ms);
        let Some(step) = self.steps.front().cloned() else { return self.improvise(now) };
        let done = match step {
            Step::Pause(ms) => passed(since, ms),
            Step::Listen(ms) => self.spoken && self.silent.is_some_and(|at| passed(at, ms)),
            Step::Overlap(ms) => self.speaking.is_some_and(|at| passed(at.max(since), ms)),
            Step::Hear(words) => words.iter().any(|word| self.heard.contains(word.as_str())),
            Step::Say(text) => self.speak(Deed::Say(text)),
            Step::Noise(kind) => self.speak(Deed::Noise(kind)),
            Step::Beep(ms) => self.speak(Deed::Beep(ms)),
            Step::Press(digits) => {
                self.deeds.push_back(Deed::Press(digits));
                // A key is an answer: the next thing to listen for is what comes after it.
                self.spoken = false;
                true
            }
            Step::HangUp(_) => {
                self.hang_up();
                true
            }
            Step::Stay(_) => false,
        };
        if done {
            self.steps.pop_front();
        }
        done
    }

    /// After the script: a short answer to whatever is still said.
    fn improvise(&mut self, now: Instant) -> bool {
        let turn =
            self.spoken && self.silent.is_some_and(|at| now.saturating_duration_since(at) >= OTHERWISE_AFTER);
        match self.otherwise.front() {
            Some(_) if turn => {
                let line = self.otherwise.pop_front().unwrap_or_default();
                self.speak(Deed::Say(line))
            }
            None if turn => {
                self.hang_up();
                true
            }
            _ => false,
        }
    }

    fn speak(&mut self, deed: Deed) -> bool {
        self.deeds.push_back(deed);
        self.busy = true;
        self.spoken = self.speaking.is_some();
        self.silent = None;
        true
    }

    fn hang_up(&mut self) {
        self.over = true;
        self.deeds.push_back(Deed::HangUp);
    }
}

/// Silence after which a customer whose script is over answers.
const OTHERWISE_AFTER: Duration = Duration::from_millis(1_200);

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        script: Script,
        now: Instant,
    }

    impl World {
        fn new(steps: Vec<Step>, otherwise: &[&str]) -> Self {
            let behaviour = Behaviour {
                voice: "rms".into(),
                after_ms: Some(0),
                reject: None,
                patience_ms: 10_000,
                otherwise: otherwise.iter().map(|line| (*line).to_owned()).collect(),
                line: None,
                steps,
            };
            let mut world = Self { script: Script::new(&behaviour), now: Instant::now() };
            world.notice(Notice::Connected);
            world
        }

        fn notice(&mut self, notice: Notice) {
            self.script.handle(self.now, notice);
        }

        fn agent_speaks(&mut self, ms: u64) -> Vec<Deed> {
            self.notice(Notice::VoiceStarted(self.now));
            let deeds = self.pass(ms);
            self.notice(Notice::VoiceStopped(self.now));
            deeds
        }

        /// Lets time pass, doing what is due on the way.
        fn pass(&mut self, ms: u64) -> Vec<Deed> {
            let end = self.now + Duration::from_millis(ms);
            let mut deeds = Vec::new();
            loop {
                deeds.extend(std::iter::from_fn(|| self.script.poll_deed()));
                match self.script.next_deadline().filter(|at| *at <= end) {
                    Some(at) => {
                        self.now = at.max(self.now);
                        self.script.tick(self.now);
                    }
                    None => break,
                }
            }
            self.now = end;
            deeds
        }
    }

    #[test]
    fn a_listener_lets_the_other_side_finish() {
        let mut world = World::new(vec![Step::Listen(900), Step::Say("Yes.".into())], &[]);
        assert_eq!(world.agent_speaks(3_000), vec![]);
        assert_eq!(world.pass(800), vec![], "a breath is not the end");
        assert_eq!(world.agent_speaks(1_000), vec![]);
        assert_eq!(world.pass(1_000), vec![Deed::Say("Yes.".into())]);
    }

    #[test]
    fn an_interrupter_does_not_wait_for_the_end() {
        let mut world = World::new(vec![Step::Overlap(1_500), Step::Say("Wait.".into())], &[]);
        assert_eq!(world.agent_speaks(2_000), vec![Deed::Say("Wait.".into())]);
    }

    #[test]
    fn keys_are_pressed_after_the_word_was_heard() {
        let mut world = World::new(vec![Step::Hear(vec!["press".into()]), Step::Press("1".into())], &[]);
        world.notice(Notice::Heard("Welcome".into()));
        assert_eq!(world.pass(1_000), vec![]);
        world.notice(Notice::Heard("please press one".into()));
        assert_eq!(world.pass(10), vec![Deed::Press("1".into())]);
    }

    #[test]
    fn the_next_step_waits_for_the_end_of_ones_own_sentence() {
        let mut world = World::new(vec![Step::Say("Hello?".into()), Step::Beep(400)], &[]);
        assert_eq!(world.pass(5_000), vec![Deed::Say("Hello?".into())]);
        world.notice(Notice::Said);
        assert_eq!(world.pass(10), vec![Deed::Beep(400)]);
    }

    #[test]
    fn after_the_script_small_talk_and_then_the_end() {
        let mut world = World::new(vec![], &["Okay."]);
        world.agent_speaks(1_000);
        assert_eq!(world.pass(1_500), vec![Deed::Say("Okay.".into())]);
        world.notice(Notice::Said);
        world.agent_speaks(1_000);
        assert_eq!(world.pass(1_500), vec![Deed::HangUp]);
    }

    #[test]
    fn nobody_waits_for_ever_in_silence() {
        let mut world = World::new(vec![Step::Listen(900)], &[]);
        assert_eq!(world.pass(9_900), vec![]);
        assert_eq!(world.pass(200), vec![Deed::HangUp]);
    }
}

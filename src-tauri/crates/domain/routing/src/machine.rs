//! The machine: carries a route out for one caller.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::io::{Input, Output, Reason, SayId, Saying, Target};
use crate::menu::{InMenu, Move};
use crate::pin::{AtDoor, Step};
use crate::route::{ConferenceRoute, Route, VoicemailRoute};

/// Routes entered for one caller, over all answers of servers.
const MOST_STEPS: u32 = 100;
/// Servers asked for one caller.
const MOST_WEBHOOKS: u32 = 5;
/// Anything that is said is over by then.
const LONGEST_SAYING: Duration = Duration::from_secs(300);
/// Hours and servers answer by then; whoever asks gives up before.
const ANSWER: Duration = Duration::from_secs(10);
/// The tone before a message, and a breath.
const TONE: Duration = Duration::from_secs(1);
/// Silence that ends a message.
const SILENCE: Duration = Duration::from_secs(5);
const STORING: Duration = Duration::from_secs(15);

/// One caller on a route. See the crate's documentation for how to drive it.
#[derive(Debug)]
pub struct RouteMachine {
    state: State,
    outputs: VecDeque<Output>,
    /// What menus on the way would do with a caller who cannot be put through, the innermost last.
    fallbacks: Vec<Route>,
    /// The newest thing that is being said.
    saying: SayId,
    steps: u32,
    webhooks: u32,
}

#[derive(Debug)]
enum State {
    /// `then` follows when it is said.
    Saying {
        then: Then,
        limit: Instant,
    },
    Menu(Box<InMenu>),
    Door(Box<AtDoor>),
    Hours {
        open: Route,
        closed: Route,
        limit: Instant,
    },
    Webhook {
        fallback: Route,
        limit: Instant,
    },
    Recording {
        until: Instant,
        silent_at: Option<Instant>,
    },
    Storing {
        limit: Instant,
    },
    Connected {
        otherwise: Option<Route>,
        /// Follows a conference.
        then: Option<Route>,
    },
    Over,
}

#[derive(Debug)]
enum Then {
    Route(Route),
    Record(VoicemailRoute),
    HangUp,
}

impl RouteMachine {
    /// A caller who takes `route` from now on.
    pub fn new(now: Instant, route: Route) -> Self {
        let mut machine = Self {
            state: State::Over,
            outputs: VecDeque::new(),
            fallbacks: Vec::new(),
            saying: SayId(0),
            steps: 0,
            webhooks: 0,
        };
        machine.enter(now, route);
        machine
    }

    /// The caller is put through: nothing more comes out, unless the target fails.
    pub fn is_connected(&self) -> bool {
        matches!(self.state, State::Connected { .. })
    }

    /// The caller is to be hung up on.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Takes one input; what does not concern the present state is passed over.
    pub fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::Digit(digit) => self.digit(now, digit),
            Input::Heard { text, last } => {
                if let State::Menu(menu) = &mut self.state {
                    let next = menu.heard(now, &text, last);
                    self.after(now, next);
                }
            }
            Input::Voice { active } => {
                if let State::Recording { silent_at, .. } = &mut self.state {
                    *silent_at = (!active).then_some(now + SILENCE);
                }
            }
            Input::Said(id) if id == self.saying => self.said(now),
            Input::Said(_) => {}
            Input::HoursAre { open } => self.hours_are(now, open),
            Input::WebhookAnswered(route) => self.webhook_over(now, Some(*route)),
            Input::WebhookFailed => self.webhook_over(now, None),
            Input::TargetFailed => self.target_failed(now),
            Input::TargetOver => self.target_over(now),
            Input::VoicemailDone => {
                if matches!(self.state, State::Storing { .. } | State::Recording { .. }) {
                    self.hang_up();
                }
            }
        }
    }

    /// Acts on the deadline, if it has come.
    pub fn tick(&mut self, now: Instant) {
        let Some((_, reason)) = self.next_deadline().filter(|(at, _)| *at <= now) else { return };
        match (&mut self.state, reason) {
            (_, Reason::Saying) => {
                self.outputs.push_back(Output::StopSaying);
                self.said(now);
            }
            (State::Menu(menu), _) => {
                let next = menu.late();
                self.after(now, next);
            }
            (State::Door(door), _) => {
                let step = door.late();
                self.at_door(now, step);
            }
            (State::Hours { .. }, _) => self.hours_are(now, false),
            (State::Webhook { .. }, _) => self.webhook_over(now, None),
            (State::Recording { .. }, _) => self.stop_recording(now),
            (State::Storing { .. }, _) => self.hang_up(),
            (State::Saying { .. } | State::Connected { .. } | State::Over, _) => {}
        }
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`RouteMachine::tick`], and why.
    pub fn next_deadline(&self) -> Option<(Instant, Reason)> {
        match &self.state {
            State::Saying { limit, .. } => Some((*limit, Reason::Saying)),
            State::Menu(menu) => menu.deadline(),
            State::Door(door) => Some(door.deadline()),
            State::Hours { limit, .. } | State::Webhook { limit, .. } => Some((*limit, Reason::Answer)),
            State::Recording { until, silent_at } => {
                let at = silent_at.map_or(*until, |silent| silent.min(*until));
                Some((at, Reason::Message))
            }
            State::Storing { limit } => Some((*limit, Reason::Storing)),
            State::Connected { .. } | State::Over => None,
        }
    }

    fn enter(&mut self, now: Instant, route: Route) {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return self.give_up(now);
        }
        match route {
            Route::Assistant { assistant } => self.connect(Target::Assistant(assistant), None),
            Route::Person { user, otherwise } => self.connect(Target::Person(user), otherwise),
            Route::Queue { queue, otherwise } => self.connect(Target::Queue(queue), otherwise),
            Route::Number { number, otherwise } => self.connect(Target::Number(number), otherwise),
            Route::Hours { hours, open, closed } => {
                self.outputs.push_back(Output::AskHours { hours });
                self.state = State::Hours { open: *open, closed: *closed, limit: now + ANSWER };
            }
            Route::Menu(menu) => {
                self.fallbacks.extend(menu.otherwise.as_deref().cloned());
                let menu = InMenu::new(*menu);
                self.outputs.push_back(Output::Listen { phrases: menu.phrases() });
                self.state = State::Menu(Box::new(menu));
                self.say_menu(now, false);
            }
            Route::Voicemail(voicemail) => {
                let greeting = voicemail.greeting.clone().map_or(Saying::LeaveMessage, Saying::Prompt);
                self.say(greeting);
                self.state = State::Saying { then: Then::Record(voicemail), limit: now + LONGEST_SAYING };
            }
            Route::Conference(conference) if conference.has_pin() => {
                self.say(Saying::AskPin);
                self.state = State::Door(Box::new(AtDoor::new(conference, now + LONGEST_SAYING)));
            }
            Route::Conference(conference) => self.meet(conference, true),
            Route::Say { text, then } => {
                self.say(Saying::Prompt(text));
                self.state = State::Saying { then: Then::Route(*then), limit: now + LONGEST_SAYING };
            }
            Route::Hangup { say: None } => self.hang_up(),
            Route::Hangup { say: Some(text) } => {
                self.say(Saying::Prompt(text));
                self.state = State::Saying { then: Then::HangUp, limit: now + LONGEST_SAYING };
            }
            Route::Webhook { url, secret, fallback } => {
                self.webhooks += 1;
                if self.webhooks > MOST_WEBHOOKS {
                    return self.enter(now, *fallback);
                }
                self.outputs.push_back(Output::AskWebhook { url, secret });
                self.state = State::Webhook { fallback: *fallback, limit: now + ANSWER };
            }
        }
    }

    fn digit(&mut self, now: Instant, digit: char) {
        match &mut self.state {
            State::Menu(menu) => {
                let next = menu.digit(now, digit);
                self.after(now, next);
            }
            State::Door(door) => {
                let cut = door.prompting;
                let step = door.digit(now, digit);
                if cut {
                    self.outputs.push_back(Output::StopSaying);
                    self.saying.0 += 1;
                }
                self.at_door(now, step);
            }
            State::Recording { .. } if digit == '#' => self.stop_recording(now),
            // Whoever knows the greeting need not hear it.
            State::Saying { then: Then::Record(_), .. } if digit == '#' => {
                self.outputs.push_back(Output::StopSaying);
                self.said(now);
            }
            _ => {}
        }
    }

    /// Carries out what the menu made of an input.
    fn after(&mut self, now: Instant, next: Move) {
        let State::Menu(menu) = &mut self.state else { return };
        let cut = menu.prompting && next != (Move::Wait { silence: false });
        if cut {
            menu.prompting = false;
            self.outputs.push_back(Output::StopSaying);
            // What was cut reports its end later; by then it is nobody's any more.
            self.saying.0 += 1;
        }
        match next {
            Move::Wait { .. } => {}
            Move::Again { invalid } => self.say_menu(now, invalid),
            Move::Chosen(route) => {
                self.outputs.push_back(Output::StopListening);
                self.enter(now, *route);
            }
            Move::GiveUp => {
                self.outputs.push_back(Output::StopListening);
                let otherwise = menu.menu.otherwise.take();
                if otherwise.is_some() {
                    // It is taken now and no second time.
                    self.fallbacks.pop();
                }
                match otherwise {
                    Some(route) => self.enter(now, *route),
                    None => self.target_lost(now),
                }
            }
        }
    }

    fn say_menu(&mut self, now: Instant, invalid: bool) {
        let State::Menu(menu) = &mut self.state else { return };
        let prompt = menu.menu.prompt.clone();
        let first = invalid.then(|| menu.menu.invalid.clone().map_or(Saying::Invalid, Saying::Prompt));
        menu.prompt(now + LONGEST_SAYING);
        if let Some(first) = first {
            self.say(first);
        }
        self.say(Saying::Prompt(prompt));
    }

    fn say(&mut self, what: Saying) {
        self.saying.0 += 1;
        self.outputs.push_back(Output::Say { id: self.saying, what });
    }

    /// What was said last is over.
    fn said(&mut self, now: Instant) {
        // Its end is reported again where it is cut.
        self.saying.0 += 1;
        match &mut self.state {
            State::Menu(menu) if menu.prompting => menu.prompted(now),
            State::Door(door) if door.prompting => door.prompted(now),
            State::Saying { .. } => {
                let State::Saying { then, .. } = std::mem::replace(&mut self.state, State::Over) else {
                    return;
                };
                match then {
                    Then::Route(route) => self.enter(now, route),
                    Then::Record(voicemail) => self.record(now, &voicemail),
                    Then::HangUp => self.hang_up(),
                }
            }
            _ => {}
        }
    }

    fn hours_are(&mut self, now: Instant, is_open: bool) {
        if !matches!(self.state, State::Hours { .. }) {
            return;
        }
        if let State::Hours { open, closed, .. } = std::mem::replace(&mut self.state, State::Over) {
            self.enter(now, if is_open { open } else { closed });
        }
    }

    fn webhook_over(&mut self, now: Instant, answer: Option<Route>) {
        if !matches!(self.state, State::Webhook { .. }) {
            return;
        }
        if let State::Webhook { fallback, .. } = std::mem::replace(&mut self.state, State::Over) {
            self.enter(now, answer.unwrap_or(fallback));
        }
    }

    fn connect(&mut self, target: Target, otherwise: Option<Box<Route>>) {
        self.outputs.push_back(Output::Connect { target });
        self.state = State::Connected { otherwise: otherwise.map(|route| *route), then: None };
    }

    fn at_door(&mut self, now: Instant, step: Step) {
        let State::Door(door) = &mut self.state else { return };
        match step {
            Step::Wait => {}
            Step::Wrong => {
                door.prompt(now + LONGEST_SAYING);
                self.say(Saying::WrongPin);
                self.say(Saying::AskPin);
            }
            Step::Admitted { moderator } => {
                let conference = door.route.clone();
                self.meet(conference, moderator);
            }
            Step::TurnedAway => match door.route.otherwise.take() {
                Some(route) => self.enter(now, *route),
                None => self.target_lost(now),
            },
        }
    }

    fn meet(&mut self, conference: ConferenceRoute, moderator: bool) {
        let ConferenceRoute { name, ends_with_moderator, record, then, otherwise, .. } = conference;
        let ends = moderator && ends_with_moderator;
        self.connect(Target::Conference { name, starts: moderator, ends, record }, otherwise);
        if let State::Connected { then: after, .. } = &mut self.state {
            *after = then.map(|route| *route);
        }
    }

    /// The conference is over for the caller.
    fn target_over(&mut self, now: Instant) {
        if let State::Connected { then, .. } = &mut self.state {
            match then.take() {
                Some(route) => self.enter(now, route),
                None => self.hang_up(),
            }
        }
    }

    fn target_failed(&mut self, now: Instant) {
        let State::Connected { otherwise, .. } = &mut self.state else { return };
        match otherwise.take() {
            Some(route) => self.enter(now, route),
            None => self.target_lost(now),
        }
    }

    /// Nothing is left of this branch: what the menu around it would do, or the end.
    fn target_lost(&mut self, now: Instant) {
        match self.fallbacks.pop() {
            Some(route) => self.enter(now, route),
            None => self.give_up(now),
        }
    }

    fn give_up(&mut self, now: Instant) {
        self.say(Saying::Unavailable);
        self.state = State::Saying { then: Then::HangUp, limit: now + LONGEST_SAYING };
    }

    fn record(&mut self, now: Instant, voicemail: &VoicemailRoute) {
        let (mailbox, max_s) = (voicemail.mailbox(), voicemail.max_s);
        self.outputs.push_back(Output::RecordVoicemail { mailbox, max_s });
        let begins = now + TONE;
        let until = begins + Duration::from_secs(max_s.into());
        self.state = State::Recording { until, silent_at: Some(begins + SILENCE) };
    }

    fn stop_recording(&mut self, now: Instant) {
        self.outputs.push_back(Output::StopVoicemail);
        self.state = State::Storing { limit: now + STORING };
    }

    fn hang_up(&mut self) {
        self.outputs.push_back(Output::HangUp);
        self.state = State::Over;
    }
}

#[cfg(test)]
mod conference_tests;
#[cfg(test)]
mod tests;

//! The machine: phases of a call, people coming and going, the matrix kept in step.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tandem_foundation::LegId;

use crate::dialling::Dialling;
use crate::hearing;
use crate::io::{EndedBy, Floor, Input, Mode, Output, PersonRef, Refusal, Timer};
use crate::people::{People, Person};
use crate::transfer::{Heard, Transfer, TransferReport, Unreached};

/// Ring a person's phone for this long before the call goes on without them.
const FETCH_PATIENCE: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Setup,
    InProgress,
    Over,
}

/// One call. See the crate's documentation for how to drive it.
#[derive(Debug)]
pub struct CallMachine {
    pub(crate) customer: LegId,
    pub(crate) assistant: Option<LegId>,
    phase: Phase,
    pub(crate) people: People,
    pub(crate) floor: Floor,
    pub(crate) version: u64,
    /// Whom the assistant sent for.
    pub(crate) transfer: Option<PersonRef>,
    /// A person's transfer.
    pub(crate) handover: Option<Transfer>,
    /// Nobody is left to speak to the customer.
    pub(crate) alone: bool,
    /// What the customer hears in place of people, and a person of ours.
    sounds: (Option<Heard>, Option<(PersonRef, Heard)>),
    /// Somebody of ours calls the customer.
    pub(crate) dialling: Option<Dialling>,
    /// A person put the customer on hold.
    pub(crate) on_hold: bool,
    /// Whom a route put the customer through to, until they are there.
    pub(crate) routed: Option<PersonRef>,
    /// As it was told last.
    told: Option<TransferReport>,
    hearing: Vec<(LegId, LegId)>,
    pub(crate) outputs: VecDeque<Output>,
}

impl CallMachine {
    /// A call whose customer is (or will be) on `customer`; `assistant` is the leg the assistant speaks on.
    pub fn new(customer: LegId, assistant: Option<LegId>) -> Self {
        Self {
            customer,
            assistant,
            phase: Phase::Setup,
            people: People::default(),
            floor: Floor::Nobody,
            version: 0,
            transfer: None,
            handover: None,
            alone: false,
            sounds: (None, None),
            dialling: None,
            on_hold: false,
            routed: None,
            told: None,
            hearing: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Who holds the floor, and which version of it this is.
    pub fn floor(&self) -> (&Floor, u64) {
        (&self.floor, self.version)
    }

    /// Everyone of ours, with their leg where it is up.
    pub fn people(&self) -> impl Iterator<Item = (&PersonRef, &str, Mode, Option<LegId>)> {
        self.people.iter().map(|p| (&p.who, p.name.as_str(), p.mode, p.leg))
    }

    /// The customer is on hold while our side talks: neither hears the other.
    pub fn customer_is_held(&self) -> bool {
        self.on_hold || self.handover.as_ref().is_some_and(Transfer::is_private)
    }

    /// The call is over.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Takes one input.
    ///
    /// # Errors
    /// When the input is refused; then nothing has changed and nothing comes out.
    pub fn handle(&mut self, now: Instant, input: Input) -> Result<(), Refusal> {
        if self.phase == Phase::Over {
            return Err(Refusal::NotInProgress);
        }
        match input {
            Input::Dial { who, name, leg } => self.dial(now, who, name, leg)?,
            Input::Ringing => self.customer_rings(false),
            Input::EarlyMedia => self.customer_rings(true),
            Input::Hold { by } => self.hold(&by)?,
            Input::Resume { by } => self.resume(&by)?,
            Input::Answered => self.answered(),
            Input::Failed { code } => self.end(EndedBy::Unreached(code), false),
            Input::CustomerGone => self.end(EndedBy::Customer, false),
            Input::CustomerSilent => self.end(EndedBy::MediaTimeout, true),
            Input::AssistantEnds => self.end(EndedBy::Assistant, true),
            Input::End { by } => self.end(by, true),
            Input::Supervise { who, name, mode } => self.supervise(now, who, name, mode)?,
            Input::Leave { who } => self.leave(&who),
            Input::TakeOver { who, name, version } => self.take_over(now, who, name, version)?,
            Input::HandBack { who, version, note } => self.hand_back(&who, version, note)?,
            Input::Transfer { who, name } => self.begin_transfer(now, who, name)?,
            Input::Connect { who, name } => self.route_to(now, who, name)?,
            Input::AssistantJoins { leg } => self.assistant_joins(leg)?,
            Input::PersonUp { who, leg } => self.person_up(&who, leg),
            Input::Offer { who, name } => self.offer(who, name)?,
            Input::Granted { who } => self.granted(&who),
            Input::Withdraw { who } => self.withdraw(&who),
            Input::PersonFailed { who } => self.person_lost(&who, Unreached::Lost, true),
            Input::PersonGone { who } => self.person_lost(&who, Unreached::Lost, false),
            Input::TransferBy { by, to, name, kind } => self.transfer_by(now, by, to, name, kind)?,
            Input::CompleteTransfer { by } => self.complete_transfer(&by)?,
            Input::AbandonTransfer { by } => self.abandon_transfer_by(&by)?,
            Input::Swap { by } => self.swap(&by)?,
            Input::ThreeWay { by } => self.three_way(&by)?,
            Input::PersonRinging { who } => self.target_rings(&who),
            Input::PersonUnreached { who, why } => self.person_lost(&who, why, false),
        }
        self.refresh_hearing();
        Ok(())
    }

    /// Acts on every deadline that has come.
    pub fn tick(&mut self, now: Instant) {
        let late: Vec<_> = self
            .people
            .iter()
            .filter(|p| p.deadline.is_some_and(|at| at <= now))
            .map(|p| p.who.clone())
            .collect();
        for who in late {
            self.outputs.push_back(Output::Release { who: who.clone(), leg: None });
            self.person_lost(&who, Unreached::NoAnswer, false);
        }
        self.refresh_hearing();
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`CallMachine::tick`], and why.
    pub fn next_deadline(&self) -> Option<(Instant, Timer)> {
        self.people
            .iter()
            .filter_map(|p| p.deadline.map(|at| (at, Timer::Fetching(p.who.clone()))))
            .min_by_key(|(at, _)| *at)
    }

    pub(crate) fn is_setting_up(&self) -> bool {
        self.phase == Phase::Setup
    }

    pub(crate) fn require_progress(&self) -> Result<(), Refusal> {
        if self.phase == Phase::InProgress { Ok(()) } else { Err(Refusal::NotInProgress) }
    }

    /// Brings a person in, or changes the mode of one who is there already.
    pub(crate) fn bring_in(&mut self, now: Instant, who: PersonRef, name: String, mode: Mode) {
        self.outputs.push_back(Output::Supervision {
            who: who.clone(),
            name: name.clone(),
            mode: Some(mode),
        });
        if let Some(person) = self.people.get_mut(&who) {
            person.mode = mode;
            return;
        }
        self.outputs.push_back(Output::Fetch { who: who.clone() });
        self.people.add(Person {
            who,
            name,
            mode,
            leg: None,
            deadline: Some(now + FETCH_PATIENCE),
            granted: false,
        });
    }

    pub(crate) fn announce_left(&mut self, person: Person) {
        self.outputs.push_back(Output::Supervision { who: person.who, name: person.name, mode: None });
    }

    fn answered(&mut self) {
        if self.phase != Phase::Setup {
            return;
        }
        self.phase = Phase::InProgress;
        self.dialling = None;
        if self.assistant.is_some() {
            self.set_floor(Floor::Assistant, None, "answered");
            self.outputs.push_back(Output::AssistantStarts);
        }
    }

    fn supervise(&mut self, now: Instant, who: PersonRef, name: String, mode: Mode) -> Result<(), Refusal> {
        self.require_progress()?;
        if matches!(&self.floor, Floor::Person { who: holder, .. } if *holder == who) {
            // The holder steps down by handing back; a mode change would leave the customer with nobody.
            return Err(Refusal::FloorTaken { floor: self.floor.clone(), version: self.version });
        }
        if self.is_target(&who) {
            return Err(Refusal::TransferUnderWay);
        }
        self.bring_in(now, who, name, mode);
        Ok(())
    }

    fn leave(&mut self, who: &PersonRef) {
        let Some(person) = self.people.remove(who) else { return };
        self.outputs.push_back(Output::Release { who: who.clone(), leg: person.leg });
        self.after_departure(person, Unreached::Declined, false);
    }

    fn person_up(&mut self, who: &PersonRef, leg: LegId) {
        let Some(person) = self.people.get_mut(who) else {
            // They left while their phone was being answered.
            self.outputs.push_back(Output::Release { who: who.clone(), leg: Some(leg) });
            return;
        };
        let before = person.leg.replace(leg);
        person.deadline = None;
        if person.mode == Mode::Offered {
            self.outputs.push_back(Output::OfferAnswered { who: who.clone() });
        }
        if self.routed.as_ref() == Some(who) {
            self.routed = None;
        }
        if self.transfer.as_ref() == Some(who) {
            self.finish_transfer(who);
        }
        self.dialler_up(who, before);
        self.target_up(who);
    }

    /// `lost`: they did not mean to go.
    fn person_lost(&mut self, who: &PersonRef, why: Unreached, lost: bool) {
        if let Some(person) = self.people.remove(who) {
            self.after_departure(person, why, lost);
        }
    }

    pub(crate) fn end(&mut self, by: EndedBy, clear_customer: bool) {
        self.phase = Phase::Over;
        self.change_hold(false, None);
        self.end_transfer();
        if clear_customer {
            self.outputs.push_back(Output::ClearCustomer);
        }
        for person in self.people.drain() {
            self.outputs.push_back(Output::Release { who: person.who.clone(), leg: person.leg });
            if person.mode != Mode::Offered {
                self.announce_left(person);
            }
        }
        self.hearing.clear();
        self.outputs.push_back(Output::Over { by });
    }

    fn refresh_hearing(&mut self) {
        if self.phase == Phase::Over || (self.phase == Phase::Setup && self.dialling.is_none()) {
            return;
        }
        let now = if self.phase == Phase::Setup { self.dialling_matrix() } else { self.matrix() };
        if now != self.hearing {
            self.hearing = now.clone();
            self.outputs.push_back(Output::Hearing(now));
        }
        self.refresh_sounds();
        self.tell_transfer();
    }

    fn matrix(&self) -> Vec<(LegId, LegId)> {
        // While a person's transfer rings, the customer hears that and not the assistant.
        let heard = match self.floor {
            Floor::Assistant => true,
            Floor::Bridging => self.handover.is_none(),
            Floor::Nobody | Floor::Person { .. } => false,
        };
        let held = self.customer_is_held();
        hearing::matrix(self.customer, self.assistant, heard, held, self.people.iter())
    }

    fn tell_transfer(&mut self) {
        let report = self.transfer_step();
        if report != self.told {
            self.outputs.extend(report.clone().map(Output::TransferChanged));
            self.told = report;
        }
    }

    fn refresh_sounds(&mut self) {
        let person = self.transfer_sound().or_else(|| self.dialling_sound());
        let customer = self.customer_sound();
        let (before, person_before) = std::mem::replace(&mut self.sounds, (customer, person.clone()));
        if customer != before {
            self.outputs.push_back(Output::CustomerHears(customer));
        }
        if person == person_before {
            return;
        }
        if let Some((who, _)) = person_before.filter(|(who, _)| self.people.get(who).is_some()) {
            self.outputs.push_back(Output::PersonHears { who, sound: None });
        }
        if let Some((who, sound)) = person {
            self.outputs.push_back(Output::PersonHears { who, sound: Some(sound) });
        }
    }
}

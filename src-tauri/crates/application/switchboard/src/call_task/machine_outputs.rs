//! Carrying out what the call machine puts out.

use std::time::Instant;

use tandem_call::{Floor, Mode, Output, PersonRef};
use tandem_conversation::io::Input as TalkInput;

use super::people::Summons;
use super::{CallTask, history, transfers};
use crate::ports::signalling::SignallingCommand;
use crate::ports::store::Commit;
use crate::queueing::Order;
use crate::records::{EventBody, SupervisionMode};

impl CallTask {
    pub(super) fn machine_output(&mut self, output: Output) {
        match output {
            Output::OfferAnswered { who } => self.offer_answered(&who),
            Output::OfferFailed { who } => self.offer_failed(&who),
            Output::CustomerAlone { lost } => self.customer_alone(lost),
            Output::CallCustomer => self.call_customer(),
            Output::HoldChanged { held, by } => self.hold_changed(held, by),
            Output::Fetch { who } => self.fetch(who, Summons::Answer),
            Output::Ring { who } if self.is_offered(&who) => self.ring(who),
            Output::Ring { who } => self.fetch(who, Summons::Ring),
            Output::Release { who, leg } => self.release(&who, leg),
            Output::Hearing(pairs) => self.set_hearing(pairs),
            Output::AssistantStarts => self.tell(TalkInput::Started),
            Output::AssistantSilent { for_whom } => self.silence_assistant(for_whom),
            Output::AssistantGoesOn { after, note } => {
                self.tell(TalkInput::HandedBack { person: after, note })
            }
            Output::AssistantRescues { lost } => self.tell(TalkInput::PersonLost { person: lost }),
            Output::Unreachable => self.route_unreachable(),
            Output::TransferFailed => self.tell(TalkInput::TransferFailed),
            Output::FloorChanged { floor, version, by, reason } => {
                self.floor_changed(&floor, version, by, reason)
            }
            Output::Supervision { who, name, mode } => self.supervision(&who, name, mode),
            output @ (Output::TransferRinging { .. }
            | Output::TransferChanged(_)
            | Output::TransferEnded { .. }
            | Output::CustomerHears(_)
            | Output::PersonHears { .. }) => self.transfer_output(output),
            Output::ClearCustomer => {
                self.context
                    .ports
                    .signalling
                    .send(SignallingCommand::Hangup { leg: self.customer, cause: None });
            }
            Output::Over { by } => {
                // The conversation settles its last sentence first; the call is closed when both are silent.
                self.tell(TalkInput::Ended);
                self.ended_by = Some(by);
            }
        }
    }

    fn silence_assistant(&mut self, person: String) {
        self.tell(TalkInput::TakenOver { person });
        // The conversation's own outputs do the work; when nothing was playing there will be no report of it.
        if self.talk.as_ref().is_none_or(|talk| talk.playing.is_none()) {
            self.silenced(Instant::now());
        }
    }

    fn floor_changed(&mut self, floor: &Floor, version: u64, by: Option<PersonRef>, reason: &'static str) {
        self.leave_route(floor);
        self.call.floor = history::floor_holder(floor);
        self.call.floor_version = i64::try_from(version).unwrap_or(i64::MAX);
        self.transferred |= matches!(floor, Floor::Person { .. });
        if matches!(floor, Floor::Person { .. }) {
            self.leave_queue("taken_over");
        }
        let by = by.and_then(user_of);
        let changed = EventBody::FloorChanged {
            floor: self.call.floor.clone(),
            version: self.call.floor_version,
            by,
            reason: reason.into(),
            at_ms: self.offset_ms(Instant::now()),
        };
        let events =
            vec![self.event(changed), self.event(EventBody::CallUpdated(Box::new(self.call.clone())))];
        self.journal.commit(Commit { call: Some(self.call.clone()), events, ..Commit::default() });
    }

    fn supervision(&mut self, who: &PersonRef, name: String, mode: Option<Mode>) {
        let Some(user) = user_of(who.clone()) else { return };
        let mode = mode.map_or(SupervisionMode::Left, transfers::shown);
        let call = self.call.id.clone();
        let order = if mode == SupervisionMode::Floor {
            Order::Engaged { user: user.clone(), call }
        } else {
            Order::Released { user: user.clone(), call }
        };
        self.context.distributor.tell(&self.call.org, order);
        self.supervisors.retain(|(other, ..)| *other != user);
        if mode != SupervisionMode::Left {
            self.supervisors.push((user.clone(), name.clone(), mode));
        }
        self.commit_event(EventBody::SupervisionChanged { by: user, name, mode });
    }
}

pub(super) fn user_of(who: PersonRef) -> Option<tandem_foundation::UserId> {
    match who {
        PersonRef::User(user) => Some(user),
        PersonRef::Number(_) => None,
    }
}

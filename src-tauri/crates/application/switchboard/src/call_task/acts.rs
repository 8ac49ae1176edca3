//! What people do to a call: listen, whisper, barge, take over, hand back, say, end.

use std::time::Instant;

use tandem_call::{EndedBy, Floor, Input, Mode, PersonRef, Refusal};
use tandem_conversation::io::Input as TalkInput;
use tandem_foundation::UserId;

use super::ending::CANCELLED;
use super::{CallTask, Takeover};
use crate::exchange::{Act, Actor, ExchangeError};
use crate::records::{SupervisionMode, UserRole};

impl CallTask {
    pub(super) fn act(&mut self, at: Instant, actor: &Actor, act: Act) -> Result<(), ExchangeError> {
        self.permit(actor, &act)?;
        match act {
            Act::AnswerOffer if self.rings_for(actor) => self.colleague_answers(&person(actor)?),
            Act::DeclineOffer if self.rings_for(actor) => self.colleague_declines(),
            Act::AnswerOffer => self.answer_offer(&person(actor)?),
            Act::DeclineOffer => self.decline_offer(&person(actor)?),
            Act::Supervise(mode) => self.supervise(actor, mode),
            Act::TakeOver { floor_version } => self.take_over(at, actor, floor_version),
            Act::HandBack { floor_version, note } => {
                let who = PersonRef::User(person(actor)?);
                let note = note.map(tandem_foundation::Pii::into_inner);
                let version = u64::try_from(floor_version).unwrap_or_default();
                self.asked(Input::HandBack { who, version, note })
            }
            Act::WhisperText { text } => {
                self.require_talk()?;
                self.tell(TalkInput::Whispered { person: actor.name.clone(), text: text.into_inner() });
                Ok(())
            }
            Act::Say { text } => {
                self.require_talk()?;
                if !matches!(self.machine.floor().0, Floor::Assistant) {
                    return Err(self.floor_taken());
                }
                self.tell(TalkInput::ForceSay { person: actor.name.clone(), text: text.into_inner() });
                Ok(())
            }
            Act::Hold => self.asked(Input::Hold { by: PersonRef::User(person(actor)?) }),
            Act::Resume => self.asked(Input::Resume { by: PersonRef::User(person(actor)?) }),
            Act::SendKeys { digits } => self.send_keys(actor, &digits),
            Act::PauseRecording => self.pause_recording(actor),
            Act::ResumeRecording => self.resume_recording(actor),
            Act::StartRecording => self.record_on_demand(actor),
            Act::AcknowledgeAlert { alert } => self.acknowledge_alert(actor, &alert),
            Act::Transfer { .. }
            | Act::CompleteTransfer
            | Act::AbandonTransfer
            | Act::SwapTransfer
            | Act::ThreeWay => self.transfer_act(actor, act),
            Act::JoinConference(request) => {
                // Answered when the conference has; here it came too late.
                self.may_join(&request)
            }
            Act::LeaveConference => self.leave_conference_act(),
            Act::End => self.asked(Input::End { by: EndedBy::Person(actor.name.clone()) }),
            Act::Cancel => {
                self.end_reason = Some(CANCELLED.to_owned());
                self.asked(Input::End { by: EndedBy::Person(actor.name.clone()) })
            }
        }
    }

    /// Supervisors may do everything; an agent what concerns an offer to them, and to end or hand on what they hold.
    pub(super) fn permit(&self, actor: &Actor, act: &Act) -> Result<(), ExchangeError> {
        if actor.role >= UserRole::Supervisor {
            return Ok(());
        }
        let user = person(actor)?;
        let holds = matches!(
            self.machine.floor().0,
            Floor::Person { who: PersonRef::User(holder), .. } if *holder == user
        );
        let may = match act {
            Act::AnswerOffer | Act::DeclineOffer => true,
            Act::End if self.dialling.is_with(&user) => true,
            // Who gives the customer away still has a say while nobody has them.
            act => act.is_holders() && (holds || self.transfers.is_by(&user)),
        };
        if may { Ok(()) } else { Err(ExchangeError::Forbidden) }
    }

    fn supervise(&mut self, actor: &Actor, mode: SupervisionMode) -> Result<(), ExchangeError> {
        let user = person(actor)?;
        let who = PersonRef::User(user.clone());
        let mode = match mode {
            SupervisionMode::Left => return self.asked(Input::Leave { who }),
            SupervisionMode::Listen => Mode::Listen,
            SupervisionMode::Whisper => Mode::Whisper,
            SupervisionMode::Barge => Mode::Barge,
            SupervisionMode::Floor => {
                return Err(ExchangeError::Invalid {
                    field: "mode",
                    expected: "listen, whisper, barge or left (the floor is had by taking over)".into(),
                });
            }
        };
        self.require_phone(&user)?;
        self.asked(Input::Supervise { who, name: actor.name.clone(), mode })
    }

    fn take_over(&mut self, at: Instant, actor: &Actor, floor_version: i64) -> Result<(), ExchangeError> {
        let user = person(actor)?;
        self.require_phone(&user)?;
        let version = u64::try_from(floor_version).unwrap_or_default();
        self.takeover = Some(Takeover { asked: at, by: user.clone(), silenced: false, audible: false });
        self.asked(Input::TakeOver { who: PersonRef::User(user), name: actor.name.clone(), version })
    }

    fn require_phone(&self, user: &UserId) -> Result<(), ExchangeError> {
        let there = self
            .machine
            .people()
            .any(|(who, _, _, leg)| leg.is_some() && matches!(who, PersonRef::User(other) if other == user));
        if there || self.context.phones.reachable(user) { Ok(()) } else { Err(ExchangeError::NoPhone) }
    }

    fn require_talk(&self) -> Result<(), ExchangeError> {
        if self.answered.is_none() || self.machine.is_over() {
            return Err(ExchangeError::WrongState { status: "not in progress" });
        }
        if self.talk.is_some() {
            Ok(())
        } else {
            Err(ExchangeError::NotFound { what: "assistant in this call" })
        }
    }

    pub(super) fn asked(&mut self, input: Input) -> Result<(), ExchangeError> {
        self.machine.handle(Instant::now(), input).map_err(|refusal| self.refused(refusal))
    }

    pub(super) fn refused(&self, refusal: Refusal) -> ExchangeError {
        match refusal {
            Refusal::FloorTaken { .. } | Refusal::NotHolder => self.floor_taken(),
            Refusal::NotInProgress => ExchangeError::WrongState { status: "not in progress" },
            Refusal::AlreadyThere => ExchangeError::WrongState { status: "with this person in it already" },
            Refusal::NoAssistant => ExchangeError::NotFound { what: "assistant in this call" },
            Refusal::TransferUnderWay => ExchangeError::WrongState { status: "being transferred" },
            Refusal::NoTransfer => ExchangeError::WrongState { status: "not being transferred" },
        }
    }

    pub(super) fn floor_taken(&self) -> ExchangeError {
        let (floor, version) = self.machine.floor();
        let holder = match floor {
            Floor::Person { name, .. } => name.clone(),
            Floor::Assistant => "the assistant".into(),
            Floor::Bridging => "the assistant, which is fetching somebody".into(),
            Floor::Nobody => "nobody".into(),
        };
        ExchangeError::FloorTaken {
            holder,
            floor: super::history::floor_holder(floor),
            version: i64::try_from(version).unwrap_or(i64::MAX),
        }
    }
}

/// The person behind an actor; keys have no ears.
fn person(actor: &Actor) -> Result<UserId, ExchangeError> {
    actor.user.clone().ok_or(ExchangeError::Forbidden)
}

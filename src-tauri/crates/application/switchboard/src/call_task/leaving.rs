//! A person leaves the customer to a queue or to an assistant: they keep the customer until either has agreed.

use std::time::Duration;

use tandem_call::{Floor, Input, PersonRef};
use tandem_conversation::io::Input as TalkInput;
use tandem_foundation::{AssistantId, Pii, QueueId, UserId};

use super::queueing::InQueue;
use super::{CallTask, Wanted};
use crate::exchange::{ExchangeError, TransferTo};
use crate::records::{Assistant, EventBody, Speaker, Transfer, TransferState};

/// Of what was said, an assistant is told so many of the last lines.
const LINES: usize = 40;

/// A person waits for a queue to let the customer in.
#[derive(Debug)]
pub(super) struct Leaving {
    by: UserId,
    name: String,
    /// The queue they came through.
    former: Option<InQueue>,
}

impl CallTask {
    /// Begins it where the target is one of both; `None`: it is a person or a number.
    pub(super) fn leave_to(&mut self, by: &PersonRef, to: &TransferTo) -> Option<Result<(), ExchangeError>> {
        let PersonRef::User(user) = by else { return None };
        let user = user.clone();
        match to {
            TransferTo::User(_) | TransferTo::Number(_) => None,
            TransferTo::Queue { queue, keep_wait } => {
                Some(self.may_leave(by).and_then(|()| self.leave_to_queue(user, queue.clone(), *keep_wait)))
            }
            TransferTo::Assistant { assistant, note } => {
                let (assistant, note) = (assistant.clone(), note.clone());
                Some(self.may_leave(by).map(|()| self.leave_to_assistant(user, assistant, note)))
            }
        }
    }

    fn may_leave(&self, by: &PersonRef) -> Result<(), ExchangeError> {
        if self.leaving.is_some() {
            return Err(ExchangeError::WrongState { status: "being transferred" });
        }
        self.machine.may_leave(by).map_err(|refusal| self.refused(refusal))
    }

    fn leave_to_queue(&mut self, by: UserId, queue: QueueId, keep_wait: bool) -> Result<(), ExchangeError> {
        let name = self.context.plan.read().queue(&self.call.org, &queue).map(|queue| queue.name.clone());
        let Some(name) = name else {
            let expected = "the id of one of your queues".to_owned();
            return Err(ExchangeError::Invalid { field: "to.queue", expected });
        };
        let waited = match (keep_wait, &self.queue, self.answered) {
            (false, ..) => Duration::ZERO,
            (true, Some(queue), _) => queue.joined.elapsed(),
            (true, None, answered) => answered.map_or(Duration::ZERO, |answered| answered.elapsed()),
        };
        self.leaving = Some(Leaving { by, name, former: self.queue.take() });
        self.join_queue(queue, waited, false);
        Ok(())
    }

    /// The queue has let the customer in: whoever left them to it is free.
    pub(super) fn let_in(&mut self) {
        let Some(leaving) = self.leaving.take() else { return };
        let by = PersonRef::User(leaving.by.clone());
        if self.machine.may_leave(&by).is_err() {
            // Somebody else decided about the floor meanwhile; then nobody waits.
            self.leave_queue("taken_over");
            return;
        }
        // What they did of it is told before they are out of the call.
        self.left(leaving.by, leaving.name, TransferState::Completed);
        self.input(Input::LeaveToQueue { by });
        self.hold_music(true);
        self.call_bridge();
    }

    /// The queue takes nobody: all is as it was. `false`: nobody is waiting for its answer.
    pub(super) fn kept_out(&mut self) -> bool {
        let Some(leaving) = self.leaving.take() else { return false };
        self.queue = leaving.former;
        self.left(leaving.by, leaving.name, TransferState::Declined);
        true
    }

    fn leave_to_assistant(&mut self, by: UserId, assistant: AssistantId, note: Option<Pii<String>>) {
        self.read_assistant(assistant, Wanted::Left { by, note });
    }

    /// The assistant to whom a person leaves the customer, or nobody where it is not to be had: then all is as it was.
    pub(super) fn assistant_of_person(
        &mut self,
        row: Option<Assistant>,
        by: UserId,
        note: Option<Pii<String>>,
    ) {
        let who = PersonRef::User(by.clone());
        if self.machine.may_leave(&who).is_err() {
            return;
        }
        let name = row.as_ref().map(|row| row.name.clone()).unwrap_or_default();
        let giver = match self.machine.floor().0 {
            Floor::Person { name, .. } => name.clone(),
            _ => String::new(),
        };
        let leg = self.context.ports.leg_ids.next();
        let talk = row.clone().map(|assistant| self.open_talk(assistant, leg));
        let Some((assistant, Ok(talk))) = row.zip(talk) else {
            return self.left(by, name, TransferState::Lost);
        };
        self.left(by, name, TransferState::Completed);
        if let Some(former) = self.speaker.replace(leg) {
            self.context.ports.media.close_leg(&self.call.id, former);
        }
        self.context.ports.media.open_speaker(&self.call.id, leg);
        if !assistant.settings.record {
            self.context.ports.media.stop_recording(&self.call.id);
        }
        self.call.assistant = Some(assistant.id.clone());
        self.assistant = Some(assistant);
        // Its conversation numbers what is said from the beginning.
        self.items_before = self.items.iter().map(|item| item.position).max().unwrap_or_default();
        self.item_ids.clear();
        self.talk = Some(talk);
        self.start_hearing_customer();
        self.commit_call(EventBody::CallUpdated);
        let told = self.what_was_said(note.as_ref());
        if !told.is_empty() {
            self.tell(TalkInput::Whispered { person: giver, text: told });
        }
        self.input(Input::LeaveToAssistant { by: who, leg });
    }

    fn what_was_said(&self, note: Option<&Pii<String>>) -> String {
        let said = self.items.iter().filter(|item| item.speaker != Speaker::System);
        let lines: Vec<_> = said
            .map(|item| {
                let who = match (item.speaker, &item.speaker_name) {
                    (Speaker::Customer, _) => "Customer",
                    (_, Some(name)) => name.as_str(),
                    (_, None) => "We",
                };
                format!("{who}: {}", item.text.as_str())
            })
            .collect();
        let note = note.map(|note| note.as_str().to_owned());
        let last = lines.len().saturating_sub(LINES);
        let said = (!lines.is_empty()).then(|| format!("Said so far:\n{}", lines[last..].join("\n")));
        note.into_iter().chain(said).collect::<Vec<_>>().join("\n")
    }

    fn left(&self, by: UserId, name: String, state: TransferState) {
        let transfer = Transfer { by: Some(by), to: None, name, state, held: false };
        self.transfer_is(transfer);
    }
}

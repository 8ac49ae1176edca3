//! What people do to a conference: mute, send out, lock, record, end.

use tandem_conference::{Input, Refusal};
use tokio::sync::oneshot;

use super::room::Room;
use crate::exchange::{Actor, ConferenceAct, ConferenceView, ExchangeError};

const NO_MEMBER: ExchangeError = ExchangeError::NotFound { what: "call in this conference" };

impl Room {
    /// Answers once what it did is on disk.
    pub(super) fn act(
        &mut self,
        actor: &Actor,
        act: ConferenceAct,
        reply: oneshot::Sender<Result<ConferenceView, ExchangeError>>,
    ) {
        self.by = actor.user.clone();
        let done = self.carry_out(act);
        self.drain();
        let answer = done.map(|()| self.view());
        let journal = self.journal.clone();
        tokio::spawn(async move {
            if answer.is_ok() {
                journal.settled().await;
            }
            let _ = reply.send(answer);
        });
    }

    fn carry_out(&mut self, act: ConferenceAct) -> Result<(), ExchangeError> {
        let input = match act {
            ConferenceAct::Mute { call, muted } => {
                Input::Mute { leg: self.leg_of(&call).ok_or(NO_MEMBER)?, muted }
            }
            ConferenceAct::Remove { call } => {
                if let Some(dialled) = self.dialled.iter().position(|dialled| dialled.call == call) {
                    let dialled = self.dialled.remove(dialled);
                    let news = super::order::ConferenceNews::Refused { why: "over" };
                    self.tell(&dialled.call, news);
                    return Ok(());
                }
                Input::Remove { leg: self.leg_of(&call).ok_or(NO_MEMBER)? }
            }
            ConferenceAct::Lock { locked } => Input::Lock { locked },
            ConferenceAct::Record { on } => {
                if on && !self.recording {
                    self.start_recording();
                } else if !on && self.recording {
                    self.context.ports.media.stop_recording(&self.id);
                    // Its file's end is told later; from now on nothing is recorded.
                    self.recording = false;
                }
                return Ok(());
            }
            ConferenceAct::End => Input::End,
        };
        self.machine.handle(input).map_err(|refusal| match refusal {
            Refusal::NoSuchMember => NO_MEMBER,
            Refusal::Locked | Refusal::Full | Refusal::AlreadyThere | Refusal::Over => {
                ExchangeError::WrongState { status: "over" }
            }
        })
    }
}

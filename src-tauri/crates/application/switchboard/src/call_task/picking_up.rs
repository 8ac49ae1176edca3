//! A person goes on with a call on another phone of theirs, which calls in the place of the first (RFC 3891).

use tandem_call::{Input, PersonRef};
use tandem_foundation::{LegId, UserId};
use tokio::sync::oneshot;

use super::{CallTask, DiallingPhone, LegKind};
use crate::ports::signalling::SignallingCommand;
use crate::terms;

/// A phone's call that is to take a leg's place.
#[derive(Debug)]
pub(crate) struct PickUp {
    pub replaced: LegId,
    /// Whose phone it is.
    pub user: UserId,
    pub phone: DiallingPhone,
    /// A SIP status where it may not.
    pub reply: oneshot::Sender<Result<(), u16>>,
}

impl CallTask {
    pub(super) fn pick_up(&mut self, pick_up: PickUp) {
        let done = self.replace_leg(pick_up.replaced, &pick_up.user, pick_up.phone);
        let _ = pick_up.reply.send(done);
    }

    /// Who is in the call stays who they are; only the leg they are heard on is another one.
    fn replace_leg(&mut self, old: LegId, user: &UserId, phone: DiallingPhone) -> Result<(), u16> {
        let kind = match self.legs.get(&old) {
            None => return Err(481),
            // A customer's line is moved by nobody.
            Some(LegKind::Customer) => return Err(603),
            Some(kind) => kind.clone(),
        };
        let LegKind::Person { who, .. } = &kind else { return Err(603) };
        if *who != PersonRef::User(user.clone()) {
            return Err(403);
        }
        let (who, leg) = (who.clone(), phone.leg);
        let local = self.open_rtp(leg).ok_or(503_u16)?;
        let (wishes, session) = (self.wishes_for(leg), self.session_number());
        let answer = match phone.offer {
            None => terms::offer_under(&wishes, local, session),
            Some(offer) => match terms::answer_under(&wishes, &offer, local, session) {
                Ok((answer, negotiated)) => {
                    self.connect(leg, negotiated);
                    answer
                }
                Err(code) => {
                    self.forget_leg(leg);
                    return Err(code);
                }
            },
        };
        self.context.registry.add_leg(leg, self.call.id.clone());
        self.name_leg(&who, leg, &phone.call_id);
        self.legs.insert(leg, kind);
        let answer = self.following(leg, answer);
        self.context.ports.signalling.send(SignallingCommand::Answer { leg, answer });
        // Gone from here before it is cleared, so that its end is nobody's departure.
        self.legs.remove(&old);
        self.input(Input::PersonUp { who, leg });
        self.hear_person(leg);
        self.context.ports.signalling.send(SignallingCommand::Hangup { leg: old, cause: None });
        self.forget_leg(old);
        Ok(())
    }
}

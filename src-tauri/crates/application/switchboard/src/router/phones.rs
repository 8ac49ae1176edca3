//! Calls from people's phones: a number outside, a colleague, a queue, or a call of their own on another phone.
//!
//! Invariant: a trunk is reached from a phone only by who proved to be its person (digest), and from a trunk never.

use tandem_foundation::{LegId, UserId};
use tokio::sync::oneshot;

use super::Incoming;
use crate::call_task::{CallMessage, DiallingPhone, PickUp};
use crate::dialling::{Dial, DialTo, dialled_number, refusal_code};
use crate::ports::signalling::{Caller, SignallingCommand};
use crate::records::{Direction, Route};
use crate::switchboard::Switchboard;

impl Switchboard {
    /// What a phone dialled that is none of our numbers.
    pub(super) async fn dialled(&self, incoming: Incoming, by: UserId) {
        let leg = incoming.leg;
        let Some(org) = self.context.plan.read().user(&by).map(|user| user.org.clone()) else {
            return self.refuse(leg, 403, None);
        };
        let Some(to) = self.dialled_person(&incoming, &by) else { return self.refuse(leg, 404, None) };
        let phone = DiallingPhone { leg, offer: incoming.offer, call_id: incoming.call_id };
        let request = Dial { to, from: None, trunk: None, queue: None };
        if let Err(error) = self.dial_for(&org, by, request, Some(phone)).await {
            let (code, retry_after) = refusal_code(&error);
            tracing::info!(code, %error, "a phone's call is refused");
            self.refuse(leg, code, retry_after);
        }
    }

    fn dialled_person(&self, incoming: &Incoming, by: &UserId) -> Option<DialTo> {
        let dialled = incoming.to.as_str();
        if let Some(number) = dialled_number(dialled) {
            return Some(DialTo::Number(number));
        }
        let plan = self.context.plan.read();
        let org = &plan.user(by)?.org;
        let people = plan.people(org);
        let named = people.into_iter().find(|user| user.phone_name.as_deref() == Some(dialled))?;
        Some(DialTo::Colleague(named.id.clone()))
    }

    /// A queue that a phone calls by its name or id is called like one of our numbers.
    pub(super) fn dialled_queue(&self, incoming: &Incoming) -> Option<(crate::records::Call, Route)> {
        let Caller::Phone(user) = &incoming.caller else { return None };
        let plan = self.context.plan.read();
        let org = plan.user(user)?.org.clone();
        let queue = plan.find_queue(&org, incoming.to.as_str())?;
        let route = Route::Queue { queue: queue.id.clone(), otherwise: None };
        let mut call = self.new_call(&org, Direction::Inbound, incoming.from.clone(), incoming.to.clone());
        call.customer_name = incoming.display_name.clone();
        call.sip_call_id = Some(incoming.call_id.clone());
        Some((call, route))
    }

    /// A call that is to take the place of `replaced` (RFC 3891): a person goes on with it on another phone of theirs.
    pub(super) async fn picked_up(&self, incoming: Incoming, replaced: LegId) {
        let leg = incoming.leg;
        // What comes from a carrier takes nobody's place.
        let Caller::Phone(user) = incoming.caller else { return self.refuse(leg, 603, None) };
        let (reply, answer) = oneshot::channel();
        let pick_up = PickUp {
            replaced,
            user,
            phone: DiallingPhone { leg, offer: incoming.offer, call_id: incoming.call_id },
            reply,
        };
        if !self.context.registry.to_leg(replaced, CallMessage::PickUp(pick_up)) {
            return self.refuse(leg, 481, None);
        }
        // A call that ends at this moment answers no more.
        match answer.await {
            Ok(Ok(())) => {}
            Ok(Err(code)) => self.refuse(leg, code, None),
            Err(_) => self.refuse(leg, 481, None),
        }
    }

    fn refuse(&self, leg: LegId, code: u16, retry_after: Option<u32>) {
        self.context.ports.signalling.send(SignallingCommand::Reject { leg, code, retry_after });
    }
}

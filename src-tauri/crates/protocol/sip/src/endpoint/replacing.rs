//! A call that takes the place of another (RFC 3891 section 3).

use super::refusals::Refusal;
use super::{Endpoint, Leg};
use crate::dialog::Replaces;
use crate::message::Request;

impl Endpoint {
    /// The leg that an INVITE wants to replace, or why it cannot.
    pub(super) fn replaced_by(&self, invite: &Request) -> Result<Option<u64>, Refusal> {
        let mut named = invite.headers.get_all("Replaces");
        let Some(text) = named.next() else { return Ok(None) };
        // With Join it would be two wishes at once (RFC 3911 section 4).
        if named.next().is_some() || invite.headers.contains("Join") {
            return Err(Refusal::new(400));
        }
        let replaces: Replaces = text.parse().map_err(|_| Refusal::new(400))?;
        let Some(leg) = self.leg_named(&replaces) else { return Err(Refusal::new(481)) };
        match self.legs.get(&leg) {
            // An early dialog may be replaced by who was called, never by who calls.
            None | Some(Leg::Ringing(_)) => Err(Refusal::new(481)),
            Some(Leg::Up(session)) if session.is_closing() => Err(Refusal::new(603)),
            Some(Leg::Up(_)) if replaces.early_only => Err(Refusal::new(486)),
            Some(Leg::Up(_) | Leg::Calling(_)) => Ok(Some(leg)),
        }
    }

    /// The leg whose dialog is named.
    pub(super) fn leg_named(&self, replaces: &Replaces) -> Option<u64> {
        let local = |tag: &str| self.dialogs.get(&(replaces.call_id.clone(), tag.to_owned())).copied();
        let leg = local(&replaces.to_tag)?;
        let found = match self.legs.get(&leg)? {
            Leg::Ringing(ringing) => replaces.names(&ringing.dialog),
            Leg::Up(session) => replaces.names(&session.dialog),
            Leg::Calling(calling) => calling.early.iter().any(|early| replaces.names(&early.dialog)),
        };
        found.then_some(leg)
    }
}

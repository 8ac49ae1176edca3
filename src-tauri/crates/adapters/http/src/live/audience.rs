//! What of the live stream a caller may see.
//!
//! Supervisors and above see their organisation. Agents see their own phone, and a call while they hold its floor or
//! are otherwise in it: nobody else's transcript reaches them.

use std::collections::HashSet;

use tandem_foundation::{CallId, OrgId, UserId};
use tandem_switchboard::exchange::{LiveCall, LiveMessage};
use tandem_switchboard::records::{Event, EventBody, FloorHolder, MemberRef, SupervisionMode, UserRole};

/// One caller's view of the stream.
#[derive(Debug)]
pub(super) struct Audience {
    org: OrgId,
    role: UserRole,
    user: Option<UserId>,
    /// Calls the caller is in; kept for agents.
    own: HashSet<CallId>,
}

impl Audience {
    pub(super) fn new(org: OrgId, role: UserRole, user: Option<UserId>) -> Self {
        Self { org, role, user, own: HashSet::new() }
    }

    /// Everything of the organisation.
    pub(super) fn sees_all(&self) -> bool {
        self.role >= UserRole::Supervisor
    }

    /// Keeps the calls the caller may see; an agent's own calls are those from now on.
    pub(super) fn snapshot(&mut self, calls: Vec<LiveCall>) -> Vec<LiveCall> {
        if self.sees_all() {
            return calls;
        }
        let calls: Vec<_> = calls
            .into_iter()
            .filter(|live| {
                self.holds(&live.call.floor)
                    || live
                        .queue
                        .iter()
                        .flat_map(|queue| &queue.offered_to)
                        .any(|to| Some(to) == self.user.as_ref())
                    || live.rings_for.as_ref().is_some_and(|user| Some(user) == self.user.as_ref())
                    || live.supervisors.iter().any(|(user, ..)| Some(user) == self.user.as_ref())
            })
            .collect();
        self.own = calls.iter().map(|live| live.call.id.clone()).collect();
        calls
    }

    /// Whether the caller may see this message.
    pub(super) fn sees(&mut self, message: &LiveMessage) -> bool {
        if *message.org() != self.org {
            return false;
        }
        match message {
            LiveMessage::Event(event) => self.sees_event(event),
            LiveMessage::Interim { call, .. } | LiveMessage::Quality { call, .. } => {
                self.sees_all() || self.own.contains(call)
            }
            LiveMessage::Trunk { .. } => self.sees_all(),
            LiveMessage::Phone { user, .. } => self.sees_all() || Some(user) == self.user.as_ref(),
        }
    }

    /// Whether the caller may see this event. An agent still sees the event that takes a call away.
    pub(super) fn sees_event(&mut self, event: &Event) -> bool {
        if event.org != self.org {
            return false;
        }
        if self.sees_all() {
            return true;
        }
        if let EventBody::ConfigChanged { what, id, .. } = &event.body {
            return what == "user" && self.user.as_ref().is_some_and(|user| user.as_str() == id);
        }
        if let EventBody::AgentStateChanged { user, .. } = &event.body {
            return Some(user) == self.user.as_ref();
        }
        let Some(call) = &event.call else { return false };
        let was_in = self.own.contains(call);
        let is_in = match &event.body {
            EventBody::CallCreated(row) | EventBody::CallUpdated(row) => was_in || self.holds(&row.floor),
            EventBody::CallEnded(_) | EventBody::CallAnalyzed(_) => false,
            EventBody::FloorChanged { floor, .. } => self.holds(floor),
            EventBody::SupervisionChanged { by, mode, .. } if Some(by) == self.user.as_ref() => {
                *mode != SupervisionMode::Left
            }
            EventBody::QueueOffered { to: MemberRef::Person { user }, .. }
                if Some(user) == self.user.as_ref() =>
            {
                true
            }
            EventBody::ColleagueRinging { user, rings } if Some(user) == self.user.as_ref() => *rings || was_in,
            EventBody::QueueOfferEnded { to: MemberRef::Person { user }, .. }
                if Some(user) == self.user.as_ref() =>
            {
                false
            }
            _ => was_in,
        };
        if is_in {
            self.own.insert(call.clone());
        } else {
            self.own.remove(call);
        }
        was_in || is_in
    }

    fn holds(&self, floor: &FloorHolder) -> bool {
        matches!(floor, FloorHolder::Person { user, .. } if Some(user) == self.user.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use tandem_switchboard::records::UnixMs;

    use super::*;

    fn floor(org: &str, call: &str, to: FloorHolder) -> LiveMessage {
        event(
            org,
            call,
            EventBody::FloorChanged { floor: to, version: 1, by: None, reason: String::new(), at_ms: 0 },
        )
    }

    fn event(org: &str, call: &str, body: EventBody) -> LiveMessage {
        LiveMessage::Event(Event { seq: 1, org: org.into(), call: Some(call.into()), at: UnixMs(0), body })
    }

    fn interim(call: &str) -> LiveMessage {
        LiveMessage::Interim {
            org: "org_1".into(),
            call: call.into(),
            speaker: tandem_switchboard::records::Speaker::Customer,
            text: "secret".into(),
            start_ms: 0,
        }
    }

    #[test]
    fn an_agent_sees_a_call_only_while_holding_its_floor() {
        let mut agent = Audience::new("org_1".into(), UserRole::Agent, Some("user_a".into()));
        let me = FloorHolder::Person { user: "user_a".into(), name: "A".into() };
        assert!(!agent.sees(&interim("call_1")));
        assert!(!agent.sees(&floor("org_1", "call_1", FloorHolder::Assistant)));
        assert!(agent.sees(&floor("org_1", "call_1", me)));
        assert!(agent.sees(&interim("call_1")) && !agent.sees(&interim("call_2")));
        assert!(agent.sees(&floor("org_1", "call_1", FloorHolder::Assistant)), "told that it is gone");
        assert!(!agent.sees(&interim("call_1")));
    }

    #[test]
    fn nobody_sees_another_organisation() {
        for role in [UserRole::Agent, UserRole::Owner] {
            let mut audience = Audience::new("org_2".into(), role, Some("user_a".into()));
            assert!(!audience.sees(&interim("call_1")));
            assert!(!audience.sees(&floor("org_1", "call_1", FloorHolder::Assistant)));
        }
    }

    #[test]
    fn an_agent_hears_of_the_configuration_only_what_is_about_themselves() {
        let mut agent = Audience::new("org_1".into(), UserRole::Agent, Some("user_a".into()));
        let config = |id: &str| {
            let body =
                EventBody::ConfigChanged { what: "user".into(), id: id.into(), deleted: false, by: None };
            LiveMessage::Event(Event { seq: 1, org: "org_1".into(), call: None, at: UnixMs(0), body })
        };
        assert!(agent.sees(&config("user_a")) && !agent.sees(&config("user_b")));
    }
}

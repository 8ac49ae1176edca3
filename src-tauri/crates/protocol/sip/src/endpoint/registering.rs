//! Phones that register with us (RFC 3261 section 10.3).

use std::time::Instant;

use super::refusals::Refusal;
use super::{Endpoint, Event, Flow, Leg, PhoneAccount, TimerKey};
use crate::message::{Contacts, NameAddr, Request};
use crate::registrar::{Binding, RegisterError};

/// Phones whose connection broke and who may come back in the middle of a call.
const MOST_LOST: usize = 256;

/// Seconds of silence after which a phone should take its connection for lost; it keeps it alive more often than that
/// (RFC 5626 section 4.4).
const FLOW_TIMER: u32 = 120;

impl Endpoint {
    pub(super) fn register(&mut self, now: Instant, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let (request, flow) = (server.request.clone(), server.flow);
        let phone = match self.authenticate(now, &request) {
            Ok(phone) => phone,
            Err(stale) => return self.challenge(now, id, stale),
        };
        // One may register nobody but oneself (RFC 3261 section 10.3 step 4).
        let record = request.headers.to().ok().and_then(|to| to.uri.user_decoded());
        if record.as_deref() != Some(phone.name.as_str()) {
            return self.respond_plain(now, id, 403);
        }
        let before = self.registrar.bindings(&phone.name).to_vec();
        match self.registrar.register(now, &phone.name, &request, &flow) {
            Ok(bindings) => {
                let here: Vec<_> =
                    bindings.iter().filter(|b| b.flow == flow).map(|b| b.contact.clone()).collect();
                let contacts: Vec<String> = bindings.iter().map(|b| b.to_contact(now)).collect();
                let outbound = flow.connection.is_some() && wants_outbound(&request);
                self.respond(now, id, 200, |response| {
                    contacts.into_iter().for_each(|contact| response.headers.push("Contact", contact));
                    if outbound {
                        response.headers.push("Require", "outbound");
                        response.headers.push("Supported", "outbound");
                        response.headers.push("Flow-Timer", FLOW_TIMER.to_string());
                    }
                });
                self.follow_bindings(now, &phone.name);
                self.move_calls(&phone.name, &before, &here, flow);
                self.report_phone(&phone.user);
            }
            Err(RegisterError::TooBrief { min }) => {
                self.refuse(now, id, Refusal::with(423, "Min-Expires", min.to_string()));
            }
            Err(RegisterError::Malformed(_)) => self.respond_plain(now, id, 400),
            Err(RegisterError::OutOfOrder) => self.respond_plain(now, id, 500),
            Err(RegisterError::TooMany) => self.respond_plain(now, id, 403),
        }
        self.timers.set(TimerKey::Bindings, self.registrar.next_deadline());
    }

    pub(super) fn bindings_due(&mut self, now: Instant) {
        let changed = self.registrar.expire(now);
        self.bindings_changed(&changed);
    }

    /// A connection ended: whoever registered over it cannot be reached any more (RFC 5626 section 5.3).
    pub(super) fn connection_closed(&mut self, now: Instant, connection: u64) {
        self.trunk_connection_closed(now, connection);
        let lost = &mut self.lost_phones;
        let changed = self.registrar.retain(|name, binding| {
            let stays = binding.flow.connection != Some(connection);
            if !stays {
                lost.push_back((name.to_owned(), binding.clone()));
            }
            stays
        });
        lost.drain(..lost.len().saturating_sub(MOST_LOST));
        self.bindings_changed(&changed);
    }

    /// A phone that was at one of these places is here now: its calls are, too. Else what we say in them would go to a
    /// connection that is no more.
    fn move_calls(&mut self, name: &str, before: &[Binding<Flow>], here: &[NameAddr], flow: Flow) {
        let lost = self.lost_phones.iter().filter(|(owner, _)| owner == name).map(|(_, binding)| binding);
        let known = before.iter().chain(lost);
        let left: Vec<Flow> = known
            .filter(|old| old.flow != flow && here.iter().any(|contact| old.is_for(contact)))
            .map(|old| old.flow)
            .collect();
        if left.is_empty() {
            return;
        }
        self.lost_phones.retain(|(owner, binding)| owner != name || !left.contains(&binding.flow));
        for leg in self.legs.values_mut() {
            if let Leg::Up(session) = leg
                && session.route.is_some_and(|route| left.contains(&route))
            {
                session.route = Some(flow);
            }
        }
    }

    pub(super) fn set_phones(&mut self, _now: Instant, accounts: Vec<PhoneAccount>) {
        let before = std::mem::replace(&mut self.phones, accounts);
        let phones = &self.phones;
        // A new password takes the phones away that registered with the old one.
        let kept = |name: &str| {
            let old = before.iter().find(|p| p.name == name);
            phones.iter().find(|p| p.name == name).is_some_and(|new| Some(new) == old)
        };
        let gone = self.registrar.retain(|name, _| kept(name));
        for user in
            gone.iter().filter_map(|name| before.iter().find(|p| p.name == *name)).map(|p| p.user.clone())
        {
            self.report_phone(&user);
        }
        self.timers.set(TimerKey::Bindings, self.registrar.next_deadline());
        self.pings_changed();
    }

    pub(super) fn bindings_changed(&mut self, names: &[String]) {
        let users: Vec<String> =
            self.phones.iter().filter(|p| names.contains(&p.name)).map(|p| p.user.clone()).collect();
        users.iter().for_each(|user| self.report_phone(user));
        self.timers.set(TimerKey::Bindings, self.registrar.next_deadline());
        self.pings_changed();
    }

    /// Tells how many phones a user can be reached at.
    fn report_phone(&mut self, user: &str) {
        let count = |name: &String| self.registrar.bindings(name).iter().filter(|b| b.reachable).count();
        let contacts = self.phones.iter().filter(|p| p.user == user).map(|p| count(&p.name)).sum();
        self.event(Event::Phone { user: user.to_owned(), contacts });
    }
}

/// Whether the phone asks to be called over the connection it registered on (RFC 5626 section 6). It is in any case, but
/// has to be told, or else it might open more of them.
fn wants_outbound(request: &Request) -> bool {
    let supports = request.headers.supported().iter().any(|tag| tag.eq_ignore_ascii_case("outbound"));
    let named = match request.headers.contacts() {
        Ok(Contacts::List(list)) => {
            list.iter().any(|c| c.param("reg-id").is_some() && c.param("+sip.instance").is_some())
        }
        _ => false,
    };
    supports && named
}

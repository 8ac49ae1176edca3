//! Phones behind NAT that registered by UDP: a request now and then keeps the way to them open, and tells whether
//! anybody is there (RFC 5626 section 4.4's purpose, for phones that do nothing of the kind themselves).
//!
//! Who came over a connection needs none of it: the connection's end is told.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::hops::Hop;
use super::requests::Owner;
use super::{Endpoint, Flow, TimerKey, Transport};
use crate::message::{Host, Method, NameAddr, Request, Response, Uri};
use crate::registrar::Binding;

/// When each binding is asked next, by its number. One that is being asked has no time.
#[derive(Debug, Default)]
pub(super) struct PhonePings(HashMap<u64, Option<Instant>>);

impl PhonePings {
    fn next_deadline(&self) -> Option<Instant> {
        self.0.values().flatten().min().copied()
    }

    fn take_due(&mut self, now: Instant) -> Vec<u64> {
        let mut due: Vec<u64> =
            self.0.iter().filter(|(_, at)| at.is_some_and(|at| at <= now)).map(|(id, _)| *id).collect();
        due.sort_unstable();
        for id in &due {
            self.0.insert(*id, None);
        }
        due
    }
}

/// Whether its packets come from elsewhere than its Contact says.
fn is_behind_nat(binding: &Binding<Flow>) -> bool {
    let (uri, remote) = (binding.uri(), binding.flow.remote);
    binding.flow.transport == Transport::Udp
        && (uri.host.ip() != Some(remote.ip())
            || uri.port.unwrap_or(Transport::Udp.default_port()) != remote.port())
}

impl Endpoint {
    /// Begins to look after bindings of this account that are new, and ends where there are none any more.
    pub(super) fn follow_bindings(&mut self, now: Instant, name: &str) {
        let every = self.config.nat_ping_every;
        if !every.is_zero() {
            let new: Vec<u64> = (self.registrar.bindings(name).iter())
                .filter(|binding| is_behind_nat(binding) && !self.pings.0.contains_key(&binding.id))
                .map(|binding| binding.id)
                .collect();
            for id in new {
                // Not all at once, after a minute in which everybody has registered anew.
                let early = self.random.below(every.as_millis() as u64 / 4 + 1);
                self.pings.0.insert(id, Some(now + every - Duration::from_millis(early)));
            }
        }
        self.pings_changed();
    }

    /// Drops what belongs to no binding, and sets the timer.
    pub(super) fn pings_changed(&mut self) {
        let registrar = &self.registrar;
        self.pings.0.retain(|id, _| registrar.find(*id).is_some());
        self.timers.set(TimerKey::PhonePings, self.pings.next_deadline());
    }

    pub(super) fn phone_pings_due(&mut self, now: Instant) {
        for id in self.pings.take_due(now) {
            self.ping_phone(now, id);
        }
        self.pings_changed();
    }

    /// A response to one of these requests, or the lack of any. Whatever the phone says, it is there.
    pub(super) fn phone_ping_response(&mut self, now: Instant, id: u64, response: &Response) {
        if response.is_provisional() {
            return;
        }
        // What nobody sent has no Via.
        let reachable = response.headers.contains("Via");
        if let Some((name, binding)) = self.registrar.find_mut(id) {
            let changed = std::mem::replace(&mut binding.reachable, reachable) != reachable;
            let name = name.to_owned();
            self.pings.0.insert(id, Some(now + self.config.nat_ping_every));
            if changed {
                self.bindings_changed(&[name]);
            }
        }
        self.pings_changed();
    }

    fn ping_phone(&mut self, now: Instant, id: u64) {
        let Some((name, binding)) = self.registrar.find(id) else { return };
        let (uri, hop) = (binding.uri().clone(), Hop::Flow(binding.flow));
        let realm = Host::from(self.config.realm.as_str());
        let to = Uri::sip(Some(&Uri::escape_user(name)), realm.clone(), None);
        let tag = self.random.token();
        let call_id = format!("{}@{}", self.random.token(), self.config.realm);
        let mut request = Request::new(Method::Options, uri);
        request.uri.headers = None;
        let headers = &mut request.headers;
        headers.push("Max-Forwards", "70");
        headers.push("From", NameAddr::new(Uri::sip(None, realm, None)).with_tag(&tag).to_string());
        headers.push("To", NameAddr::new(to).to_string());
        headers.push("Call-ID", call_id);
        headers.push("CSeq", "1 OPTIONS");
        headers.push("Accept", "application/sdp");
        self.send_request(now, request, hop, Owner::PhonePing(id), None, None);
    }
}

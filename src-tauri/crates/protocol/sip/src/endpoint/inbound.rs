//! Requests that come in: which transaction, dialog or new call they are for.

use std::time::Instant;

use tandem_foundation::Pii;

use super::authentication::Verdict;
use super::outbound::{ALLOW, sdp};
use super::referrals::package;
use super::refusals::Refusal;
use super::responding::{note_source, response_flow};
use super::ringing::Ringing;
use super::{Caller, Endpoint, Event, Flow, Incoming, Leg};
use crate::dialog::Dialog;
use crate::message::text::printable;
use crate::message::{Method, Request, Scheme};
use crate::transaction::{ServerInput, ServerKey};

/// Headers of an INVITE that are the stack's own business; the others are handed on.
const OWN_HEADERS: [&str; 21] = [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Max-Forwards",
    "Content-Length",
    "Content-Type",
    "Record-Route",
    "Route",
    "Authorization",
    "Proxy-Authorization",
    "Allow",
    "Supported",
    "Accept",
    "Expires",
    "Require",
    "Session-Expires",
    "Min-SE",
    "Replaces",
];

/// Answered requests that may stay, for each that may be unanswered.
const LINGERING: usize = 32;

impl Endpoint {
    pub(super) fn request(&mut self, now: Instant, flow: Flow, mut request: Request) {
        let via = note_source(&mut request.headers, flow.remote);
        let is_ack = request.method == Method::Ack;
        if let Err(fault) = request.check() {
            if !is_ack {
                self.reply(flow, &request, fault.code, |response| response.reason = fault.reason);
            }
            return;
        }
        let Some(via) = via else { return };
        let Ok(key) = ServerKey::under(&via, &request) else { return };
        let replies = response_flow(flow, Some(&via));
        if let Some(id) = self.server_ids.get(&key).copied() {
            if !is_ack {
                return self.feed_server(now, id, ServerInput::Retransmission);
            }
            self.feed_server(now, id, ServerInput::Ack);
        }
        if is_ack {
            return self.ack(now, &request);
        }
        if self.is_pressed(&request) {
            let seconds = self.config.retry_after.to_string();
            return self.reply(flow, &request, 503, |r| r.headers.push("Retry-After", seconds));
        }
        if request.method == Method::Cancel {
            return self.cancel(now, (flow, replies), key, request);
        }
        let refusal = self.refusal(&request);
        let id = self.open_server(flow, replies, key, request);
        match refusal {
            Some(refusal) => self.refuse(now, id, refusal),
            None => self.serve(now, id),
        }
    }

    /// Whether there is no room for the request. What belongs to a call that is there gets twice the room: BYE and
    /// CANCEL are what makes room again. Those that are answered stay for the sake of retransmissions (32 s) and take
    /// none of it, up to a number that bounds memory.
    fn is_pressed(&self, request: &Request) -> bool {
        let inside = request.method == Method::Cancel || request.headers.to_tag().is_some();
        let room = self.config.max_server_transactions * if inside { 2 } else { 1 };
        self.answering >= room || self.servers.len() >= LINGERING * room
    }

    pub(super) fn refuse(&mut self, now: Instant, id: u64, refusal: Refusal) {
        self.respond(now, id, refusal.code, |response| refusal.fill(response));
    }

    fn serve(&mut self, now: Instant, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let request = &server.request;
        if let Some(tag) = request.headers.to_tag().map(str::to_owned) {
            let call_id = request.headers.call_id().unwrap_or_default().to_owned();
            return match self.dialogs.get(&(call_id, tag)).copied() {
                Some(leg) => self.inside_dialog(now, leg, id),
                None => self.respond_plain(now, id, 481),
            };
        }
        match request.method {
            Method::Invite => self.incoming_call(now, id),
            Method::Register => self.register(now, id),
            Method::Options if self.draining => self.busy(now, id),
            Method::Options => self.options(now, id),
            Method::Refer => self.stray_refer(now, id),
            // To what a REFER implies, one subscribes by REFER alone (RFC 3515 section 2.4.4).
            Method::Subscribe if package(&request.headers) == Some("refer") => {
                self.respond_plain(now, id, 403)
            }
            Method::Subscribe => self.refuse_package(now, id),
            // The others have no meaning outside a dialog.
            _ => self.respond_plain(now, id, 481),
        }
    }

    fn inside_dialog(&mut self, now: Instant, leg: u64, id: u64) {
        let Some(server) = self.servers.get(&id) else { return };
        let (method, flow) = (server.request.method.clone(), server.flow);
        let dialog = match self.legs.get_mut(&leg) {
            Some(Leg::Ringing(ringing)) => Some(&mut ringing.dialog),
            Some(Leg::Up(session)) => Some(&mut session.dialog),
            Some(Leg::Calling(calling)) => calling.early_for(&server.request).map(|early| &mut early.dialog),
            None => None,
        };
        let Some(dialog) = dialog else { return self.respond_plain(now, id, 481) };
        if !dialog.matches(&server.request) {
            return self.respond_plain(now, id, 481);
        }
        if dialog.receive(&server.request).is_err() {
            return self.respond_plain(now, id, 500);
        }
        if let Some(Leg::Up(session)) = self.legs.get_mut(&leg) {
            session.seen_at(flow);
        }
        match method {
            Method::Bye => self.bye(now, leg, id),
            Method::Info => self.info(now, leg, id),
            Method::Invite => self.reinvite(now, leg, id),
            Method::Prack => self.prack(now, leg, id),
            Method::Update => self.update(now, leg, id),
            Method::Options => self.options(now, id),
            Method::Refer => self.refer(now, leg, id),
            Method::Notify => self.notify(now, leg, id),
            Method::Subscribe => self.subscribe(now, leg, id),
            _ => self.refuse(now, id, Refusal::with(405, "Allow", ALLOW)),
        }
    }

    fn options(&mut self, now: Instant, id: u64) {
        let supported = self.supported();
        self.respond(now, id, 200, |response| {
            response.headers.push("Allow", ALLOW);
            response.headers.push("Supported", supported);
            response.headers.push("Allow-Events", "refer");
            response.headers.push("Accept", "application/sdp, message/sipfrag");
            response.headers.push("Accept-Encoding", "identity");
            response.headers.push("Accept-Language", "en");
        });
    }

    fn busy(&mut self, now: Instant, id: u64) {
        let refusal = Refusal::with(503, "Retry-After", self.config.retry_after.to_string());
        self.refuse(now, id, refusal);
    }

    fn incoming_call(&mut self, now: Instant, id: u64) {
        if self.draining {
            return self.busy(now, id);
        }
        let Some(server) = self.servers.get(&id) else { return };
        let (request, flow, tag) = (server.request.clone(), server.flow, server.tag.clone());
        let caller = match self.identify(now, &request, flow) {
            Verdict::Known(caller) => caller,
            Verdict::Challenge { stale } => return self.challenge(now, id, stale),
        };
        let Ok(dialog) = Dialog::from_request(&request, &tag) else {
            return self
                .respond(now, id, 400, |r| r.reason = "Missing Contact Header".to_owned())
                .map_or((), drop);
        };
        if let Some(refusal) = self.too_short(id) {
            return self.refuse(now, id, refusal);
        }
        let replaces = match self.replaced_by(&request) {
            Ok(replaces) => replaces,
            Err(refusal) => return self.refuse(now, id, refusal),
        };
        let reliable = self.reliable_for(&request);
        self.respond_plain(now, id, 100);
        let leg = (self.next_leg)();
        if let Some(server) = self.servers.get_mut(&id) {
            server.leg = Some(leg);
        }
        let incoming = Incoming { replaces, ..self.describe(leg, caller.clone(), &request, flow) };
        self.dialogs.insert((dialog.call_id().to_owned(), tag), leg);
        let ringing = Ringing::new(now, id, dialog, caller, flow, self.config.longest_ringing)
            .with_invite(&request, reliable);
        self.legs.insert(leg, Leg::Ringing(Box::new(ringing)));
        self.set_leg_timer(leg);
        self.event(Event::Incoming(incoming));
    }

    fn describe(&self, leg: u64, caller: Caller, request: &Request, flow: Flow) -> Incoming {
        let headers = &request.headers;
        let from = headers.from().ok();
        let user_of = |uri: &crate::message::Uri| uri.user_decoded().unwrap_or_default();
        let number = match &caller {
            // A carrier we trust vouches for this one (RFC 3325).
            Caller::Trunk(_) => headers
                .addresses("P-Asserted-Identity")
                .ok()
                .and_then(|list| list.iter().map(|a| user_of(&a.uri)).find(|user| !user.is_empty()))
                .or_else(|| from.as_ref().map(|from| user_of(&from.uri))),
            // A phone is who it proved to be, whatever its From says.
            Caller::Phone(user) => self.phone_name(user, from.as_ref().and_then(|f| f.uri.user_decoded())),
        };
        let called = match &caller {
            // A registered account is called by its own Contact; whom the call is for stands in To.
            Caller::Trunk(trunk) if self.is_own_contact(trunk, &request.uri) => {
                headers.to().ok().map(|to| user_of(&to.uri)).filter(|user| !user.is_empty())
            }
            _ => None,
        };
        let mut to = called.unwrap_or_else(|| user_of(&request.uri));
        if request.uri.scheme == Scheme::Tel {
            to.retain(|c| !matches!(c, '-' | '.' | '(' | ')'));
        }
        let own = |name: &str| OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name));
        Incoming {
            leg,
            caller,
            from: Pii::new(number.unwrap_or_default()),
            display_name: from
                .and_then(|from| from.display_name)
                .filter(|n| !n.is_empty())
                .map(|n| Pii::new(printable(&n))),
            to: Pii::new(to),
            call_id: headers.call_id().unwrap_or_default().to_owned(),
            offer: sdp(headers, &request.body),
            source: flow.remote,
            replaces: None,
            headers: Pii::new(
                headers.iter().filter(|(n, _)| !own(n)).map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            ),
        }
    }

    fn cancel(&mut self, now: Instant, (flow, replies): (Flow, Flow), key: ServerKey, request: Request) {
        let invite = self.server_ids.get(&key.cancelled()).copied();
        let id = self.open_server(flow, replies, key, request);
        let Some(invite) = invite else { return self.respond_plain(now, id, 481) };
        // The tag of the INVITE's responses and of CANCEL's should be the same (RFC 3261 section 9.2).
        if let Some(tag) = self.servers.get(&invite).map(|server| server.tag.clone())
            && let Some(server) = self.servers.get_mut(&id)
        {
            server.tag = tag;
        }
        self.respond_plain(now, id, 200);
        if self.is_unanswered(invite) {
            self.cancelled(now, invite);
        }
    }
}

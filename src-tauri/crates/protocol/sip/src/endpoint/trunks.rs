//! Trunks: registering with carriers, and pinging those we do not register with (RFC 3261 section 10.2).

use std::time::{Duration, Instant};

use super::hops::{Hop, host_and_port};
use super::{Endpoint, Event, TimerKey, TrunkAccount, TrunkState};
use crate::message::{Contacts, Headers, Host, NameAddr, Response};

/// The first wait after a failure; it doubles up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_secs(5);
const LONGEST_BACKOFF: Duration = Duration::from_secs(300);

/// A trunk and how it stands.
#[derive(Debug)]
pub(super) struct Trunk {
    pub account: TrunkAccount,
    number: u64,
    pub host: Host,
    pub port: Option<u16>,
    state: Option<TrunkState>,
    /// All REGISTERs of one run have one Call-ID and growing CSeq (RFC 3261 section 10.2).
    pub call_id: String,
    pub tag: String,
    pub seq: u32,
    /// The expiry to ask for: the account's, or what a 423 demanded.
    wish: u32,
    /// The REGISTER or OPTIONS under way.
    pub client: Option<u64>,
    failures: u32,
    /// Registered, and due to register again at this time; pings fill the time until then.
    renew_at: Option<Instant>,
    /// The realms it asked for credentials in.
    pub realms: Vec<String>,
    /// The connection we registered over: calls come back through it.
    connection: Option<u64>,
}

impl Trunk {
    /// The host part of our address there.
    pub fn domain(&self) -> Host {
        self.account.domain.as_deref().map_or_else(|| self.host.clone(), Host::from)
    }

    pub fn hop(&self) -> Hop {
        Hop::To {
            transport: Some(self.account.transport),
            host: self.host.clone(),
            port: self.port,
            domain: self.account.domain.clone(),
        }
    }

    /// The user part of the Contact we register: the digest user.
    pub fn contact_user(&self) -> &str {
        self.account.credentials.as_ref().map_or(self.account.id.as_str(), |(user, _)| user)
    }
}

impl Endpoint {
    pub(super) fn set_trunks(&mut self, now: Instant, accounts: Vec<TrunkAccount>) {
        let gone: Vec<String> = self
            .trunks
            .values()
            .filter(|old| accounts.iter().all(|new| *new != old.account))
            .map(|old| old.account.id.clone())
            .collect();
        for id in gone {
            self.drop_trunk(now, &id);
        }
        for account in accounts {
            if self.trunks.contains_key(&account.id) {
                continue;
            }
            let trunk = self.new_trunk(account);
            let (id, number) = (trunk.account.id.clone(), trunk.number);
            self.trunks.insert(id, trunk);
            self.trunk_due(now, number);
        }
    }

    /// Registers or pings, as the account wants it.
    pub(super) fn trunk_due(&mut self, now: Instant, number: u64) {
        let Some(trunk) = self.trunks.values().find(|t| t.number == number) else { return };
        let id = trunk.account.id.clone();
        if trunk.client.is_some() {
            return;
        }
        if trunk.renew_at.is_some_and(|at| at > now) {
            self.send_ping(now, &id);
        } else if trunk.account.register.is_some() {
            if !matches!(trunk.state, Some(TrunkState::Registered { .. })) {
                self.trunk_state(&id, TrunkState::Registering);
            }
            let wish = trunk_wish(self.trunks.get(&id));
            self.send_register(now, &id, wish);
        } else if trunk.account.options_every > 0 {
            self.send_ping(now, &id);
        } else {
            self.trunk_state(&id, TrunkState::Unmonitored);
        }
    }

    pub(super) fn register_response(&mut self, now: Instant, id: &str, client: u64, response: &Response) {
        if response.is_provisional() || !self.trunk_answered(id, client) {
            return;
        }
        let connection = self.clients.get(&client).and_then(|c| c.flow).and_then(|flow| flow.connection);
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        let wish = trunk.wish;
        match response.code {
            200..300 => {
                trunk.failures = 0;
                trunk.connection = connection;
                let expires_s = granted(&response.headers, trunk.contact_user(), wish);
                trunk.renew_at = Some(now + renewal(expires_s));
                self.trunk_state(id, TrunkState::Registered { expires_s });
                self.set_registered_timer(now, id);
            }
            423 if min_expires(&response.headers).is_some_and(|min| min > wish) => {
                trunk.wish = min_expires(&response.headers).unwrap_or(wish);
                let number = trunk.number;
                self.trunk_due(now, number);
            }
            code => self.trunk_failed(now, id, code, &response.reason, retry_after(&response.headers)),
        }
    }

    pub(super) fn ping_response(&mut self, now: Instant, id: &str, client: u64, response: &Response) {
        if response.is_provisional() || !self.trunk_answered(id, client) {
            return;
        }
        // Any answer shows that somebody is there, but 503 and our own 408 say that calls will fail.
        let fails = matches!(response.code, 408 | 503);
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        if trunk.renew_at.is_some() {
            if fails {
                // Registering again finds out whether the registration still holds.
                trunk.renew_at = Some(now);
            }
            return self.set_registered_timer(now, id);
        }
        if fails {
            let wait = retry_after(&response.headers);
            return self.trunk_failed(now, id, response.code, &response.reason, wait);
        }
        trunk.failures = 0;
        let every = Duration::from_secs(trunk.account.options_every.max(1).into());
        self.trunk_state(id, TrunkState::Reachable);
        self.set_trunk_timer(id, now + every);
    }

    /// A REGISTER was sent again with credentials.
    pub(super) fn trunk_sent_again(&mut self, id: &str, again: u64, seq: u32) {
        if let Some(trunk) = self.trunks.get_mut(id) {
            trunk.client = Some(again);
            trunk.seq = trunk.seq.max(seq);
        }
    }

    /// A connection ended: who registered over it cannot be called any more, and registers again.
    pub(super) fn trunk_connection_closed(&mut self, now: Instant, connection: u64) {
        let over = |t: &&mut Trunk| t.connection == Some(connection);
        let mut lost = Vec::new();
        for trunk in self.trunks.values_mut().filter(over) {
            trunk.connection = None;
            trunk.renew_at = Some(now);
            lost.push(trunk.account.id.clone());
        }
        for id in lost {
            // Not all clients of a server that restarts at the same instant.
            let wait = Duration::from_millis(100 + self.random.below(1900));
            self.set_trunk_timer(&id, now + wait);
        }
    }

    fn new_trunk(&mut self, account: TrunkAccount) -> Trunk {
        let (host, port) = host_and_port(&account.host);
        Trunk {
            number: self.next_id(),
            host,
            port,
            state: None,
            call_id: format!("{}@{}", self.random.token(), self.config.realm),
            tag: self.random.token(),
            seq: 0,
            wish: account.register.unwrap_or(0),
            client: None,
            failures: 0,
            renew_at: None,
            connection: None,
            realms: Vec::new(),
            account,
        }
    }

    /// Takes a trunk out, de-registering where we may be registered.
    fn drop_trunk(&mut self, now: Instant, id: &str) {
        let Some(trunk) = self.trunks.get(id) else { return };
        let number = trunk.number;
        if matches!(trunk.state, Some(TrunkState::Registered { .. })) {
            // Made while the account is still there; nobody waits for its answer.
            self.send_register(now, id, 0);
        }
        self.timers.set(TimerKey::Trunk(number), None);
        self.trunks.remove(id);
    }

    /// Whether this is the answer that was waited for.
    fn trunk_answered(&mut self, id: &str, client: u64) -> bool {
        let Some(trunk) = self.trunks.get_mut(id) else { return false };
        let awaited = trunk.client == Some(client);
        if awaited {
            trunk.client = None;
        }
        awaited
    }

    fn trunk_failed(&mut self, now: Instant, id: &str, code: u16, reason: &str, wait: Option<u32>) {
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        let doubled = FIRST_BACKOFF * (1 << trunk.failures.min(10));
        trunk.failures += 1;
        trunk.renew_at = None;
        let backoff = doubled.min(LONGEST_BACKOFF);
        // Between half and the whole, so that many clients of one carrier do not come back at once.
        let half = u64::try_from(backoff.as_millis() / 2).unwrap_or(0);
        let drawn = Duration::from_millis(half + self.random.below(half + 1));
        let wait = drawn.max(Duration::from_secs(wait.unwrap_or(0).into()));
        let retry_in_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        let state = TrunkState::Failed { code: Some(code), reason: reason.to_owned(), retry_in_s };
        self.trunk_state(id, state);
        self.set_trunk_timer(id, now + wait);
    }

    fn trunk_state(&mut self, id: &str, state: TrunkState) {
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        if trunk.state.as_ref() != Some(&state) {
            trunk.state = Some(state.clone());
            self.event(Event::Trunk { trunk: id.to_owned(), state });
        }
    }

    /// The next ping, or the renewal if that is nearer.
    fn set_registered_timer(&mut self, now: Instant, id: &str) {
        let Some(trunk) = self.trunks.get(id) else { return };
        let every = Some(trunk.account.options_every).filter(|every| *every > 0);
        let ping = every.map(|every| now + Duration::from_secs(every.into()));
        if let Some(next) = trunk.renew_at.into_iter().chain(ping).min() {
            self.set_trunk_timer(id, next);
        }
    }

    fn set_trunk_timer(&mut self, id: &str, at: Instant) {
        if let Some(trunk) = self.trunks.get(id) {
            self.timers.set(TimerKey::Trunk(trunk.number), Some(at));
        }
    }
}

fn trunk_wish(trunk: Option<&Trunk>) -> u32 {
    trunk.map_or(0, |trunk| trunk.wish)
}

/// When to register again: well before the end, with time left for a few tries.
fn renewal(expires_s: u32) -> Duration {
    let expires = Duration::from_secs(expires_s.max(2).into());
    if expires > Duration::from_secs(1200) { expires - Duration::from_secs(600) } else { expires / 2 }
}

/// The seconds a registrar granted: at our Contact, in Expires, or what we asked for (RFC 3261 section 10.2.4).
fn granted(headers: &Headers, user: &str, asked: u32) -> u32 {
    let contacts = headers.contacts().unwrap_or(Contacts::All);
    let own = contacts.list().iter().find(|contact| contact.uri.user_decoded().as_deref() == Some(user));
    own.and_then(NameAddr::expires).or_else(|| headers.expires().ok().flatten()).unwrap_or(asked)
}

fn min_expires(headers: &Headers) -> Option<u32> {
    headers.get("Min-Expires")?.trim().parse().ok()
}

/// Seconds of a Retry-After, which may be followed by a comment and parameters.
fn retry_after(headers: &Headers) -> Option<u32> {
    let value = headers.get("Retry-After")?;
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    value[..digits].parse().ok()
}

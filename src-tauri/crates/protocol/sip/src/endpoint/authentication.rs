//! Who sends a request: a trunk by its source, a phone by digest, or nobody we know.

use std::time::Instant;

use super::nonces::Worth;
use super::{Caller, Endpoint, Flow, PhoneAccount};
use crate::digest::{Algorithm, Challenge, Credentials, Secret};
use crate::message::{Request, Uri};

/// What is known of a request's sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Known(Caller),
    /// Ask for credentials. The answer is the same for unknown users and wrong passwords.
    Challenge {
        stale: bool,
    },
}

impl Endpoint {
    /// Who calls. A trunk's exact address comes before a phone's known address, and that before the trunks' networks:
    /// on one host, a carrier and phones may share the network.
    pub(super) fn identify(&mut self, now: Instant, request: &Request, flow: Flow) -> Verdict {
        if request.headers.contains("Authorization") {
            match self.authenticate(now, request) {
                Ok(phone) => return Verdict::Known(Caller::Phone(phone.user)),
                Err(stale) => return Verdict::Challenge { stale },
            }
        }
        if let Some(trunk) = self.trunk_at(flow) {
            return Verdict::Known(Caller::Trunk(trunk));
        }
        if self.registrar.user_at(&flow).is_none()
            && let Some(trunk) = self.trunk_accepting(flow)
        {
            return Verdict::Known(Caller::Trunk(trunk));
        }
        Verdict::Challenge { stale: false }
    }

    /// The phone whose credentials a request carries; otherwise whether they were merely stale.
    pub(super) fn authenticate(&mut self, now: Instant, request: &Request) -> Result<PhoneAccount, bool> {
        let second = self.second(now);
        let mut stale = false;
        let all: Vec<Credentials> =
            request.headers.get_all("Authorization").filter_map(|v| v.parse().ok()).collect();
        for credentials in all.iter().filter(|c| self.is_covered(c)) {
            let phone = self.phones.iter().find(|phone| phone.name == credentials.username);
            // An unknown name costs the same time as a known one.
            let password = phone.map_or("unknown", |phone| phone.password.as_str());
            let right =
                credentials.verify(request.method.as_str(), Secret::Password(password), &request.body);
            let count = credentials.nonce_count().unwrap_or(0);
            match (self.nonces.weigh(second, &credentials.nonce, count), phone) {
                (Worth::Good, Some(phone)) if right => {
                    let phone = phone.clone();
                    self.nonces.note(second, &credentials.nonce, count);
                    return Ok(phone);
                }
                (Worth::Stale, _) => stale = true,
                _ => {}
            }
        }
        Err(stale)
    }

    /// Asks for credentials, with the algorithms in the order we like them (RFC 8760).
    pub(super) fn challenge(&mut self, now: Instant, id: u64, stale: bool) {
        let nonce = self.nonces.issue(self.second(now), &mut self.random);
        let challenges: Vec<String> = self
            .config
            .algorithms
            .iter()
            .map(|algorithm| self.challenge_with(*algorithm, &nonce, stale).to_string())
            .collect();
        self.respond(now, id, 401, |response| {
            challenges.into_iter().for_each(|challenge| response.headers.push("WWW-Authenticate", challenge));
        });
    }

    /// The name of the user's phone: the claimed one if it is theirs, else their first.
    pub(super) fn phone_name(&self, user: &str, claimed: Option<String>) -> Option<String> {
        let mut names = self.phones.iter().filter(|phone| phone.user == user).map(|phone| &phone.name);
        let first = names.clone().next();
        names.find(|name| Some(*name) == claimed.as_ref()).or(first).cloned()
    }

    /// The trunk whose proxy has exactly this address.
    fn trunk_at(&self, flow: Flow) -> Option<String> {
        self.trunks
            .values()
            .find(|t| self.addresses_of(&t.hop()).contains(&flow.remote))
            .map(|t| t.account.id.clone())
    }

    /// The trunk that takes calls from this network address.
    fn trunk_accepting(&self, flow: Flow) -> Option<String> {
        let ip = flow.remote.ip().to_canonical();
        let accepts = |list: &[std::net::IpAddr]| list.iter().any(|a| a.to_canonical() == ip);
        self.trunks.values().find(|t| accepts(&t.account.accept_from)).map(|t| t.account.id.clone())
    }

    /// Whether the Request-URI is the Contact we registered with the trunk.
    pub(super) fn is_own_contact(&self, trunk: &str, uri: &Uri) -> bool {
        let found = self.trunks.get(trunk).filter(|t| t.account.register.is_some());
        found.is_some_and(|t| uri.user_decoded().as_deref() == Some(t.contact_user()))
    }

    /// Whether the credentials answer one of our challenges; which nonce is looked at apart.
    fn is_covered(&self, credentials: &Credentials) -> bool {
        let nonce = &credentials.nonce;
        self.config.algorithms.iter().any(|a| self.challenge_with(*a, nonce, false).covers(credentials))
    }

    fn challenge_with(&self, algorithm: Algorithm, nonce: &str, stale: bool) -> Challenge {
        let qop = self.config.qops.clone();
        Challenge { stale, qop, ..Challenge::new(algorithm, &self.config.realm, nonce) }
    }
}

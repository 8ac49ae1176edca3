//! Challenges to our requests: 401 and 407 answered with credentials (RFC 3261 section 22, RFC 8760).

use std::time::Instant;

use tandem_foundation::Pii;

use super::Endpoint;
use super::requests::{Cancel, Client, Owner};
use crate::digest::{Attempt, best_challenge};
use crate::message::Response;

/// A wrong password stays wrong: a request is sent with credentials once, and once more where the nonce was stale.
pub(super) const MAX_CHALLENGES: u8 = 2;

impl Endpoint {
    /// Sends the request again with credentials, where we have some and they were not just refused.
    pub(super) fn answer_challenge(&mut self, now: Instant, id: u64, response: &Response) -> bool {
        let (asking, answering) = match response.code {
            401 => ("WWW-Authenticate", "Authorization"),
            _ => ("Proxy-Authenticate", "Proxy-Authorization"),
        };
        let Some(client) = self.clients.get(&id) else { return false };
        let Some((user, password)) = client.credentials.clone() else { return false };
        let Some(challenge) = best_challenge(&response.headers, asking) else { return false };
        // A second proxy on the way asks with another header or realm; that is no refusal of what we sent.
        let answered = client.request.headers.contains(answering);
        if client.challenges >= MAX_CHALLENGES
            || (answered && !challenge.stale)
            || client.cancel != Cancel::No
        {
            return false;
        }
        if !self.may_prove(client, &challenge.realm) {
            return false;
        }
        let (owner, account) = (client.owner.clone(), client.account.clone());
        let mut request = client.request.clone();
        let cnonce = self.random.token();
        let credentials = challenge.answer(&Attempt {
            method: request.method.as_str(),
            uri: &request.uri.to_string(),
            user: &user,
            password: Pii::as_str(&password),
            body: &request.body,
            cnonce: &cnonce,
            nc: 1,
        });
        request.headers.set(answering, credentials.to_string());
        self.note_realm(&owner, account.as_deref(), challenge.realm);
        let (again, seq) = self.send_again(now, id, request);
        if let Some(client) = self.clients.get_mut(&again) {
            client.challenges += 1;
        }
        match owner {
            Owner::Invite(leg) => self.invite_sent_again(leg, id, again),
            Owner::Reinvite(leg)
            | Owner::Update(leg)
            | Owner::Refresh(leg)
            | Owner::Prack(leg)
            | Owner::Info(leg) => self.request_sent_again(leg, id, again, seq),
            Owner::Notify(leg) => {
                self.request_sent_again(leg, id, again, seq);
                self.notify_sent_again(leg, id, again, seq);
            }
            Owner::Refer(leg) => {
                self.request_sent_again(leg, id, again, seq);
                self.refer_sent_again(leg, id, again, seq);
            }
            Owner::Register(trunk) | Owner::Ping(trunk) => self.trunk_sent_again(&trunk, again, seq),
            Owner::PhonePing(_) | Owner::Nobody => {}
        }
        true
    }

    /// Whether the trunk's credentials may be shown to whoever asks. A digest is worth a guess at the password to anyone
    /// who gets it, and a caller can name any address as its Contact and ask there: so the request must have gone to the
    /// trunk's own address and, inside a call, the realm must be one that the trunk itself asked in before.
    fn may_prove(&self, client: &Client, realm: &str) -> bool {
        let Some(trunk) = client.account.as_ref().and_then(|id| self.trunks.get(id)) else {
            // Taken out meanwhile: only to take the registration back.
            return matches!(client.owner, Owner::Register(_));
        };
        let Some(remote) = client.flow.map(|flow| flow.remote.ip().to_canonical()) else { return false };
        let accepted = trunk.account.accept_from.iter().any(|ip| ip.to_canonical() == remote);
        let own = self.addresses_of(&trunk.hop()).iter().any(|a| a.ip().to_canonical() == remote);
        let outside = matches!(client.owner, Owner::Register(_) | Owner::Ping(_) | Owner::Invite(_));
        (own || accepted) && (outside || trunk.realms.iter().any(|known| known == realm))
    }

    /// Remembers a realm that the trunk asked in outside a call.
    fn note_realm(&mut self, owner: &Owner, account: Option<&str>, realm: String) {
        let outside = matches!(owner, Owner::Register(_) | Owner::Ping(_) | Owner::Invite(_));
        if let Some(trunk) = account.and_then(|id| self.trunks.get_mut(id))
            && outside
            && trunk.realms.len() < 8
            && !trunk.realms.contains(&realm)
        {
            trunk.realms.push(realm);
        }
    }
}

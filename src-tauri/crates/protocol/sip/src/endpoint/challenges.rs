//! Challenges to our requests: 401 and 407 answered with credentials (RFC 3261 section 22, RFC 8760).

use std::time::Instant;

use tandem_foundation::Pii;

use super::Endpoint;
use super::hops::Hop;
use super::requests::{Cancel, Owner};
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
        let (challenges, hop) = (client.challenges + 1, client.flow.map_or(client.hop.clone(), Hop::Flow));
        let (owner, account, contact_user) =
            (client.owner.clone(), client.account.clone(), client.contact_user.clone());
        let (mut request, server) = (client.request.clone(), client.server.clone());
        let cnonce = self.random.token();
        request.headers.remove("Via");
        let seq = request.headers.cseq().map_or(1, |cseq| cseq.seq) + 1;
        request.headers.set("CSeq", format!("{seq} {}", request.method));
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
        let again = self.send_request(now, request, hop, owner.clone(), account, contact_user);
        if let Some(client) = self.clients.get_mut(&again) {
            client.challenges = challenges;
            client.server = server;
            client.credentials = Some((user, password));
        }
        match owner {
            Owner::Invite(leg) => self.invite_sent_again(leg, id, again),
            Owner::Reinvite(leg) | Owner::Info(leg) => self.request_sent_again(leg, id, again, seq),
            Owner::Register(trunk) | Owner::Ping(trunk) => self.trunk_sent_again(&trunk, again, seq),
            Owner::Nobody => {}
        }
        true
    }
}

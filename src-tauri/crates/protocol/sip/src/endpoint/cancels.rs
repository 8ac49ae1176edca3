//! Taking an INVITE back (RFC 3261 section 9.1).

use std::time::Instant;

use super::Endpoint;
use super::challenges::MAX_CHALLENGES;
use super::hops::Hop;
use super::requests::{Cancel, Client, Owner};
use crate::message::{Method, Request};
use crate::transaction::{ClientInput, ClientKey, ClientTransaction};

/// What keeps a call that another phone took out of the list of missed ones (RFC 3326 section 3.1).
const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Endpoint {
    /// Takes an INVITE back because another phone answered.
    pub(super) fn cancel_completed_elsewhere(&mut self, now: Instant, id: u64) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.cancel_reason = Some(ELSEWHERE);
        }
        self.cancel_client(now, id);
    }

    /// Sends CANCEL for an INVITE, now or when a provisional response has come (RFC 3261 section 9.1).
    pub(super) fn cancel_client(&mut self, now: Instant, id: u64) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let Some(transaction) = &client.transaction else {
            self.clients.remove(&id);
            return;
        };
        if transaction.is_finished() || client.cancel == Cancel::Sent {
            return;
        }
        if !client.provisional {
            client.cancel = Cancel::Wanted;
            return;
        }
        client.cancel = Cancel::Sent;
        self.feed_client(now, id, ClientInput::Cancelled);
        self.launch_cancel(now, id);
    }

    fn launch_cancel(&mut self, now: Instant, invite: u64) {
        let Some(client) = self.clients.get(&invite) else { return };
        let Some(flow) = client.flow else { return };
        let (sent, server) = (&client.request, client.server.clone());
        let mut cancel = Request::new(Method::Cancel, sent.uri.clone());
        for (name, value) in sent.headers.iter() {
            if ["Via", "Max-Forwards", "From", "To", "Call-ID", "Route"]
                .iter()
                .any(|n| name.eq_ignore_ascii_case(n))
            {
                cancel.headers.push(name, value);
            }
        }
        if let Some(reason) = client.cancel_reason {
            cancel.headers.push("Reason", reason);
        }
        let seq = sent.headers.cseq().map_or(1, |cseq| cseq.seq);
        cancel.headers.push("CSeq", format!("{seq} CANCEL"));
        let Some(branch) = cancel.headers.top_via().ok().and_then(|via| via.branch().map(str::to_owned))
        else {
            return;
        };
        let id = self.next_id();
        let key = ClientKey::new(&branch, Method::Cancel);
        let reliable = flow.transport.is_reliable();
        let transaction = ClientTransaction::start(now, cancel.clone(), reliable, self.config.timers);
        let client = Client {
            transaction: Some(transaction),
            key: Some(key.clone()),
            flow: Some(flow),
            server,
            challenges: MAX_CHALLENGES,
            ..Client::new(cancel, Hop::Flow(flow), Owner::Nobody)
        };
        self.clients.insert(id, client);
        self.client_ids.insert(key, id);
        self.drain_client(now, id);
    }
}

//! Another server of the same name, where the one that was tried fails (RFC 3263 section 4.3).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::requests::{Cancel, Client, Owner};
use super::{Endpoint, Flow, Transport};

/// A server that says nothing for so long is passed over where there is another. A caller waits for all of it, so it
/// is far shorter than a transaction's patience.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);
/// A server that failed is tried last for this long.
const UNWELL_FOR: Duration = Duration::from_secs(30);

impl Endpoint {
    /// The server did not answer, could not be reached, or sent 503: asks the next one. Says whether there is one.
    pub(super) fn fail_over(&mut self, now: Instant, id: u64) -> bool {
        let Some(client) = self.clients.get_mut(&id) else { return false };
        if let Some(flow) = client.flow {
            self.names.note_unwell(flow.remote, now + UNWELL_FOR);
        }
        // What belongs to a dialog goes where the dialog is.
        let may_move =
            matches!(client.owner, Owner::Invite(_) | Owner::Register(_) | Owner::Ping(_) | Owner::Nobody);
        if client.cancel != Cancel::No || !may_move {
            return false;
        }
        let Some((transport, remote)) = client.others.pop_front() else { return false };
        let mut request = client.request.clone();
        request.headers.remove("Via");
        let seq = request.headers.cseq().map_or(1, |cseq| cseq.seq);
        let next = Client {
            others: std::mem::take(&mut client.others),
            server: client.server.clone(),
            credentials: client.credentials.clone(),
            challenges: client.challenges,
            intervals: client.intervals,
            account: client.account.clone(),
            contact_user: client.contact_user.clone(),
            ..Client::new(request, client.hop.clone(), client.owner.clone())
        };
        let owner = next.owner.clone();
        let again = self.next_id();
        self.clients.insert(again, next);
        match owner {
            Owner::Invite(leg) => self.invite_sent_again(leg, id, again),
            Owner::Register(trunk) | Owner::Ping(trunk) => self.trunk_sent_again(&trunk, again, seq),
            // A BYE or a CANCEL has nobody who waits; the others do not move.
            _ => {}
        }
        self.launch(now, again, Flow { transport, remote, connection: None });
        true
    }

    /// Nothing was heard for a while. The old request of a call stays until it is cleared away: the server may answer
    /// yet, and a call that it takes late has to be ended.
    pub(super) fn out_of_patience(&mut self, now: Instant, id: u64) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.patience = None;
        let invite = matches!(client.owner, Owner::Invite(_));
        if !self.fail_over(now, id) {
            return;
        }
        if invite {
            self.cancel_client(now, id);
        } else {
            self.forget_client(id);
        }
    }

    /// Those of them that failed lately come last.
    pub(super) fn well_first(
        &self,
        now: Instant,
        order: Vec<(Transport, SocketAddr)>,
    ) -> Vec<(Transport, SocketAddr)> {
        let (well, unwell): (Vec<_>, Vec<_>) =
            order.into_iter().partition(|(_, address)| !self.names.is_unwell(address, now));
        well.into_iter().chain(unwell).collect()
    }
}

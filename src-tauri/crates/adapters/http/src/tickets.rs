//! Single-use tickets, which a browser puts into a WebSocket's address because it cannot send a header there.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::caller::Credential;
use crate::secret;

/// How long a ticket opens a socket.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30);
const MOST: usize = 10_000;

/// Tickets given out and not used yet, by their hash.
#[derive(Debug, Default)]
pub(crate) struct Tickets(HashMap<String, (Credential, Instant)>);

impl Tickets {
    /// A ticket for whoever holds this credential; `None` when far too many are out.
    pub(crate) fn issue(&mut self, credential: Credential, now: Instant) -> Option<String> {
        self.0.retain(|_, (_, until)| *until > now);
        if self.0.len() >= MOST {
            return None;
        }
        let ticket = secret::token();
        self.0.insert(secret::sha256(&ticket), (credential, now + LIFETIME));
        Some(ticket)
    }

    /// Takes the ticket; it is worth nothing afterwards.
    pub(crate) fn redeem(&mut self, ticket: &str, now: Instant) -> Option<Credential> {
        let (credential, until) = self.0.remove(&secret::sha256(ticket))?;
        (until > now).then_some(credential)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_one_socket_within_its_lifetime() {
        let (mut tickets, now) = (Tickets::default(), Instant::now());
        let credential = Credential::Key { id: "key_1".into(), hash: "h".into() };
        let ticket = tickets.issue(credential.clone(), now).expect("issued");
        assert_eq!(tickets.redeem(&ticket, now), Some(credential.clone()));
        assert_eq!(tickets.redeem(&ticket, now), None, "used up");
        let late = tickets.issue(credential, now).expect("issued");
        assert_eq!(tickets.redeem(&late, now + LIFETIME), None, "too late");
        assert_eq!(tickets.redeem("guess", now), None);
    }
}

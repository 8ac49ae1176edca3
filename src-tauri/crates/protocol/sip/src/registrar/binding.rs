//! One phone's binding.

use std::time::Instant;

use crate::message::{NameAddr, Uri};

/// A contact of a user, and how it is reached.
#[derive(Clone)]
pub struct Binding<F> {
    /// Another one for each REGISTER that made or renewed it.
    pub id: u64,
    /// As the phone gave it, without `expires`.
    pub contact: NameAddr,
    /// Where its REGISTER came from; calls go there whatever the contact says (RFC 5626's idea, for phones behind NAT).
    pub flow: F,
    pub expires_at: Instant,
    /// As far as is known: whoever registered is, until somebody finds out otherwise.
    pub reachable: bool,
    pub(super) call_id: String,
    pub(super) seq: u32,
}

impl<F> Binding<F> {
    pub(super) fn new(
        id: u64,
        mut contact: NameAddr,
        flow: F,
        expires_at: Instant,
        call_id: &str,
        seq: u32,
    ) -> Binding<F> {
        contact.params.remove("expires");
        Binding { id, contact, flow, expires_at, reachable: true, call_id: call_id.to_owned(), seq }
    }

    /// What to put into the Request-URI.
    pub fn uri(&self) -> &Uri {
        &self.contact.uri
    }

    /// Whether this contact replaces the binding: the same instance (RFC 5626), or an equal URI.
    pub(crate) fn is_for(&self, contact: &NameAddr) -> bool {
        match (self.contact.param("+sip.instance"), contact.param("+sip.instance")) {
            (Some(ours), Some(theirs)) if ours == theirs => {
                self.contact.param("reg-id") == contact.param("reg-id")
            }
            _ => self.contact.uri.equivalent(&contact.uri),
        }
    }

    /// The Contact value for the 200, with the seconds left.
    pub fn to_contact(&self, now: Instant) -> String {
        let left = self.expires_at.saturating_duration_since(now).as_secs();
        let mut contact = self.contact.clone();
        contact.params.set("expires", Some(&left.to_string()));
        contact.to_string()
    }
}

impl<F: std::fmt::Debug> std::fmt::Debug for Binding<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Binding")
            .field("flow", &self.flow)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

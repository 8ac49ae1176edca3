//! The registrar's bindings: where each user's phones are (RFC 3261 section 10.3).
//!
//! Authentication is done before a request comes here. Users are named by the address-of-record's user part.

mod binding;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::{Duration, Instant};

pub use binding::Binding;

use crate::message::{Contacts, NameAddr, Request};

/// What expiry times are granted, in seconds, and how many phones one user may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrarLimits {
    /// Shorter wishes are refused with 423.
    pub min_expires: u32,
    /// Longer wishes are cut to this.
    pub max_expires: u32,
    pub default_expires: u32,
    pub max_contacts: usize,
}

impl Default for RegistrarLimits {
    fn default() -> RegistrarLimits {
        RegistrarLimits { min_expires: 60, max_expires: 3600, default_expires: 3600, max_contacts: 8 }
    }
}

/// All bindings; `F` is how a phone is reached (the flow its REGISTER came over).
#[derive(Debug)]
pub struct Registrar<F> {
    limits: RegistrarLimits,
    users: HashMap<String, Vec<Binding<F>>>,
    last_id: u64,
}

/// Why a REGISTER was refused. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// 423 with Min-Expires.
    #[error("registering a contact: expiry below {min} s")]
    TooBrief { min: u32 },
    /// 400.
    #[error("registering a contact: {0}")]
    Malformed(&'static str),
    /// 500: older than what is bound.
    #[error("registering a contact: the request is out of order")]
    OutOfOrder,
    /// 403.
    #[error("registering a contact: too many contacts")]
    TooMany,
}

impl<F: Clone + PartialEq> Registrar<F> {
    pub fn new(limits: RegistrarLimits) -> Registrar<F> {
        Registrar { limits, users: HashMap::new(), last_id: 0 }
    }

    /// Applies a REGISTER of `user` as a whole, or refuses it as a whole.
    ///
    /// # Errors
    /// See [`RegisterError`].
    pub fn register(
        &mut self,
        now: Instant,
        user: &str,
        request: &Request,
        flow: &F,
    ) -> Result<&[Binding<F>], RegisterError> {
        let malformed = |_| RegisterError::Malformed("header");
        let call_id = request.headers.call_id().map_err(malformed)?.to_owned();
        let seq = request.headers.cseq().map_err(malformed)?.seq;
        let default = request.headers.expires().map_err(malformed)?;
        let mut bindings: Vec<Binding<F>> =
            self.bindings(user).iter().filter(|b| b.expires_at > now).cloned().collect();
        let older = |b: &Binding<F>| b.call_id == call_id && seq <= b.seq;
        match request.headers.contacts().map_err(|_| RegisterError::Malformed("Contact"))? {
            Contacts::All => {
                if default != Some(0) {
                    return Err(RegisterError::Malformed("* without Expires: 0"));
                }
                if bindings.iter().any(older) {
                    return Err(RegisterError::OutOfOrder);
                }
                bindings.clear();
            }
            Contacts::List(contacts) => {
                for contact in contacts {
                    let seconds = self.granted(&contact, default)?;
                    let known = bindings.iter().position(|b| b.is_for(&contact));
                    if known.is_some_and(|at| older(&bindings[at])) {
                        return Err(RegisterError::OutOfOrder);
                    }
                    if let Some(at) = known {
                        bindings.remove(at);
                    }
                    if seconds > 0 {
                        let expires_at = now + Duration::from_secs(seconds.into());
                        self.last_id += 1;
                        bindings.push(Binding::new(
                            self.last_id,
                            contact,
                            flow.clone(),
                            expires_at,
                            &call_id,
                            seq,
                        ));
                    }
                }
            }
        }
        if bindings.len() > self.limits.max_contacts {
            return Err(RegisterError::TooMany);
        }
        if bindings.is_empty() {
            self.users.remove(user);
            return Ok(&[]);
        }
        let slot = self.users.entry(user.to_owned()).or_default();
        *slot = bindings;
        Ok(slot)
    }

    /// A user's bindings, the latest registered last.
    pub fn bindings(&self, user: &str) -> &[Binding<F>] {
        self.users.get(user).map_or(&[], Vec::as_slice)
    }

    /// The binding of this number, and whose it is.
    pub fn find(&self, id: u64) -> Option<(&str, &Binding<F>)> {
        let all = self.users.iter().flat_map(|(user, list)| list.iter().map(move |b| (user.as_str(), b)));
        all.into_iter().find(|(_, binding)| binding.id == id)
    }

    /// As [`Registrar::find`].
    pub fn find_mut(&mut self, id: u64) -> Option<(&str, &mut Binding<F>)> {
        let all =
            self.users.iter_mut().flat_map(|(user, list)| list.iter_mut().map(move |b| (user.as_str(), b)));
        all.into_iter().find(|(_, binding)| binding.id == id)
    }

    /// Who registered over this flow.
    pub fn user_at(&self, flow: &F) -> Option<&str> {
        let here = |bindings: &Vec<Binding<F>>| bindings.iter().any(|b| b.flow == *flow);
        self.users.iter().find(|(_, bindings)| here(bindings)).map(|(user, _)| user.as_str())
    }

    /// When the next binding runs out.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.users.values().flatten().map(|b| b.expires_at).min()
    }

    /// Drops what ran out; the users whose bindings changed.
    pub fn expire(&mut self, now: Instant) -> Vec<String> {
        self.retain(|_, binding| binding.expires_at > now)
    }

    /// Keeps the bindings for which `keep(user, binding)` holds; the users whose bindings changed.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Binding<F>) -> bool) -> Vec<String> {
        let mut changed = Vec::new();
        self.users.retain(|user, bindings| {
            let before = bindings.len();
            bindings.retain(|b| keep(user, b));
            if bindings.len() != before {
                changed.push(user.clone());
            }
            !bindings.is_empty()
        });
        changed.sort();
        changed
    }

    /// Seconds for one contact: 0 takes it away.
    fn granted(&self, contact: &NameAddr, default: Option<u32>) -> Result<u32, RegisterError> {
        if !contact.uri.is_sip() {
            return Err(RegisterError::Malformed("Contact is no sip URI"));
        }
        let wish = contact.expires().or(default).unwrap_or(self.limits.default_expires);
        if wish > 0 && wish < self.limits.min_expires {
            return Err(RegisterError::TooBrief { min: self.limits.min_expires });
        }
        Ok(wish.min(self.limits.max_expires))
    }
}

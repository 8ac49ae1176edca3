//! Where a call goes: a trunk, the phones of a user, a URI.

use super::hops::Hop;
use super::{Destination, Endpoint, Flow, Invite, Transport};
use crate::message::{Host, Scheme, Uri};
use crate::registrar::Binding;

/// Where to call, and the trunk whose credentials serve.
pub(super) type Targets = (Vec<Target>, Option<String>);

/// One place to call.
pub(super) struct Target {
    pub uri: Uri,
    pub hop: Hop,
    pub from: Uri,
    pub to: Uri,
    /// A phone that is told something in private.
    pub secure: bool,
}

impl Endpoint {
    pub(super) fn targets(&self, invite: &Invite) -> Result<Targets, (u16, &'static str)> {
        let from_user = Uri::escape_user(invite.from.as_str());
        let from_at =
            |domain: Host| Uri::sip((!from_user.is_empty()).then_some(from_user.as_str()), domain, None);
        match &invite.to {
            Destination::Trunk { trunk, number } => {
                let found = self.trunks.get(trunk).ok_or((503, "Unknown Trunk"))?;
                let domain = found.domain();
                let user = Uri::escape_user(number.as_str());
                let mut uri = Uri::sip(Some(&user), domain.clone(), None);
                if found.account.domain.is_none() {
                    uri.port = found.port.filter(|port| *port != found.account.transport.default_port());
                }
                let target = Target {
                    uri: uri.clone(),
                    hop: found.hop(),
                    from: from_at(domain),
                    to: uri,
                    secure: false,
                };
                Ok((vec![target], Some(trunk.clone())))
            }
            Destination::User(user) => {
                let realm = Host::from(self.config.realm.as_str());
                let mut targets = Vec::new();
                for phone in self.phones.iter().filter(|phone| phone.user == *user) {
                    let to = Uri::sip(Some(&Uri::escape_user(&phone.name)), realm.clone(), None);
                    for binding in self.registrar.bindings(&phone.name).iter().filter(|b| b.reachable) {
                        targets.push(Target {
                            uri: binding.uri().clone(),
                            hop: Hop::Flow(binding.flow),
                            from: from_at(realm.clone()),
                            to: to.clone(),
                            secure: is_secure(binding),
                        });
                    }
                }
                if targets.is_empty() { Err((480, "No Phone Registered")) } else { Ok((targets, None)) }
            }
            Destination::Uri(text) => {
                let uri: Uri = text.as_str().parse().map_err(|_| (400, "Unreadable URI"))?;
                if !uri.is_sip() || uri.host == Host::None {
                    return Err((416, "Unsupported URI Scheme"));
                }
                let (local, _) = self.local_host(Transport::Udp);
                let target =
                    Target { hop: Hop::of(&uri), to: uri.clone(), uri, from: from_at(local), secure: false };
                Ok((vec![target], None))
            }
        }
    }
}

/// Over TLS nobody on the way reads what is said; a `sips` contact asks for nothing less (RFC 3261 section 26.2.2).
fn is_secure(binding: &Binding<Flow>) -> bool {
    matches!(binding.flow.transport, Transport::Tls | Transport::Wss) || binding.uri().scheme == Scheme::Sips
}

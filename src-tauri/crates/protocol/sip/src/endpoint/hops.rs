//! From a URI to a flow: which transport and address a request goes to (RFC 3263), and what we write as our own address there.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use super::targets::{Lookup, Resolution, ServerNames, Target, in_turn};
use super::{Endpoint, Flow, Output, Transport};
use crate::message::{Host, Scheme, Uri, Via};

/// Names kept before those are thrown away whose time is over.
const MAX_NAMES: usize = 1024;

/// The next hop of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hop {
    Flow(Flow),
    To {
        host: Host,
        port: Option<u16>,
        /// `None`: the domain's choice.
        transport: Option<Transport>,
        /// A name that the server's certificate may show instead of the host's.
        domain: Option<String>,
    },
}

/// Names that were looked up or are being looked up.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<Lookup, (Vec<Target>, Instant)>,
    /// Lookups under way, with the client requests that wait for them.
    pending: HashMap<u64, (Lookup, Vec<u64>)>,
    /// Servers that failed lately, and until when that counts.
    unwell: HashMap<SocketAddr, Instant>,
}

impl Names {
    pub fn note_unwell(&mut self, address: SocketAddr, until: Instant) {
        if self.unwell.len() >= MAX_NAMES {
            self.unwell.clear();
        }
        self.unwell.insert(address, until);
    }

    pub fn is_unwell(&self, address: &SocketAddr, now: Instant) -> bool {
        self.unwell.get(address).is_some_and(|until| *until > now)
    }
}

impl Hop {
    /// The hop a URI names; what it leaves open is the domain's choice (RFC 3263 section 4.1).
    pub fn of(uri: &Uri) -> Hop {
        let named = uri.param("transport").and_then(|name| match name.to_ascii_lowercase().as_str() {
            "udp" => Some(Transport::Udp),
            "tcp" => Some(Transport::Tcp),
            "tls" => Some(Transport::Tls),
            "ws" => Some(Transport::Ws),
            "wss" => Some(Transport::Wss),
            _ => None,
        });
        let transport = match (&uri.scheme, named) {
            (Scheme::Sips, Some(Transport::Ws | Transport::Wss)) => Some(Transport::Wss),
            (Scheme::Sips, _) => Some(Transport::Tls),
            _ => named,
        };
        let host = uri.param("maddr").map_or_else(|| uri.host.clone(), Host::from);
        // A certificate speaks for the domain of the URI, wherever that says its server is (RFC 5922 section 7).
        let domain = uri.param("maddr").map(|_| bare(&uri.host));
        Hop::To { transport, host, port: uri.port, domain }
    }

    /// Whom the server's certificate has to name.
    pub fn server_names(&self) -> Option<ServerNames> {
        match self {
            Hop::Flow(_) => None,
            Hop::To { host, domain, .. } => {
                Some(std::iter::once(bare(host)).chain(domain.clone()).collect::<Vec<_>>().into())
            }
        }
    }

    fn lookup(&self) -> Option<Lookup> {
        match self {
            Hop::To { host, port, transport, .. } if host.ip().is_none() => Some(Lookup {
                host: host.to_string().to_ascii_lowercase(),
                port: *port,
                transport: *transport,
            }),
            _ => None,
        }
    }
}

impl Endpoint {
    /// The first flow of a hop, where that is known at once.
    pub(super) fn flow_of(&self, hop: &Hop) -> Option<Flow> {
        if let Hop::Flow(flow) = hop {
            return Some(*flow);
        }
        let (transport, remote) = *in_turn(&self.targets_of(hop), |_| 0).first()?;
        Some(Flow { transport, remote, connection: None })
    }

    /// All addresses a hop is known under.
    pub(super) fn addresses_of(&self, hop: &Hop) -> Vec<SocketAddr> {
        self.targets_of(hop).into_iter().flat_map(|target| target.addresses).collect()
    }

    /// The flow to try and those to try after it; `None` after a lookup was begun on whose end `client` will be started.
    pub(super) fn flows_or_lookup(
        &mut self,
        now: Instant,
        hop: &Hop,
        client: u64,
    ) -> Option<(Flow, VecDeque<(Transport, SocketAddr)>)> {
        if let Some(lookup) = hop.lookup() {
            let fresh = self.names.known.get(&lookup).is_some_and(|(_, until)| *until > now);
            if !fresh {
                self.look_up(lookup, client);
                return None;
            }
        }
        self.flows_of(now, hop)
    }

    /// The flow to try and those to try after it, where the hop is known.
    pub(super) fn flows_of(
        &mut self,
        now: Instant,
        hop: &Hop,
    ) -> Option<(Flow, VecDeque<(Transport, SocketAddr)>)> {
        if let Hop::Flow(flow) = hop {
            return Some((*flow, VecDeque::new()));
        }
        let targets = self.targets_of(hop);
        let order = in_turn(&targets, |limit| self.random.below(limit));
        let mut order = VecDeque::from(self.well_first(now, order));
        let (transport, remote) = order.pop_front()?;
        Some((Flow { transport, remote, connection: None }, order))
    }

    /// The end of a lookup: what was found, or why nothing was.
    pub(super) fn resolved(&mut self, now: Instant, query: u64, found: Result<Resolution, String>) {
        let Some((lookup, waiting)) = self.names.pending.remove(&query) else { return };
        let reason = match found {
            Ok(found) if !found.targets.is_empty() => {
                if self.names.known.len() >= MAX_NAMES {
                    self.names.known.retain(|_, (_, until)| *until > now);
                }
                // What is asked for is answered once at least, however short-lived it is.
                self.names.known.insert(lookup, (found.targets, now + found.life));
                None
            }
            Ok(_) => Some("the name has no address".to_owned()),
            Err(reason) => Some(reason),
        };
        if let Some(reason) = reason {
            for client in waiting {
                self.client_failed(now, client, 503, &reason);
            }
            return;
        }
        for client in waiting {
            self.launch_after_lookup(now, client);
        }
    }

    fn targets_of(&self, hop: &Hop) -> Vec<Target> {
        match hop {
            Hop::Flow(flow) => vec![single(flow.transport, flow.remote)],
            Hop::To { host, port, transport, .. } => match (host.ip(), hop.lookup()) {
                (Some(ip), _) => {
                    let transport = transport.unwrap_or(Transport::Udp);
                    let port = port.unwrap_or(transport.default_port());
                    vec![single(transport, SocketAddr::new(ip, port))]
                }
                (None, Some(lookup)) => {
                    self.names.known.get(&lookup).map(|(list, _)| list.clone()).unwrap_or_default()
                }
                (None, None) => Vec::new(),
            },
        }
    }

    fn look_up(&mut self, lookup: Lookup, client: u64) {
        if let Some((_, waiting)) = self.names.pending.values_mut().find(|(pending, _)| *pending == lookup) {
            waiting.push(client);
            return;
        }
        let query = self.next_id();
        self.outputs.push_back(Output::Resolve { query, lookup: lookup.clone() });
        self.names.pending.insert(query, (lookup, vec![client]));
    }

    /// Our address as peers on this transport should write it.
    pub(super) fn local_host(&self, transport: Transport) -> (Host, u16) {
        let address = match transport {
            Transport::Udp => self.config.udp,
            Transport::Tcp => self.config.tcp.unwrap_or(self.config.udp),
            // Without a port of our own for it, peers keep to the connection we opened.
            Transport::Tls => self.config.tls.or(self.config.tcp).unwrap_or(self.config.udp),
            Transport::Ws => self.config.ws.unwrap_or(self.config.udp),
            Transport::Wss => self.config.wss.unwrap_or(self.config.udp),
        };
        let host = match &self.config.advertised {
            Some(advertised) => Host::from(advertised.as_str()),
            None => Host::from(address.ip()),
        };
        (host, address.port())
    }

    /// Our Contact on this transport.
    pub(super) fn contact(&self, user: &str, transport: Transport) -> String {
        let (host, port) = self.local_host(transport);
        let user = Uri::escape_user(user);
        let mut uri = Uri::sip((!user.is_empty()).then_some(user.as_str()), host, Some(port));
        match transport {
            Transport::Udp => {}
            Transport::Tcp => uri = uri.with_param("transport", "tcp"),
            Transport::Tls => uri = uri.with_param("transport", "tls"),
            // The one name for both (RFC 7118 section 5.2).
            Transport::Ws | Transport::Wss => uri = uri.with_param("transport", "ws"),
        }
        format!("<{uri}>")
    }

    /// A Via with this branch, asking for `rport`.
    pub(super) fn via(&self, transport: Transport, branch: &str) -> String {
        let (host, port) = self.local_host(transport);
        let mut via = Via::new(transport.via_name(), host, Some(port), branch);
        via.params.set("rport", None);
        via.to_string()
    }
}

/// Splits `host`, `host:port` or an IPv6 address with or without brackets.
pub(super) fn host_and_port(text: &str) -> (Host, Option<u16>) {
    if let Ok(ip) = text.parse::<std::net::IpAddr>() {
        return (ip.into(), None);
    }
    Host::parse_with_port(text).unwrap_or_else(|| (Host::from(text), None))
}

fn single(transport: Transport, address: SocketAddr) -> Target {
    Target { transport, addresses: vec![address], priority: 0, weight: 0 }
}

/// As certificates have it: an IPv6 address without brackets.
fn bare(host: &Host) -> String {
    host.ip().map_or_else(|| host.to_string(), |ip| ip.to_string())
}

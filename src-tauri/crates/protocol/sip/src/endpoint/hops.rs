//! From a URI to a flow: which transport and address a request goes to (RFC 3263 without NAPTR and SRV), and what we
//! write as our own address there.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Endpoint, Flow, Output, Transport};
use crate::message::{Host, Uri, Via};

/// How long an answer of the name service is used.
const NAME_LIFE: Duration = Duration::from_secs(60);

/// The next hop of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hop {
    Flow(Flow),
    To { transport: Transport, host: Host, port: u16 },
}

/// Names that were looked up or are being looked up.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<(String, u16), (Vec<SocketAddr>, Instant)>,
    /// Lookups under way, with the client requests that wait for them.
    pending: HashMap<u64, ((String, u16), Vec<u64>)>,
}

impl Hop {
    /// The hop a URI names; UDP unless it asks for TCP.
    pub fn of(uri: &Uri) -> Hop {
        let tcp = uri.param("transport").is_some_and(|t| t.eq_ignore_ascii_case("tcp"));
        let transport = if tcp { Transport::Tcp } else { Transport::Udp };
        let host = uri.param("maddr").map_or_else(|| uri.host.clone(), Host::from);
        Hop::To { transport, host, port: uri.port.unwrap_or(5060) }
    }
}

impl Endpoint {
    /// The flow of a hop, where that is known at once.
    pub(super) fn flow_of(&self, hop: &Hop) -> Option<Flow> {
        match hop {
            Hop::Flow(flow) => Some(*flow),
            Hop::To { transport, host, port } => {
                let remote = match host.ip() {
                    Some(ip) => SocketAddr::new(ip, *port),
                    None => *self.names.known.get(&(host.to_string(), *port))?.0.first()?,
                };
                Some(Flow { transport: *transport, remote, connection: None })
            }
        }
    }

    /// All addresses a host is known under.
    pub(super) fn addresses_of(&self, host: &Host, port: u16) -> Vec<SocketAddr> {
        match host.ip() {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => self
                .names
                .known
                .get(&(host.to_string(), port))
                .map(|(list, _)| list.clone())
                .unwrap_or_default(),
        }
    }

    /// The flow, or `None` after a lookup was begun on whose end `client` will be started.
    pub(super) fn flow_or_lookup(&mut self, now: Instant, hop: &Hop, client: u64) -> Option<Flow> {
        if let Hop::To { host, port, .. } = hop
            && host.ip().is_none()
        {
            let name = (host.to_string(), *port);
            let fresh = self.names.known.get(&name).is_some_and(|(_, until)| *until > now);
            if !fresh {
                self.look_up(name, client);
                return None;
            }
        }
        self.flow_of(hop)
    }

    pub(super) fn resolved(&mut self, now: Instant, query: u64, addresses: Vec<SocketAddr>) {
        let Some((name, waiting)) = self.names.pending.remove(&query) else { return };
        if addresses.is_empty() {
            self.names.known.remove(&name);
        } else {
            self.names.known.insert(name, (addresses, now + NAME_LIFE));
        }
        for client in waiting {
            self.launch_after_lookup(now, client);
        }
    }

    fn look_up(&mut self, name: (String, u16), client: u64) {
        if let Some((_, waiting)) = self.names.pending.values_mut().find(|(pending, _)| *pending == name) {
            waiting.push(client);
            return;
        }
        let query = self.next_id();
        self.outputs.push_back(Output::Resolve { query, host: name.0.clone(), port: name.1 });
        self.names.pending.insert(query, (name, vec![client]));
    }

    /// Our address as peers on this transport should write it.
    pub(super) fn local_host(&self, transport: Transport) -> (Host, u16) {
        let address = match transport {
            Transport::Udp => self.config.udp,
            Transport::Tcp => self.config.tcp.unwrap_or(self.config.udp),
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
        if transport == Transport::Tcp {
            uri = uri.with_param("transport", "tcp");
        }
        format!("<{uri}>")
    }

    /// A Via with this branch, asking for `rport`.
    pub(super) fn via(&self, transport: Transport, branch: &str) -> String {
        let (host, port) = self.local_host(transport);
        let name = match transport {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
        };
        let mut via = Via::new(name, host, Some(port), branch);
        via.params.set("rport", None);
        via.to_string()
    }
}

/// Splits `host`, `host:port` or an IPv6 address with or without brackets.
pub(super) fn host_and_port(text: &str) -> (Host, u16) {
    if let Ok(ip) = text.parse::<std::net::IpAddr>() {
        return (ip.into(), 5060);
    }
    match Host::parse_with_port(text) {
        Some((host, port)) => (host, port.unwrap_or(5060)),
        None => (Host::from(text), 5060),
    }
}

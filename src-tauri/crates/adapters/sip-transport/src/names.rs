//! From a name to servers: NAPTR, SRV and addresses, in the order of RFC 3263 section 4, off the machine's task.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tandem_sip::endpoint::{Lookup, Resolution, Target, Transport};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::connections::Happening;

/// A call cannot wait longer for its trunk's address.
const PATIENCE: Duration = Duration::from_secs(8);
/// An answer is used for no less and no more than this, whatever its TTL says.
const SHORTEST_LIFE: Duration = Duration::from_secs(5);
const LONGEST_LIFE: Duration = Duration::from_secs(3600);
/// SRV records looked at; a domain with more of them means no good.
const MAX_SERVERS: usize = 16;

/// A name service, as far as SIP asks one.
#[async_trait]
pub trait NameService: Send + Sync + fmt::Debug {
    /// NAPTR records of a domain (RFC 3403).
    async fn naptr(&self, domain: &str) -> Result<Found<Naptr>, NameError>;
    /// SRV records of a service (RFC 2782), `_sip._udp.example.com`.
    async fn srv(&self, service: &str) -> Result<Found<Srv>, NameError>;
    /// A and AAAA records of a host, in the order in which they are to be tried.
    async fn addresses(&self, host: &str) -> Result<Found<IpAddr>, NameError>;
}

/// Records, and how long they may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub records: Vec<T>,
    pub life: Duration,
}

/// A NAPTR record whose service is one of SIP's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naptr {
    pub order: u16,
    pub preference: u16,
    /// `SIP+D2U`, `SIP+D2T` or `SIPS+D2T`.
    pub service: String,
    /// The name of SRV records.
    pub replacement: String,
}

/// An SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srv {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    pub host: String,
}

/// Why there are no records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name service knows that there are none.
    #[error("there is no such name")]
    Absent,
    /// It could not be asked, or gave no usable answer.
    #[error("the name service does not answer: {0}")]
    Unavailable(String),
}

/// Looks up and reports; never blocks.
pub fn look_up(service: Arc<dyn NameService>, query: u64, lookup: Lookup, report: mpsc::Sender<Happening>) {
    tokio::spawn(async move {
        let found = match timeout(PATIENCE, resolve(service.as_ref(), &lookup)).await {
            Ok(found) => found,
            Err(_) => Err(NameError::Unavailable("looking up took too long".to_owned())),
        };
        let found = found.map_err(|error| {
            tracing::warn!(host = %lookup.host, %error, "looking up a name failed");
            format!("{}: {error}", lookup.host)
        });
        // The driver may have ended meanwhile.
        let _ = report.send(Happening::Resolved { query, found }).await;
    });
}

/// The servers of a name.
///
/// # Errors
/// [`NameError::Absent`] where the name leads to no address.
pub async fn resolve(service: &dyn NameService, lookup: &Lookup) -> Result<Resolution, NameError> {
    let transport = lookup.transport.unwrap_or(Transport::Udp);
    if transport.is_web() {
        // Phones open WebSockets to us and never the other way round.
        return Err(NameError::Absent);
    }
    // Names without a dot are of this machine or network, and services are of domains.
    if lookup.port.is_some() || !lookup.host.contains('.') {
        let port = lookup.port.unwrap_or(transport.default_port());
        return own_addresses(service, &lookup.host, transport, port).await;
    }
    for (transport, name) in services(service, lookup).await {
        match service.srv(&name).await {
            Ok(found) => return servers(service, transport, found).await,
            Err(NameError::Absent) => {}
            // A host of that name may be known all the same, from the hosts file for one.
            Err(error) => {
                let own = own_addresses(service, &lookup.host, transport, transport.default_port()).await;
                return own.map_err(|_| error);
            }
        }
    }
    own_addresses(service, &lookup.host, transport, transport.default_port()).await
}

/// The SRV names to ask for, the preferred one first.
async fn services(service: &dyn NameService, lookup: &Lookup) -> Vec<(Transport, String)> {
    let usual = |transport| match transport {
        Transport::Udp => (transport, format!("_sip._udp.{}", lookup.host)),
        // Nobody asks for servers by WebSocket, see `resolve`.
        Transport::Tcp | Transport::Ws => (transport, format!("_sip._tcp.{}", lookup.host)),
        Transport::Tls | Transport::Wss => (transport, format!("_sips._tcp.{}", lookup.host)),
    };
    if let Some(transport) = lookup.transport {
        return vec![usual(transport)];
    }
    let mut records = service.naptr(&lookup.host).await.map(|found| found.records).unwrap_or_default();
    records.sort_by_key(|record| (record.order, record.preference));
    let known = records.into_iter().filter_map(|record| {
        let transport = match record.service.to_ascii_uppercase().as_str() {
            "SIP+D2U" => Transport::Udp,
            "SIP+D2T" => Transport::Tcp,
            "SIPS+D2T" => Transport::Tls,
            _ => return None,
        };
        Some((transport, record.replacement))
    });
    let known: Vec<_> = known.take(MAX_SERVERS).collect();
    if known.is_empty() { vec![usual(Transport::Udp), usual(Transport::Tcp)] } else { known }
}

/// The addresses behind SRV records. One that leads nowhere is left out.
async fn servers(
    service: &dyn NameService,
    transport: Transport,
    found: Found<Srv>,
) -> Result<Resolution, NameError> {
    let (mut targets, mut life, mut problem) = (Vec::new(), found.life, NameError::Absent);
    for record in found.records.into_iter().take(MAX_SERVERS) {
        // The root alone says that the service is not offered (RFC 2782).
        if record.host.is_empty() || record.host == "." {
            continue;
        }
        match service.addresses(&record.host).await {
            Ok(addresses) => {
                life = life.min(addresses.life);
                let socket = |ip| SocketAddr::new(ip, record.port);
                targets.push(Target {
                    transport,
                    addresses: addresses.records.into_iter().map(socket).collect(),
                    priority: record.priority,
                    weight: record.weight,
                });
            }
            Err(error) => problem = error,
        }
    }
    if targets.is_empty() { Err(problem) } else { Ok(Resolution { targets, life: bounded(life) }) }
}

async fn own_addresses(
    service: &dyn NameService,
    host: &str,
    transport: Transport,
    port: u16,
) -> Result<Resolution, NameError> {
    let found = service.addresses(host).await?;
    let addresses: Vec<_> = found.records.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
    if addresses.is_empty() {
        return Err(NameError::Absent);
    }
    let targets = vec![Target { transport, addresses, priority: 0, weight: 0 }];
    Ok(Resolution { targets, life: bounded(found.life) })
}

fn bounded(life: Duration) -> Duration {
    life.clamp(SHORTEST_LIFE, LONGEST_LIFE)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[derive(Debug, Default)]
    struct Zone {
        naptr: HashMap<&'static str, Vec<Naptr>>,
        srv: HashMap<&'static str, Vec<Srv>>,
        hosts: HashMap<&'static str, [u8; 4]>,
        down: bool,
    }

    impl Zone {
        fn answer<T: Clone>(&self, records: Option<&Vec<T>>, life: u64) -> Result<Found<T>, NameError> {
            if self.down {
                return Err(NameError::Unavailable("timed out".to_owned()));
            }
            let records = records.cloned().ok_or(NameError::Absent)?;
            Ok(Found { records, life: Duration::from_secs(life) })
        }
    }

    #[async_trait]
    impl NameService for Zone {
        async fn naptr(&self, domain: &str) -> Result<Found<Naptr>, NameError> {
            self.answer(self.naptr.get(domain), 900)
        }
        async fn srv(&self, service: &str) -> Result<Found<Srv>, NameError> {
            self.answer(self.srv.get(service), 300)
        }
        async fn addresses(&self, host: &str) -> Result<Found<IpAddr>, NameError> {
            let address = self.hosts.get(host).map(|ip| vec![IpAddr::from(*ip)]);
            self.answer(address.as_ref(), 60)
        }
    }

    fn srv(priority: u16, weight: u16, port: u16, host: &str) -> Srv {
        Srv { priority, weight, port, host: host.to_owned() }
    }

    fn zone() -> Zone {
        let hosts = HashMap::from([("carrier.example", [10, 0, 0, 1]), ("a.carrier.example", [10, 0, 0, 2])]);
        Zone { hosts, ..Zone::default() }
    }

    fn lookup(host: &str, port: Option<u16>, transport: Option<Transport>) -> Lookup {
        Lookup { host: host.to_owned(), port, transport }
    }

    fn listed(found: &Resolution) -> Vec<String> {
        let line = |target: &Target| {
            let at = target.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            format!("{:?} {at} {} {}", target.transport, target.priority, target.weight)
        };
        found.targets.iter().map(line).collect()
    }

    #[tokio::test]
    async fn each_transport_has_its_service_and_what_leads_nowhere_is_left_out() {
        let mut zone = zone();
        zone.srv.insert("_sip._udp.carrier.example", vec![srv(1, 2, 5070, "a.carrier.example")]);
        zone.srv.insert("_sip._tcp.carrier.example", vec![srv(0, 0, 5071, "gone.carrier.example")]);
        let both = vec![srv(5, 0, 5081, "gone.carrier.example"), srv(10, 60, 5082, "a.carrier.example")];
        zone.srv.insert("_sips._tcp.carrier.example", both);
        let asked = async |transport| resolve(&zone, &lookup("carrier.example", None, Some(transport))).await;
        assert_eq!(listed(&asked(Transport::Udp).await.expect("found")), ["Udp 10.0.0.2:5070 1 2"]);
        assert_eq!(asked(Transport::Tcp).await, Err(NameError::Absent));
        let secure = asked(Transport::Tls).await.expect("found");
        assert_eq!(listed(&secure), ["Tls 10.0.0.2:5082 10 60"]);
        assert_eq!(secure.life, Duration::from_secs(60), "the shortest of what was used");
    }

    #[tokio::test]
    async fn a_port_or_a_name_without_records_means_the_host_itself() {
        let mut zone = zone();
        zone.srv.insert("_sip._udp.carrier.example", vec![srv(1, 2, 5070, "a.carrier.example")]);
        let with_port = resolve(&zone, &lookup("carrier.example", Some(5090), Some(Transport::Udp))).await;
        assert_eq!(listed(&with_port.expect("found")), ["Udp 10.0.0.1:5090 0 0"]);
        let plain = resolve(&zone, &lookup("a.carrier.example", None, Some(Transport::Tls))).await;
        assert_eq!(listed(&plain.expect("found")), ["Tls 10.0.0.2:5061 0 0"]);
    }

    #[tokio::test]
    async fn a_domain_says_which_transport_it_prefers() {
        let mut zone = zone();
        let naptr = |order, service: &str, replacement: &str| Naptr {
            order,
            preference: 0,
            service: service.to_owned(),
            replacement: replacement.to_owned(),
        };
        let records = vec![
            naptr(50, "SIP+D2T", "_sip._tcp.carrier.example"),
            naptr(20, "SIPS+D2T", "_sips._tcp.edge.example"),
            naptr(10, "E2U+pres", "nothing.example"),
        ];
        zone.naptr.insert("carrier.example", records);
        zone.srv.insert("_sip._tcp.carrier.example", vec![srv(0, 0, 5060, "a.carrier.example")]);
        let open = lookup("carrier.example", None, None);
        // The preferred service has no records, so the next one is taken.
        assert_eq!(listed(&resolve(&zone, &open).await.expect("found")), ["Tcp 10.0.0.2:5060 0 0"]);
        zone.srv.insert("_sips._tcp.edge.example", vec![srv(0, 0, 5061, "a.carrier.example")]);
        assert_eq!(listed(&resolve(&zone, &open).await.expect("found")), ["Tls 10.0.0.2:5061 0 0"]);
        zone.naptr.clear();
        assert_eq!(listed(&resolve(&zone, &open).await.expect("found")), ["Tcp 10.0.0.2:5060 0 0"]);
    }

    #[tokio::test]
    async fn a_name_service_that_is_down_is_told_from_a_name_that_is_not_there() {
        let zone = Zone { down: true, ..zone() };
        let down = resolve(&zone, &lookup("carrier.example", None, Some(Transport::Udp))).await;
        let error = down.expect_err("down").to_string();
        assert_eq!(error, "the name service does not answer: timed out");
        let nowhere = resolve(&Zone::default(), &lookup("no.example", None, None)).await;
        assert_eq!(nowhere, Err(NameError::Absent));
    }
}

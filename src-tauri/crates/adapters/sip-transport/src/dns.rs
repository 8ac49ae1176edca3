//! The name service of the system: its name servers for records, and its own ways for hosts that those do not know.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::{ResolverBuilder, TokioResolver};

use crate::names::{Found, NameError, NameService, Naptr, Srv};

/// One question to one name server, before it is asked again or another one is.
const PATIENCE: Duration = Duration::from_secs(2);
/// Hosts that the system knows by other ways have no TTL.
const SYSTEM_LIFE: Duration = Duration::from_secs(60);

/// Asks the name servers of the system's configuration, and keeps what they say for its TTL.
#[derive(Debug)]
pub struct SystemNames {
    /// Or why there is none.
    resolver: Result<TokioResolver, String>,
}

impl SystemNames {
    /// Reads the system's configuration. Where that cannot be read, only hosts are found.
    pub fn new() -> SystemNames {
        SystemNames::built(TokioResolver::builder_tokio())
    }

    /// Asks this name server, by UDP and where an answer is too long for that by TCP, instead of the system's.
    pub fn of(server: SocketAddr) -> SystemNames {
        let over = |mut connection: ConnectionConfig| {
            connection.port = server.port();
            connection
        };
        let connections = vec![over(ConnectionConfig::udp()), over(ConnectionConfig::tcp())];
        let server = NameServerConfig::new(server.ip(), true, connections);
        let config = ResolverConfig::from_name_servers(vec![server]);
        SystemNames::built(Ok(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())))
    }

    fn built(builder: Result<ResolverBuilder<TokioRuntimeProvider>, NetError>) -> SystemNames {
        let built = builder.and_then(|mut builder| {
            let options = builder.options_mut();
            options.timeout = PATIENCE;
            options.attempts = 1;
            builder.build()
        });
        SystemNames { resolver: built.map_err(|error| error.to_string()) }
    }

    async fn records<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Result<Found<T>, NameError> {
        let resolver = self.resolver.as_ref().map_err(|why| NameError::Unavailable(why.clone()))?;
        // With its last dot, so that no search domain is tried.
        let found = resolver.lookup(format!("{}.", name.trim_end_matches('.')), kind).await;
        let found = found.map_err(problem)?;
        let records: Vec<T> = found.answers().iter().filter_map(|record| read(&record.data)).collect();
        if records.is_empty() { Err(NameError::Absent) } else { Ok(Found { records, life: life(&found) }) }
    }

    /// As every program of the system would: hosts file, network discovery and whatever else is configured.
    async fn by_system(host: &str) -> Option<Found<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await.ok()?;
        let records: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        (!records.is_empty()).then_some(Found { records, life: SYSTEM_LIFE })
    }
}

impl Default for SystemNames {
    fn default() -> SystemNames {
        SystemNames::new()
    }
}

#[async_trait]
impl NameService for SystemNames {
    async fn naptr(&self, domain: &str) -> Result<Found<Naptr>, NameError> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.records(domain, RecordType::NAPTR, |data| match data {
            // "s": what follows is the name of SRV records (RFC 3263 section 4.1).
            RData::NAPTR(naptr) if naptr.flags.eq_ignore_ascii_case(b"s") => Some(Naptr {
                order: naptr.order,
                preference: naptr.preference,
                service: text(&naptr.services),
                replacement: naptr.replacement.to_ascii(),
            }),
            _ => None,
        })
        .await
    }

    async fn srv(&self, service: &str) -> Result<Found<Srv>, NameError> {
        self.records(service, RecordType::SRV, |data| match data {
            RData::SRV(srv) => Some(Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                host: srv.target.to_ascii().trim_end_matches('.').to_owned(),
            }),
            _ => None,
        })
        .await
    }

    async fn addresses(&self, host: &str) -> Result<Found<IpAddr>, NameError> {
        let asked = match &self.resolver {
            // A name without a dot is not one of the name servers'.
            Ok(resolver) if host.contains('.') => {
                match resolver.lookup_ip(format!("{}.", host.trim_end_matches('.'))).await {
                    Ok(found) => {
                        let life = life(found.as_lookup());
                        return Ok(Found { records: found.iter().collect(), life });
                    }
                    Err(error) => problem(error),
                }
            }
            Ok(_) => NameError::Absent,
            Err(why) => NameError::Unavailable(why.clone()),
        };
        SystemNames::by_system(host).await.ok_or(asked)
    }
}

fn life(found: &Lookup) -> Duration {
    found.valid_until().saturating_duration_since(Instant::now())
}

fn problem(error: NetError) -> NameError {
    if error.is_no_records_found() { NameError::Absent } else { NameError::Unavailable(error.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_machine_is_known_without_a_name_server() {
        let found = SystemNames::new().addresses("localhost").await.expect("every system has it");
        assert!(found.records.iter().any(IpAddr::is_loopback));
    }
}

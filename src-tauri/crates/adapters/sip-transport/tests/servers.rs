//! Names that lead to several servers: a double of the name service, and real servers behind it.

mod stack;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use stack::certificates::Authority;
use stack::{Stack, trunk};
use tandem_sip_transport::{Found, NameError, NameService, Naptr, SipConfig, Srv};
use tandem_switchboard::ports::signalling::{
    Destination, SignallingCommand as Command, SignallingEvent as Event, Transport, TrunkState,
};

const LIFE: Duration = Duration::from_secs(60);

/// Every host is this machine; services are as told.
#[derive(Debug, Default)]
struct Zone {
    services: HashMap<String, Vec<Srv>>,
    down: bool,
}

impl Zone {
    fn with(service: &str, servers: &[(u16, u16)]) -> Arc<Zone> {
        let record = |(priority, port): &(u16, u16)| Srv {
            priority: *priority,
            weight: 0,
            port: *port,
            host: "edge.hosting.example".to_owned(),
        };
        let services = HashMap::from([(service.to_owned(), servers.iter().map(record).collect())]);
        Arc::new(Zone { services, down: false })
    }
}

#[async_trait]
impl NameService for Zone {
    async fn naptr(&self, _domain: &str) -> Result<Found<Naptr>, NameError> {
        Err(NameError::Absent)
    }
    async fn srv(&self, service: &str) -> Result<Found<Srv>, NameError> {
        if self.down {
            return Err(NameError::Unavailable("no name server answers".to_owned()));
        }
        let records = self.services.get(service).cloned().ok_or(NameError::Absent)?;
        Ok(Found { records, life: LIFE })
    }
    async fn addresses(&self, _host: &str) -> Result<Found<IpAddr>, NameError> {
        if self.down {
            return Err(NameError::Unavailable("no name server answers".to_owned()));
        }
        Ok(Found { records: vec![Ipv4Addr::LOCALHOST.into()], life: LIFE })
    }
}

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

async fn exchange(zone: Arc<Zone>, authority: Option<&Authority>, transport: Transport) -> Stack {
    let mut config = SipConfig::new(anywhere());
    config.names = zone;
    config.tls_issuers = authority.map(Authority::file);
    let stack = Stack::with(config).await;
    let mut account = trunk("carrier", anywhere(), transport);
    account.host = "carrier.example".to_owned();
    stack.send(Command::SetTrunks(vec![account]));
    stack
}

async fn carrier(certificate: Option<&Authority>) -> Stack {
    let mut config = SipConfig::new(anywhere());
    // The domain's name, not that of the machine the records lead to.
    config.tls = certificate.map(|authority| (anywhere(), authority.issue(&["carrier.example"])));
    let stack = Stack::with(config).await;
    stack.send(Command::SetTrunks(vec![trunk("exchange", anywhere(), Transport::Udp)]));
    stack
}

/// A port that refuses connections.
async fn closed() -> u16 {
    let listener = tokio::net::TcpListener::bind(anywhere()).await.expect("a port");
    listener.local_addr().expect("bound").port()
}

fn through() -> Destination {
    Destination::Trunk { trunk: "carrier".into(), number: "+62812345678".into() }
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_passed_over() {
    let mut carrier = carrier(None).await;
    let servers = [(20, carrier.address().port()), (10, closed().await)];
    let exchange = exchange(Zone::with("_sip._tcp.carrier.example", &servers), None, Transport::Tcp).await;
    exchange.call(through());
    assert_eq!(carrier.incoming().await.2, "+62812345678");
}

#[tokio::test]
async fn a_server_that_sends_503_and_one_that_says_nothing_are_passed_over() {
    let (busy, mut carrier) = (carrier(None).await, carrier(None).await);
    busy.send(Command::Drain);
    // Bound and never read.
    let mute = tokio::net::UdpSocket::bind(anywhere()).await.expect("a port");
    let mute = (20, mute.local_addr().expect("bound").port(), mute);
    let servers = [(30, carrier.address().port()), (10, busy.address().port()), (mute.0, mute.1)];
    let exchange = exchange(Zone::with("_sip._udp.carrier.example", &servers), None, Transport::Udp).await;
    exchange.call(through());
    assert_eq!(carrier.incoming().await.2, "+62812345678");
}

#[tokio::test]
async fn the_certificate_is_to_name_the_domain_and_not_where_its_records_lead() {
    let authority = Authority::new();
    let mut carrier = carrier(Some(&authority)).await;
    let servers = [(10, carrier.tls_address().port())];
    let zone = Zone::with("_sips._tcp.carrier.example", &servers);
    let exchange = exchange(zone, Some(&authority), Transport::Tls).await;
    exchange.call(through());
    assert_eq!(carrier.incoming().await.2, "+62812345678");
}

#[tokio::test]
async fn a_name_service_that_is_down_is_told_in_the_trunks_state() {
    let zone = Arc::new(Zone { down: true, ..Zone::default() });
    let mut exchange = exchange(zone, None, Transport::Udp).await;
    let mut account = trunk("carrier", anywhere(), Transport::Udp);
    (account.host, account.register) = ("carrier.example".to_owned(), Some(300));
    exchange.send(Command::SetTrunks(vec![account]));
    let failed =
        exchange.until(|event| matches!(event, Event::Trunk { state: TrunkState::Failed { .. }, .. })).await;
    let text = format!("{failed:?}");
    assert!(
        text.contains("carrier.example: the name service does not answer: no name server answers"),
        "{text}"
    );
}

//! From a domain to a server as a carrier's name server tells it (RFC 3263): real questions over UDP, real servers behind
//! the answers.

mod stack;

use std::sync::Arc;
use std::time::Duration;

use stack::name_server::{NameServer, Zone, host, naptr, srv};
use stack::{Stack, trunk};
use tandem_sip_transport::{SipConfig, SystemNames};
use tandem_switchboard::ports::signalling::{
    Destination, SignallingCommand as Command, SignallingEvent as Event, Transport,
};

const UDP: &str = "_sip._udp.carrier.example";
const TCP: &str = "_sip._tcp.carrier.example";

/// Takes calls from this machine.
async fn carrier() -> Stack {
    let stack = Stack::start().await;
    let anywhere = "127.0.0.1:0".parse().expect("an address");
    stack.send(Command::SetTrunks(vec![trunk("exchange", anywhere, Transport::Udp)]));
    stack
}

/// Calls go through `carrier.example`.
async fn exchange(names: &NameServer) -> Stack {
    let mut config = SipConfig::new("127.0.0.1:0".parse().expect("an address"));
    config.names = Arc::new(SystemNames::of(names.address));
    let stack = Stack::with(config).await;
    let mut account = trunk("carrier", "127.0.0.1:0".parse().expect("an address"), Transport::Udp);
    account.host = "carrier.example".to_owned();
    stack.send(Command::SetTrunks(vec![account]));
    stack
}

fn through() -> Destination {
    Destination::Trunk { trunk: "carrier".into(), number: "+62812345678".into() }
}

#[tokio::test]
async fn the_domains_order_of_transports_comes_before_ours() {
    let mut carrier = carrier().await;
    let port = carrier.address().port();
    // UDP is what we would ask for first.
    let zone: Zone = vec![
        naptr("carrier.example", 20, "SIP+D2U", UDP),
        naptr("carrier.example", 10, "SIP+D2T", TCP),
        srv(TCP, 10, 0, (port, "tcp.carrier.example")),
        srv(UDP, 10, 0, (9, "udp.carrier.example")),
        host("tcp.carrier.example"),
        host("udp.carrier.example"),
    ];
    let names = NameServer::start(zone).await;
    let exchange = exchange(&names).await;
    exchange.call(Destination::Uri("sip:+62812345678@carrier.example".into()));
    assert_eq!(carrier.incoming().await.2, "+62812345678");
    let questions = ["NAPTR carrier.example", "SRV _sip._tcp.carrier.example", "A tcp.carrier.example"];
    assert_eq!(names.asked(), questions, "and nothing else");
}

#[tokio::test]
async fn without_services_the_domain_is_a_host() {
    let mut carrier = carrier().await;
    let names = NameServer::start(vec![host("carrier.example")]).await;
    let exchange = exchange(&names).await;
    let uri = format!("sip:+62812345678@carrier.example:{}", carrier.address().port());
    exchange.call(Destination::Uri(uri.into()));
    assert_eq!(carrier.incoming().await.2, "+62812345678");
    assert_eq!(names.asked(), ["A carrier.example"], "a port in the URI leaves services out");
}

#[tokio::test]
async fn the_next_server_is_tried_after_a_503_and_after_silence() {
    let (busy, mut last) = (carrier().await, carrier().await);
    busy.send(Command::Drain);
    // Bound and never read.
    let mute = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let zone: Zone = vec![
        srv(UDP, 30, 0, (last.address().port(), "c.carrier.example")),
        srv(UDP, 10, 0, (busy.address().port(), "a.carrier.example")),
        srv(UDP, 20, 0, (mute.local_addr().expect("bound").port(), "b.carrier.example")),
        host("a.carrier.example"),
        host("b.carrier.example"),
        host("c.carrier.example"),
    ];
    let names = NameServer::start(zone).await;
    let exchange = exchange(&names).await;
    exchange.call(through());
    let mut packet = [0; 1_500];
    let tried = tokio::time::timeout(Duration::from_secs(20), mute.recv(&mut packet)).await;
    let length = tried.expect("the second is tried").expect("received");
    assert!(packet[..length].starts_with(b"INVITE "));
    assert_eq!(last.incoming().await.2, "+62812345678", "and then the third");
}

#[tokio::test]
async fn servers_of_one_priority_get_calls_by_their_weight() {
    let (mut heavy, mut light) = (carrier().await, carrier().await);
    let zone: Zone = vec![
        srv(UDP, 10, 75, (heavy.address().port(), "heavy.carrier.example")),
        srv(UDP, 10, 25, (light.address().port(), "light.carrier.example")),
        host("heavy.carrier.example"),
        host("light.carrier.example"),
    ];
    let names = NameServer::start(zone).await;
    let exchange = exchange(&names).await;
    // By chance the lighter gets none, or more than half, of so many once in 50,000 runs.
    const CALLS: usize = 60;
    for _ in 0..CALLS {
        exchange.call(through());
    }
    let mut counts = [0, 0];
    while counts.iter().sum::<usize>() < CALLS {
        let (side, event) = tokio::select! {
            event = heavy.next() => (0, event),
            event = light.next() => (1, event),
        };
        counts[side] += usize::from(matches!(event, Event::Incoming { .. }));
    }
    assert!(counts[1] > 0 && counts[0] > counts[1], "{counts:?}");
}

//! Host names: looked up once, waited for, told when they lead nowhere, and left for another server of theirs.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::network::{call, to_trunk, trunk};
use crate::endpoint::{
    Command, Config, Endpoint, Event, Flow, Input, Lookup, Output, Resolution, Target, Transport, TrunkState,
};
use crate::message::{Message, Response, parse_datagram};

struct Node {
    endpoint: Endpoint,
    now: Instant,
    queries: Vec<(u64, Lookup)>,
    /// Where requests went, with their messages and tokens.
    sent: Vec<(Flow, Message, Option<u64>, Vec<String>)>,
    events: Vec<Event>,
}

impl Node {
    fn to(host: &str, transport: Transport) -> Node {
        let config = Config::new("10.0.0.1:5060".parse().expect("an address"));
        let endpoint = Endpoint::new(config, [3; 32], || 1000);
        let now = Instant::now();
        let mut node = Node { endpoint, now, queries: Vec::new(), sent: Vec::new(), events: Vec::new() };
        node.input(Input::Command(Command::SetTrunks(vec![trunk("carrier", host, transport)])));
        node.events.clear();
        node
    }

    fn input(&mut self, input: Input) {
        self.endpoint.handle(self.now, input);
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Resolve { query, lookup } => self.queries.push((query, lookup)),
                Output::Send { flow, bytes, token, server } => {
                    let message = parse_datagram(&bytes).expect("what we send can be read");
                    let names = server.map(|names| names.to_vec()).unwrap_or_default();
                    self.sent.push((flow, message, token, names));
                }
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    fn dial(&mut self, leg: u64) {
        self.input(Input::Command(call(leg, to_trunk("carrier", "+15550100"))));
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some((at, _)) = self.endpoint.next_deadline().filter(|(at, _)| *at <= end) {
            self.now = at;
            self.input(Input::Deadline);
        }
        self.now = end;
    }

    fn found(&mut self, targets: Vec<Target>) {
        let (query, _) = self.queries.pop().expect("something was asked");
        let found = Ok(Resolution { targets, life: Duration::from_secs(60) });
        self.input(Input::Resolved { query, found });
    }

    /// Answers the request sent last.
    fn respond(&mut self, code: u16) {
        let (flow, message) =
            self.sent.last().map(|(flow, m, ..)| (*flow, m.clone())).expect("something was sent");
        let Message::Request(request) = message else { panic!("a request") };
        let message = Response::for_request(&request, code, None).into();
        self.input(Input::Message { flow, message });
    }

    /// The servers that INVITEs went to, each named once in a row.
    fn invited(&self) -> Vec<String> {
        let invites = self.sent.iter().filter(|(_, m, ..)| first_line(m).starts_with("INVITE"));
        let mut hosts: Vec<String> = invites.map(|(flow, ..)| flow.remote.to_string()).collect();
        hosts.dedup();
        hosts
    }
}

fn first_line(message: &Message) -> String {
    String::from_utf8_lossy(&message.to_bytes()).lines().next().unwrap_or_default().to_owned()
}

fn target(address: &str, priority: u16) -> Target {
    let address: SocketAddr = address.parse().expect("an address");
    Target { transport: Transport::Udp, addresses: vec![address], priority, weight: 0 }
}

#[test]
fn calls_wait_for_one_lookup_and_later_calls_use_its_answer_while_it_lives() {
    let mut node = Node::to("sip.carrier.example:5070", Transport::Udp);
    node.dial(1);
    node.dial(2);
    assert_eq!((node.queries.len(), node.sent.len()), (1, 0));
    let lookup = &node.queries[0].1;
    assert_eq!(
        (lookup.host.as_str(), lookup.port, lookup.transport),
        ("sip.carrier.example", Some(5070), Some(Transport::Udp))
    );
    node.found(vec![target("10.0.0.7:5070", 0)]);
    assert_eq!(node.sent.len(), 2);
    node.dial(3);
    assert_eq!((node.sent.len(), node.queries.len()), (3, 0));
    node.now += Duration::from_secs(70);
    node.dial(4);
    assert_eq!(node.queries.len(), 1, "the answer is too old");
}

#[test]
fn an_address_is_never_looked_up_and_has_the_port_of_its_transport() {
    for (host, transport, remote) in [
        ("10.0.0.7", Transport::Udp, "10.0.0.7:5060"),
        ("10.0.0.7", Transport::Tls, "10.0.0.7:5061"),
        ("[2001:db8::7]:5090", Transport::Tcp, "[2001:db8::7]:5090"),
    ] {
        let mut node = Node::to(host, transport);
        node.dial(1);
        assert_eq!((node.invited(), node.queries.len()), (vec![remote.to_owned()], 0));
        assert_eq!(node.sent[0].0.transport, transport);
    }
}

#[test]
fn the_servers_certificate_is_to_name_the_trunk_and_via_and_contact_say_tls() {
    let mut node = Node::to("sip.carrier.example", Transport::Tls);
    let mut account = trunk("carrier", "sip.carrier.example", Transport::Tls);
    account.domain = Some("carrier.example".to_owned());
    node.input(Input::Command(Command::SetTrunks(vec![account])));
    node.dial(1);
    let secure = Target { transport: Transport::Tls, ..target("10.0.0.7:5061", 0) };
    node.found(vec![secure]);
    let (flow, invite, _, names) = &node.sent[0];
    assert_eq!(flow.transport, Transport::Tls);
    assert_eq!(names[..], ["sip.carrier.example".to_owned(), "carrier.example".to_owned()]);
    let text = String::from_utf8_lossy(&invite.to_bytes()).into_owned();
    assert!(text.contains("Via: SIP/2.0/TLS ") && text.contains(";transport=tls>"), "{text}");
}

#[test]
fn a_name_that_leads_nowhere_fails_the_call_with_the_reason_and_a_hangup_ends_the_wait() {
    let mut node = Node::to("sip.carrier.example", Transport::Udp);
    node.dial(1);
    node.dial(2);
    node.input(Input::Command(Command::Hangup { leg: 2, cause: None }));
    assert!(matches!(node.events[..], [Event::Failed { leg: 2, code: 487, .. }]), "{:?}", node.events);
    node.events.clear();
    let (query, _) = node.queries.pop().expect("asked");
    node.input(Input::Resolved { query, found: Err("no name server answers".to_owned()) });
    assert!(
        matches!(&node.events[..], [Event::Failed { leg: 1, code: 503, reason }] if reason == "no name server answers"),
        "{:?}",
        node.events
    );
    assert_eq!((node.sent.len(), node.endpoint.legs(), node.endpoint.transactions()), (0, 0, 0));
}

#[test]
fn what_could_not_be_sent_goes_to_the_next_server_and_fails_after_the_last() {
    let mut node = Node::to("sip.carrier.example", Transport::Udp);
    node.dial(1);
    node.found(vec![target("10.0.0.8:5060", 20), target("10.0.0.7:5060", 10)]);
    let failing = |node: &mut Node, reason: &str| {
        let token = node.sent.last().and_then(|(_, _, token, _)| *token).expect("requests have one");
        node.input(Input::SendFailed { token, reason: reason.to_owned() });
    };
    failing(&mut node, "refused");
    assert_eq!(node.invited(), ["10.0.0.7:5060", "10.0.0.8:5060"]);
    assert!(node.events.is_empty());
    failing(&mut node, "unknown issuer");
    assert!(
        matches!(&node.events[..], [Event::Failed { leg: 1, code: 503, reason }] if reason == "unknown issuer"),
        "{:?}",
        node.events
    );
    assert!(node.endpoint.next_deadline().is_none());
}

#[test]
fn a_503_moves_the_call_on_and_the_server_is_tried_last_for_a_while() {
    let mut node = Node::to("sip.carrier.example", Transport::Udp);
    node.dial(1);
    node.found(vec![target("10.0.0.7:5060", 10), target("10.0.0.8:5060", 20)]);
    node.respond(503);
    assert_eq!(node.invited(), ["10.0.0.7:5060", "10.0.0.8:5060"]);
    node.respond(486);
    assert!(matches!(node.events[..], [Event::Failed { leg: 1, code: 486, .. }]), "{:?}", node.events);
    node.sent.clear();
    node.dial(2);
    assert_eq!(node.invited(), ["10.0.0.8:5060"]);
    node.wait(31);
    node.sent.clear();
    node.dial(3);
    assert_eq!(node.invited(), ["10.0.0.7:5060"]);
}

#[test]
fn a_silent_server_is_passed_over_and_a_call_it_takes_late_is_ended() {
    let mut node = Node::to("sip.carrier.example", Transport::Udp);
    node.dial(1);
    node.found(vec![target("10.0.0.7:5060", 10), target("10.0.0.8:5060", 20)]);
    let first = node.sent[0].clone();
    node.wait(5);
    assert_eq!(node.invited(), ["10.0.0.7:5060", "10.0.0.8:5060"]);
    // The first one answers after all: with 200, which is acknowledged and hung up.
    let Message::Request(request) = &first.1 else { panic!("a request") };
    let mut late = Response::for_request(request, 200, None);
    let to = late.headers.to().expect("a To").with_tag("late");
    late.headers.set("To", to.to_string());
    late.headers.push("Contact", "<sip:10.0.0.7>");
    node.input(Input::Message { flow: first.0, message: late.into() });
    let to_first: Vec<String> = node
        .sent
        .iter()
        .filter(|(flow, ..)| flow.remote == first.0.remote)
        .map(|(_, m, ..)| first_line(m))
        .collect();
    assert!(to_first.iter().any(|line| line.starts_with("ACK")), "{to_first:?}");
    assert!(to_first.iter().any(|line| line.starts_with("BYE")), "{to_first:?}");
    assert!(node.events.is_empty(), "the call still rings elsewhere: {:?}", node.events);
}

#[test]
fn a_registration_moves_on_as_well_and_its_failure_says_why() {
    let mut node = Node::to("sip.carrier.example", Transport::Udp);
    let mut account = trunk("carrier", "sip.carrier.example", Transport::Udp);
    account.register = Some(300);
    node.input(Input::Command(Command::SetTrunks(vec![account])));
    node.found(vec![target("10.0.0.7:5060", 10), target("10.0.0.8:5060", 20)]);
    node.wait(5);
    assert_eq!(node.sent.last().map(|(flow, ..)| flow.remote.to_string()).as_deref(), Some("10.0.0.8:5060"));
    let token = node.sent.last().and_then(|(_, _, token, _)| *token).expect("requests have one");
    node.input(Input::SendFailed { token, reason: "the certificate has expired".to_owned() });
    assert!(
        matches!(&node.events.last(), Some(Event::Trunk { state: TrunkState::Failed { reason, .. }, .. })
            if reason == "the certificate has expired"),
        "{:?}",
        node.events
    );
}

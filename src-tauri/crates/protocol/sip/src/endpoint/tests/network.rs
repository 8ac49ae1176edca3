//! The network in memory, and the clock that moves with it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_foundation::Pii;

use crate::endpoint::{
    Command, Config, Destination, Endpoint, Event, Flow, Incoming, Input, Invite, Output, PhoneAccount,
    Transport, TrunkAccount,
};
use crate::message::{Message, Method, Request, Response, parse_datagram};

/// What the network does to datagrams. TCP is spared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Of 100.
    pub loss: u64,
    /// Of 100.
    pub twice: u64,
    /// Up to so many milliseconds on top of ten.
    pub jitter: u64,
}

pub struct Node {
    pub endpoint: Endpoint,
    pub address: SocketAddr,
    pub events: Vec<Event>,
    /// What came in, in order: first lines with the moment since the start.
    pub received: Vec<(Duration, String)>,
    /// The same, whole.
    pub inbox: Vec<Bytes>,
}

struct Packet {
    to: SocketAddr,
    flow: Flow,
    bytes: Bytes,
}

pub struct World {
    pub start: Instant,
    pub now: Instant,
    pub nodes: Vec<Node>,
    pub weather: Weather,
    /// Somebody who is no endpoint: what was sent to an address of no node.
    pub strays: Vec<(SocketAddr, Bytes)>,
    /// The next so many messages that begin so are lost.
    pub lose: Vec<(&'static str, usize)>,
    flying: BTreeMap<(Instant, u64), Packet>,
    random: u64,
    order: u64,
}

impl World {
    /// Nodes at 10.0.0.1, 10.0.0.2 and so on, on port 5060.
    pub fn new(nodes: usize, seed: u64) -> World {
        World::with(nodes, seed, |_| {})
    }

    pub fn with(nodes: usize, seed: u64, change: impl Fn(&mut Config)) -> World {
        let start = Instant::now();
        let nodes = (1..=nodes)
            .map(|n| {
                let address: SocketAddr = format!("10.0.0.{n}:5060").parse().expect("an address");
                let mut config = Config::new(address);
                config.tcp = Some(address);
                change(&mut config);
                let mut leg = 1000 * n as u64;
                let next_leg = move || {
                    leg += 1;
                    leg
                };
                let mut key = [n as u8; 32];
                key[..8].copy_from_slice(&seed.to_be_bytes());
                let endpoint = Endpoint::new(config, key, next_leg);
                Node { endpoint, address, events: Vec::new(), received: Vec::new(), inbox: Vec::new() }
            })
            .collect();
        World {
            start,
            now: start,
            nodes,
            weather: Weather::default(),
            strays: Vec::new(),
            lose: Vec::new(),
            flying: BTreeMap::new(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            order: 0,
        }
    }

    pub fn command(&mut self, node: usize, command: Command) {
        self.input(node, Input::Command(command));
    }

    pub fn input(&mut self, node: usize, input: Input) {
        let now = self.now;
        self.nodes[node].endpoint.handle(now, input);
        self.collect(node);
    }

    /// A message from an address of no node.
    pub fn inject(&mut self, node: usize, from: &str, text: &str) {
        let flow = Flow::udp(from.parse().expect("an address"));
        let bytes = Bytes::from(text.replace('\n', "\r\n"));
        self.input(node, Input::Datagram { flow, bytes });
    }

    /// Lets the time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        self.run_while(end, |_| true);
        self.now = end;
    }

    /// Runs until the node has such an event, at most two virtual minutes; takes the event out.
    pub fn until<T>(&mut self, node: usize, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let end = self.now + Duration::from_secs(120);
        self.run_while(end, |world| world.nodes[node].events.iter().all(|event| wanted(event).is_none()));
        let node = &mut self.nodes[node];
        match node.events.iter().position(|event| wanted(event).is_some()) {
            Some(at) => wanted(&node.events.remove(at)).expect("it matched before"),
            None => panic!("there are only {:?}, and came only {:?}", node.events, node.received),
        }
    }

    /// Whether the node has such an event by now.
    pub fn has(&self, node: usize, wanted: impl Fn(&Event) -> bool) -> bool {
        self.nodes[node].events.iter().any(wanted)
    }

    /// The first lines a node received that begin so.
    pub fn received(&self, node: usize, start: &str) -> usize {
        self.nodes[node].received.iter().filter(|(_, line)| line.starts_with(start)).count()
    }

    /// The requests a node received, with their copies.
    pub fn requests(&self, node: usize, method: Method) -> Vec<Request> {
        let read = self.nodes[node].inbox.iter().filter_map(|bytes| parse_datagram(bytes).ok());
        read.filter_map(|message| match message {
            Message::Request(request) if request.method == method => Some(request),
            _ => None,
        })
        .collect()
    }

    /// The responses with this code to this method.
    pub fn responses(&self, node: usize, code: u16, method: &Method) -> Vec<Response> {
        let read = self.nodes[node].inbox.iter().filter_map(|bytes| parse_datagram(bytes).ok());
        read.filter_map(|message| match message {
            Message::Response(response)
                if response.code == code && response.headers.cseq().is_ok_and(|c| c.method == *method) =>
            {
                Some(response)
            }
            _ => None,
        })
        .collect()
    }

    /// Nothing is left of any call.
    pub fn assert_clean(&self, what: &str) {
        for (at, node) in self.nodes.iter().enumerate() {
            let left = (node.endpoint.legs(), node.endpoint.dialogs(), node.endpoint.transactions());
            assert_eq!(left, (0, 0, 0), "legs, dialogs, transactions of node {at}, {what}");
            assert!(node.endpoint.next_deadline().is_none(), "a deadline of node {at}, {what}");
        }
    }

    /// Milliseconds since the start at which the node received lines that begin so.
    pub fn moments(&self, node: usize, start: &str) -> Vec<u128> {
        let list = self.nodes[node].received.iter();
        list.filter(|(_, line)| line.starts_with(start)).map(|(at, _)| at.as_millis()).collect()
    }

    pub fn draw(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % limit.max(1)
    }

    fn run_while(&mut self, end: Instant, goes_on: impl Fn(&World) -> bool) {
        let mut steps = 0;
        while goes_on(self) {
            steps += 1;
            assert!(steps < 200_000, "the world does not come to rest");
            let flying = self.flying.first_key_value().map(|((at, _), _)| *at);
            let due = self.nodes.iter().filter_map(|n| n.endpoint.next_deadline().map(|(at, _)| at)).min();
            let Some(next) = flying.into_iter().chain(due).min().filter(|at| *at <= end) else { break };
            self.now = self.now.max(next);
            if flying == Some(next) {
                let (_, packet) = self.flying.pop_first().expect("one is there");
                self.deliver(packet);
            } else {
                for node in 0..self.nodes.len() {
                    if self.nodes[node].endpoint.next_deadline().is_some_and(|(at, _)| at <= next) {
                        self.input(node, Input::Deadline);
                    }
                }
            }
        }
    }

    fn deliver(&mut self, packet: Packet) {
        let Some(node) = self.nodes.iter().position(|n| n.address == packet.to) else {
            self.strays.push((packet.to, packet.bytes));
            return;
        };
        let text = String::from_utf8_lossy(&packet.bytes);
        let line = text.lines().next().unwrap_or_default().to_owned();
        let at = self.now - self.start;
        self.nodes[node].inbox.push(packet.bytes.clone());
        self.nodes[node].received.push((at, line));
        self.input(node, Input::Datagram { flow: packet.flow, bytes: packet.bytes });
    }

    fn collect(&mut self, node: usize) {
        while let Some(output) = self.nodes[node].endpoint.poll_output() {
            match output {
                Output::Send { flow, bytes, .. } => self.send(node, flow, bytes),
                Output::Event(event) => self.nodes[node].events.push(event),
                Output::Resolve { .. } => panic!("no names in this world"),
            }
        }
    }

    fn send(&mut self, node: usize, flow: Flow, bytes: Bytes) {
        let starts = |start: &str| bytes.starts_with(start.as_bytes());
        if let Some((_, left)) = self.lose.iter_mut().find(|(start, left)| *left > 0 && starts(start)) {
            *left -= 1;
            return;
        }
        let tcp = flow.transport.is_reliable();
        let copies = match self.draw(100) {
            _ if tcp => 1,
            drawn if drawn < self.weather.loss => 0,
            _ if self.draw(100) < self.weather.twice => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let jitter = if tcp { 0 } else { self.draw(self.weather.jitter + 1) };
            let at = self.now + Duration::from_millis(10 + jitter);
            self.order += 1;
            let connection = tcp.then_some(node as u64 + 1);
            let from = Flow { transport: flow.transport, remote: self.nodes[node].address, connection };
            let packet = Packet { to: flow.remote, flow: from, bytes: bytes.clone() };
            self.flying.insert((at, self.order), packet);
        }
    }
}

pub const OFFER: &[u8] = b"v=0\r\ns=offer\r\n";
pub const SECURE_OFFER: &[u8] = b"v=0\r\ns=offer with keys\r\n";
pub const WEB_OFFER: &[u8] = b"v=0\r\ns=offer for browsers\r\n";
pub const ANSWER: &[u8] = b"v=0\r\ns=answer\r\n";

/// A trunk to a node, which is also allowed to call.
pub fn trunk(id: &str, host: &str, transport: Transport) -> TrunkAccount {
    let ip = host.split(':').next().and_then(|ip| ip.parse().ok());
    TrunkAccount {
        id: id.to_owned(),
        host: host.to_owned(),
        transport,
        domain: None,
        credentials: None,
        register: None,
        accept_from: ip.into_iter().collect(),
        options_every: 0,
    }
}

pub fn phone(user: &str, name: &str) -> PhoneAccount {
    PhoneAccount { user: user.to_owned(), name: name.to_owned(), password: "secret".into() }
}

pub fn call(leg: u64, to: Destination) -> Command {
    Command::Invite(Invite {
        leg,
        to,
        from: "+15550001".into(),
        display_name: Some("Ann \"A\" Bell".into()),
        offer: Bytes::from_static(OFFER),
        web_offer: Some(Bytes::from_static(WEB_OFFER)),
        secure_offer: Some(Bytes::from_static(SECURE_OFFER)),
        headers: Vec::new(),
        call_id: None,
        ring_timeout: Duration::from_secs(30),
    })
}

pub fn to_trunk(trunk: &str, number: &str) -> Destination {
    Destination::Trunk { trunk: trunk.to_owned(), number: Pii::from(number) }
}

/// Two nodes that are each other's trunk.
pub fn pair(seed: u64, transport: Transport) -> World {
    pair_with(seed, transport, |_| {})
}

pub fn pair_with(seed: u64, transport: Transport, change: impl Fn(&mut Config)) -> World {
    let mut world = World::with(2, seed, change);
    world.command(0, Command::SetTrunks(vec![trunk("b", "10.0.0.2", transport)]));
    world.command(1, Command::SetTrunks(vec![trunk("a", "10.0.0.1", transport)]));
    world.nodes.iter_mut().for_each(|node| node.events.clear());
    world
}

impl World {
    pub fn incoming(&mut self, node: usize) -> Incoming {
        let end = self.now + Duration::from_secs(120);
        let is = |event: &Event| matches!(event, Event::Incoming(_));
        self.run_while(end, |world| !world.nodes[node].events.iter().any(is));
        let events = &mut self.nodes[node].events;
        let at = events.iter().position(is).expect("a call comes in");
        match events.remove(at) {
            Event::Incoming(incoming) => incoming,
            _ => unreachable!("it was one"),
        }
    }

    /// Sets up a call from node 0 (leg 1) to node 1; the leg there.
    pub fn connect(&mut self) -> u64 {
        self.command(0, call(1, to_trunk("b", "+15550002")));
        let leg = self.incoming(1).leg;
        self.command(1, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        self.until(0, |event| matches!(event, Event::Answered { leg: 1, .. }).then_some(()));
        self.until(1, |event| matches!(event, Event::Confirmed { .. }).then_some(()));
        leg
    }

    pub fn failed(&mut self, node: usize, leg: u64) -> u16 {
        self.until(node, |event| match event {
            Event::Failed { leg: failed, code, .. } if *failed == leg => Some(*code),
            _ => None,
        })
    }

    /// By the peer or not.
    pub fn ended(&mut self, node: usize, leg: u64) -> bool {
        self.until(node, |event| match event {
            Event::Ended { leg: ended, by_peer, .. } if *ended == leg => Some(*by_peer),
            _ => None,
        })
    }
}

//! Host names: looked up once, waited for, and told when they lead nowhere.

use std::time::{Duration, Instant};

use super::network::{call, to_trunk, trunk};
use crate::endpoint::{Command, Config, Endpoint, Event, Input, Output, Transport};

fn endpoint() -> (Endpoint, Instant) {
    let config = Config::new("10.0.0.1:5060".parse().expect("an address"));
    let mut endpoint = Endpoint::new(config, [3; 32], || 1000);
    let now = Instant::now();
    let carrier = trunk("carrier", "sip.carrier.example:5070", Transport::Udp);
    endpoint.handle(now, Input::Command(Command::SetTrunks(vec![carrier])));
    (endpoint, now)
}

fn drain(endpoint: &mut Endpoint) -> (Vec<u64>, Vec<String>, Vec<Event>) {
    let (mut queries, mut sent, mut events) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(output) = endpoint.poll_output() {
        match output {
            Output::Resolve { query, host, port } => {
                assert_eq!((host.as_str(), port), ("sip.carrier.example", 5070));
                queries.push(query);
            }
            Output::Send { flow, .. } => sent.push(flow.remote.to_string()),
            Output::Event(event) => events.push(event),
        }
    }
    (queries, sent, events)
}

fn dial(endpoint: &mut Endpoint, now: Instant, leg: u64) {
    endpoint.handle(now, Input::Command(call(leg, to_trunk("carrier", "+15550100"))));
}

#[test]
fn calls_wait_for_one_lookup_and_later_calls_use_its_answer_for_a_minute() {
    let (mut endpoint, now) = endpoint();
    dial(&mut endpoint, now, 1);
    dial(&mut endpoint, now, 2);
    let (queries, sent, _) = drain(&mut endpoint);
    assert_eq!((queries.len(), sent.len()), (1, 0));
    let addresses = vec!["10.0.0.7:5070".parse().expect("an address")];
    endpoint.handle(now, Input::Resolved { query: queries[0], addresses });
    assert_eq!(drain(&mut endpoint).1, ["10.0.0.7:5070", "10.0.0.7:5070"]);
    dial(&mut endpoint, now + Duration::from_millis(100), 3);
    assert_eq!(drain(&mut endpoint).1, ["10.0.0.7:5070"]);
    dial(&mut endpoint, now + Duration::from_secs(70), 4);
    assert_eq!(drain(&mut endpoint).0.len(), 1, "the answer is too old");
}

#[test]
fn a_name_that_leads_nowhere_fails_the_call_and_a_hangup_ends_the_wait() {
    let (mut endpoint, now) = endpoint();
    dial(&mut endpoint, now, 1);
    dial(&mut endpoint, now, 2);
    endpoint.handle(now, Input::Command(Command::Hangup { leg: 2, cause: None }));
    let (queries, _, events) = drain(&mut endpoint);
    assert!(
        matches!(events[..], [Event::Trunk { .. }, Event::Failed { leg: 2, code: 487, .. }]),
        "{events:?}"
    );
    endpoint.handle(now, Input::Resolved { query: queries[0], addresses: Vec::new() });
    let (_, sent, events) = drain(&mut endpoint);
    assert!(matches!(events[..], [Event::Failed { leg: 1, code: 503, .. }]), "{events:?}");
    assert!(sent.is_empty());
    assert_eq!((endpoint.legs(), endpoint.transactions()), (0, 0));
}

#[test]
fn what_could_not_be_sent_fails_the_call_at_once() {
    let (mut endpoint, now) = endpoint();
    dial(&mut endpoint, now, 1);
    let (queries, ..) = drain(&mut endpoint);
    let addresses = vec!["10.0.0.7:5070".parse().expect("an address")];
    endpoint.handle(now, Input::Resolved { query: queries[0], addresses });
    let token = std::iter::from_fn(|| endpoint.poll_output()).find_map(|output| match output {
        Output::Send { token, .. } => token,
        _ => None,
    });
    endpoint.handle(now, Input::SendFailed { token: token.expect("requests have one") });
    let (.., events) = drain(&mut endpoint);
    assert!(matches!(events[..], [Event::Failed { leg: 1, code: 503, .. }]), "{events:?}");
    assert!(endpoint.next_deadline().is_none());
}

//! Who may see a digest of a trunk's password, and what our own challenges offer (RFC 7616, RFC 8760).

use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, World, call, phone, to_trunk, trunk};
use crate::digest::{Algorithm, Attempt, Challenge, Qop};
use crate::endpoint::{Command, Destination, Event, Transport};
use crate::message::{Message, Method, Request, Response, parse_datagram};

const PROXY: &str = "10.0.0.9:5060";
const ELSEWHERE: &str = "10.6.6.6:5060";

fn world() -> World {
    let mut world = World::new(1, 40);
    let mut carrier = trunk("carrier", PROXY, Transport::Udp);
    carrier.credentials = Some(("user".to_owned(), "secret".into()));
    world.command(0, Command::SetTrunks(vec![carrier]));
    world
}

/// The last request of ours, and where it went.
fn last(world: &World, method: &Method) -> (String, Request) {
    let found = world.strays.iter().rev().find_map(|(to, bytes)| match parse_datagram(bytes) {
        Ok(Message::Request(request)) if request.method == *method => Some((to.to_string(), request)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {method}"))
}

fn respond(world: &mut World, from: &str, request: &Request, code: u16, change: impl Fn(&mut Response)) {
    let mut response = Response::for_request(request, code, None);
    if request.headers.to().expect("To").tag().is_none() {
        response.headers.set("To", request.headers.to().expect("To").with_tag("their").to_string());
    }
    change(&mut response);
    let text = String::from_utf8(response.to_bytes().to_vec()).expect("text").replace("\r\n", "\n");
    world.inject(0, from, &text);
    world.run(Duration::from_millis(20));
}

/// Asks for credentials; whether the request came again with some.
fn challenge(world: &mut World, from: &str, method: &Method, code: u16, realm: &str, more: &str) -> bool {
    let (_, request) = last(world, method);
    let before = request.headers.cseq().expect("CSeq").seq;
    respond(world, from, &request, code, |response| {
        let name = if code == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
        response
            .headers
            .push(name, format!("Digest realm=\"{realm}\", nonce=\"n{before}\", qop=\"auth\"{more}"));
    });
    let (_, again) = last(world, method);
    let shown = again.headers.contains("Authorization") || again.headers.contains("Proxy-Authorization");
    again.headers.cseq().expect("CSeq").seq > before && shown
}

/// A call to the trunk, answered with this Contact, perhaps after a challenge.
fn called(world: &mut World, realm: Option<&str>, contact: &str) {
    world.command(0, call(1, to_trunk("carrier", "+15550002")));
    world.run(Duration::from_millis(20));
    if let Some(realm) = realm {
        assert!(challenge(world, PROXY, &Method::Invite, 407, realm, ""));
    }
    let (_, invite) = last(world, &Method::Invite);
    respond(world, PROXY, &invite, 200, |response| {
        response.headers.push("Contact", format!("<sip:b@{contact}>"));
        response.headers.push("Content-Type", "application/sdp");
        response.body = Bytes::from_static(ANSWER);
    });
    assert!(world.has(0, |event| matches!(event, Event::Answered { .. })));
    world.command(0, Command::Hangup { leg: 1, cause: None });
    world.run(Duration::from_millis(20));
}

#[test]
fn the_trunk_itself_sees_a_digest_for_a_bye_in_the_realm_it_asked_in_before() {
    let mut world = world();
    called(&mut world, Some("carrier"), PROXY);
    assert!(challenge(&mut world, PROXY, &Method::Bye, 407, "carrier", ""));
}

#[test]
fn a_callee_that_names_another_address_sees_no_digest_of_the_trunks_password() {
    for code in [401, 407] {
        let mut world = world();
        called(&mut world, Some("carrier"), ELSEWHERE);
        assert_eq!(last(&world, &Method::Bye).0, ELSEWHERE);
        assert!(!challenge(&mut world, ELSEWHERE, &Method::Bye, code, "carrier", ""));
    }
}

#[test]
fn a_callee_behind_the_trunk_that_asks_in_a_realm_of_its_own_sees_none_either() {
    let mut world = world();
    called(&mut world, Some("carrier"), PROXY);
    assert!(!challenge(&mut world, PROXY, &Method::Bye, 401, "attacker", ""));
    let mut world = self::world();
    called(&mut world, None, PROXY);
    assert!(!challenge(&mut world, PROXY, &Method::Bye, 401, "carrier", ""), "the trunk never asked");
}

#[test]
fn a_peer_that_is_no_trunk_sees_none() {
    let mut world = world();
    world.command(0, call(1, Destination::Uri(format!("sip:b@{ELSEWHERE}").into())));
    world.run(Duration::from_millis(20));
    assert!(!challenge(&mut world, ELSEWHERE, &Method::Invite, 401, "carrier", ""));
}

#[test]
fn a_caller_over_the_trunk_whose_contact_is_elsewhere_sees_none_when_we_hang_up() {
    let mut world = world();
    world.inject(
        0,
        PROXY,
        &format!(
            "INVITE sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PROXY};branch=z9hG4bKi\nMax-Forwards: 70\n\
             From: <sip:a@10.0.0.9>;tag=1\nTo: <sip:b@10.0.0.1>\nCall-ID: c\nCSeq: 1 INVITE\n\
             Contact: <sip:a@{ELSEWHERE}>\nContent-Type: application/sdp\n\nv=0"
        ),
    );
    let leg = world.incoming(0).leg;
    world.command(0, Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
    world.command(0, Command::Hangup { leg, cause: None });
    // No ACK comes, so BYE goes out when the 2xx is given up.
    world.run(Duration::from_secs(33));
    assert_eq!(last(&world, &Method::Bye).0, ELSEWHERE);
    assert!(!challenge(&mut world, ELSEWHERE, &Method::Bye, 401, "carrier", ""));
}

#[test]
fn stale_credentials_are_made_anew_once_and_refused_ones_never() {
    let mut world = world();
    world.command(0, call(1, to_trunk("carrier", "+15550002")));
    world.run(Duration::from_millis(20));
    assert!(challenge(&mut world, PROXY, &Method::Invite, 407, "r", ""));
    assert!(challenge(&mut world, PROXY, &Method::Invite, 407, "r", ", stale=true"), "a second try");
    assert!(!challenge(&mut world, PROXY, &Method::Invite, 407, "r", ", stale=true"), "and no third");
    assert_eq!(world.failed(0, 1), 407);
    world.command(0, call(2, to_trunk("carrier", "+15550002")));
    world.run(Duration::from_millis(20));
    assert!(challenge(&mut world, PROXY, &Method::Invite, 407, "r", ""));
    assert!(!challenge(&mut world, PROXY, &Method::Invite, 407, "r", ", stale=false"));
    assert_eq!(world.failed(0, 2), 407);
}

#[test]
fn our_challenges_offer_each_algorithm_and_protection_and_take_any_of_them() {
    let all = [Algorithm::Sha512_256, Algorithm::Sha256, Algorithm::Sha256Sess, Algorithm::Md5];
    for (at, algorithm) in all.into_iter().enumerate() {
        for qop in [Qop::Auth, Qop::AuthInt] {
            let mut world = World::with(1, 41, |config| {
                config.algorithms = all.to_vec();
                config.qops = vec![Qop::Auth, Qop::AuthInt];
            });
            world.command(0, Command::SetPhones(vec![phone("user_a", "alice")]));
            let offered = register(&mut world, 1, "");
            let list: Vec<Challenge> = offered
                .headers
                .get_all("WWW-Authenticate")
                .map(|value| value.parse().expect("readable"))
                .collect();
            assert_eq!(list.iter().map(|c| c.algorithm).collect::<Vec<_>>(), all);
            assert!(list.iter().all(|c| c.qop == [Qop::Auth, Qop::AuthInt] && !c.stale));
            let mut chosen = list[at].clone();
            chosen.qop = vec![qop];
            let answer = |nc| {
                let credentials = chosen.answer(&Attempt {
                    method: "REGISTER",
                    uri: "sip:here",
                    user: "alice",
                    password: "secret",
                    body: b"",
                    cnonce: "c",
                    nc,
                });
                format!("Authorization: {credentials}\n")
            };
            assert_eq!(register(&mut world, 2, &answer(1)).code, 200, "{algorithm:?} {qop:?}");
            assert_eq!(register(&mut world, 3, &answer(10)).code, 200, "counts are hex: 0000000a");
            let replayed = register(&mut world, 4, &answer(9));
            assert_eq!(replayed.code, 401, "a count below the last one");
            let again = replayed.headers.get("WWW-Authenticate").expect("a challenge");
            assert!(again.contains("stale=true"));
        }
    }
}

fn register(world: &mut World, seq: u32, lines: &str) -> Response {
    world.inject(
        0,
        PROXY,
        &format!(
            "REGISTER sip:here SIP/2.0\nVia: SIP/2.0/UDP {PROXY};branch=z9hG4bK{seq}\nMax-Forwards: 70\n\
             From: <sip:alice@here>;tag=1\nTo: <sip:alice@here>\nCall-ID: c\nCSeq: {seq} REGISTER\n\
             Contact: <sip:alice@{PROXY}>\n{lines}\n"
        ),
    );
    world.run(Duration::from_millis(20));
    match parse_datagram(&world.strays.last().expect("an answer").1) {
        Ok(Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}

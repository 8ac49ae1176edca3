//! What strangers and the malformed are told.

use std::time::Duration;

use super::network::{World, pair};
use crate::digest::{Attempt, Challenge};
use crate::endpoint::{Command, Event, Transport};
use crate::message::{Message, Response, parse_datagram};

const STRANGER: &str = "10.9.9.9:5099";

/// A request from a stranger; `lines` replace or add to the usual headers.
fn ask(world: &mut World, start: &str, lines: &str) -> Response {
    let method = start.split(' ').next().expect("a method");
    let mut text = format!("{start} SIP/2.0\n");
    let usual = [
        ("Via", format!("SIP/2.0/UDP 192.168.1.2:5099;branch=z9hG4bK{};rport", world.draw(u64::MAX))),
        ("Max-Forwards", "70".to_owned()),
        ("From", "<sip:x@stranger>;tag=1".to_owned()),
        ("To", "<sip:y@here>".to_owned()),
        ("Call-ID", format!("{}", world.draw(u64::MAX))),
        ("CSeq", format!("1 {method}")),
        ("Contact", "<sip:x@192.168.1.2:5099>".to_owned()),
    ];
    for (name, value) in usual {
        if !lines.lines().any(|line| line.starts_with(&format!("{name}:"))) {
            text += &format!("{name}: {value}\n");
        }
    }
    let (head, body) = lines.split_once("\n\n").unwrap_or((lines, ""));
    text += head.trim_end();
    text += if head.is_empty() { "\n" } else { "\n\n" };
    text += body;
    world.inject(0, STRANGER, &text);
    answer(world)
}

/// The last final answer the stranger got.
fn answer(world: &mut World) -> Response {
    world.run(Duration::from_millis(30));
    let (_, bytes) = world.strays.last().expect("an answer").clone();
    assert_eq!(world.strays.last().expect("an answer").0.to_string(), STRANGER);
    match parse_datagram(&bytes) {
        Ok(Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}

fn world() -> World {
    World::new(1, 7)
}

#[test]
fn each_fault_has_its_own_code_and_explanation() {
    for (start, lines, code, explained) in [
        ("UPDATE sip:y@here", "", 481, ""),
        ("PRACK sip:y@here", "", 481, ""),
        ("REFER sip:y@here", "", 400, ""),
        ("REFER sip:y@here", "Refer-To: <sip:z@here>", 603, ""),
        ("PUBLISH sip:y@here", "", 405, "Allow"),
        ("SUBSCRIBE sip:y@here", "Event: presence", 489, "Allow-Events"),
        ("DANCE sip:y@here", "", 501, "Allow"),
        ("INVITE http://y", "", 416, ""),
        ("INVITE sip:y@here", "Require: 100rel, magic", 420, "Unsupported"),
        ("INVITE sip:y@here", "Max-Forwards: 0", 483, ""),
        ("INVITE sip:y@here", "Content-Type: text/plain\n\nhello", 415, "Accept"),
        (
            "INVITE sip:y@here",
            "Content-Type: application/sdp\nContent-Encoding: gzip\n\nx",
            415,
            "Accept-Encoding",
        ),
        ("INVITE sip:y@here", "CSeq: 1 BYE", 400, ""),
        ("BYE sip:y@here", "", 481, ""),
        ("BYE sip:y@here", "To: <sip:y@here>;tag=unknown", 481, ""),
        ("INVITE sip:y@here", "To: <sip:y@here>;tag=unknown", 481, ""),
        ("INFO sip:y@here", "To: <sip:y@here>;tag=unknown", 481, ""),
        ("CANCEL sip:y@here", "", 481, ""),
        ("INVITE sip:y@here", "", 401, "WWW-Authenticate"),
        ("REGISTER sip:here", "", 401, "WWW-Authenticate"),
        ("OPTIONS sip:y@here", "", 200, "Allow"),
    ] {
        let mut world = world();
        let response = ask(&mut world, start, lines);
        assert_eq!(response.code, code, "{start} {lines}");
        assert!(explained.is_empty() || response.headers.contains(explained), "{start}: no {explained}");
        assert!(response.headers.to().expect("To").tag().is_some());
        let via = response.headers.top_via().expect("Via");
        assert_eq!(
            (via.rport(), via.received().map(|ip| ip.to_string())),
            (Some(5099), Some("10.9.9.9".to_owned()))
        );
        assert!(world.nodes[0].events.is_empty(), "nobody hears of it");
    }
}

#[test]
fn another_version_and_a_broken_message_are_answered_from_the_parser() {
    let mut world = world();
    let rest = "Via: SIP/2.0/UDP h;branch=z9hG4bK1;rport\nFrom: <sip:a@h>;tag=1\nTo: <sip:b@h>\nCall-ID: c\nCSeq: 1 INVITE\n\n";
    world.inject(0, STRANGER, &format!("INVITE sip:y@here SIP/7.0\n{rest}"));
    assert_eq!(answer(&mut world).code, 505);
    world.inject(0, STRANGER, &format!("INVITE sip:y@here SIP/2.0\nContent-Length: 900\n{rest}"));
    assert_eq!(answer(&mut world).code, 400);
}

#[test]
fn a_request_that_came_over_two_paths_is_refused_the_second_time() {
    let mut world = world();
    let same = "From: <sip:x@stranger>;tag=1\nCall-ID: once\n";
    assert_eq!(ask(&mut world, "OPTIONS sip:y@here", same).code, 200);
    assert_eq!(ask(&mut world, "OPTIONS sip:y@here", same).code, 482);
}

#[test]
fn unknown_users_and_wrong_passwords_are_told_the_same() {
    let mut world = world();
    world.command(0, Command::SetPhones(vec![super::network::phone("user_a", "alice")]));
    let mut answers = Vec::new();
    for name in ["alice", "nobody"] {
        let challenge = ask(&mut world, "REGISTER sip:here", "To: <sip:alice@here>");
        let challenge = challenge.headers.get("WWW-Authenticate").expect("a challenge").to_owned();
        let nonce = challenge.split("nonce=\"").nth(1).and_then(|n| n.split('"').next()).expect("a nonce");
        let credentials = format!(
            "Authorization: Digest username=\"{name}\", realm=\"tandem\", nonce=\"{nonce}\", uri=\"sip:here\", \
             response=\"00000000000000000000000000000000\", algorithm=MD5, cnonce=\"x\", qop=auth, nc=00000001"
        );
        let refused = ask(&mut world, "REGISTER sip:here", &credentials);
        let names: Vec<String> = refused.headers.iter().map(|(name, _)| name.to_owned()).collect();
        answers.push((
            refused.code,
            names,
            refused.headers.get("WWW-Authenticate").map(|c| c.contains("stale")),
        ));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!((answers[0].0, answers[0].2), (401, Some(false)));
}

#[test]
fn a_draining_endpoint_refuses_new_calls_and_pings_but_keeps_the_old_ones() {
    let mut world = pair(24, Transport::Udp);
    let leg = world.connect();
    world.command(0, Command::Drain);
    for start in ["INVITE sip:y@here", "OPTIONS sip:y@here"] {
        let refused = ask(&mut world, start, "");
        assert_eq!((refused.code, refused.headers.get("Retry-After")), (503, Some("5")));
    }
    world.command(1, Command::Hangup { leg, cause: None });
    assert!(world.ended(0, 1));
}

#[test]
fn under_pressure_new_requests_get_503_and_byes_still_pass() {
    let mut world = World::with(2, 25, |config| config.max_server_transactions = 4);
    let trunk = |id: &str, host: &str| super::network::trunk(id, host, Transport::Udp);
    world.command(0, Command::SetTrunks(vec![trunk("b", "10.0.0.2")]));
    world.command(1, Command::SetTrunks(vec![trunk("a", "10.0.0.1")]));
    let leg = world.connect();
    // Answered ones stay for retransmissions, 32 for each that may be unanswered.
    let answers: Vec<_> = (0..150).map(|_| ask(&mut world, "OPTIONS sip:y@here", "")).collect();
    assert!(answers[..100].iter().all(|answer| answer.code == 200));
    let refused = &answers[149];
    assert_eq!((refused.code, refused.headers.contains("Retry-After")), (503, true));
    world.command(1, Command::Hangup { leg, cause: None });
    assert!(world.ended(0, 1));
    world.run(Duration::from_secs(33));
    assert_eq!(ask(&mut world, "OPTIONS sip:y@here", "").code, 200, "the pressure is over");
}

#[test]
fn garbage_and_stray_responses_are_not_answered() {
    let mut world = world();
    for text in ["", "\n\n", "hello", "SIP/2.0 200 OK\n\n", "ACK sip:y@here SIP/2.0\n\n"] {
        world.inject(0, STRANGER, text);
    }
    world.run(Duration::from_secs(1));
    assert!(world.strays.is_empty());
    assert!(!world.has(0, |event| !matches!(event, Event::Trunk { .. })));
}

#[test]
fn right_credentials_count_once_and_only_for_their_own_address() {
    let mut world = world();
    let phones = vec![super::network::phone("user_a", "alice"), super::network::phone("user_b", "bob")];
    world.command(0, Command::SetPhones(phones));
    let challenge = ask(&mut world, "REGISTER sip:here", "");
    let challenge: Challenge =
        challenge.headers.get("WWW-Authenticate").expect("one").parse().expect("readable");
    let credentials = |nc: u32| {
        let attempt = Attempt {
            method: "REGISTER",
            uri: "sip:here",
            user: "alice",
            password: "secret",
            body: b"",
            cnonce: "c",
            nc,
        };
        format!("Authorization: {}", challenge.answer(&attempt))
    };
    let for_bob = format!("To: <sip:bob@here>\n{}", credentials(1));
    assert_eq!(ask(&mut world, "REGISTER sip:here", &for_bob).code, 403);
    let for_alice = |nc| format!("To: <sip:alice@here>\n{}", credentials(nc));
    let replayed = ask(&mut world, "REGISTER sip:here", &for_alice(1));
    assert_eq!(replayed.code, 401);
    assert!(replayed.headers.get("WWW-Authenticate").expect("a challenge").contains("stale=true"));
    assert_eq!(ask(&mut world, "REGISTER sip:here", &for_alice(2)).code, 200);
    assert!(world.has(0, |event| matches!(event, Event::Phone { user, contacts: 1 } if user == "user_a")));
}

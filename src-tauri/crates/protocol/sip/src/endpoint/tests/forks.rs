//! A proxy that forks our INVITE, a challenge on the way, a name that must be looked up: played by hand.

use std::time::Duration;

use super::network::{World, call, trunk};
use crate::endpoint::{Command, Destination, Event, Transport};
use crate::message::{Message, Method, Request, Response, parse_datagram};

const PROXY: &str = "10.0.0.9:5060";

fn requests(world: &World) -> Vec<Request> {
    let read = |bytes: &bytes::Bytes| match parse_datagram(bytes) {
        Ok(Message::Request(request)) => Some(request),
        _ => None,
    };
    world.strays.iter().filter_map(|(_, bytes)| read(bytes)).collect()
}

fn last(world: &World, method: Method) -> Request {
    requests(world).into_iter().rfind(|r| r.method == method).unwrap_or_else(|| panic!("no {method}"))
}

fn respond(world: &mut World, request: &Request, code: u16, tag: &str, change: impl Fn(&mut Response)) {
    let mut response = Response::for_request(request, code, None);
    let to = request.headers.to().expect("To").with_tag(tag);
    response.headers.set("To", to.to_string());
    response.headers.push("Contact", format!("<sip:{tag}@10.0.0.9>"));
    change(&mut response);
    let text = String::from_utf8(response.to_bytes().to_vec()).expect("text").replace("\r\n", "\n");
    world.inject(0, PROXY, &text);
    world.run(Duration::from_millis(20));
}

fn to_proxy(world: &mut World) -> Request {
    world.command(0, call(1, Destination::Uri(format!("sip:b@{PROXY}").into())));
    world.run(Duration::from_millis(20));
    last(world, Method::Invite)
}

#[test]
fn of_two_forked_answers_the_first_wins_and_the_second_is_acknowledged_and_ended() {
    let mut world = World::new(1, 70);
    let invite = to_proxy(&mut world);
    respond(&mut world, &invite, 180, "one", |_| {});
    respond(&mut world, &invite, 180, "two", |_| {});
    respond(&mut world, &invite, 200, "two", |_| {});
    assert!(world.has(0, |event| matches!(event, Event::Answered { leg: 1, .. })));
    respond(&mut world, &invite, 200, "one", |_| {});
    let tag = |request: &Request| request.headers.to().expect("To").tag().map(str::to_owned);
    let bye = last(&world, Method::Bye);
    assert_eq!((tag(&bye).as_deref(), bye.uri.to_string().as_str()), (Some("one"), "sip:one@10.0.0.9"));
    let acks = |world: &World| -> Vec<_> {
        requests(world).iter().filter(|r| r.method == Method::Ack).filter_map(tag).collect()
    };
    assert_eq!(acks(&world), ["two", "one"]);
    respond(&mut world, &invite, 200, "two", |_| {});
    assert_eq!(acks(&world), ["two", "one", "two"], "a copy of the 2xx is acknowledged again");
    assert!(!world.has(0, |event| matches!(event, Event::Ended { .. } | Event::Failed { .. })));
}

#[test]
fn the_route_of_the_answer_is_travelled_by_ack_and_bye() {
    let mut world = World::new(1, 71);
    let invite = to_proxy(&mut world);
    respond(&mut world, &invite, 200, "x", |response| {
        response.headers.push("Record-Route", "<sip:10.0.0.8;lr>");
    });
    world.command(0, Command::Hangup { leg: 1, cause: Some(16) });
    world.run(Duration::from_millis(20));
    for method in [Method::Ack, Method::Bye] {
        assert_eq!(last(&world, method).headers.get("Route"), Some("<sip:10.0.0.8;lr>"));
    }
    assert_eq!(last(&world, Method::Bye).headers.get("Reason"), Some("Q.850;cause=16"));
    assert_eq!(world.strays.last().expect("sent").0.to_string(), "10.0.0.8:5060");
}

#[test]
fn a_proxys_challenge_is_answered_once_with_the_strongest_algorithm_and_a_new_cseq() {
    let mut world = World::new(1, 72);
    let mut carrier = trunk("carrier", PROXY, Transport::Udp);
    carrier.credentials = Some(("user".to_owned(), "secret".into()));
    world.command(0, Command::SetTrunks(vec![carrier]));
    let number = "+15550002".into();
    world.command(0, call(1, Destination::Trunk { trunk: "carrier".to_owned(), number }));
    world.run(Duration::from_millis(20));
    let challenge = |response: &mut Response| {
        for algorithm in ["MD5", "SHA-256"] {
            let value =
                format!("Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", algorithm={algorithm}");
            response.headers.push("Proxy-Authenticate", value);
        }
    };
    let first = last(&world, Method::Invite);
    respond(&mut world, &first, 407, "p", challenge);
    let second = last(&world, Method::Invite);
    let credentials = second.headers.get("Proxy-Authorization").expect("credentials");
    assert!(credentials.contains("algorithm=SHA-256") && credentials.contains("qop=auth"), "{credentials}");
    assert_eq!(second.headers.cseq().expect("CSeq").seq, 2);
    assert_eq!(second.headers.call_id(), first.headers.call_id());
    assert_eq!(second.headers.get_all("Via").count(), 1);
    assert_eq!(second.headers.get_all("Contact").count(), 1);
    respond(&mut world, &second, 407, "p", challenge);
    assert_eq!(world.failed(0, 1), 407, "refused credentials are not sent again");
}

#[test]
fn each_phone_of_a_fork_has_an_early_dialog_of_its_own_and_the_answered_one_goes_on() {
    let mut world = World::new(1, 73);
    let invite = to_proxy(&mut world);
    let reliably = |rseq: &'static str| {
        move |response: &mut Response| {
            response.headers.push("Require", "100rel");
            response.headers.push("RSeq", rseq);
            response.headers.push("Allow", "INVITE, PRACK, UPDATE");
            response.headers.push("Content-Type", "application/sdp");
            response.body = bytes::Bytes::from_static(b"v=0\r\ns=early\r\n");
        }
    };
    let tag = |request: &Request| request.headers.to().expect("To").tag().map(str::to_owned);
    for (name, rseq) in [("one", "5"), ("two", "900")] {
        respond(&mut world, &invite, 183, name, reliably(rseq));
        let prack = last(&world, Method::Prack);
        assert_eq!(tag(&prack).as_deref(), Some(name));
        assert_eq!(prack.uri.to_string(), format!("sip:{name}@10.0.0.9"));
        assert_eq!(prack.headers.get("RAck"), Some(format!("{rseq} 1 INVITE").as_str()));
        assert_eq!(prack.headers.cseq().expect("CSeq").seq, 2, "each dialog counts for itself");
        respond(&mut world, &prack, 200, name, |_| {});
    }
    assert_eq!(world.nodes[0].endpoint.dialogs(), 1, "one INVITE");
    // An offer goes to the phone whose answer came last.
    world.command(0, Command::Reoffer { leg: 1, offer: bytes::Bytes::from_static(b"v=0\r\ns=new\r\n") });
    world.run(Duration::from_millis(20));
    let update = last(&world, Method::Update);
    assert_eq!((tag(&update).as_deref(), update.headers.cseq().expect("CSeq").seq), (Some("two"), 3));
    respond(&mut world, &update, 200, "two", |response| {
        response.headers.push("Content-Type", "application/sdp");
        response.body = bytes::Bytes::from_static(b"v=0\r\ns=newer\r\n");
    });
    assert!(world.has(0, |event| matches!(event, Event::ReofferAccepted { .. })));
    respond(&mut world, &invite, 200, "two", |_| {});
    let answer = world.until(0, |event| match event {
        Event::Answered { answer, .. } => Some(answer.clone()),
        _ => None,
    });
    assert_eq!(answer, &b"v=0\r\ns=newer\r\n"[..], "what was agreed last");
    world.command(0, Command::Hangup { leg: 1, cause: None });
    world.run(Duration::from_millis(20));
    let bye = last(&world, Method::Bye);
    assert_eq!((tag(&bye).as_deref(), bye.headers.cseq().expect("CSeq").seq), (Some("two"), 4));
    respond(&mut world, &bye, 200, "two", |_| {});
    world.run(Duration::from_secs(60));
    world.assert_clean("after the call");
}

#[test]
fn a_proxys_refusal_of_a_fork_that_rang_leaves_no_dialog() {
    let mut world = World::new(1, 74);
    let invite = to_proxy(&mut world);
    for name in ["one", "two", "three"] {
        respond(&mut world, &invite, 180, name, |_| {});
    }
    assert_eq!(world.nodes[0].endpoint.dialogs(), 1);
    respond(&mut world, &invite, 486, "p", |_| {});
    assert_eq!(world.failed(0, 1), 486);
    world.run(Duration::from_secs(60));
    world.assert_clean("after the call");
}

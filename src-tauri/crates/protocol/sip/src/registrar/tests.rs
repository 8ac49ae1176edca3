//! REGISTER by REGISTER.

use super::*;
use crate::message::{Message, Request, parse_datagram};

fn register(seq: u32, call_id: &str, lines: &str) -> Request {
    let text = format!(
        "REGISTER sip:h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK{seq}\nFrom: <sip:a@h>;tag=1\nTo: <sip:a@h>\n\
         Call-ID: {call_id}\nCSeq: {seq} REGISTER\n{lines}\n\n"
    );
    match parse_datagram(text.replace('\n', "\r\n").as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("not a request: {other:?}"),
    }
}

fn new() -> (Registrar<u8>, Instant) {
    (Registrar::new(RegistrarLimits::default()), Instant::now())
}

fn uris(registrar: &Registrar<u8>) -> Vec<String> {
    registrar.bindings("a").iter().map(|b| b.uri().to_string()).collect()
}

#[test]
fn several_phones_are_bound_each_with_its_own_expiry_and_flow() {
    let (mut registrar, now) = new();
    registrar.register(now, "a", &register(1, "c1", "Contact: <sip:a@p1>;expires=120"), &1).expect("bound");
    let both = registrar
        .register(
            now,
            "a",
            &register(1, "c2", "Contact: <sip:a@p2>, <sip:a@p3>;expires=99999\nExpires: 60"),
            &2,
        )
        .expect("bound");
    let contacts: Vec<String> = both.iter().map(|b| b.to_contact(now)).collect();
    assert_eq!(contacts, ["<sip:a@p1>;expires=120", "<sip:a@p2>;expires=60", "<sip:a@p3>;expires=3600"]);
    assert_eq!((registrar.user_at(&2), registrar.user_at(&3)), (Some("a"), None));
    assert_eq!(registrar.next_deadline(), Some(now + Duration::from_secs(60)));
    assert_eq!(registrar.expire(now + Duration::from_secs(60)), ["a"]);
    assert_eq!(uris(&registrar), ["sip:a@p1", "sip:a@p3"]);
    registrar.expire(now + Duration::from_secs(3600));
    assert_eq!(registrar.next_deadline(), None);
}

#[test]
fn a_refresh_replaces_its_binding_and_zero_takes_it_away() {
    let (mut registrar, now) = new();
    registrar.register(now, "a", &register(1, "c", "Contact: <sip:a@p1>"), &1).expect("bound");
    registrar.register(now, "a", &register(2, "c", "Contact: <sip:a@p1>;expires=60"), &9).expect("bound");
    assert_eq!(registrar.bindings("a").len(), 1);
    assert_eq!(registrar.bindings("a")[0].flow, 9);
    registrar.register(now, "a", &register(3, "c", "Contact: <sip:a@p1>;expires=0"), &9).expect("done");
    assert!(registrar.bindings("a").is_empty());
}

#[test]
fn one_instance_has_one_binding_though_its_address_changes() {
    let (mut registrar, now) = new();
    let instance = "+sip.instance=\"<urn:uuid:1>\"";
    registrar
        .register(now, "a", &register(1, "c1", &format!("Contact: <sip:a@p1>;{instance}")), &1)
        .expect("bound");
    registrar
        .register(now, "a", &register(1, "c2", &format!("Contact: <sip:a@p2>;{instance}")), &1)
        .expect("bound");
    assert_eq!(uris(&registrar), ["sip:a@p2"]);
}

#[test]
fn a_star_removes_everything_but_only_with_expires_zero() {
    let (mut registrar, now) = new();
    registrar.register(now, "a", &register(1, "c", "Contact: <sip:a@p1>, <sip:a@p2>"), &1).expect("bound");
    let refused = registrar.register(now, "a", &register(2, "c", "Contact: *"), &1).map(<[_]>::len);
    assert_eq!(refused, Err(RegisterError::Malformed("* without Expires: 0")));
    registrar.register(now, "a", &register(3, "c", "Contact: *\nExpires: 0"), &1).expect("done");
    assert!(registrar.bindings("a").is_empty());
}

#[test]
fn what_is_too_brief_too_old_or_too_much_changes_nothing() {
    let (mut registrar, now) = new();
    registrar.register(now, "a", &register(5, "c", "Contact: <sip:a@p1>"), &1).expect("bound");
    let mut refused = |request: &Request| registrar.register(now, "a", request, &1).map(<[_]>::len);
    let brief = register(6, "c", "Contact: <sip:a@p2>, <sip:a@p3>;expires=10");
    assert_eq!(refused(&brief), Err(RegisterError::TooBrief { min: 60 }));
    assert_eq!(refused(&register(5, "c", "Contact: <sip:a@p1>;expires=0")), Err(RegisterError::OutOfOrder));
    let many: Vec<String> = (0..9).map(|n| format!("<sip:a@q{n}>")).collect();
    let many = register(6, "c", &format!("Contact: {}", many.join(", ")));
    assert_eq!(refused(&many), Err(RegisterError::TooMany));
    assert_eq!(uris(&registrar), ["sip:a@p1"]);
}

#[test]
fn a_register_without_contact_asks_and_changes_nothing() {
    let (mut registrar, now) = new();
    registrar.register(now, "a", &register(1, "c", "Contact: <sip:a@p1>"), &1).expect("bound");
    let list = registrar.register(now, "a", &register(2, "c", "Expires: 0"), &1).expect("answered");
    assert_eq!(list.len(), 1);
}

//! Route sets, targets and the order of requests.

use super::*;
use crate::message::{Message, parse_datagram};

fn read(text: &str) -> Message {
    parse_datagram(text.replace('\n', "\r\n").as_bytes()).expect("a message")
}

fn invite(routes: &str) -> Request {
    let text = format!(
        "INVITE sip:b@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\n{routes}From: <sip:a@h>;tag=1\nTo: <sip:b@h>\n\
         Call-ID: c\nCSeq: 7 INVITE\nContact: <sip:a@10.0.0.1:5070>\nAuthorization: Digest x\n\n"
    );
    match read(&text) {
        Message::Request(request) => request,
        Message::Response(_) => panic!("not a request"),
    }
}

fn accepted(routes: &str) -> Response {
    let mut response = Response::for_request(&invite(routes), 200, None);
    response.headers.set("To", "<sip:b@h>;tag=2");
    response.headers.push("Contact", "<sip:b@10.0.0.2:5080>");
    response
}

const TWO: &str = "Record-Route: <sip:p2;lr>\nRecord-Route: <sip:p1;lr>\n";

#[test]
fn the_caller_travels_the_recorded_route_backwards_and_the_called_forwards() {
    let mut caller = Dialog::from_response(&invite(TWO), &accepted(TWO)).expect("a dialog");
    let bye = caller.request(Method::Bye);
    let routes: Vec<_> = bye.headers.get_all("Route").collect();
    assert_eq!(routes, ["<sip:p1;lr>", "<sip:p2;lr>"]);
    assert_eq!(bye.uri.to_string(), "sip:b@10.0.0.2:5080");
    assert_eq!(caller.next_hop().to_string(), "sip:p1;lr");
    assert_eq!(bye.headers.cseq().expect("CSeq").seq, 8);

    let mut called = Dialog::from_request(&invite(TWO), "2").expect("a dialog");
    let bye = called.request(Method::Bye);
    assert_eq!(bye.headers.get_all("Route").collect::<Vec<_>>(), ["<sip:p2;lr>", "<sip:p1;lr>"]);
    assert_eq!(bye.uri.to_string(), "sip:a@10.0.0.1:5070");
    assert_eq!(
        (bye.headers.from().expect("From").tag(), bye.headers.to().expect("To").tag()),
        (Some("2"), Some("1"))
    );
}

#[test]
fn a_strict_router_gets_itself_in_the_request_uri_and_the_target_last() {
    let strict = "Record-Route: <sip:p2;lr>\nRecord-Route: <sip:strict>\n";
    let mut dialog = Dialog::from_response(&invite(strict), &accepted(strict)).expect("a dialog");
    let bye = dialog.request(Method::Bye);
    assert_eq!(bye.uri.to_string(), "sip:strict");
    assert_eq!(bye.headers.get_all("Route").collect::<Vec<_>>(), ["<sip:p2;lr>", "<sip:b@10.0.0.2:5080>"]);
}

#[test]
fn the_ack_to_a_2xx_has_the_invites_number_and_credentials() {
    let mut dialog = Dialog::from_response(&invite(""), &accepted("")).expect("a dialog");
    dialog.request(Method::Info);
    let ack = dialog.ack(&invite(""));
    assert_eq!(ack.headers.cseq().expect("CSeq").to_string(), "7 ACK");
    assert_eq!(ack.headers.get("Authorization"), Some("Digest x"));
}

#[test]
fn requests_out_of_order_are_told_apart_and_a_reinvite_moves_the_target() {
    let mut dialog = Dialog::from_request(&invite(""), "2").expect("a dialog");
    let mut again = invite("");
    assert_eq!(dialog.receive(&again), Err(OutOfOrder), "7 was the first INVITE");
    again.headers.set("CSeq", "9 INVITE");
    again.headers.set("Contact", "<sip:a@10.9.9.9>");
    assert_eq!(dialog.receive(&again), Ok(()));
    assert_eq!(dialog.remote_target().to_string(), "sip:a@10.9.9.9");
    again.headers.set("CSeq", "8 INVITE");
    assert_eq!(dialog.receive(&again), Err(OutOfOrder));
}

#[test]
fn a_dialog_is_matched_by_call_id_and_both_tags() {
    let dialog = Dialog::from_request(&invite(""), "2").expect("a dialog");
    let mut bye = invite("");
    assert!(!dialog.matches(&bye), "no To tag");
    bye.headers.set("To", "<sip:b@h>;tag=2");
    assert!(dialog.matches(&bye));
    bye.headers.set("From", "<sip:a@h>;tag=other");
    assert!(!dialog.matches(&bye));
}

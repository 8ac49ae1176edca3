//! Every timer, every state: client and server transactions in virtual time.

use std::time::{Duration, Instant};

use super::*;
use crate::message::{Message, Request, Response, parse_datagram};

fn request(method: &str) -> Request {
    let text = format!(
        "{method} sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nRoute: <sip:p;lr>\r\nMax-Forwards: 70\r\n\
         From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 7 {method}\r\n\r\n"
    );
    match parse_datagram(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("not a request: {other:?}"),
    }
}

fn response(method: &str, code: u16) -> Response {
    Response::for_request(&request(method), code, None)
}

/// Runs a client to its end without any response; when it sent, in ms, when it ended, and whether it timed out.
fn run_client(transaction: &mut ClientTransaction, start: Instant) -> (Vec<u128>, Option<u128>, bool) {
    let (mut sent, mut ended, mut timed_out, mut now) = (Vec::new(), None, false, start);
    loop {
        while let Some(output) = transaction.poll_output() {
            match output {
                ClientOutput::Send(_) => sent.push((now - start).as_millis()),
                ClientOutput::TimedOut => timed_out = true,
                ClientOutput::Terminated => ended = Some((now - start).as_millis()),
                ClientOutput::Response(_) => {}
            }
        }
        let Some((at, _)) = transaction.next_deadline() else { return (sent, ended, timed_out) };
        now = at;
        transaction.handle(now, ClientInput::Deadline);
    }
}

fn client(method: &str, reliable: bool) -> (ClientTransaction, Instant) {
    let now = Instant::now();
    (ClientTransaction::start(now, request(method), reliable, TimerSettings::default()), now)
}

fn outputs(transaction: &mut ClientTransaction) -> Vec<ClientOutput> {
    std::iter::from_fn(|| transaction.poll_output()).collect()
}

#[test]
fn timers_a_and_b_repeat_an_invite_doubling_and_end_it_after_32_s() {
    let (mut invite, start) = client("INVITE", false);
    let expected = (vec![0, 500, 1500, 3500, 7500, 15500, 31500], Some(32_000), true);
    assert_eq!(run_client(&mut invite, start), expected);
    let (mut invite, start) = client("INVITE", true);
    assert_eq!(run_client(&mut invite, start), (vec![0], Some(32_000), true), "TCP repeats nothing");
}

#[test]
fn timers_e_and_f_repeat_another_request_up_to_every_4_s() {
    let (mut bye, start) = client("BYE", false);
    let (sent, ended, timed_out) = run_client(&mut bye, start);
    assert_eq!(sent, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    assert_eq!((ended, timed_out), (Some(32_000), true));
    let (mut bye, start) = client("BYE", true);
    assert_eq!(run_client(&mut bye, start), (vec![0], Some(32_000), true));
}

#[test]
fn a_provisional_response_stops_timers_a_and_b_and_slows_timer_e() {
    let (mut invite, start) = client("INVITE", false);
    invite.handle(start, ClientInput::Response(response("INVITE", 180)));
    assert_eq!(invite.next_deadline(), None);
    let (mut bye, start) = client("BYE", false);
    bye.handle(start, ClientInput::Response(response("BYE", 100)));
    assert_eq!(bye.next_deadline(), Some((start + Duration::from_secs(4), Timer::E)));
}

#[test]
fn a_refused_invite_is_acknowledged_for_every_copy_until_timer_d() {
    let (mut invite, start) = client("INVITE", false);
    outputs(&mut invite);
    let mut refusal = response("INVITE", 486);
    refusal.headers.set("To", "<sip:b@h>;tag=9");
    invite.handle(start, ClientInput::Response(refusal.clone()));
    let out = outputs(&mut invite);
    let ClientOutput::Send(ack) = &out[0] else { panic!("no ACK in {out:?}") };
    let Ok(Message::Request(ack)) = parse_datagram(ack) else { panic!("the ACK cannot be read") };
    assert_eq!(ack.headers.cseq().expect("CSeq").to_string(), "7 ACK");
    assert_eq!(ack.headers.to().expect("To").tag(), Some("9"));
    assert_eq!(ack.headers.top_via().expect("Via").branch(), Some("z9hG4bK1"));
    assert_eq!(ack.headers.get("Route"), Some("<sip:p;lr>"));
    assert!(matches!(out[1], ClientOutput::Response(_)));
    invite.handle(start, ClientInput::Response(refusal));
    assert!(matches!(outputs(&mut invite)[..], [ClientOutput::Send(_)]), "ACK again, told once");
    assert_eq!(invite.next_deadline(), Some((start + Duration::from_secs(32), Timer::D)));
    let (mut invite, start) = client("INVITE", true);
    invite.handle(start, ClientInput::Response(response("INVITE", 486)));
    assert_eq!(outputs(&mut invite).last(), Some(&ClientOutput::Terminated), "Timer D is 0 on TCP");
}

#[test]
fn every_2xx_to_invite_is_told_until_timer_m() {
    let (mut invite, start) = client("INVITE", false);
    outputs(&mut invite);
    for _ in 0..2 {
        invite.handle(start, ClientInput::Response(response("INVITE", 200)));
        assert!(matches!(outputs(&mut invite)[..], [ClientOutput::Response(_)]));
    }
    assert_eq!(invite.next_deadline(), Some((start + Duration::from_secs(32), Timer::M)));
    invite.handle(start + Duration::from_secs(32), ClientInput::Deadline);
    assert_eq!(outputs(&mut invite), [ClientOutput::Terminated]);
}

#[test]
fn a_cancelled_invite_without_final_response_ends_after_64_t1() {
    let (mut invite, start) = client("INVITE", false);
    invite.handle(start, ClientInput::Response(response("INVITE", 180)));
    invite.handle(start, ClientInput::Cancelled);
    assert_eq!(invite.next_deadline(), Some((start + Duration::from_secs(32), Timer::Cancelled)));
    assert!(run_client(&mut invite, start).2);
}

#[test]
fn timer_k_absorbs_copies_of_a_final_response() {
    let (mut bye, start) = client("BYE", false);
    bye.handle(start, ClientInput::Response(response("BYE", 200)));
    outputs(&mut bye);
    bye.handle(start, ClientInput::Response(response("BYE", 200)));
    assert_eq!(outputs(&mut bye), []);
    assert_eq!(bye.next_deadline(), Some((start + Duration::from_secs(5), Timer::K)));
}

fn server(invite: bool, reliable: bool) -> (ServerTransaction, Instant) {
    (ServerTransaction::new(invite, reliable, TimerSettings::default()), Instant::now())
}

fn sent(transaction: &mut ServerTransaction) -> Vec<ServerOutput> {
    std::iter::from_fn(|| transaction.poll_output()).collect()
}

#[test]
fn a_refusal_of_invite_is_repeated_by_timer_g_until_timer_h() {
    let (mut invite, start) = server(true, false);
    invite.handle(start, ServerInput::Respond(&response("INVITE", 486)));
    let (mut times, mut now, mut missing) = (Vec::new(), start, false);
    loop {
        for output in sent(&mut invite) {
            match output {
                ServerOutput::Send(_) => times.push((now - start).as_millis()),
                ServerOutput::AckMissing => missing = true,
                ServerOutput::Terminated => {}
            }
        }
        let Some((at, _)) = invite.next_deadline() else { break };
        now = at;
        invite.handle(now, ServerInput::Deadline);
    }
    assert_eq!(times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    assert!(missing);
    assert_eq!((now - start).as_secs(), 32);
}

#[test]
fn an_ack_ends_the_repetition_and_timer_i_absorbs_its_copies() {
    for (reliable, wait) in [(false, Some(5)), (true, None)] {
        let (mut invite, start) = server(true, reliable);
        invite.handle(start, ServerInput::Respond(&response("INVITE", 486)));
        sent(&mut invite);
        invite.handle(start, ServerInput::Ack);
        let deadline = invite.next_deadline().map(|(at, timer)| ((at - start).as_secs(), timer));
        assert_eq!(deadline, wait.map(|seconds| (seconds, Timer::I)));
        invite.handle(start, ServerInput::Retransmission);
        assert!(!sent(&mut invite).iter().any(|output| matches!(output, ServerOutput::Send(_))));
    }
}

#[test]
fn a_copy_of_the_request_gets_the_last_response_again() {
    let (mut invite, start) = server(true, false);
    invite.handle(start, ServerInput::Retransmission);
    assert_eq!(sent(&mut invite), [], "nothing was said yet");
    invite.handle(start, ServerInput::Respond(&response("INVITE", 100)));
    invite.handle(start, ServerInput::Respond(&response("INVITE", 180)));
    sent(&mut invite);
    invite.handle(start, ServerInput::Retransmission);
    assert_eq!(sent(&mut invite), [ServerOutput::Send(response("INVITE", 180).to_bytes())]);
}

#[test]
fn timer_l_absorbs_invites_after_a_2xx_and_timer_j_other_requests() {
    let (mut invite, start) = server(true, false);
    invite.handle(start, ServerInput::Respond(&response("INVITE", 200)));
    sent(&mut invite);
    invite.handle(start, ServerInput::Retransmission);
    assert_eq!(sent(&mut invite), [], "the core repeats a 2xx, the transaction does not");
    assert_eq!(invite.next_deadline(), Some((start + Duration::from_secs(32), Timer::L)));
    let (mut bye, start) = server(false, false);
    bye.handle(start, ServerInput::Respond(&response("BYE", 200)));
    assert_eq!(bye.next_deadline(), Some((start + Duration::from_secs(32), Timer::J)));
    let (mut bye, start) = server(false, true);
    bye.handle(start, ServerInput::Respond(&response("BYE", 200)));
    assert_eq!(sent(&mut bye).last(), Some(&ServerOutput::Terminated));
}

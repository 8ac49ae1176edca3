//! The whole table of timers (RFC 3261 table 4, RFC 6026): every one, over both kinds of transport, with other base
//! values than the usual.

use std::time::{Duration, Instant};

use super::*;
use crate::message::{Message, Request, Response, parse_datagram};

/// T1 = 100 ms, T2 = 400 ms, T4 = 700 ms, D = 9 s; so 64 * T1 = 6.4 s.
const BASE: TimerSettings = TimerSettings {
    t1: Duration::from_millis(100),
    t2: Duration::from_millis(400),
    t4: Duration::from_millis(700),
    d: Duration::from_secs(9),
};

fn request(method: &str) -> Request {
    let text = format!(
        "{method} sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 7 {method}\r\n\r\n"
    );
    match parse_datagram(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("not a request: {other:?}"),
    }
}

fn response(method: &str, code: u16) -> Response {
    Response::for_request(&request(method), code, None)
}

/// What a transaction does from now on by itself: each deadline in ms with its timer, and the sendings among them.
#[derive(Debug, PartialEq, Eq)]
struct Life {
    sent: Vec<u128>,
    timers: Vec<(u128, Timer)>,
    ended: Option<u128>,
}

/// A client that hears these responses, each at its millisecond.
fn client(method: &str, reliable: bool, heard: &[(u64, u16)]) -> Life {
    let start = Instant::now();
    let mut transaction = ClientTransaction::start(start, request(method), reliable, BASE);
    let mut life = Life { sent: Vec::new(), timers: Vec::new(), ended: None };
    let (mut now, mut heard) = (start, heard.iter());
    let mut next = heard.next();
    loop {
        while let Some(output) = transaction.poll_output() {
            match output {
                ClientOutput::Send(_) => life.sent.push((now - start).as_millis()),
                ClientOutput::Terminated => life.ended = Some((now - start).as_millis()),
                ClientOutput::Response(_) | ClientOutput::TimedOut => {}
            }
        }
        let due = transaction.next_deadline();
        match next {
            Some((at, code)) if due.is_none_or(|(due, _)| start + Duration::from_millis(*at) <= due) => {
                now = start + Duration::from_millis(*at);
                transaction.handle(now, ClientInput::Response(response(method, *code)));
                next = heard.next();
            }
            _ => {
                let Some((at, timer)) = due else { return life };
                now = at;
                life.timers.push(((now - start).as_millis(), timer));
                transaction.handle(now, ClientInput::Deadline);
            }
        }
    }
}

/// A server that answers at once, and perhaps gets an ACK at a millisecond.
fn server(method: &str, reliable: bool, code: u16, ack: Option<u64>) -> Life {
    let start = Instant::now();
    let mut transaction = ServerTransaction::new(method == "INVITE", reliable, BASE);
    transaction.handle(start, ServerInput::Respond(&response(method, code)));
    let mut life = Life { sent: Vec::new(), timers: Vec::new(), ended: None };
    let (mut now, mut ack) = (start, ack.map(|at| start + Duration::from_millis(at)));
    loop {
        while let Some(output) = transaction.poll_output() {
            match output {
                ServerOutput::Send(_) => life.sent.push((now - start).as_millis()),
                ServerOutput::Terminated => life.ended = Some((now - start).as_millis()),
                ServerOutput::AckMissing => {}
            }
        }
        let due = transaction.next_deadline();
        if let Some(at) = ack.take_if(|at| due.is_none_or(|(due, _)| *at <= due)) {
            now = at;
            transaction.handle(now, ServerInput::Ack);
            continue;
        }
        let Some((at, timer)) = due else { return life };
        now = at;
        life.timers.push(((now - start).as_millis(), timer));
        transaction.handle(now, ServerInput::Deadline);
    }
}

fn last(life: &Life) -> Option<(u128, Timer)> {
    life.timers.last().copied()
}

#[test]
fn a_and_b_of_an_invite() {
    let udp = client("INVITE", false, &[]);
    assert_eq!(udp.sent, [0, 100, 300, 700, 1500, 3100, 6300], "A doubles without a limit");
    assert_eq!((last(&udp), udp.ended), (Some((6400, Timer::B)), Some(6400)));
    let tcp = client("INVITE", true, &[]);
    assert_eq!((tcp.sent, tcp.timers), (vec![0], vec![(6400, Timer::B)]), "no A");
    for reliable in [false, true] {
        let rung = client("INVITE", reliable, &[(150, 180)]);
        assert_eq!(rung.ended, None, "after a provisional response it waits for ever");
    }
}

#[test]
fn d_of_a_refused_invite() {
    let udp = client("INVITE", false, &[(50, 486), (60, 486)]);
    assert_eq!(udp.sent, [0, 50, 60], "the INVITE and an ACK for each copy");
    assert_eq!((udp.timers, udp.ended), (vec![(9050, Timer::D)], Some(9050)));
    let tcp = client("INVITE", true, &[(50, 486)]);
    assert_eq!((tcp.timers, tcp.ended), (vec![], Some(50)), "0 s on reliable transports");
}

#[test]
fn m_of_an_accepted_invite() {
    for reliable in [false, true] {
        let accepted = client("INVITE", reliable, &[(50, 200), (700, 200)]);
        assert_eq!((accepted.timers, accepted.ended), (vec![(6450, Timer::M)], Some(6450)), "not restarted");
        assert_eq!(accepted.sent, [0], "its ACK is the core's");
    }
}

#[test]
fn e_f_and_k_of_another_request() {
    let udp = client("BYE", false, &[]);
    let times: Vec<u128> = [0, 100, 300].into_iter().chain((7..=63).step_by(4).map(|n| n * 100)).collect();
    assert_eq!(udp.sent, times, "E doubles up to T2");
    assert_eq!(last(&udp), Some((6400, Timer::F)));
    let trying = client("BYE", false, &[(50, 100)]);
    let times: Vec<u128> = [0].into_iter().chain((1..=15).map(|n| 50 + n * 400)).collect();
    assert_eq!(trying.sent, times, "E is T2 after a provisional response");
    assert_eq!(last(&trying), Some((6400, Timer::F)), "F goes on");
    let answered = client("BYE", false, &[(50, 200)]);
    assert_eq!((answered.timers, answered.ended), (vec![(750, Timer::K)], Some(750)));
    let tcp = client("BYE", true, &[]);
    assert_eq!((tcp.sent, tcp.timers), (vec![0], vec![(6400, Timer::F)]), "no E");
    let tcp = client("BYE", true, &[(50, 200)]);
    assert_eq!((tcp.timers, tcp.ended), (vec![], Some(50)), "no K");
}

#[test]
fn g_h_and_i_of_a_refusal() {
    let udp = server("INVITE", false, 486, None);
    let times: Vec<u128> = [0, 100, 300].into_iter().chain((7..=63).step_by(4).map(|n| n * 100)).collect();
    assert_eq!(udp.sent, times, "G doubles up to T2");
    assert_eq!((last(&udp), udp.ended), (Some((6400, Timer::H)), Some(6400)));
    let tcp = server("INVITE", true, 486, None);
    assert_eq!((tcp.sent, tcp.timers), (vec![0], vec![(6400, Timer::H)]), "no G, but H");
    let acked = server("INVITE", false, 486, Some(250));
    assert_eq!(acked.sent, [0, 100]);
    assert_eq!((last(&acked), acked.ended), (Some((950, Timer::I)), Some(950)));
    let acked = server("INVITE", true, 486, Some(250));
    assert_eq!((acked.timers, acked.ended), (vec![], Some(250)), "no I");
}

#[test]
fn l_of_an_accepted_invite_and_j_of_another_request() {
    for reliable in [false, true] {
        let accepted = server("INVITE", reliable, 200, None);
        assert_eq!((accepted.sent, accepted.timers), (vec![0], vec![(6400, Timer::L)]));
    }
    let udp = server("BYE", false, 200, None);
    assert_eq!((udp.timers, udp.ended), (vec![(6400, Timer::J)], Some(6400)));
    let tcp = server("BYE", true, 200, None);
    assert_eq!((tcp.timers, tcp.ended), (vec![], Some(0)), "no J");
}

//! Calls set up and ended a second, and the processor time of each, beside sipp's own uas in the same run.
//!
//! sipp's uac (INVITE, 180, 200, ACK, BYE, 200 over UDP on loopback) calls both. `RATE` and `CALLS` in the environment
//! change the load. Nothing of this is a test: it prints figures and ends.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_foundation::{Pii, TrunkId};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_switchboard::ports::signalling::{
    LegIds, Signalling, SignallingCommand, SignallingEvent, Transport, TrunkAccount,
};
use tokio::sync::mpsc;

const ANSWER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                      m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

/// What one side took for its calls.
struct Figures {
    a_second: f64,
    failed: u64,
    us_a_call: f64,
}

fn main() {
    let of = |name: &str, usual: u64| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
    };
    let (rate, calls) = (of("RATE", 1_000), of("CALLS", 10_000));
    if Command::new("sipp").arg("-v").output().is_err() {
        println!("setups: sipp is not installed (Debian package sip-tester)");
        return;
    }
    println!("setups: {calls} calls at {rate}/s from sipp's uac");
    let theirs = sipp_answers(rate, calls);
    show("sipp uas", &theirs);
    let ours = we_answer(rate, calls);
    show("tandem", &ours);
    println!("processor time a call, tandem to sipp: {:.2}", ours.us_a_call / theirs.us_a_call);
}

fn show(name: &str, figures: &Figures) {
    let Figures { a_second, failed, us_a_call } = figures;
    println!(
        "{name:>9}: {a_second:7.0} set up a second, {failed} failed, {us_a_call:6.1} µs of processor a call"
    );
}

fn sipp_answers(rate: u64, calls: u64) -> Figures {
    let port = free_port();
    let mut uas = Command::new("sipp")
        .args(["-sn", "uas", "-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sipp starts");
    std::thread::sleep(Duration::from_millis(300));
    let (a_second, failed) = call(port, rate, calls);
    let used = processor_time(uas.id());
    let _ = uas.kill();
    let _ = uas.wait();
    figures(a_second, failed, used, calls)
}

fn we_answer(rate: u64, calls: u64) -> Figures {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (events, mut inbox) = mpsc::unbounded_channel();
    let address = "127.0.0.1:0".parse().expect("an address");
    let sip = runtime
        .block_on(SipTransport::start(SipConfig::new(address), Arc::new(LegIds::default()), events))
        .expect("SIP starts");
    let port = sip.local_address().port();
    sip.send(SignallingCommand::SetTrunks(vec![TrunkAccount {
        id: TrunkId::new("bench"),
        host: "127.0.0.1".into(),
        transport: Transport::Udp,
        domain: None,
        credentials: None::<(String, Pii<String>)>,
        register: None,
        accept_from: vec![[127, 0, 0, 1].into()],
        options_every: 0,
    }]));
    runtime.spawn(async move {
        while let Some(event) = inbox.recv().await {
            if let SignallingEvent::Incoming { leg, .. } = event {
                sip.send(SignallingCommand::Progress { leg, code: 180, answer: None });
                sip.send(SignallingCommand::Answer { leg, answer: Bytes::from_static(ANSWER.as_bytes()) });
            }
        }
    });
    let before = processor_time(std::process::id());
    let (a_second, failed) = call(port, rate, calls);
    figures(a_second, failed, processor_time(std::process::id()) - before, calls)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand calls")]
fn figures(a_second: f64, failed: u64, used: Duration, calls: u64) -> Figures {
    Figures { a_second, failed, us_a_call: used.as_secs_f64() * 1e6 / calls as f64 }
}

/// Calls so many times; answers the rate reached and how many calls failed.
#[expect(clippy::cast_precision_loss, reason = "a few thousand calls")]
fn call(port: u16, rate: u64, calls: u64) -> (f64, u64) {
    let (rate, count) = (rate.to_string(), calls.to_string());
    let target = format!("127.0.0.1:{port}");
    let source = free_port().to_string();
    let began = Instant::now();
    let output = Command::new("sipp")
        .args(["-sn", "uac", &target, "-i", "127.0.0.1", "-p", &source, "-r", &rate, "-m", &count])
        .args(["-l", "10000", "-d", "0", "-timeout", "120s", "-nostdin"])
        .output()
        .expect("sipp runs");
    let took = began.elapsed();
    // Its last screen has "Failed call | 0 | 12": this period's and all.
    let screen = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = screen.lines().rev().find(|line| line.trim_start().starts_with("Failed call"));
    let failed = failed.and_then(|line| line.rsplit('|').next()?.trim().parse().ok()).unwrap_or(0);
    (calls as f64 / took.as_secs_f64(), failed)
}

/// User and system time of a process so far (proc(5): fields 14 and 15 of stat, in hundredths of a second).
fn processor_time(process: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let fields: Vec<i64> = after_name.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The state, which is no number, and ten numbers come before.
    let ticks = fields.get(10).copied().unwrap_or(0) + fields.get(11).copied().unwrap_or(0);
    Duration::from_millis(ticks.unsigned_abs() * 10)
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

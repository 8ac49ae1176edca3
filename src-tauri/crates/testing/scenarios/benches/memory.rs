//! Memory after 1,000 calls and after ten times as many: what a call leaves behind must not add up.
//!
//! sipp calls an assistant that waits for the caller to speak, and hangs up. Before each reading the process rests until
//! nothing of a call is owed any more. `CALLS` and `RATE` change the load. Baseline: the same process after the first
//! tenth of the calls. It prints figures and ends; nothing of it is a test.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tandem_scenarios::{Api, Server};
use tandem_simulation::PacedDouble;

/// SIP transactions live for 32 s after their last message (RFC 3261, timers H, J and L), and memory that is free goes
/// back to the system some seconds later.
const REST: Duration = Duration::from_secs(45);

#[tokio::main]
async fn main() {
    let of = |name: &str, usual: u64| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
    };
    let (calls, rate) = (of("CALLS", 10_000), of("RATE", 50));
    if Command::new("sipp").arg("-v").output().is_err() {
        println!("memory: sipp is not installed (Debian package sip-tester)");
        return;
    }
    // A recogniser that is not in the process, so that what is measured is the exchange.
    let double = PacedDouble::start(0, Duration::from_secs(1)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let providers = folder.path().join("providers.toml");
    std::fs::write(&providers, double.providers_file()).expect("written");
    let server = Server::sandbox_with(&["--providers", providers.to_str().expect("a path")]);
    let api = server.api();
    let number = waiting_number(&api).await;
    println!("memory: {:6.1} MB when ready", resident_mb(server.process_id()));
    let mut first = None;
    for (part, done) in [(calls / 10, calls / 10), (calls - calls / 10, calls)] {
        let began = Instant::now();
        let failed = call(&number, server.sip(), part, rate).await;
        let took = began.elapsed().as_secs_f64();
        nobody_is_on_the_line(&api).await;
        tokio::time::sleep(REST).await;
        let now = resident_mb(server.process_id());
        let ratio = now / *first.get_or_insert(now);
        println!(
            "memory: {now:6.1} MB after {done} calls, {ratio:.2} of the first; {failed} failed, {:.0}/s",
            part as f64 / took
        );
    }
}

async fn waiting_number(api: &Api) -> String {
    let settings = json!({ "language": "en", "record": false, "speech": { "recogniser": "paced",
        "voice_provider": "paced", "model_provider": "paced", "model": "none" } });
    let body = json!({ "code": "waiting", "name": "Waiting", "settings": settings });
    let made = api.ask(Method::POST, "/assistants", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let trunk = json!({ "name": "callers", "host": "127.0.0.1:9", "accept_from": ["127.0.0.1"], "max_cps": 1000,
        "max_channels": 1000 });
    let trunk = api.post("/trunks", trunk).await;
    let route = json!({ "kind": "assistant", "assistant": made.body["id"] });
    let number = "+15557770101";
    api.post("/numbers", json!({ "number": number, "trunk": trunk["id"], "route": route })).await;
    number.to_owned()
}

/// Calls so many times; answers how many failed.
async fn call(number: &str, sip: &str, calls: u64, rate: u64) -> u64 {
    let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let mut sipp = Command::new("sipp");
    sipp.args(["-sn", "uac", "-s", number, "-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin", sip])
        .args(["-m", &calls.to_string(), "-r", &rate.to_string(), "-d", "200", "-timeout", "900s"])
        .stderr(Stdio::null());
    let output =
        tokio::task::spawn_blocking(move || sipp.output()).await.expect("joined").expect("sipp runs");
    let screen = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = screen.lines().rev().find(|line| line.trim_start().starts_with("Failed call"));
    failed.and_then(|line| line.rsplit('|').next()?.trim().parse().ok()).unwrap_or(0)
}

async fn nobody_is_on_the_line(api: &Api) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let live = api.get("/calls?live=true&limit=1").await;
        if live["items"].as_array().is_some_and(Vec::is_empty) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!("memory: calls are left over after a minute");
}

/// What of a process is in memory (proc(5), VmRSS).
fn resident_mb(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1_024.0
}

//! What the exchange itself takes of a turn: from the recogniser's end of turn to the model's being asked, and from the
//! model's first sentence to the voice's being asked, at 1, 10 and 100 calls. Providers are doubles that take no time.
//!
//! Baseline: a bare request to the same model double in the same run, which is what the wire and the double take.
//! `TURNS` changes the turns of each call. It prints figures and ends; nothing of it is a test.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tandem_scenarios::Server;
use tandem_simulation::{PacedDouble, Steps};

const GAP: Duration = Duration::from_millis(1_500);

#[tokio::main]
async fn main() {
    if Command::new("sipp").arg("-v").output().is_err() {
        println!("turns: sipp is not installed (Debian package sip-tester)");
        return;
    }
    let turns = std::env::var("TURNS").ok().and_then(|value| value.parse().ok()).unwrap_or(10);
    let double = PacedDouble::start(turns, GAP).await;
    let folder = tempfile::tempdir().expect("a folder");
    let providers = folder.path().join("providers.toml");
    std::fs::write(&providers, double.providers_file()).expect("written");
    let server = Server::sandbox_with(&["--providers", providers.to_str().expect("a path")]);
    let number = number_of_a_paced_assistant(&server).await;
    let bare = spread(bare_requests(&double.model_url()).await);
    println!("turns: processor time is shared with sipp and the doubles; {turns} turns a call");
    println!("{:>9}: {:6.2} ms median, {:6.2} ms p99", "bare", bare.0, bare.1);
    for calls in [1, 10, 100] {
        double.forget();
        let sipp = callers(&number, server.sip(), calls, turns);
        ended(sipp).await;
        let steps = double.steps();
        let between: Vec<f64> = steps.iter().filter_map(overhead).collect();
        let (answered, asked) = (between.len(), steps.len());
        let (median, p99) = spread(between);
        println!(
            "{calls:>3} calls: {median:6.2} ms median, {p99:6.2} ms p99 between the providers, {:.1} of a bare \
             request's median; {answered} of {asked} turns answered",
            median / bare.0
        );
    }
}

/// Both times in which nobody but the exchange had the turn, in ms.
fn overhead(steps: &Steps) -> Option<f64> {
    let thinking = steps.asked?.saturating_duration_since(steps.ended);
    let speaking = steps.voiced?.saturating_duration_since(steps.answered?);
    Some((thinking + speaking).as_secs_f64() * 1e3)
}

/// Median and 99th percentile.
fn spread(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: usize| values.get((values.len() * share / 100).min(values.len().saturating_sub(1)));
    (at(50).copied().unwrap_or(f64::NAN), at(99).copied().unwrap_or(f64::NAN))
}

async fn bare_requests(url: &str) -> Vec<f64> {
    let client = reqwest::Client::new();
    let body = json!({ "messages": [{ "role": "user", "content": "Question nobody please." }] });
    let mut took = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        client.post(url).json(&body).send().await.expect("answered").bytes().await.expect("a body");
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    took
}

/// An assistant that uses the doubles and answers as soon as a turn is over, behind a number of its own.
async fn number_of_a_paced_assistant(server: &Server) -> String {
    let api = server.api();
    let settings = json!({ "language": "en", "record": false,
        "speech": { "recogniser": "paced", "voice_provider": "paced", "model_provider": "paced", "model": "none" },
        "turns": { "end_of_turn_min_ms": 0 } });
    let body = json!({ "code": "paced", "name": "Paced", "settings": settings });
    let made = api.ask(Method::POST, "/assistants", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let trunk = json!({ "name": "callers", "host": "127.0.0.1:9", "accept_from": ["127.0.0.1"], "max_cps": 1000,
        "max_channels": 1000 });
    let trunk = api.post("/trunks", trunk).await;
    let number = "+15557770100";
    let route = json!({ "kind": "assistant", "assistant": made.body["id"] });
    api.post("/numbers", json!({ "number": number, "trunk": trunk["id"], "route": route })).await;
    number.to_owned()
}

fn callers(number: &str, sip: &str, calls: u32, turns: u32) -> Child {
    let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let length = u64::from(turns + 2) * u64::try_from(GAP.as_millis()).unwrap_or_default();
    let (calls, rate) = (calls.to_string(), (calls / 2).max(1).to_string());
    Command::new("sipp")
        .args(["-sn", "uac", "-s", number, "-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin", sip])
        .args(["-m", &calls, "-l", &calls, "-r", &rate, "-d", &length.to_string(), "-timeout", "90s"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sipp starts")
}

async fn ended(mut sipp: Child) {
    let wait = tokio::task::spawn_blocking(move || sipp.wait());
    let status = wait.await.expect("joined").expect("reaped");
    assert!(status.success(), "sipp: {status}");
}

//! From an event's time to the frame that shows it: a transcript read in headless Chromium while calls run.
//!
//! Baseline: the same events at a bare reader of the live socket in the same run. `CALLS` changes how many calls run
//! beside the one that is looked at. It prints figures and ends; nothing of it is a test.

#![allow(clippy::print_stdout, reason = "a bench prints")]

#[path = "../../../../../tests/support/screen.rs"]
#[allow(unused, reason = "the window's driver knows it")]
mod screen;
#[path = "../../../../../tests/support/supervisor.rs"]
#[allow(unused, reason = "shared with the tests")]
mod supervisor;
#[path = "../../../../../tests/support/webdriver.rs"]
mod webdriver;

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Live, Server, Wav};
use webdriver::Window;

/// Notes when each transcript line was first on the screen: at the frame after it came into the page.
const WATCH: &str = "(() => { const seen = {}; window.__seen = seen;
    const look = () => { const now = [...document.querySelectorAll('[id^=item-]')].map((node) => node.id.slice(5))
        .filter((id) => !(id in seen)); if (now.length === 0) return; for (const id of now) seen[id] = null;
        requestAnimationFrame(() => { for (const id of now) seen[id] = Date.now(); }); };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true }); look(); return true; })()";

#[tokio::main]
async fn main() {
    if !std::path::Path::new("/usr/bin/chromium").exists() {
        println!("screen: chromium is not installed (Debian packages chromium and chromium-driver)");
        return;
    }
    let calls: u32 = std::env::var("CALLS").ok().and_then(|value| value.parse().ok()).unwrap_or(10);
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let microphone = folder.path().join("microphone.wav");
    Wav::mono(8_000, vec![0; 8_000]).write_mono(&microphone);
    let window = Window::chromium(&folder.path().join("profile"), server.http(), &microphone).await;
    let user = &server.ready["sandbox"]["users"]["supervisor"];
    let text = |field: &str| user[field].as_str().expect("text");
    supervisor::sign_in(&window, text("email"), text("password")).await;
    window.run(WATCH).await;
    let api = server.api();
    let mut live = Live::open(&api).await;
    let number = |n: u32| format!("+62812345{:03}", 678 + n);
    let looked_at = api.call(&number(0), "asst_jane_collections").await;
    window.press("[role=option]").await;
    for n in 1..=calls {
        // Numbers that the sandbox does not know are answered by its usual customer.
        let body = json!({ "to": number(n), "assistant": "asst_jane_collections" });
        let _ = api.ask(Method::POST, "/calls", Some(body)).await;
    }
    let (mut written, mut socket) = (HashMap::new(), Vec::new());
    let until_the_end = async {
        loop {
            let message = live.next().await;
            if message["call"] != looked_at.as_str() {
                continue;
            }
            if message["kind"] == "transcript.item" {
                let (id, at) = (message["data"]["id"].to_string(), milliseconds(&message["at"]));
                written.entry(id.trim_matches('"').to_owned()).or_insert_with(|| {
                    socket.push(now() - at);
                    at
                });
            }
            if message["kind"] == "call.ended" {
                return;
            }
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(120), until_the_end).await.is_ok();
    let seen = window.run("window.__seen").await;
    let shown: Vec<f64> = written.iter().filter_map(|(id, at)| Some(seen[id].as_f64()? - at)).collect();
    let (lines, count) = (written.len(), shown.len());
    let (socket, screen) = (spread(socket), spread(shown));
    println!(
        "screen: {count} of {lines} lines of a call beside {calls} others{}",
        if ended { "" } else { ", cut at 120 s" }
    );
    println!("  at a bare reader of the live socket: {:5.0} ms median, {:5.0} ms p95", socket.0, socket.1);
    println!("  on the screen of a browser:          {:5.0} ms median, {:5.0} ms p95", screen.0, screen.1);
    window.close().await;
}

/// Median and 95th percentile.
fn spread(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: usize| values.get((values.len() * share / 100).min(values.len().saturating_sub(1)));
    (at(50).copied().unwrap_or(f64::NAN), at(95).copied().unwrap_or(f64::NAN))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as f64
}

/// RFC 3339 as milliseconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
fn milliseconds(time: &Value) -> f64 {
    let time: jiff::Timestamp = time.as_str().expect("a time").parse().expect("RFC 3339");
    time.as_millisecond() as f64
}

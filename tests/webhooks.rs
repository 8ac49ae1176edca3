//! Webhooks of a real server: bad receivers slow nobody, a crash loses nothing, nothing hostile is reached, and the
//! signatures are good to those who did not write them.

#[path = "support/receiver.rs"]
mod receiver;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use receiver::{Came, Manner, Receiver};
use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Server};

/// Answers busy, so that its call fails at once.
const BUSY: &str = "+15005550002";
const HOSTILE: &str = include_str!("support/hostile_urls.txt");

/// Has an address told; its id and secret.
async fn tell(api: &Api, url: &str) -> (String, String) {
    let made = api.post("/webhooks", json!({ "url": url, "enabled": true })).await;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

async fn test(api: &Api, webhook: &str) -> String {
    let sent = api.post(&format!("/webhooks/{webhook}/test"), Value::Null).await;
    sent["id"].as_str().expect("an id").to_owned()
}

/// Reads a delivery until it fits.
async fn until(api: &Api, delivery: &str, seconds: u64, fits: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        let told = api.get(&format!("/webhook-deliveries/{delivery}")).await;
        if fits(&told) {
            return told;
        }
        assert!(Instant::now() < deadline, "{delivery} did not come to fit: {told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn tried(told: &Value) -> bool {
    told["tries"].as_array().is_some_and(|tries| !tries.is_empty())
}

/// Fails `count` calls, and waits until all of them were told.
async fn fail_calls(api: &Api, told: &Receiver, count: usize) -> Vec<i64> {
    let before = told.came().len();
    for _ in 0..count {
        api.call(BUSY, "asst_jane_collections").await;
        tokio::time::sleep(Duration::from_millis(210)).await;
    }
    let deadline = Instant::now() + Duration::from_secs(120);
    while told.came().len() < before + count {
        assert!(Instant::now() < deadline, "{} of {count} were told", told.came().len() - before);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    told.came()[before..].iter().map(delay).collect()
}

/// From what happened to its message, in milliseconds.
fn delay(came: &Came) -> i64 {
    let at = came.json()["timestamp"].as_str().expect("a time").parse::<jiff::Timestamp>().expect("RFC 3339");
    came.at - at.as_millisecond()
}

fn p99(mut delays: Vec<i64>) -> i64 {
    delays.sort_unstable();
    delays[(delays.len() * 99 / 100).min(delays.len() - 1)]
}

/// Resident memory of a process, in KiB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("KiB")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_that_misbehave_slow_nobody_and_take_no_memory() {
    const CALLS: usize = 25;
    let server = Server::sandbox();
    let api = server.api();
    let healthy = Receiver::new(Manner::Takes).await;
    tell(&api, &healthy.url()).await;
    let alone = p99(fail_calls(&api, &healthy, CALLS).await);
    let before = resident(server.process_id());

    let sink = Receiver::new(Manner::Takes).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("bind").local_addr().expect("address");
    let mut bad = BTreeMap::new();
    for (name, manner) in [
        ("hangs", Manner::Hangs),
        ("resets", Manner::Resets),
        ("fails", Manner::Says(500, "")),
        ("busy", Manner::Says(429, "retry-after: 60\r\n")),
        ("gone", Manner::Says(410, "")),
        ("redirects", Manner::Redirects(sink.url())),
        ("drips", Manner::Drips),
        ("floods", Manner::Floods),
    ] {
        let receiver = Receiver::new(manner).await;
        let (id, _) = tell(&api, &receiver.url()).await;
        bad.insert(name, (receiver, id));
    }
    let (refused, _) = tell(&api, &format!("http://{closed}/")).await;
    let among = p99(fail_calls(&api, &healthy, CALLS).await);
    assert!(among <= alone + alone / 10 + 1_000, "{alone} ms alone, {among} ms among bad ones");
    let grown = resident(server.process_id()).saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB more");

    let flood = first(&api, &bad["floods"].1).await;
    let told = until(&api, &flood, 60, tried).await;
    assert_eq!(told["delivery"]["state"], "delivered", "what it says is cut, not refused: {told}");
    assert_eq!(told["tries"][0]["answer"].as_str().map(str::len), Some(200), "an excerpt: {told}");
    let told = until(&api, &first(&api, &refused).await, 60, tried).await;
    assert_eq!(told["tries"][0]["error"], "the connection failed");
    until(&api, &first(&api, &bad["redirects"].1).await, 60, tried).await;
    assert_eq!(sink.connections(), 0, "no redirect is followed");
    let (hangs, busy) = (bad["hangs"].0.came().len(), bad["busy"].0.came().len());
    assert!(hangs <= 16, "{hangs} to one who hangs: a few under way at most");
    assert!(busy <= 12, "{busy} to one who asked for a minute");

    let rows = api.get("/webhooks").await;
    let row = |id: &str| {
        let items = rows["items"].as_array().expect("items");
        items.iter().find(|row| row["id"] == id).expect("the webhook").clone()
    };
    let gone = row(&bad["gone"].1);
    assert_eq!((&gone["enabled"], &gone["disabled_reason"]), (&json!(false), &json!("gone")));
    let off = api.ask(Method::POST, &format!("/webhooks/{}/test", bad["gone"].1), None).await;
    assert_eq!(off.status, 409, "nothing is sent to one that is off");
    assert!(row(&refused)["failing_since"].is_string(), "{}", row(&refused));
}

/// The first delivery to a webhook.
async fn first(api: &Api, webhook: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let rows = api.get(&format!("/webhook-deliveries?limit=200&webhook={webhook}")).await;
        if let Some(last) = rows["items"].as_array().and_then(|rows| rows.last()) {
            return last["id"].as_str().expect("an id").to_owned();
        }
        assert!(Instant::now() < deadline, "nothing was made for {webhook}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Kills the server `kills` times while `events` are accepted: all of them come, and what comes twice has one id.
async fn survives(kills: usize, events: usize) {
    let mut server = Server::sandbox();
    let receiver = Receiver::new(Manner::Takes).await;
    let (webhook, _) = tell(&server.api(), &receiver.url()).await;
    let (mut accepted, mut failed) = (BTreeSet::new(), BTreeSet::new());
    let mut unsent = 0;
    let path = format!("/webhooks/{webhook}/test");
    for round in 0..=kills {
        let api = server.api();
        // What happens in calls is announced by their own transaction.
        let call = api.call(BUSY, "asst_jane_collections").await;
        let share = events * (round + 1) / (kills + 1) - events * round / (kills + 1);
        for batch in 0..share.div_ceil(10) {
            let count = (share - batch * 10).min(10);
            let sent = (0..count).map(|_| api.ask(Method::POST, &path, None));
            for told in futures_util::future::join_all(sent).await {
                assert_eq!(told.status, 201, "{}", told.body);
                accepted.insert(told.body["id"].as_str().expect("an id").to_owned());
            }
        }
        let row = api.get(&format!("/calls/{call}")).await;
        if row["status"] == "busy" {
            failed.insert(call);
        }
        if round < kills {
            // In the middle of what is being sent.
            unsent += accepted.len().saturating_sub(receiver.came().len());
            server = server.crash_and_restart();
        }
    }
    let deadline = Instant::now() + Duration::from_secs(240);
    loop {
        let came = receiver.came();
        let ids: BTreeSet<&str> = came.iter().map(Came::id).collect();
        let calls: BTreeSet<String> =
            came.iter().filter_map(|one| Some(one.json()["data"]["call"].as_str()?.to_owned())).collect();
        let missing = accepted.iter().filter(|id| !ids.contains(id.as_str())).count();
        if missing == 0 && failed.is_subset(&calls) {
            break;
        }
        assert!(Instant::now() < deadline, "{missing} of {} are lost", accepted.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(unsent > 0, "it was killed with something to lose");
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    for one in receiver.came() {
        let known = bodies.entry(one.id().to_owned()).or_insert_with(|| one.body.clone());
        assert_eq!(*known, one.body, "what comes again under an id is the same to the byte");
    }
    let again = receiver.came().len() - bodies.len();
    assert!(again <= kills * 8, "only what was under way comes again: {again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_loses_nothing() {
    survives(5, 500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "hours on a small machine"]
async fn a_server_that_is_killed_a_hundred_times_loses_none_of_ten_thousand() {
    survives(100, 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_hostile_is_connected_to() {
    let server = Server::fresh();
    let api = server.operator();
    // Where this test may, the sink is where the corpus leads; the address rule is what keeps it empty then.
    let mut sinks = Vec::new();
    for address in ["0.0.0.0:80", "[::1]:80", "0.0.0.0:0"] {
        sinks.extend(Receiver::at(address, Manner::Takes).await.ok());
    }
    let port = sinks.last().expect("one sink").address.port();
    let own = format!("http://127.0.0.1:{port}/");
    let corpus: Vec<&str> = HOSTILE.lines().filter(|line| !line.is_empty()).chain([own.as_str()]).collect();
    assert!(corpus.len() >= 60);
    let mut sent = Vec::new();
    for url in corpus {
        let made = api.ask(Method::POST, "/webhooks", Some(json!({ "url": url, "enabled": true }))).await;
        assert_eq!(made.status, 201, "{url}: {}", made.body);
        let id = made.body["webhook"]["id"].as_str().expect("an id").to_owned();
        sent.push((url, test(&api, &id).await));
    }
    for (url, delivery) in sent {
        let told = until(&api, &delivery, 60, tried).await;
        let first = &told["tries"][0];
        assert_eq!((&first["status"], &first["answer"]), (&Value::Null, &Value::Null), "{url}: {first}");
        let error = first["error"].as_str().expect("a reason");
        let known = ["may be called", "cannot be resolved", "not a valid address"];
        assert!(known.iter().any(|part| error.contains(part)), "{url}: {error}");
    }
    assert!(sinks.iter().all(|sink| sink.connections() == 0), "nobody came");
}

const NODE: &str = "
const { createHmac, timingSafeEqual } = require('node:crypto');
const { id, timestamp, signature, body, secret } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
const good = signature.split(' ').some((one) => {
  const [version, text] = one.split(',');
  const given = Buffer.from(text, 'base64');
  return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
});
process.exit(good ? 0 : 3);
";
const PYTHON: &str = "
import base64, hashlib, hmac, json, sys
m = json.load(sys.stdin)
key = base64.b64decode(m['secret'].removeprefix('whsec_'))
text = f\"{m['id']}.{m['timestamp']}.{m['body']}\".encode()
wanted = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
good = any(hmac.compare_digest(one, 'v1,' + wanted) for one in m['signature'].split(' '))
sys.exit(0 if good else 3)
";

/// Whether a program that is none of ours finds the signature good; `None`: it is not installed.
fn verified_by(program: &str, script: [&str; 2], came: &Came, secret: &str) -> Option<bool> {
    let mut child =
        Command::new(program).args(script).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let told = json!({
        "id": came.id(), "timestamp": came.header("webhook-timestamp"),
        "signature": came.header("webhook-signature"), "body": came.body, "secret": secret,
    });
    child.stdin.take().expect("piped").write_all(told.to_string().as_bytes()).expect("written");
    match child.wait().expect("ended").code() {
        Some(0) => Some(true),
        Some(3) => Some(false),
        other => panic!("{program} ended with {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_are_good_to_others_and_two_secrets_are_live_while_one_is_replaced() {
    let server = Server::sandbox();
    let api = server.api();
    let receiver = Receiver::new(Manner::Takes).await;
    let (webhook, old) = tell(&api, &receiver.url()).await;
    let first = test(&api, &webhook).await;
    let first = receiver.until("the first test", 30, |came| came.id() == first).await;
    assert_eq!(
        (&first.json()["type"], first.header("content-type")),
        (&json!("webhook.test"), "application/json")
    );
    let wrong = format!("whsec_{}", "QUFB".repeat(8));
    let good = |came: &Came, secret: &str, is: bool| {
        for (program, flag, text) in [("node", "-e", NODE), ("python3", "-c", PYTHON)] {
            let found = verified_by(program, [flag, text], came, secret);
            assert_eq!(found, Some(is), "{program}");
        }
    };
    good(&first, &old, true);
    good(&first, &wrong, false);

    let rotated = api.post(&format!("/webhooks/{webhook}/rotate"), json!({ "overlap_s": 3600 })).await;
    let new = rotated["secret"].as_str().expect("a secret");
    assert!(rotated["webhook"]["old_secret_until"].is_string() && new != old);
    let both = test(&api, &webhook).await;
    let both = receiver.until("the second test", 30, |came| came.id() == both).await;
    assert_eq!(both.header("webhook-signature").split(' ').count(), 2);
    good(&both, &old, true);
    good(&both, new, true);

    api.post(&format!("/webhooks/{webhook}/rotate"), json!({ "overlap_s": 0 })).await;
    let last = test(&api, &webhook).await;
    let last = receiver.until("the third test", 30, |came| came.id() == last).await;
    good(&last, new, false);
    let listed = api.get("/webhooks").await.to_string();
    assert!(!listed.contains("whsec_"), "a secret is shown once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_is_sent_again_by_hand_one_and_all_of_a_span() {
    let server = Server::sandbox();
    let api = server.api();
    let receiver = Receiver::new(Manner::Takes).await;
    let (webhook, _) = tell(&api, &receiver.url()).await;
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        ids.insert(test(&api, &webhook).await);
    }
    for id in &ids {
        until(&api, id, 30, |told| told["delivery"]["state"] == "delivered").await;
    }
    let one = ids.first().expect("one").clone();
    api.post(&format!("/webhook-deliveries/{one}/redeliver"), Value::Null).await;
    let told =
        until(&api, &one, 30, |told| told["tries"].as_array().is_some_and(|tries| tries.len() == 2)).await;
    assert_eq!(
        (&told["tries"][1]["status"], &told["tries"][1]["answer"]),
        (&json!(200), &json!("thank you"))
    );
    let span = json!({ "from": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z" });
    until(&api, &one, 30, |told| told["delivery"]["state"] == "delivered").await;
    let again = api.post(&format!("/webhooks/{webhook}/redeliver"), span.clone()).await;
    assert_eq!(again["count"], 3);
    for id in &ids {
        until(&api, id, 30, |told| told["delivery"]["state"] == "delivered").await;
    }
    let came = receiver.came();
    assert_eq!(came.len(), 3 + 1 + 3);
    assert_eq!(came.iter().map(|one| one.id().to_owned()).collect::<BTreeSet<_>>(), ids, "with the same ids");
    let mut failed = span;
    failed["failed_only"] = json!(true);
    let none = api.post(&format!("/webhooks/{webhook}/redeliver"), failed).await;
    assert_eq!(none["count"], 0);
}

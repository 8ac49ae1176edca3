//! The command line against a real server.

use std::time::Duration;

use serde_json::Value;
use tandem_scenarios::{Server, binary};

fn document(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}

#[test]
fn call_follows_a_call_to_its_end_and_prints_one_document() {
    let server = Server::sandbox();
    let output = server.tandem(&["call", "+62812345678", "--assistant", "asst_jane_collections", "--json"]);
    let call = document(&output);
    assert!(output.status.success());
    assert_eq!(
        (call["status"].as_str(), call["outcome"].as_str()),
        (Some("completed"), Some("promise_to_pay"))
    );
    let said = |role: &str| {
        let lines = call["transcript"].as_array().expect("a transcript").iter();
        lines.filter(|l| l["role"] == role).filter_map(|l| l["text"].as_str()).collect::<Vec<_>>().join(" ")
    };
    assert!(said("customer").to_lowercase().contains("fifth") && said("agent").contains("Jane"), "{call:#}");
    assert!(
        call["duration"].as_f64().is_some_and(|s| s > 5.0) && call["recording_url"].is_string(),
        "{call:#}"
    );
}

#[test]
fn what_is_wrong_is_named_and_the_exit_code_says_which_kind() {
    let server = Server::sandbox();
    let unknown = server.tandem(&["call", "+62812345678", "--assistant", "nobody"]);
    assert_eq!(unknown.status.code(), Some(3));
    let number = server.tandem(&["call", "0812", "--assistant", "akylai"]);
    assert_eq!(number.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&number.stderr).contains("to:"), "{:?}", number);
    let usage = server.tandem(&["call"]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn a_declaration_is_applied_once_and_then_changes_nothing() {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shop.toml");
    std::fs::write(
        &file,
        "[[trunk]]\nname = 'Second carrier'\nhost = '127.0.0.1:5999'\nmax_cps = 2\n\
         [[assistant]]\ncode = 'shop'\nname = 'Shop'\nsettings = { language = 'en', first_message = 'Hello.' }\n\
         [[number]]\nnumber = '+15559990000'\ntrunk = 'Second carrier'\nassistant = 'shop'\n",
    )
    .expect("written");
    let path = file.to_str().expect("a path");
    let changes = |arguments: &[&str]| {
        let output = server.tandem(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let document = document(&output);
        let list = document["changes"].as_array().expect("changes").iter();
        list.map(|c| c["change"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(changes(&["apply", path, "--dry-run", "--json"]), ["create", "create", "create"]);
    assert_eq!(changes(&["apply", path, "--json"]), ["create", "create", "create"]);
    assert_eq!(changes(&["apply", path, "--json"]), ["unchanged", "unchanged", "unchanged"]);
}

#[tokio::test]
async fn a_made_key_works_and_a_customer_can_be_told_to_call_in() {
    let server = Server::sandbox();
    let made = document(&server.tandem(&["key", "create", "--name", "ci", "--role", "supervisor", "--json"]));
    let api = tandem_scenarios::Api::with_key(server.http(), made["secret"].as_str().expect("a secret"));
    let mut live = tandem_scenarios::Live::open(&api).await;
    let output = server.tandem(&["sandbox", "call-in", "--from", "+62812345678", "--to", "+62215551234"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let created = live.until("the inbound call", 10, |m| m["kind"] == "call.created").await;
    assert_eq!(created["data"]["direction"], "inbound");
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "customer", "question", 40).await;
    live.event(&call, "call.ended", 60).await;
}

#[test]
fn the_first_line_is_ready_and_sigterm_drains() {
    let mut server = Server::sandbox();
    assert_eq!(server.ready["ready"], true);
    assert!(server.ready["sandbox"]["users"]["agent"]["password"].is_string());
    assert_eq!(server.terminate(Duration::from_secs(20)), Some(0));
}

#[test]
fn help_is_worth_reading() {
    let help = std::process::Command::new(binary("tandem")).arg("--help").output().expect("help");
    let text = String::from_utf8_lossy(&help.stdout);
    for word in ["serve", "call", "apply", "key", "sandbox", "doctor", "simulate", "Exit codes"] {
        assert!(text.contains(word), "{word} is missing from:\n{text}");
    }
}

#[test]
fn a_simulated_queue_is_one_document_and_what_cannot_be_is_named() {
    let tandem = |arguments: &[&str]| {
        std::process::Command::new(binary("tandem"))
            .arg("simulate")
            .args(arguments)
            .output()
            .expect("it runs")
    };
    let output = tandem(&["queue", "--calls-per-hour", "200", "--agents", "14", "--hours", "200", "--json"]);
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).expect("one document");
    let theory = report["theory"]["service_level"].as_f64().expect("a share");
    let simulated = report["service_level"].as_f64().expect("a share");
    assert!((simulated - theory).abs() < 0.03, "{report}");
    assert!(report["waits"].is_null());

    let output = tandem(&["queue", "--invariants", "--calls", "2000", "--seed", "5"]);
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!((&report["calls"], &report["violations"]), (&2_000.into(), &0.into()), "{report}");
    assert_eq!((&report["first_seed"], &report["last_seed"]), (&5.into(), &6.into()), "{report}");
    for (arguments, named) in [
        (["queue", "--agents", "4"], "--agents 4: expected more than 5.0"),
        (["queue", "--handling", "-1"], "--handling -1: expected more than 0"),
        (["queue", "--hours", "1e9"], "--hours 1000000000: expected at most"),
    ] {
        let output = tandem(&arguments);
        assert_eq!(output.status.code(), Some(5), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(named), "{output:?}");
    }
}

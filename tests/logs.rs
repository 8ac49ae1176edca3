//! What may never be in a log, however much is logged: numbers, names, words and secrets.

use serde_json::{Value, json};
use tandem_scenarios::{Live, Server};

#[tokio::test]
async fn at_the_most_talkative_level_no_person_and_no_secret_is_in_the_log() {
    let server = Server::sandbox_logging(
        "debug,tandem_server=trace,tandem_http=trace,tandem_switchboard=trace,\
         tandem_sip_transport=trace,tandem_media_engine=trace,tandem_speech=trace,tandem_storage=trace,\
         tandem_sandbox=trace,tandem_webhooks=trace",
    );
    let made = server.tandem(&["key", "create", "--name", "ci", "--role", "supervisor", "--json"]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let call = sam.call("+62812345678", "asst_jane_collections").await;
    live.said(&call, "customer", "fifth", 40).await;
    let answer = sam
        .ask(reqwest::Method::POST, "/calls", Some(json!({ "to": "0812-sixseven", "assistant": "x" })))
        .await;
    assert!(answer.status >= 400);
    live.event(&call, "call.ended", 60).await;
    let inbound = server.tandem(&["sandbox", "call-in", "--from", "+996700000000", "--to", "+62215551234"]);
    assert!(inbound.status.success());
    let created = live.until("the inbound call", 10, |m| m["kind"] == "call.created").await;
    let inbound = created["call"].as_str().expect("an id").to_owned();
    live.said(&inbound, "customer", "office", 60).await;

    let log = server.log();
    assert!(log.lines().count() > 40 && log.contains(&call), "it is a talkative log:\n{log}");
    let transcript = sam.get(&format!("/calls/{call}/transcript")).await;
    let spoken: Vec<String> = transcript["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|item| item["speaker"] != "system")
        .filter_map(|item| item["text"].as_str())
        .filter(|text| text.split_whitespace().count() >= 3)
        .map(str::to_owned)
        .collect();
    assert!(!spoken.is_empty());
    let users = &server.ready["sandbox"]["users"];
    let secret = |value: &Value| value.as_str().expect("text").to_owned();
    let mut private = vec!["62812345678".to_owned(), "996700000000".into(), "0812-six".into(), "Rina".into()];
    private.extend(spoken);
    private.extend([
        secret(&made["secret"]),
        secret(&server.ready["sandbox"]["keys"]["api"]),
        secret(&users["supervisor"]["password"]),
        secret(&users["supervisor"]["phone"]["password"]),
    ]);
    for private in private {
        let line = log.lines().find(|line| line.to_lowercase().contains(&private.to_lowercase()));
        assert!(line.is_none(), "{private:?} in: {}", line.unwrap_or_default());
    }
}

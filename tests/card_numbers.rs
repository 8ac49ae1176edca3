//! A card number that a customer keys or says: it is in no transcript, no event, no request to a model, no row and no log.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Live, Server};
use tandem_simulation::{DeepgramDouble, Listen, OpenAiDouble, Script};

const KEYS_A_CARD: &str = "+15005550016";
const RINA: &str = "+62812345678";
const MARK: &str = "[card number]";

/// Files below this folder in which the text is, whatever else is in them.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn kept_of(server: &Server, call: &str) -> String {
    let api = server.api();
    let mut kept = String::new();
    for path in ["", "/transcript", "/events", "/sip"] {
        kept.push_str(&api.get(&format!("/calls/{call}{path}")).await.to_string());
    }
    kept
}

#[tokio::test]
async fn what_is_keyed_is_not_kept_and_pauses_the_recording() {
    let number = "4929123412341232";
    let server = Server::sandbox_logging("debug");
    let api = server.signed_in("supervisor").await;
    let mut live = Live::open(&api).await;
    let call = api.call(KEYS_A_CARD, "asst_jane_collections").await;
    let paused = live.event(&call, "recording.paused", 90).await;
    assert_eq!((&paused["data"]["card_number"], &paused["data"]["by"]), (&json!(true), &Value::Null));
    assert!(paused["data"]["blanked_ms"].as_i64().expect("ms") > 1_000, "the keys' own time: {paused}");
    let marked = |m: &Value| m["kind"] == "transcript.item" && m["data"]["text"] == MARK;
    if !live.seen.iter().any(marked) {
        live.until("what stands for the number", 20, marked).await;
    }
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 60).await;
    let kept = kept_of(&server, &call).await;
    assert!(kept.contains(MARK));
    for part in [number, &number[..13], &number[3..]] {
        assert!(!kept.contains(part), "{part} is kept: {kept}");
        assert_eq!(files_with(server.data().as_path(), part), Vec::<String>::new(), "{part}");
        assert!(!server.log().contains(part), "{part} is in the log");
    }
}

#[tokio::test]
async fn what_is_said_reaches_neither_the_model_nor_the_database() {
    let (hears, thinks) = (DeepgramDouble::start().await, OpenAiDouble::start().await);
    let said = r#"{"type":"Results","channel_index":[0,1],"start":0.0,"duration":2.0,"is_final":true,
        "speech_final":true,"channel":{"alternatives":[{"confidence":0.98,"words":[],
        "transcript":"sure my card is 4111 1111 1111 1111 expires 12 27 code 123"}]}}"#;
    hears.push(Listen::Say(said));
    (0..10).for_each(|_| hears.push(Listen::Properly));
    (0..20).for_each(|_| thinks.push(Script::Text(vec!["Thank you."])));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("providers.toml");
    let file = format!(
        "[recognisers.nova]\nkind = 'deepgram'\nbase_url = '{}'\n[models.double]\nbase_url = '{}'\nmodel = 'tiny'\n",
        hears.base_url(),
        thinks.base_url()
    );
    std::fs::write(&path, file).expect("written");
    let server = Server::sandbox_with(&["--providers", path.to_str().expect("a path")]);
    let settings = json!({ "language": "en", "first_message": "Hello.",
        "speech": { "recogniser": "nova", "model_provider": "double", "model": "tiny" } });
    let body = json!({ "code": "teller", "name": "Tell", "settings": settings });
    let made = server.api().ask(Method::POST, "/assistants", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let api = server.signed_in("supervisor").await;
    let mut live = Live::open(&api).await;
    let call = api.call(RINA, made.body["id"].as_str().expect("an id")).await;
    live.watch(&call).await;
    let item = live.said(&call, "customer", MARK, 60).await;
    assert_eq!(
        item["data"]["text"],
        "sure my card is [card number] expires [security code] code [security code]"
    );
    let here = |m: &Value| m["kind"] == "recording.paused" && m["call"] == call.as_str();
    if !live.seen.iter().any(here) {
        live.until("the recording pauses", 20, here).await;
    }
    live.event(&call, "recording.resumed", 60).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 60).await;
    let sent = format!("{:?}", live.seen);
    let asked = format!("{:?}", thinks.requests());
    assert!(asked.contains(MARK), "the model knows that there was a number");
    let kept = kept_of(&server, &call).await;
    for (what, text) in [("socket", &sent), ("model", &asked), ("API", &kept)] {
        assert!(!text.contains("1111 1111") && !text.contains("11111111"), "{what}: {text}");
    }
    assert_eq!(files_with(server.data().as_path(), "4111 1111"), Vec::<String>::new());
}

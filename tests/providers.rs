//! Providers that are set up while the server runs: the next call uses them, and their keys stay where they belong.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_conformance::store::cluster::Cluster;
use tandem_scenarios::{Live, Server};
use tandem_simulation::{
    DeepgramDouble, ElevenLabsDouble, Listen, OpenAiDouble, Script, Speak, SpeechDouble, Stream,
};

const RINA: &str = "+62812345678";
const KEY: &str = "planted-key-0123456789";

fn model(double: &OpenAiDouble) -> Value {
    json!({ "name": "double", "kind": "model", "vendor": "openai", "base_url": double.base_url(), "key": KEY,
        "settings": { "model": "tiny" } })
}

async fn assistant(server: &Server) -> String {
    let settings = json!({ "language": "en", "first_message": "Hello. Can you pay this month?",
        "speech": { "model_provider": "double", "model": "tiny" },
        "tools": [{ "kind": "end_call" }] });
    let body = json!({ "code": "teller", "name": "Tell", "settings": settings });
    server.api().post("/assistants", body).await["id"].as_str().expect("an id").to_owned()
}

/// A call whose assistant thinks with the double; answers once it is over.
async fn call(server: &Server, assistant: &str, double: &OpenAiDouble) {
    double.push(Script::Tool { name: "end_call", arguments: vec!["{}"] });
    let api = server.api();
    let mut live = Live::open(&api).await;
    let id = api.call(RINA, assistant).await;
    live.event(&id, "call.ended", 60).await;
}

/// Every file below the folder that holds the key's text.
fn files_with_key(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with_key(&path, found);
        } else if holds_key(&std::fs::read(&path).unwrap_or_default()) {
            found.push(path.display().to_string());
        }
    }
}

fn holds_key(bytes: &[u8]) -> bool {
    bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes())
}

#[tokio::test]
async fn a_call_uses_a_provider_that_was_set_up_a_moment_ago_and_its_key_is_nowhere_to_be_read() {
    let double = OpenAiDouble::start().await;
    let server = Server::sandbox_logging("debug,tandem_http=trace,tandem_storage=trace,tandem_speech=trace");
    let api = server.api();
    let made = api.post("/providers", model(&double)).await;
    let assistant = assistant(&server).await;
    call(&server, &assistant, &double).await;
    let used = |headers: &reqwest::header::HeaderMap| headers["authorization"] == format!("Bearer {KEY}");
    let requests = double.requests();
    assert!(
        !requests.is_empty() && requests.iter().all(|(headers, _)| used(headers)),
        "no restart was needed"
    );

    // A refusal that repeats the key is shown without it.
    let said = api.post(&format!("/providers/{}/check", made["id"].as_str().expect("id")), Value::Null).await;
    assert_eq!(said["ok"], true, "{said}");
    for path in ["/providers", "/assistants", "/provider-fallback"] {
        assert!(!api.get(path).await.to_string().contains(KEY), "{path}");
    }
    let delete =
        api.ask(Method::DELETE, &format!("/providers/{}", made["id"].as_str().expect("id")), None).await;
    assert_eq!((delete.status, delete.body["detail"].as_str()), (409, Some("assistants use it: Tell")));

    let backup = server.data().join("backup.tar");
    let data = server.data();
    let backed = server.tandem(&[
        "backup",
        backup.to_str().expect("a path"),
        "--data",
        data.to_str().expect("a path"),
    ]);
    assert!(backed.status.success(), "{backed:?}");
    let mut found = Vec::new();
    files_with_key(&data, &mut found);
    assert_eq!(found, Vec::<String>::new(), "the key in the clear");
    assert!(!server.log().contains(KEY) && server.log().lines().count() > 40);

    // Sealed as it is, the next start opens it.
    let again = server.crash_and_restart();
    let kept = again.api().get("/providers").await;
    let kept = kept["items"].as_array().expect("items").iter().find(|row| row["name"] == "double");
    assert_eq!(kept.expect("kept")["key_ends"], "6789");
}

#[tokio::test]
async fn the_key_in_postgresql_is_sealed_and_another_envelope_key_does_not_start() {
    let cluster = Cluster::start();
    let database = cluster.database();
    let double = OpenAiDouble::start().await;
    let server = Server::sandbox_with(&["--database", &database]);
    server.api().post("/providers", model(&double)).await;
    let data = server.data();
    let backup = data.join("backup.tar");
    let backed = server.tandem(&[
        "backup",
        backup.to_str().expect("a path"),
        "--database",
        &database,
        "--data",
        data.to_str().expect("a path"),
    ]);
    assert!(backed.status.success(), "{backed:?}");
    let dump = std::fs::read(&backup).expect("a backup");
    let text = String::from_utf8_lossy(&dump);
    assert!(text.contains("key_sealed") && !holds_key(&dump));

    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Server::sandbox_with(&["--database", &cluster.database()]);
    let foreign = other.data().join("tandem.key");
    std::fs::copy(foreign, elsewhere.path().join("tandem.key")).expect("another key");
    drop(server);
    let refused = std::process::Command::new(tandem_scenarios::binary("tandem"))
        .args(["serve", "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--database", &database, "--data"])
        .arg(elsewhere.path())
        .output()
        .expect("it ran");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("tandem.key") && said.contains("is not this database's"), "{said}");
}

#[tokio::test]
async fn a_check_asks_each_kind_of_provider_and_says_what_it_answered() {
    let (thinking, speaking, hearing) =
        (OpenAiDouble::start().await, SpeechDouble::start().await, DeepgramDouble::start().await);
    let streaming = ElevenLabsDouble::start().await;
    let server = Server::sandbox();
    let api = server.api();
    let voice = json!({ "name": "tone", "kind": "voice", "vendor": "openai", "key": KEY,
        "base_url": speaking.base_url(), "settings": { "voice": "alloy" } });
    let socket = json!({ "name": "eleven", "kind": "voice", "vendor": "elevenlabs", "key": KEY,
        "base_url": streaming.base_url(), "settings": { "voice": "21m00" } });
    let recogniser = json!({ "name": "nova", "kind": "recogniser", "vendor": "deepgram", "key": KEY,
        "base_url": hearing.base_url() });
    for (row, refuse) in [
        (model(&thinking), &(|| thinking.push(Script::Status(401, vec![]))) as &dyn Fn()),
        (voice, &|| speaking.push(Speak::Refuse(401, vec![], "no such key: planted-key-0123456789"))),
        (socket, &|| streaming.push(Stream::Refuse(401))),
        (recogniser, &|| hearing.push(Listen::Refuse(401, vec![]))),
    ] {
        let made = api.post("/providers", row).await;
        let path = format!("/providers/{}/check", made["id"].as_str().expect("id"));
        let good = api.post(&path, Value::Null).await;
        assert_eq!(good["ok"], true, "{good}");
        refuse();
        let bad = api.post(&path, Value::Null).await;
        let said = bad["message"].as_str().expect("text");
        assert!(bad["ok"] == false && said.starts_with("The provider refused the key (401)"), "{bad}");
        assert!(!said.contains(KEY), "{said}");
    }
    assert_eq!(speaking.requests()[0].2["voice"], "alloy", "with the provider's usual voice");
    assert!(streaming.requests()[0].0.starts_with("21m00?"), "with the provider's usual voice");
    for built_in in ["recogniser:embedded", "voice:embedded", "voice:espeak", "model:scripted"] {
        let good = api.post(&format!("/providers/{built_in}/check"), Value::Null).await;
        assert_eq!(good["ok"], true, "{built_in}: {good}");
    }
    let unreachable =
        json!({ "name": "gone", "kind": "model", "vendor": "openai", "base_url": "http://127.0.0.1:9" });
    let made = api.post("/providers", unreachable).await;
    let bad = api.post(&format!("/providers/{}/check", made["id"].as_str().expect("id")), Value::Null).await;
    assert!(bad["message"].as_str().is_some_and(|said| said.contains("could not be asked")), "{bad}");
}

#[tokio::test]
async fn a_provider_of_the_file_is_shown_and_not_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("providers.toml");
    std::fs::write(&file, "[models.groq]\nbase_url = 'http://127.0.0.1:9'\n").expect("written");
    let server = Server::sandbox_with(&["--providers", file.to_str().expect("a path")]);
    let api = server.api();
    let shown = api.get("/providers/model:groq").await;
    assert_eq!((&shown["source"], &shown["vendor"]), (&json!("file"), &json!("openai")));
    for method in [Method::PATCH, Method::DELETE] {
        let body = (method == Method::PATCH).then(|| json!({ "key": "x" }));
        let refused = api.ask(method, "/providers/model:groq", body).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("read_only")));
    }
}

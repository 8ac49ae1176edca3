//! Callers on routes over real SIP and audio: keys and words in a menu, a message when it is closed, and a server that
//! is asked where the caller goes, or does not answer.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Live, Server, Wav};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Presses 1 when asked to.
const PRESSES: &str = "+15005550012";
/// "I want to speak to a person please."
const ASKS: &str = "+15005550008";
/// "Hello, I have a question about my balance."
const RINA: &str = "+62812345678";
/// "Please call me back tomorrow.", and hangs up.
const HANGS_UP: &str = "+15005550015";
/// The number whose route is tried.
const OURS: &str = "+62215551234";

/// A sandbox whose number has this declaration's route.
fn declared(route: &str) -> Server {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("routes.toml");
    let text = format!("[[number]]\nnumber = '{OURS}'\n{route}\n");
    std::fs::write(&path, text).expect("written");
    let path = path.to_str().expect("a path");
    let apply = || {
        let output = server.tandem(&["apply", path, "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    apply();
    let again = apply();
    assert!(!again.contains("create") && !again.contains("update"), "applied twice: {again}");
    server
}

async fn call_in(server: &Server, live: &mut Live, from: &str) -> String {
    let body = json!({ "from": from, "to": OURS });
    let asked = server.api().ask(Method::POST, "/sandbox/call-in", Some(body)).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let created = live.until("the inbound call", 10, |m| m["kind"] == "call.created").await;
    created["call"].as_str().expect("an id").to_owned()
}

/// Waits until a call has this assistant, which says something.
async fn reaches(live: &mut Live, call: &str, assistant: &str) {
    let fits =
        |m: &Value| m["kind"] == "call.updated" && m["call"] == call && m["data"]["assistant"] == assistant;
    live.until(&format!("{assistant} joining"), 60, fits).await;
    live.said(call, "assistant", "", 30).await;
}

const MENU: &str = r#"
[number.route]
kind = "hours"
hours = "always"
closed = { kind = "hangup" }
[number.route.open]
kind = "menu"
prompt = "Welcome to Juniper Bank. For payments, press one. For anything else, say: a person."
timeout_s = 20
[number.route.open.keys.1]
kind = "assistant"
assistant = "asst_jane_collections"
[[number.route.open.speech]]
phrases = ["person", "speak to a person"]
route = { kind = "assistant", assistant = "asst_receptionist" }

[[hours]]
name = "always"
week = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "00:00", to = "24:00" }]
"#;

#[tokio::test]
async fn a_key_and_a_word_lead_to_two_assistants() {
    let server = declared(MENU);
    let mut live = Live::open(&server.api()).await;

    let pressed = call_in(&server, &mut live, PRESSES).await;
    reaches(&mut live, &pressed, "asst_jane_collections").await;
    server.api().post(&format!("/calls/{pressed}/end"), Value::Null).await;
    live.event(&pressed, "call.ended", 30).await;

    let said = call_in(&server, &mut live, ASKS).await;
    reaches(&mut live, &said, "asst_receptionist").await;
    server.api().post(&format!("/calls/{said}/end"), Value::Null).await;
    let ended = live.event(&said, "call.ended", 30).await;
    assert_eq!(ended["data"]["recording"]["complete"], true, "{ended}");
    // The prompt was heard: without it nobody would have pressed, and it takes seconds to say.
    let prompt = Wav::read(&server.heard_by(ASKS)).envelope(0);
    assert!(prompt.iter().take(300).filter(|loud| **loud > 250.0).count() > 100, "a prompt of seconds");
}

#[tokio::test]
async fn who_calls_while_it_is_closed_leaves_a_message() {
    let server = declared(
        r#"
[number.route]
kind = "hours"
hours = { week = [] }
open = { kind = "hangup" }
closed = { kind = "voicemail", box = "sales", greeting = "We are closed. Speak after the tone.", max_s = 40 }
"#,
    );
    let mut live = Live::open(&server.api()).await;
    let call = call_in(&server, &mut live, RINA).await;
    let left = live.event(&call, "voicemail.left", 60).await;
    assert_eq!(left["data"]["mailbox"], "box:sales");
    let ended = live.event(&call, "call.ended", 30).await;
    assert_eq!(ended["data"]["outcome"]["disposition"], "voicemail", "{ended}");

    let api = server.api();
    let listed = api.get("/voicemails?unheard=true&mailbox=box:sales").await;
    let message = &listed["items"][0];
    assert_eq!((&message["call"], &message["from"]), (&json!(call), &json!(RINA)));
    let transcript = message["transcript"].as_str().expect("text").to_lowercase();
    assert!(transcript.contains("question") || transcript.contains("balance"), "{transcript:?}");
    let url = message["url"].as_str().expect("a path").trim_start_matches("/api/v1").to_owned();
    let audio = Wav::parse(&api.bytes(&url).await);
    let (seconds, told) = (audio.seconds(), message["duration_ms"].as_f64().expect("ms") / 1_000.0);
    assert!((seconds - told).abs() < 0.1 && (1.5..9.0).contains(&seconds), "{seconds} s, {told} s told");
    let voiced = audio.envelope(0).iter().filter(|loud| **loud > 250.0).count();
    assert!(voiced > 40, "the caller is heard: {voiced} frames");

    let id = message["id"].as_str().expect("an id");
    let heard = Some(json!({ "heard": true }));
    assert_eq!(api.ask(Method::PATCH, &format!("/voicemails/{id}"), heard).await.status, 200);
    assert_eq!(api.get("/voicemails?unheard=true").await["items"], json!([]));
    assert_eq!(api.ask(Method::DELETE, &format!("/voicemails/{id}"), None).await.status, 204);
    assert!(!server.data().join(format!("recordings/{id}.wav")).exists());
}

#[tokio::test]
async fn a_message_is_kept_when_its_caller_hangs_up_and_goes_to_whom_nobody_reached() {
    let server = declared(
        r#"
[number.route]
kind = "person"
user = "user_agent"
otherwise = { kind = "voicemail", user = "user_agent" }
"#,
    );
    let mut live = Live::open(&server.api()).await;
    let call = call_in(&server, &mut live, HANGS_UP).await;
    live.event(&call, "voicemail.left", 60).await;
    let ended = live.event(&call, "call.ended", 30).await;
    assert_eq!(ended["data"]["end_reason"], "customer", "{ended}");
    // It is in the agent's box, which is all that an agent sees.
    let agent = server.signed_in("agent").await;
    let listed = agent.get("/voicemails").await;
    let message = &listed["items"][0];
    assert_eq!(message["call"], json!(call));
    let transcript = message["transcript"].as_str().expect("text").to_lowercase();
    assert!(transcript.contains("call") || transcript.contains("tomorrow"), "{transcript:?}");
}

/// Reads one HTTP request: its head and its body.
async fn request(stream: &mut TcpStream) -> (String, Value) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        let read = stream.read(&mut piece).await.expect("a request");
        bytes.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str(body) {
            return (head.to_lowercase(), body);
        }
        assert!(read > 0, "a whole request: {text}");
    }
}

fn asking(address: std::net::SocketAddr) -> String {
    format!(
        "[number.route]\nkind = 'webhook'\nurl = 'http://{address}/route'\nsecret = 'hush'\n\
         fallback = {{ kind = 'assistant', assistant = 'asst_receptionist' }}\n"
    )
}

#[tokio::test]
async fn a_server_says_where_a_caller_goes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = declared(&asking(listener.local_addr().expect("an address")));
    let mut live = Live::open(&server.api()).await;
    let answered = async {
        let (mut stream, _) = listener.accept().await.expect("asked");
        let asked = request(&mut stream).await;
        let route = json!({ "route": {
            "kind": "say", "text": "One moment.",
            "then": { "kind": "assistant", "assistant": "asst_jane_collections" },
        } });
        let body = route.to_string();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.expect("answered");
        asked
    };
    let (call, (head, body)) = tokio::join!(call_in(&server, &mut live, RINA), answered);
    assert_eq!((&body["type"], &body["call_id"]), (&json!("call.route"), &json!(call)));
    assert_eq!((&body["from"], &body["to"]), (&json!(RINA), &json!(OURS)));
    assert!(head.contains("webhook-signature: v1,") && head.contains("webhook-timestamp: "), "{head}");
    reaches(&mut live, &call, "asst_jane_collections").await;
}

#[tokio::test]
async fn a_server_that_stalls_is_asked_once_more_then_done_without() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = declared(&asking(listener.local_addr().expect("an address")));
    let mut live = Live::open(&server.api()).await;
    let stalled = async {
        let mut kept = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.expect("asked");
            request(&mut stream).await;
            kept.push(stream);
        }
        kept
    };
    let (call, kept) = tokio::join!(call_in(&server, &mut live, RINA), stalled);
    let began = tokio::time::Instant::now();
    reaches(&mut live, &call, "asst_receptionist").await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    drop(kept);
}

//! However providers fail, the caller does not hear more than two seconds of nothing: over real audio.

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Live, Server, Wav};
use tandem_simulation::{DeepgramDouble, Listen, OpenAiDouble, Script, Speak, SpeechDouble};

const RINA: &str = "+62812345678";
/// Seconds.
const LONGEST: f64 = 2.0;
/// The recording is cut into frames of 20 ms, and what was sent is heard a jitter buffer later.
const MEASURING: f64 = 0.1;
/// A voice is a frame this loud.
const LOUD: f64 = 250.0;
/// Frames of quiet that are a pause of a speaker and not their end.
const PAUSE: usize = 25;

/// A sandbox with this providers' file, and an assistant with these settings.
async fn sandbox(file: &str, settings: Value) -> (Server, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("providers.toml");
    std::fs::write(&path, file).expect("written");
    let server = Server::sandbox_with(&["--providers", path.to_str().expect("a path")]);
    let body = json!({ "code": "teller", "name": "Tell", "settings": settings });
    let made = server.api().ask(Method::POST, "/assistants", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    (server, made.body["id"].as_str().expect("an id").to_owned())
}

/// Calls Rina, and answers the call as it ended with all that the assistant said in it.
async fn ended_call(server: &Server, assistant: &str) -> (Value, String) {
    let mut live = Live::open(&server.api()).await;
    let id = server.api().call(RINA, assistant).await;
    live.event(&id, "call.ended", 90).await;
    let call = server.api().get(&format!("/calls/{id}")).await;
    let transcript = server.api().get(&format!("/calls/{id}/transcript")).await;
    let items = transcript["items"].as_array().expect("items");
    let ours = items.iter().filter(|item| item["speaker"] == "assistant");
    let said = ours.filter_map(|item| item["text"].as_str()).collect::<Vec<_>>().join(" | ");
    (call, said)
}

/// The longest time in seconds from the end of something that the customer said to our next sound, and how many there
/// were.
fn longest_silence(heard: &Wav) -> (f64, usize) {
    let (ours, theirs) = (heard.envelope(0), heard.envelope(1));
    let mut longest: (f64, usize) = (0.0, 0);
    let mut at = 0;
    while let Some(began) = theirs[at..].iter().position(|loud| *loud > LOUD).map(|n| n + at) {
        let mut end = began;
        while let Some(more) = theirs[end + 1..].iter().take(PAUSE).position(|loud| *loud > LOUD) {
            end += more + 1;
        }
        at = end + 1;
        if let Some(frames) = ours[at..].iter().position(|loud| *loud > LOUD) {
            longest = (longest.0.max(frames as f64 / 50.0), longest.1 + 1);
        }
    }
    longest
}

/// Prints and asserts.
fn assert_short(what: &str, server: &Server) {
    let (seconds, times) = longest_silence(&Wav::read(&server.heard_by(RINA)));
    std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("{what}: {seconds:.2} s at most in {times} answers\n").as_bytes(),
    )
    .ok();
    assert!(times > 0, "{what}: the assistant answered something");
    assert!(seconds <= LONGEST + MEASURING, "{what}: {seconds:.2} s of silence");
}

fn model(name: &str, double: &OpenAiDouble) -> String {
    format!("[models.{name}]\nbase_url = '{}'\nmodel = 'tiny'\n", double.base_url())
}

fn thinking(model: &str, more: Value) -> Value {
    let mut settings = json!({ "language": "en", "first_message": "Hello. Can you pay this month?",
        "speech": { "model_provider": model, "model": "tiny" }, "tools": [{ "kind": "end_call" }] });
    settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    settings
}

fn goodbye() -> Script {
    Script::Tool { name: "end_call", arguments: vec!["{}"] }
}

#[tokio::test]
async fn a_stalled_model_is_covered_by_the_assistants_own_filler_and_the_next_model_answers() {
    let (stalls, answers) = (OpenAiDouble::start().await, OpenAiDouble::start().await);
    (0..30).for_each(|_| stalls.push(Script::Stall("")));
    (0..6).for_each(|_| answers.push(goodbye()));
    let file =
        model("first", &stalls) + &model("next", &answers) + "[fallback]\nmodels = [{ provider = 'next' }]\n";
    let filler = json!({ "filler_line": "Let me look that up for you." });
    let (server, assistant) = sandbox(&file, thinking("first", filler)).await;
    let (call, said) = ended_call(&server, &assistant).await;
    assert_short("a stalled model", &server);
    assert!(said.contains("Let me look that up for you."), "{said}");
    assert_eq!(call["end_reason"], "assistant", "{said}");
}

#[tokio::test]
async fn where_every_model_fails_the_caller_has_an_apology_and_then_what_the_settings_say() {
    let double = OpenAiDouble::start().await;
    (0..40).for_each(|_| double.push(Script::Status(503, vec![])));
    let callback = json!({ "apology_line": "Sorry, what was that?", "when_failed": { "kind": "callback" } });
    let (server, assistant) = sandbox(&model("only", &double), thinking("only", callback)).await;
    let (call, said) = ended_call(&server, &assistant).await;
    assert_short("no model", &server);
    assert!(said.contains("Sorry, what was that?") && said.contains("We will call you back"), "{said}");
    assert_eq!(
        (&call["end_reason"], &call["variables"]["callback_time"]),
        (&json!("assistant_failed"), &json!("as soon as possible"))
    );
}

#[tokio::test]
async fn where_every_voice_stalls_the_embedded_one_speaks() {
    let (voice, thinks) = (SpeechDouble::start().await, OpenAiDouble::start().await);
    (0..40).for_each(|_| voice.push(Speak::StallAfter(0)));
    thinks.push(Script::Text(vec!["Thank you, I have noted that."]));
    (0..6).for_each(|_| thinks.push(goodbye()));
    let file = model("double", &thinks)
        + &format!("[voices.tone]\nkind = 'openai'\nbase_url = '{}/v1'\n", voice.base_url());
    let mut settings = thinking("double", json!({}));
    settings["speech"]["voice_provider"] = json!("tone");
    let (server, assistant) = sandbox(&file, settings).await;
    let (call, said) = ended_call(&server, &assistant).await;
    assert!(!voice.requests().is_empty(), "it was asked");
    assert_short("no voice", &server);
    assert!(said.contains("Can you pay this month?"), "{said}");
    assert_eq!(call["end_reason"], "assistant", "{said}");
}

#[tokio::test]
async fn an_assistant_whose_recogniser_stalls_says_that_it_cannot_hear_and_ends_politely() {
    let deaf = DeepgramDouble::start().await;
    (0..20).for_each(|_| deaf.push(Listen::Stall));
    let file = format!("[recognisers.nova]\nkind = 'deepgram'\nbase_url = '{}'\n", deaf.base_url());
    let settings = json!({ "language": "en", "first_message": "Hello. Can you pay this month?",
        "speech": { "recogniser": "nova" } });
    let (server, assistant) = sandbox(&file, settings).await;
    let (call, said) = ended_call(&server, &assistant).await;
    assert_short("no recogniser", &server);
    assert!(said.contains("I cannot hear you well.") && said.contains("Goodbye"), "{said}");
    assert_eq!(call["end_reason"], "assistant_failed", "{said}");
}

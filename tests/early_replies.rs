//! Replies begun when the recogniser believes that a turn is over, and said only once it is.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tandem_scenarios::{Live, Server};
use tandem_simulation::{DeepgramDouble, Listen, OpenAiDouble, Script, SpeechDouble};

const RINA: &str = "+62812345678";

/// A recogniser that speaks early, a model and a voice, and an assistant that uses them.
struct World {
    hears: DeepgramDouble,
    thinks: OpenAiDouble,
    speaks: SpeechDouble,
    server: Server,
    assistant: String,
}

async fn world(resumes: bool) -> World {
    let (hears, thinks, speaks) =
        (DeepgramDouble::start().await, OpenAiDouble::start().await, SpeechDouble::start().await);
    (0..20).for_each(|_| hears.push(Listen::Eager { resumes }));
    let file = format!(
        "[recognisers.flux]\nkind = 'deepgram'\nbase_url = '{}'\nmodel = 'flux-general-en'\n\
         [models.double]\nbase_url = '{}'\nmodel = 'tiny'\n\
         [voices.tone]\nkind = 'openai'\nbase_url = '{}/v1'\n",
        hears.base_url(),
        thinks.base_url(),
        speaks.base_url()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("providers.toml");
    std::fs::write(&path, file).expect("written");
    let server = Server::sandbox_with(&["--providers", path.to_str().expect("a path")]);
    let settings = json!({ "language": "en", "first_message": "Hello. Can you pay?",
        "speech": { "recogniser": "flux", "model_provider": "double", "model": "tiny", "voice_provider": "tone" },
        "tools": [{ "kind": "end_call" }] });
    let body = json!({ "code": "early", "name": "Early", "settings": settings });
    let made = server.api().ask(Method::POST, "/assistants", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let assistant = made.body["id"].as_str().expect("an id").to_owned();
    World { hears, thinks, speaks, server, assistant }
}

impl World {
    /// The texts that the voice was asked for.
    fn spoken(&self) -> Vec<String> {
        let text = |body: &serde_json::Value| body["input"].as_str().unwrap_or_default().to_owned();
        self.speaks.requests().iter().map(|(.., body)| text(body)).collect()
    }

    fn told(&self, event: &str) -> Option<Instant> {
        self.hears.turns().iter().find(|(_, told)| *told == event).map(|(at, _)| *at)
    }

    async fn figure(&self, result: &str) -> f64 {
        let page = reqwest::get(format!("{}/metrics", self.server.http())).await.expect("answered");
        let page = page.text().await.expect("text");
        let series = format!("tandem_speculation_total{{result=\"{result}\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&series)?.parse().ok()).unwrap_or_default()
    }
}

/// Waits until it holds, and answers when that was.
async fn when(what: &str, holds: impl Fn() -> bool) -> Instant {
    let limit = Instant::now() + Duration::from_secs(40);
    while !holds() {
        assert!(Instant::now() < limit, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Instant::now()
}

#[tokio::test]
async fn a_reply_is_asked_for_early_and_spoken_once_the_turn_is_confirmed() {
    let world = world(false).await;
    world.thinks.push(Script::Text(vec!["Right you are."]));
    (0..10).for_each(|_| world.thinks.push(Script::Tool { name: "end_call", arguments: vec!["{}"] }));
    let mut live = Live::open(&world.server.api()).await;
    let id = world.server.api().call(RINA, &world.assistant).await;
    let asked = when("the model is asked", || !world.thinks.requests().is_empty()).await;
    assert_eq!(world.told("EndOfTurn"), None, "it is asked before the turn is over");
    assert!(world.told("EagerEndOfTurn").is_some());
    let spoken =
        when("the reply is spoken", || world.spoken().iter().any(|text| text.contains("Right"))).await;
    let over = world.told("EndOfTurn").expect("confirmed");
    assert!(asked < over && over <= spoken);
    live.event(&id, "call.ended", 60).await;
    assert!(world.figure("used").await >= 1.0);
}

#[tokio::test]
async fn a_turn_that_goes_on_takes_the_early_request_back_and_nothing_of_it_is_heard() {
    let mut world = world(true).await;
    world.thinks.push(Script::Stall("Wrong answer. "));
    world.thinks.push(Script::Text(vec!["Right you are."]));
    (0..10).for_each(|_| world.thinks.push(Script::Tool { name: "end_call", arguments: vec!["{}"] }));
    let mut live = Live::open(&world.server.api()).await;
    let id = world.server.api().call(RINA, &world.assistant).await;
    when("the model is asked", || !world.thinks.requests().is_empty()).await;
    when("the turn goes on", || world.told("TurnResumed").is_some()).await;
    when("the reply is spoken", || world.spoken().iter().any(|text| text.contains("Right"))).await;
    let closed = tokio::time::timeout(Duration::from_secs(5), world.thinks.all_closed()).await;
    assert!(closed.is_ok(), "the request that nobody wants is closed");
    live.event(&id, "call.ended", 60).await;
    assert!(world.spoken().iter().all(|text| !text.contains("Wrong")), "{:?}", world.spoken());
    let asked = world.thinks.requests();
    let last = |n: usize| {
        asked[n].1["messages"].as_array().and_then(|all| all.last()).expect("one")["content"].clone()
    };
    assert!(!last(0).to_string().contains("charlie") && last(1).to_string().contains("charlie"));
    assert!(world.figure("wasted").await >= 1.0);
}

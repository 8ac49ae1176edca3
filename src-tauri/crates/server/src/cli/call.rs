//! `tandem call`: places a call and follows it over the live socket.

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::client::Client;
use super::{CallArguments, Failure, output};

pub(super) async fn run(arguments: CallArguments) -> Result<(), Failure> {
    let client = Client::new(&arguments.server)?;
    let assistant = find_assistant(&client, &arguments.assistant).await?;
    let mut variables: BTreeMap<String, Value> = assistant["settings"]["sample_variables"]
        .as_object()
        .map(|samples| samples.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
        .unwrap_or_default();
    variables.extend(arguments.variables.into_iter().map(|(name, value)| (name, Value::String(value))));
    let mut request = json!({ "to": arguments.number, "assistant": assistant["id"], "variables": variables });
    if let Some(trunk) = arguments.trunk {
        request["trunk"] = Value::String(trunk);
    }

    // Listen first, so that nothing of the call is missed.
    let address = client.live_address().await?;
    let (mut live, _) = tokio_tungstenite::connect_async(address)
        .await
        .map_err(|error| Failure::failed(format!("opening the live socket: {error}")))?;
    live.send(Message::text(json!({ "type": "start" }).to_string())).await.map_err(broken)?;
    let call = client.post("/calls", request).await?;
    let id = call["id"].as_str().unwrap_or_default().to_owned();

    let mut printed = Printed { quiet: arguments.json, ..Printed::default() };
    while let Some(message) = live.next().await {
        let Message::Text(text) = message.map_err(broken)? else { continue };
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        if message["call"] == id.as_str() && printed.follow(&message) {
            break;
        }
    }
    let call = client.get(&format!("/calls/{id}")).await?;
    let transcript = client.get(&format!("/calls/{id}/transcript")).await?;
    let finished = finished(&client, &call, &transcript);
    if arguments.json {
        return output::document(&finished);
    }
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let seconds = finished["duration"].as_f64().unwrap_or_default();
    output::line(&format!(
        "{} after {seconds:.0} s, outcome {}",
        text(&finished["status"]),
        text(&finished["outcome"])
    ));
    Ok(())
}

/// By id, or by short name.
async fn find_assistant(client: &Client, wanted: &str) -> Result<Value, Failure> {
    let all = client.get("/assistants").await?;
    let found = all["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|assistant| assistant["id"] == wanted || assistant["code"] == wanted)
        .cloned();
    found.ok_or_else(|| Failure::not_found(format!("there is no assistant {wanted:?}")))
}

/// What has been printed of the call so far.
#[derive(Default)]
struct Printed {
    quiet: bool,
    status: String,
    /// Text per item id: an item is printed again when it was corrected.
    items: BTreeMap<String, String>,
}

impl Printed {
    /// Prints what is new; `true` once the call has ended.
    fn follow(&mut self, message: &Value) -> bool {
        let data = &message["data"];
        match message["kind"].as_str() {
            Some("transcript.item") => self.item(data),
            Some("call.updated" | "call.created") => {
                let status = data["status"].as_str().unwrap_or_default();
                if self.status != status {
                    self.status = status.to_owned();
                    self.say(&format!("… {}", status.replace('_', " ")));
                }
            }
            Some("floor.changed") => {
                let floor = &data["floor"];
                let holder = floor["name"].as_str().or(floor["holder"].as_str()).unwrap_or_default();
                self.say(&format!("— the floor is with {holder}"));
            }
            Some("call.ended") => return true,
            _ => {}
        }
        false
    }

    fn item(&mut self, item: &Value) {
        let text = item["text"].as_str().unwrap_or_default().to_owned();
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        if text.is_empty() || self.items.get(&id) == Some(&text) {
            return;
        }
        let who = item["speaker_name"].as_str().or(item["speaker"].as_str()).unwrap_or_default();
        let corrected = if self.items.contains_key(&id) { " (corrected)" } else { "" };
        self.say(&format!("{who}{corrected}: {text}"));
        self.items.insert(id, text);
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            output::line(text);
        }
    }
}

/// The finished call as scripts want it.
fn finished(client: &Client, call: &Value, transcript: &Value) -> Value {
    let spoken = |item: &&Value| item["speaker"] != "system";
    let lines: Vec<_> = transcript["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(spoken)
        .map(|item| {
            let customer = item["speaker"] == "customer";
            json!({
                "role": if customer { "customer" } else { "agent" },
                "text": item["text"],
                "at": item["start_ms"].as_f64().unwrap_or_default() / 1_000.0,
                "interrupted": item["interrupted"],
            })
        })
        .collect();
    let recording = call["recording"]["url"].as_str().map(|path| format!("{}{path}", client.base()));
    json!({
        "id": call["id"],
        "status": call["status"],
        "duration": call["duration_ms"].as_f64().unwrap_or_default() / 1_000.0,
        "end_reason": call["end_reason"],
        "outcome": call["outcome"]["disposition"],
        "outcome_detail": call["outcome"],
        "transcript": lines,
        "latency": call["latency"],
        "recording_url": recording,
    })
}

fn broken(error: tokio_tungstenite::tungstenite::Error) -> Failure {
    Failure::failed(format!("the live socket broke: {error}"))
}

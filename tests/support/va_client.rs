//! What every test of the contract `va` does first: an agent, a task, a call.

use serde_json::{Value, json};
use tandem_scenarios::Server;

use crate::contract::Contract;

pub const RINA: &str = "+62812345678";
pub const RINGS: &str = "+15005550003";
pub const PRESSES_ONE: &str = "+15005550012";

pub fn va(server: &Server) -> Contract {
    Contract::of(server, "va", "/va/api/v1")
}

/// A new agent that opens with these words; its id.
pub async fn agent_for(client: &Contract, opens_with: &str, dtmf_rules: Value) -> String {
    let agent = json!({
        "name": "Clerk", "system_prompt": "You are brief.", "starting_message": opens_with, "dtmf_rules": dtmf_rules
    });
    client.post("/agents", agent).await["data"]["id"].as_str().expect("an id").to_owned()
}

/// The least of a task.
pub fn task_on(agent: &str, number: &str) -> Value {
    json!({ "agent_id": agent, "name": "Call customer", "to_number": number })
}

pub async fn new_task(client: &Contract, task: Value) -> String {
    client.post("/tasks", task).await["data"]["id"].as_str().expect("an id").to_owned()
}

/// Executes a task; the call's id.
pub async fn executed(client: &Contract, task: &str) -> String {
    let begun = client.post(&format!("/tasks/{task}/execute"), json!({})).await;
    begun["data"]["call_id"].as_str().expect("an id").to_owned()
}

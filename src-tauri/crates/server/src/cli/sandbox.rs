//! `tandem sandbox …`: the pretend carrier from the command line.

use serde_json::json;

use super::client::Client;
use super::{Failure, ServerArguments, output};

pub(super) async fn call_in(from: &str, to: &str, server: &ServerArguments) -> Result<(), Failure> {
    Client::new(server)?.post("/sandbox/call-in", json!({ "from": from, "to": to })).await?;
    output::line(&format!("{from} is calling {to}"));
    Ok(())
}

pub(super) async fn customers(as_json: bool, server: &ServerArguments) -> Result<(), Failure> {
    let customers = Client::new(server)?.get("/sandbox/customers").await?;
    if as_json {
        return output::document(&customers);
    }
    for customer in customers["items"].as_array().into_iter().flatten() {
        let text = |field: &str| customer[field].as_str().unwrap_or_default().to_owned();
        output::line(&format!("{:<16} {}", text("number"), text("name")));
    }
    Ok(())
}

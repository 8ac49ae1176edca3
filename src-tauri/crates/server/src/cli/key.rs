//! `tandem key create`.

use serde_json::json;

use super::client::Client;
use super::{Failure, ServerArguments, output};

pub(super) async fn create(
    name: &str,
    role: &str,
    as_json: bool,
    server: &ServerArguments,
) -> Result<(), Failure> {
    let made = Client::new(server)?.post("/keys", json!({ "name": name, "role": role })).await?;
    if as_json {
        return output::document(&made);
    }
    // The secret alone on stdout, so that it can be piped to where it belongs.
    output::line(made["secret"].as_str().unwrap_or_default());
    Ok(())
}

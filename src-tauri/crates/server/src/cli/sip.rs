//! `tandem sip …`: what went over the wire.

use super::client::Client;
use super::{Failure, ServerArguments, output};

/// Prints the SIP messages of a call.
pub(super) async fn trace(call: &str, as_json: bool, server: &ServerArguments) -> Result<(), Failure> {
    let client = Client::new(server)?;
    if as_json {
        return output::document(&client.get(&format!("/calls/{call}/sip")).await?);
    }
    output::line(client.text(&format!("/calls/{call}/sip/text")).await?.trim_end());
    Ok(())
}

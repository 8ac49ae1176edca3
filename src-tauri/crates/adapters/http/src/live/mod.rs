//! The live socket: a snapshot, then every event the caller may see.

mod audience;
mod outbox;
pub(crate) mod socket;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::WebSocketUpgrade;
use tandem_console_api::problem::Code;

use crate::ask::{Ask, Reply};
use crate::refusal::Refusal;

/// Largest message a client may send.
const LARGEST: usize = 64 * 1024;

/// A client that missed more events gets a snapshot instead.
const MOST_REPLAYED: u32 = 1_000;

/// Opens the socket.
pub(crate) async fn open(ask: Ask) -> Reply {
    let caller = ask.caller()?.clone();
    let shared = ask.shared.clone();
    let upgrade = upgrade(ask).await?;
    Ok(upgrade.on_upgrade(move |socket| socket::run(shared, caller, socket)))
}

/// Reads the WebSocket handshake.
pub(crate) async fn upgrade(mut ask: Ask) -> Result<WebSocketUpgrade, Refusal> {
    let upgrade = WebSocketUpgrade::from_request_parts(&mut ask.parts, &())
        .await
        .map_err(|_| Refusal::new(Code::MalformedRequest, "a WebSocket handshake was expected"))?;
    Ok(upgrade.max_message_size(LARGEST).max_frame_size(LARGEST))
}

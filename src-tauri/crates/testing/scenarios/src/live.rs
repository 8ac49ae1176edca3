//! The live socket: wait for what happens, by name, with a limit.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::api::Api;

/// An open live socket.
#[derive(Debug)]
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Everything received so far.
    pub seen: Vec<Value>,
}

impl Live {
    /// Opens and starts.
    pub async fn open(api: &Api) -> Self {
        Self::open_with(api, json!({ "type": "start" })).await
    }

    /// Opens and resumes after a sequence number.
    pub async fn resume(api: &Api, after: i64) -> Self {
        Self::open_with(api, json!({ "type": "resume", "after": after })).await
    }

    async fn open_with(api: &Api, first: Value) -> Self {
        let (socket, _) = tokio_tungstenite::connect_async(api.socket("live").await).await.expect("a socket");
        let mut live = Self { socket, seen: Vec::new() };
        live.send(first).await;
        live
    }

    /// Asks for interim text of a call.
    pub async fn watch(&mut self, call: &str) {
        self.send(json!({ "type": "watch", "calls": [call] })).await;
    }

    async fn send(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("sent");
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        loop {
            let message = self.socket.next().await.expect("the socket is open").expect("a message");
            if let Message::Text(text) = message {
                let value: Value = serde_json::from_str(&text).expect("JSON");
                self.seen.push(value.clone());
                return value;
            }
        }
    }

    /// Waits until a message fits, `seconds` at most.
    pub async fn until(&mut self, what: &str, seconds: u64, fits: impl Fn(&Value) -> bool) -> Value {
        let wait = async {
            loop {
                let message = self.next().await;
                if fits(&message) {
                    return message;
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(seconds), wait).await {
            Ok(message) => message,
            Err(_) => {
                let tail: Vec<_> = self.seen.iter().rev().take(12).rev().map(ToString::to_string).collect();
                panic!("no {what} within {seconds} s; the last messages:\n{}", tail.join("\n"))
            }
        }
    }

    /// Waits for an event of a call by kind.
    pub async fn event(&mut self, call: &str, kind: &str, seconds: u64) -> Value {
        self.until(kind, seconds, |m| m["kind"] == kind && m["call"] == call).await
    }

    /// Waits for spoken text of a call.
    pub async fn said(&mut self, call: &str, speaker: &str, part: &str, seconds: u64) -> Value {
        let fits = |m: &Value| {
            m["kind"] == "transcript.item"
                && m["call"] == call
                && m["data"]["speaker"] == speaker
                && m["data"]["text"].as_str().is_some_and(|text| text.to_lowercase().contains(part))
        };
        self.until(&format!("{speaker} saying {part:?}"), seconds, fits).await
    }
}

//! WebSockets of a client.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Show, World, body};

pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl World {
    pub async fn ticket(&self, show: &Show) -> String {
        let ticket = body(self.send(show, "POST", "/live/ticket", &json!({})).await).await;
        ticket["ticket"].as_str().expect("ticket").to_owned()
    }

    /// Opens a socket; the status of the refusal otherwise.
    pub async fn open(&self, path: &str, ticket: &str, origin: Option<&str>) -> Result<Socket, u16> {
        let address = format!("ws://{}/api/v1/{path}?ticket={ticket}", self.server.addr);
        let mut request = address.into_client_request().expect("request");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("origin"));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("opening a socket: {other}"),
        }
    }

    /// An open live socket that has had its snapshot.
    pub async fn live(&self, show: &Show) -> (Socket, Value) {
        let ticket = self.ticket(show).await;
        let mut socket = self.open("live", &ticket, None).await.expect("opened");
        socket.say(json!({"type": "start"})).await;
        let snapshot = socket.next().await;
        assert_eq!(snapshot["type"], "snapshot");
        (socket, snapshot)
    }
}

impl Socket {
    pub async fn say(&mut self, message: Value) {
        self.0.send(Message::Text(message.to_string().into())).await.expect("sent");
    }

    /// The next text message.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("a text was expected, not {other:?}"),
            }
        }
    }

    pub async fn frame(&mut self) -> Message {
        let next = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        next.expect("a message within 5 s").expect("open").expect("readable")
    }

    /// The code the server closes with, and after how long.
    pub async fn close_code(&mut self) -> (u16, Duration) {
        let from = std::time::Instant::now();
        loop {
            if let Message::Close(frame) = self.frame().await {
                return (frame.expect("reason").code.into(), from.elapsed());
            }
        }
    }
}

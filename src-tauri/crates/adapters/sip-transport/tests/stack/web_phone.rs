//! A phone in a browser, as far as SIP is concerned: a WebSocket that texts go through.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tandem_sip::digest::{Attempt, best_challenge};
use tandem_sip::message::{Message as Sip, parse_datagram};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// What a WebSocket may run over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// It goes by a name under `.invalid`, as browsers do.
pub struct WebPhone {
    socket: WebSocketStream<Box<dyn Stream>>,
    pub name: &'static str,
    pub user: String,
    password: String,
    scheme: &'static str,
    seq: u32,
}

impl WebPhone {
    /// Connects; `subprotocol` is `sip` unless something is to go wrong.
    pub async fn connect(
        stream: Box<dyn Stream>,
        url: &str,
        subprotocol: Option<&str>,
        (user, password): (&str, &str),
    ) -> Result<WebPhone, Error> {
        let mut request = url.into_client_request().expect("an address");
        if let Some(subprotocol) = subprotocol {
            let value = subprotocol.parse().expect("a header");
            request.headers_mut().insert("Sec-WebSocket-Protocol", value);
        }
        let (socket, _) = client_async(request, stream).await?;
        let (user, password) = (user.to_owned(), password.to_owned());
        let scheme = if url.starts_with("wss") { "WSS" } else { "WS" };
        Ok(WebPhone { socket, name: "q7x.invalid", user, password, scheme, seq: 0 })
    }

    /// A phone of this user at `ws://ADDRESS`.
    pub async fn by_ws(address: &str, account: (&str, &str)) -> WebPhone {
        let stream = Box::new(TcpStream::connect(address).await.expect("connects"));
        let url = format!("ws://{address}/");
        WebPhone::connect(stream, &url, Some("sip"), account).await.expect("it speaks SIP")
    }

    pub async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    pub async fn send_frame(&mut self, frame: Message) -> Result<(), Error> {
        self.socket.send(frame).await
    }

    /// The next frame that is none of WebSocket's own; `None` at the connection's end.
    pub async fn receive(&mut self) -> Option<String> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), self.socket.next());
            match next.await.expect("something comes within 20 s") {
                Some(Ok(Message::Text(text))) => return Some(text.as_str().to_owned()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("not a text: {other:?}"),
            }
        }
    }

    /// The next message whose first line begins so; others are passed over.
    pub async fn until(&mut self, begin: &str) -> String {
        loop {
            let text = self.receive().await.unwrap_or_else(|| panic!("closed, no {begin}"));
            if text.starts_with(begin) {
                return text;
            }
        }
    }

    /// Registers, answering the challenge; the last response.
    pub async fn register(&mut self, domain: &str, expires: u32) -> String {
        let challenge = self.ask_to_register(domain, expires, "").await;
        let credentials = self.credentials(&challenge, "REGISTER", &format!("sip:{domain}"));
        self.ask_to_register(domain, expires, &credentials).await
    }

    /// The header that answers a challenge.
    fn credentials(&self, challenge: &str, method: &str, uri: &str) -> String {
        let Ok(Sip::Response(response)) = parse_datagram(challenge.as_bytes()) else {
            panic!("no response: {challenge}")
        };
        let (asked, name) = match response.code {
            401 => ("WWW-Authenticate", "Authorization"),
            407 => ("Proxy-Authenticate", "Proxy-Authorization"),
            _ => panic!("no challenge: {challenge}"),
        };
        let challenge = best_challenge(&response.headers, asked).expect("a challenge");
        let credentials = challenge.answer(&Attempt {
            method,
            uri,
            user: &self.user,
            password: &self.password,
            body: b"",
            cnonce: "c0ffee",
            nc: 1,
        });
        format!("{name}: {credentials}\r\n")
    }

    /// Calls a number with this description; the response that takes the call.
    pub async fn call(&mut self, number: &str, domain: &str, description: &str) -> String {
        let mut credentials = String::new();
        loop {
            self.seq += 1;
            self.dialog("INVITE", number, domain, "", &credentials, description).await;
            let answer = loop {
                let answer = self.until("SIP/2.0").await;
                if !answer.starts_with("SIP/2.0 1") {
                    break answer;
                }
            };
            let to = answer.lines().find(|line| line.starts_with("To:")).unwrap_or_default();
            let tag = to.split_once(";tag=").map_or_else(String::new, |(_, tag)| format!(";tag={tag}"));
            self.dialog("ACK", number, domain, &tag, "", "").await;
            if !answer.starts_with("SIP/2.0 40") || !credentials.is_empty() {
                return answer;
            }
            credentials = self.credentials(&answer, "INVITE", &format!("sip:{number}@{domain}"));
        }
    }

    /// A request of the call under way.
    async fn dialog(
        &mut self,
        method: &str,
        number: &str,
        domain: &str,
        tag: &str,
        credentials: &str,
        body: &str,
    ) {
        let (user, name, seq, scheme) = (&self.user, self.name, self.seq, self.scheme);
        // A refusal's ACK belongs to its transaction, and it does no harm that an answer's looks so too.
        let branch = format!("i{seq}");
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let request = format!(
            "{method} sip:{number}@{domain} SIP/2.0\r\nVia: SIP/2.0/{scheme} {name};branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@{domain}>;tag=c\r\nTo: <sip:{number}@{domain}>{tag}\r\n\
             Call-ID: c@{name}\r\nCSeq: {seq} {method}\r\nContact: <sip:w@{name};transport=ws;ob>\r\n\
             {credentials}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len(),
        );
        self.send(&request).await;
    }

    async fn ask_to_register(&mut self, domain: &str, expires: u32, credentials: &str) -> String {
        self.seq += 1;
        let (user, name, seq, scheme) = (&self.user, self.name, self.seq, self.scheme);
        let request = format!(
            "REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/{scheme} {name};branch=z9hG4bKr{seq}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@{domain}>;tag=r\r\nTo: <sip:{user}@{domain}>\r\n\
             Call-ID: r@{name}\r\nCSeq: {seq} REGISTER\r\nSupported: path, outbound\r\n\
             Contact: <sip:w@{name};transport=ws>;reg-id=1;+sip.instance=\"<urn:uuid:{user}>\";expires={expires}\r\n\
             {credentials}Content-Length: 0\r\n\r\n"
        );
        self.send(&request).await;
        self.until("SIP/2.0").await
    }

    /// Responds to a request; with a description where one is given.
    pub async fn respond(&mut self, request: &str, line: &str, description: &str) {
        let echoed = ["via:", "from:", "call-id:", "cseq:", "record-route:"];
        let mut text = format!("SIP/2.0 {line}\r\n");
        for field in request.lines().take_while(|line| !line.is_empty()) {
            let lower = field.to_ascii_lowercase();
            if echoed.iter().any(|name| lower.starts_with(name)) {
                text += &format!("{field}\r\n");
            } else if lower.starts_with("to:") {
                let tag = if lower.contains("tag=") { "" } else { ";tag=web" };
                text += &format!("{field}{tag}\r\n");
            }
        }
        text += &format!("Contact: <sip:w@{};transport=ws>\r\n", self.name);
        if !description.is_empty() {
            text += "Content-Type: application/sdp\r\n";
        }
        text += &format!("Content-Length: {}\r\n\r\n{description}", description.len());
        self.send(&text).await;
    }
}

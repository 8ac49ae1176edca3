//! The console API over real HTTP.

use reqwest::{Client, Method, header};
use serde_json::{Value, json};

/// A status and what was said.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// A caller with a key or a session.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base: String,
}

impl Api {
    /// As a program.
    pub fn with_key(base: &str, key: &str) -> Self {
        Self::with_header(base, header::AUTHORIZATION, &format!("Bearer {key}"))
    }

    /// As a person.
    pub async fn sign_in(base: &str, email: &str, password: &str) -> Self {
        let answer = Client::new()
            .post(format!("{base}/api/v1/session"))
            .header(header::ORIGIN, base)
            .json(&json!({ "email": email, "password": password }))
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "sign-in answered {}", answer.status());
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self::with_header(base, header::COOKIE, &cookie)
    }

    fn with_header(base: &str, name: header::HeaderName, value: &str) -> Self {
        let mut headers = header::HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        headers.insert(header::ORIGIN, base.parse().expect("a header"));
        let client = Client::builder().default_headers(headers).build().expect("a client");
        Self { client, base: base.to_owned() }
    }

    /// Asks and answers whatever comes.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    /// GET that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path, None).await;
        assert!(answer.status < 300, "GET {path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// POST that must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.ask(Method::POST, path, Some(body.clone())).await;
        assert!(answer.status < 300, "POST {path} {body}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// The body of a GET, as it is.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let response =
            self.client.get(format!("{}/api/v1{path}", self.base)).send().await.expect("an answer");
        assert!(response.status().is_success(), "GET {path}: {}", response.status());
        response.bytes().await.expect("a body").to_vec()
    }

    /// Places a call with Jane and answers its id.
    pub async fn call(&self, number: &str, assistant: &str) -> String {
        let variables = json!({
            "customer_name": "Rina", "amount_due": "two hundred dollars", "due_date": "2027-06-20",
        });
        let call = self
            .post("/calls", json!({ "to": number, "assistant": assistant, "variables": variables }))
            .await;
        call["id"].as_str().expect("an id").to_owned()
    }

    /// A WebSocket address with a fresh ticket (`live` or `phone`).
    pub async fn socket(&self, which: &str) -> String {
        let ticket = self.post("/live/ticket", Value::Null).await;
        let base = self.base.replacen("http", "ws", 1);
        format!("{base}/api/v1/{which}?ticket={}", ticket["ticket"].as_str().expect("a ticket"))
    }
}

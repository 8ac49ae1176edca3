//! A client of a published contract: it knows a base URL and a key, and nothing else of us.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tandem_scenarios::Server;

/// A client with a key.
#[derive(Debug, Clone)]
pub struct Contract {
    http: Client,
    base: String,
    pub key: String,
}

/// A status, headers and what was said.
#[derive(Debug)]
#[allow(dead_code, reason = "each contract's test looks at its part")]
pub struct Told {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

#[allow(dead_code)]
impl Contract {
    /// With the sandbox's key of the contract; `base` is below the server's address (`/sauti`).
    pub fn of(server: &Server, name: &str, base: &str) -> Self {
        let key = server.ready["sandbox"]["keys"][name].as_str().expect("the ready line has a key");
        Self { http: Client::new(), base: format!("{}{base}", server.http()), key: key.to_owned() }
    }

    /// The same client with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Told {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        told(request.send().await.expect("an answer")).await
    }

    /// GET that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let told = self.ask(Method::GET, path, None).await;
        assert!(told.status < 300, "GET {path}: {} {}", told.status, told.body);
        told.body
    }

    /// POST that must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let told = self.ask(Method::POST, path, Some(body)).await;
        assert!(told.status < 300, "POST {path}: {} {}", told.status, told.body);
        told.body
    }

    /// Reads until what is there fits, `seconds` at most.
    pub async fn until(&self, path: &str, seconds: u64, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            let body = self.get(path).await;
            if fits(&body) {
                return body;
            }
            assert!(tokio::time::Instant::now() < deadline, "{path} did not come to fit: {body}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// What a response says.
pub async fn told(response: Response) -> Told {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("a body");
    Told { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
}

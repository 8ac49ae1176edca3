//! A client of the console API, for the commands that talk to a running server.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Failure, ServerArguments};
use crate::operator_file;

/// Knows a server and has a key for it.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Client {
    /// From the command line, the environment, or the file that a server running as this user leaves.
    pub fn new(arguments: &ServerArguments) -> Result<Self, Failure> {
        let operator = operator_file::read();
        let base = arguments.url.clone().or_else(|| operator.as_ref().map(|file| file.url.clone()));
        let Some(base) = base else {
            let hint =
                "no server runs as you on this machine; start one with `tandem serve` or name one with --url";
            return Err(Failure::failed(hint));
        };
        let base = base.trim_end_matches('/').to_owned();
        let key =
            arguments.key.clone().or_else(|| operator.filter(|file| file.url == base).map(|file| file.key));
        let Some(key) = key else {
            return Err(Failure::failed("a key is needed for this server: --key or TANDEM_KEY"));
        };
        Ok(Self { http: reqwest::Client::new(), base, key })
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::GET, path, None, &[]).await
    }

    /// A GET whose answer is not JSON.
    pub async fn text(&self, path: &str) -> Result<String, Failure> {
        let (status, text) = self.answer(Method::GET, path, None, &[]).await?;
        if status.is_success() {
            return Ok(text);
        }
        Err(problem(status, &serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// `headers`: further request headers (`If-Match`, `Idempotency-Key`).
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Result<Value, Failure> {
        let (status, text) = self.answer(method, path, body, headers).await?;
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() { Ok(value) } else { Err(problem(status, &value)) }
    }

    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Result<(StatusCode, String), Failure> {
        let mut request =
            self.http.request(method, format!("{}/api/v1{path}", self.base)).bearer_auth(&self.key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| {
            Failure::failed(format!("{} does not answer: {}", self.base, root_cause(&error)))
        })?;
        let status = response.status();
        let text = response.text().await.map_err(|error| Failure::failed(root_cause(&error)))?;
        Ok((status, text))
    }

    /// The answer as it comes in, whatever it is.
    pub async fn stream(&self, path: &str) -> Result<reqwest::Response, Failure> {
        let request = self.http.get(format!("{}/api/v1{path}", self.base)).bearer_auth(&self.key);
        let response = request.send().await.map_err(|error| Failure::failed(root_cause(&error)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let value = response.json().await.unwrap_or(Value::Null);
        Err(problem(status, &value))
    }

    /// Address of the live socket with a fresh ticket.
    pub async fn live_address(&self) -> Result<String, Failure> {
        let answer = self.post("/live/ticket", Value::Null).await?;
        let Some(ticket) = answer["ticket"].as_str() else {
            return Err(Failure::failed("the server gave no ticket for its live socket"));
        };
        let base = self.base.replacen("http", "ws", 1);
        Ok(format!("{base}/api/v1/live?ticket={ticket}"))
    }
}

/// A problem document as one line: what, and which fields.
fn problem(status: StatusCode, value: &Value) -> Failure {
    let mut message = value["detail"]
        .as_str()
        .or(value["title"].as_str())
        .map_or_else(|| format!("the server answered {status}"), str::to_owned);
    for error in value["errors"].as_array().into_iter().flatten() {
        let (field, expected) = (error["field"].as_str(), error["expected"].as_str());
        message.push_str(&format!("\n  {}: {}", field.unwrap_or("?"), expected.unwrap_or("not valid")));
    }
    Failure::from_status(status.as_u16(), message)
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

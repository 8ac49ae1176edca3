//! A server over in-memory storage and a pretend exchange, with two organisations in it.

pub mod browsers;
pub mod conferences;
mod event_log;
pub mod exchange;
mod queues;
pub mod routing;
pub mod rows;
pub mod sockets;
pub mod store;
pub mod vault;
pub mod webhooks;

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tandem_foundation::UserId;
use tandem_http::{HttpConfig, HttpServer, new_api_key, serve};
use tandem_switchboard::access::KeyWish;
use tandem_switchboard::records::{Session, UnixMs, UserRole};

use exchange::PretendExchange;
use sha2::{Digest, Sha256};
use store::MemoryStore;

pub const ROLES: [UserRole; 4] = [UserRole::Agent, UserRole::Supervisor, UserRole::Admin, UserRole::Owner];

pub struct World {
    pub store: Arc<MemoryStore>,
    pub exchange: Arc<PretendExchange>,
    pub registry: Arc<vault::Registry>,
    pub browsers: Arc<browsers::PretendBrowsers>,
    pub server: HttpServer,
    pub data: tempfile::TempDir,
    http: reqwest::Client,
}

/// What a request shows.
#[derive(Debug, Clone)]
pub enum Show {
    Nothing,
    Cookie(String),
    Key(String),
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut HttpConfig)) -> Self {
        let data = tempfile::tempdir().expect("directory");
        let store = Arc::new(MemoryStore::default());
        let exchange = Arc::new(PretendExchange::default());
        rows::fill(&store);
        let bind = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let mut config = HttpConfig::new(bind, PathBuf::from(data.path()));
        let registry = Arc::new(vault::Registry::default());
        config.providers = Some(registry.clone());
        config.webhooks = Some(Arc::new(webhooks::MemoryWebhooks::default()));
        config.sandbox = Some(Arc::new(exchange::PretendSandbox));
        let browsers = Arc::new(browsers::PretendBrowsers::default());
        config.browser_phones = Some(browsers.clone());
        change(&mut config);
        let server = serve(config, exchange.clone(), store.clone()).await.expect("serving");
        Self { store, exchange, registry, browsers, server, data, http: reqwest::Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.addr)
    }

    pub fn request(&self, show: &Show, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("method");
        let path = if path.starts_with("/api") || !path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let request = self.http.request(method, self.url(&path));
        match show {
            Show::Nothing => request,
            Show::Cookie(token) => request.header("cookie", format!("tandem_session={token}")),
            Show::Key(key) => request.bearer_auth(key),
        }
    }

    /// Outside `/api/v1`.
    pub async fn page(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.expect("answered")
    }

    pub async fn get(&self, show: &Show, path: &str) -> Response {
        self.request(show, "GET", path).send().await.expect("answered")
    }

    pub async fn send(&self, show: &Show, method: &str, path: &str, body: &Value) -> Response {
        self.request(show, method, path).json(body).send().await.expect("answered")
    }

    /// A session of the organisation's person with this role.
    pub fn session(&self, org: &str, role: UserRole) -> Show {
        let user = rows::user_id(org, role);
        self.session_of(org, &user, |_| {})
    }

    pub fn session_of(&self, org: &str, user: &UserId, change: impl FnOnce(&mut Session)) -> Show {
        let token = format!("token-{:032x}", rand::random::<u128>());
        let at = now();
        let mut session = Session {
            id: format!("sess_{:032x}", rand::random::<u128>()).into(),
            org: org.into(),
            user: user.clone(),
            token_hash: hash(&token),
            created_at: at,
            seen_at: at,
            expires_at: UnixMs(at.0 + 3_600_000),
        };
        change(&mut session);
        self.store.data.lock().sessions.push(session);
        Show::Cookie(token)
    }

    pub fn key(&self, org: &str, role: UserRole) -> Show {
        let (row, key) = new_api_key(wish(org, role), now());
        self.store.data.lock().keys.push(row);
        Show::Key(key.into_inner())
    }
}

fn wish(org: &str, role: UserRole) -> KeyWish {
    KeyWish { org: org.into(), name: "test".into(), role, contract: None, expires_at: None }
}

/// The problem in a refusal, whose shape it checks.
pub async fn problem(response: Response) -> Value {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json", "status {status}");
    let id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
    let instance = response.url().path().to_owned();
    let problem: Value = response.json().await.expect("problem is JSON");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], id);
    assert_eq!(problem["instance"], instance);
    assert!(problem["title"].is_string() && problem["detail"].is_string() && problem["errors"].is_array());
    let code = problem["code"].as_str().expect("code");
    assert_eq!(problem["type"], format!("urn:tandem:problem:{code}"));
    problem
}

pub async fn code(response: Response) -> (u16, String) {
    let problem = problem(response).await;
    (problem["status"].as_u64().expect("status") as u16, problem["code"].as_str().expect("code").to_owned())
}

pub async fn body(response: Response) -> Value {
    assert!(response.status().is_success(), "{}: {:?}", response.status(), response.text().await);
    response.json().await.expect("JSON")
}

pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn now() -> UnixMs {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    UnixMs(since.as_millis() as i64)
}

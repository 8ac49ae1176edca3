//! A customer's own web server: it takes what it is sent and answers as it is told to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A request as it came.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "each contract's test looks at its part")]
pub struct Received {
    /// `POST /hooks`.
    pub line: String,
    /// By their names in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
}

#[derive(Debug, Default)]
struct Shared {
    received: Mutex<Vec<Received>>,
    /// Status and body of the next answers; 200 and `{}` after them.
    answers: Mutex<VecDeque<(u16, String)>>,
    news: Notify,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    pub base: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

#[allow(dead_code)]
impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared::default());
        let ours = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, ours.clone()));
            }
        });
        Self { base, shared, task }
    }

    /// What the next request is answered, after those that are to be answered already. Status 0: nothing at all.
    pub fn answer(&self, status: u16, body: &str) {
        self.shared.answers.lock().expect("not poisoned").push_back((status, body.to_owned()));
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().expect("not poisoned").clone()
    }

    /// Waits until so many requests fit, and answers them.
    pub async fn until(&self, count: usize, seconds: u64, fits: impl Fn(&Received) -> bool) -> Vec<Received> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            let news = self.shared.news.notified();
            let fitting: Vec<_> = self.received().into_iter().filter(|one| fits(one)).collect();
            if fitting.len() >= count {
                return fitting;
            }
            let waited = tokio::time::timeout_at(deadline, news).await;
            assert!(waited.is_ok(), "{count} requests did not come: {:?}", self.received());
        }
    }
}

impl Received {
    #[allow(dead_code)]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    let (head, length) = loop {
        let Ok(count @ 1..) = stream.read(&mut piece).await else { return };
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        bytes.drain(..end + 4);
        break (head, length.unwrap_or(0));
    };
    while bytes.len() < length {
        let Ok(count @ 1..) = stream.read(&mut piece).await else { return };
        bytes.extend_from_slice(&piece[..count]);
    }
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    shared.received.lock().expect("not poisoned").push(Received { line, headers, body });
    let answer = shared.answers.lock().expect("not poisoned").pop_front();
    let (status, body) = answer.unwrap_or((200, "{}".to_owned()));
    shared.news.notify_waiters();
    if status == 0 {
        // Nobody answers until the other side has had enough.
        while matches!(stream.read(&mut piece).await, Ok(1..)) {}
        return;
    }
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

//! Receivers of webhooks on loopback, well-behaved and otherwise.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How a receiver answers.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "each test has receivers of its own")]
pub enum Manner {
    Takes,
    /// Never answers.
    Hangs,
    /// Closes before an answer.
    Resets,
    /// This status, with these further header lines.
    Says(u16, &'static str),
    /// 302 to there.
    Redirects(String),
    /// Its answer comes a byte a second.
    Drips,
    /// 100 MB of an answer.
    Floods,
}

/// A message that came.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "each test looks at its part")]
pub struct Came {
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

#[allow(dead_code)]
impl Came {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// One address.
#[derive(Debug, Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    came: Arc<std::sync::Mutex<Vec<Came>>>,
    connections: Arc<AtomicUsize>,
}

#[allow(dead_code)]
impl Receiver {
    pub async fn new(manner: Manner) -> Self {
        Self::at("127.0.0.1:0", manner).await.expect("bind")
    }

    pub async fn at(address: &str, manner: Manner) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let receiver =
            Self { address: listener.local_addr()?, came: Arc::default(), connections: Arc::default() };
        let shared = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (shared, manner) = (shared.clone(), manner.clone());
                tokio::spawn(async move {
                    // Whoever goes away in the middle is no fault of the receiver.
                    let _ = shared.serve(stream, manner).await;
                });
            }
        });
        Ok(receiver)
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().expect("unpoisoned").clone()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The first message that fits, `seconds` at most.
    pub async fn until(&self, what: &str, seconds: u64, fits: impl Fn(&Came) -> bool) -> Came {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            if let Some(found) = self.came().into_iter().find(|one| fits(one)) {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "{what} did not come to {}", self.address);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn serve(&self, mut stream: TcpStream, manner: Manner) -> std::io::Result<()> {
        let (mut read, mut buffer) = (Vec::new(), [0_u8; 8_192]);
        let (head, length) = loop {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            read.extend_from_slice(&buffer[..count]);
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&read[..end]).into_owned();
                read.drain(..end + 4);
                let length = header(&head, "content-length").and_then(|text| text.parse().ok());
                break (head, length.unwrap_or(0));
            }
        };
        while read.len() < length {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            read.extend_from_slice(&buffer[..count]);
        }
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let one = Came {
            headers: headers.collect(),
            body: String::from_utf8_lossy(&read).into_owned(),
            at: i64::try_from(since.as_millis()).expect("in range"),
        };
        self.came.lock().expect("unpoisoned").push(one);
        answer(&mut stream, manner).await
    }
}

async fn answer(stream: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
    let plain = |status: u16, more: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status} x\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
    };
    match manner {
        Manner::Takes => stream.write_all(plain(200, "", "thank you").as_bytes()).await,
        Manner::Hangs => std::future::pending().await,
        Manner::Resets => Ok(()),
        Manner::Says(status, more) => stream.write_all(plain(status, more, "no").as_bytes()).await,
        Manner::Redirects(to) => {
            stream.write_all(plain(302, &format!("location: {to}\r\n"), "").as_bytes()).await
        }
        Manner::Drips => {
            for byte in plain(200, "", &"x".repeat(1_000)).bytes() {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Ok(())
        }
        Manner::Floods => {
            let head = "HTTP/1.1 200 x\r\ncontent-length: 104857600\r\nconnection: close\r\n\r\n";
            stream.write_all(head.as_bytes()).await?;
            let block = vec![b'x'; 1 << 20];
            for _ in 0..100 {
                stream.write_all(&block).await?;
            }
            Ok(())
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let line = |line: &'a str| line.split_once(':').filter(|(one, _)| one.eq_ignore_ascii_case(name));
    head.lines().find_map(line).map(|(_, value)| value.trim())
}

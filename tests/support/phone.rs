//! A person's browser phone: a microphone that hears one tone, and an ear that keeps what came.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tandem_scenarios::{Api, tone_strength};
use tokio_tungstenite::tungstenite::Message;

/// Ends when dropped.
#[derive(Debug)]
pub struct Phone {
    task: tokio::task::JoinHandle<()>,
    heard: Arc<Mutex<Vec<i16>>>,
    muted: Arc<AtomicBool>,
}

impl Phone {
    pub async fn connect(api: &Api, hz: f64) -> Self {
        let (socket, _) =
            tokio_tungstenite::connect_async(api.socket("phone").await).await.expect("a phone socket");
        let (mut send, mut receive) = socket.split();
        // The server's hello says that the phone is connected.
        receive.next().await.expect("open").expect("hello");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = heard.clone();
        let muted = Arc::new(AtomicBool::new(false));
        let silent = muted.clone();
        let task = tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(20));
            let mut n = 0_u32;
            loop {
                tokio::select! {
                    _ = clock.tick() => {
                        let mut frame = Vec::with_capacity(320);
                        for _ in 0..160 {
                            n += 1;
                            let loud = if silent.load(Ordering::Acquire) { 0.0 } else { 9_000.0 };
                            let sample = (f64::from(n) * hz / 8_000.0 * std::f64::consts::TAU).sin() * loud;
                            frame.extend((sample as i16).to_le_bytes());
                        }
                        if send.send(Message::binary(frame)).await.is_err() {
                            return;
                        }
                    }
                    message = receive.next() => match message {
                        Some(Ok(Message::Binary(bytes))) => {
                            let samples = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                            ear.lock().expect("no panic").extend(samples);
                        }
                        Some(Ok(_)) => {}
                        _ => return,
                    },
                }
            }
        });
        Self { task, heard, muted }
    }

    pub fn mute(&self, muted: bool) {
        self.muted.store(muted, Ordering::Release);
    }

    /// Loudest sample of the last second.
    pub fn loudness(&self) -> u16 {
        self.last_second().into_iter().map(i16::unsigned_abs).max().unwrap_or_default()
    }

    /// How much of the last second is this tone, 0 to 1.
    pub fn tone(&self, hz: f64) -> f64 {
        tone_strength(&self.last_second(), 8_000, hz)
    }

    fn last_second(&self) -> Vec<i16> {
        let heard = self.heard.lock().expect("no panic");
        heard[heard.len().saturating_sub(8_000)..].to_vec()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

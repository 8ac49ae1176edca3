//! One live socket, from its first message to its close.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use tandem_console_api::live::{ClientMessage, MOST_WATCHED, ServerMessage, TrunkStatus};
use tandem_foundation::CallId;
use tandem_switchboard::exchange::LiveMessage;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::MOST_REPLAYED;
use super::audience::Audience;
use super::outbox::{Outbox, write};
use crate::caller::{self, Caller};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How often the credential is looked up again; half of what revocation may take.
const RECHECK: Duration = Duration::from_millis(500);
const PING: Duration = Duration::from_secs(20);
/// A client that neither speaks nor answers pings for this long is gone.
const SILENCE: Duration = Duration::from_secs(60);
const FIRST_MESSAGE: Duration = Duration::from_secs(10);
/// How often a slow reader is looked at.
const CATCH_UP: Duration = Duration::from_millis(100);
/// How long a reader has for the close frame.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// A session's use by a socket is noted this often.
const TOUCH: Duration = Duration::from_secs(60);

/// Why the socket closes: a code of the private range (RFC 6455, section 7.4.2) or a registered one.
type Close = (u16, &'static str);

const GONE: Close = (1001, "gone");
const CREDENTIAL_ENDED: Close = (4401, "signed out");
const ROLE_CHANGED: Close = (4403, "role changed");
const NO_START: Close = (4408, "start or resume was expected");

struct Live {
    shared: Arc<Shared>,
    caller: Caller,
    audience: Audience,
    watched: HashSet<CallId>,
    outbox: Outbox,
    /// Events sent by a replay, which may arrive once more.
    replayed: HashSet<i64>,
    started: bool,
    heard_at: Instant,
    touched_at: Instant,
}

/// Serves the socket until either side ends it.
pub(super) async fn run(shared: Arc<Shared>, caller: Caller, socket: WebSocket) {
    let (sink, incoming) = socket.split();
    let (outbox, messages) = Outbox::new();
    let writer = tokio::spawn(write(sink, messages));
    let actor = &caller.actor;
    let audience = Audience::new(actor.org.clone(), actor.role, actor.user.clone());
    let now = Instant::now();
    let mut live = Live {
        shared,
        caller,
        audience,
        watched: HashSet::new(),
        outbox,
        replayed: HashSet::new(),
        started: false,
        heard_at: now,
        touched_at: now,
    };
    let (code, reason) = live.serve(incoming).await;
    live.outbox.close(code, reason);
    // The writer ends with the queue; a reader that does not read must not keep it.
    let abort = writer.abort_handle();
    if tokio::time::timeout(LAST_WORDS, writer).await.is_err() {
        abort.abort();
    }
}

impl Live {
    async fn serve(&mut self, mut incoming: SplitStream<WebSocket>) -> Close {
        // Subscribed before any snapshot is taken, so that nothing falls between the two.
        let mut stream = self.shared.exchange.subscribe();
        let mut changes = self.shared.changes.subscribe();
        let mut closing = self.shared.closing.subscribe();
        let (mut recheck, mut ping, mut catch_up) = (ticks(RECHECK), ticks(PING), ticks(CATCH_UP));
        let opened = Instant::now();
        loop {
            let step = tokio::select! {
                message = incoming.next() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return GONE,
                    Some(Ok(message)) => self.hear(message).await,
                },
                message = stream.recv() => self.tell(message).await,
                message = changes.recv() => self.tell(message).await,
                _ = recheck.tick() => {
                    if !self.started && opened.elapsed() > FIRST_MESSAGE {
                        return NO_START;
                    }
                    self.recheck().await
                }
                _ = ping.tick() => self.ping(),
                _ = catch_up.tick(), if self.outbox.is_behind() => self.catch_up().await,
                () = self.outbox.closed() => return GONE,
                () = shutdown(&mut closing) => return GONE,
            };
            if let Err(close) = step {
                return close;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Close> {
        self.heard_at = Instant::now();
        let Message::Text(text) = message else { return Ok(()) };
        if self.touched_at.elapsed() > TOUCH {
            self.touched_at = Instant::now();
            caller::touch(&self.shared, &self.caller).await;
        }
        match serde_json::from_str(&text) {
            Ok(ClientMessage::Start) => self.snapshot().await,
            Ok(ClientMessage::Resume { after }) => self.resume(after).await,
            Ok(ClientMessage::Watch { calls }) if calls.len() > MOST_WATCHED => {
                self.refuse(format!("calls: at most {MOST_WATCHED}"))
            }
            Ok(ClientMessage::Watch { calls }) => {
                self.watched = calls.into_iter().map(CallId::from).collect();
                Ok(())
            }
            Ok(ClientMessage::Ping) => {
                self.outbox.push(&ServerMessage::Pong);
                Ok(())
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    fn refuse(&mut self, detail: String) -> Result<(), Close> {
        self.outbox.push(&ServerMessage::Refused { detail });
        Ok(())
    }

    async fn tell(&mut self, message: Result<LiveMessage, RecvError>) -> Result<(), Close> {
        match message {
            // What comes before the first snapshot is in it.
            Ok(_) | Err(RecvError::Lagged(_)) if !self.started => Ok(()),
            Ok(message) => {
                if self.audience.sees(&message)
                    && let Some(message) = self.view(&message)
                {
                    self.outbox.push(&message);
                }
                Ok(())
            }
            Err(RecvError::Lagged(_)) if self.outbox.is_behind() => Ok(()),
            Err(RecvError::Lagged(_)) => self.resync().await,
            Err(RecvError::Closed) => Err(GONE),
        }
    }

    /// The message as this socket shows it; `None` where it was sent already or is not watched.
    fn view(&self, message: &LiveMessage) -> Option<ServerMessage> {
        Some(match message {
            LiveMessage::Event(event) if self.replayed.contains(&event.seq) => return None,
            LiveMessage::Event(event) => ServerMessage::Event(Box::new(event.into())),
            LiveMessage::Interim { call, .. } if !self.watched.contains(call) => return None,
            LiveMessage::Interim { call, speaker, text, start_ms, .. } => ServerMessage::Interim {
                call: call.to_string(),
                speaker: (*speaker).into(),
                text: text.as_str().to_owned(),
                start_ms: *start_ms,
            },
            LiveMessage::Trunk { trunk, state, .. } => {
                ServerMessage::Trunk(TrunkStatus { trunk: trunk.to_string(), status: state.into() })
            }
            LiveMessage::Phone { user, connected, .. } => {
                ServerMessage::Phone { user: user.to_string(), connected: *connected }
            }
            LiveMessage::Quality { call, quality, .. } => {
                ServerMessage::Quality { call: call.to_string(), quality: (*quality).into() }
            }
        })
    }

    async fn recheck(&mut self) -> Result<(), Close> {
        match caller::again(&self.shared, &self.caller.credential).await {
            Ok(again) if again.actor.role != self.caller.actor.role => Err(ROLE_CHANGED),
            Ok(_) => Ok(()),
            // Storage that does not answer is no reason to leave a supervisor without the floor.
            Err(refusal) if refusal.problem.status >= 500 => Ok(()),
            Err(_) => Err(CREDENTIAL_ENDED),
        }
    }

    fn ping(&mut self) -> Result<(), Close> {
        if self.heard_at.elapsed() > SILENCE {
            return Err(GONE);
        }
        self.outbox.ping();
        Ok(())
    }

    async fn catch_up(&mut self) -> Result<(), Close> {
        if self.outbox.caught_up() { self.resync().await } else { Ok(()) }
    }

    async fn resync(&mut self) -> Result<(), Close> {
        self.outbox.push(&ServerMessage::Resync);
        self.snapshot().await
    }

    async fn snapshot(&mut self) -> Result<(), Close> {
        let org = self.caller.actor.org.clone();
        // Read before the state it stands for: an event in both is shown twice, never lost.
        let seq = self.shared.store.last_seq(&org).await.map_err(unavailable)?;
        let calls = self.shared.exchange.live_calls(&org).await;
        let calls = self.audience.snapshot(calls);
        let you = self.shared.me(&self.caller).await.map_err(|_| GONE)?;
        self.started = true;
        self.replayed.clear();
        let (calls, trunks) = (calls.iter().map(Into::into).collect(), self.trunks());
        self.outbox.push(&ServerMessage::Snapshot { seq, calls, trunks, you: Box::new(you) });
        Ok(())
    }

    async fn resume(&mut self, after: i64) -> Result<(), Close> {
        let org = self.caller.actor.org.clone();
        let newest = self.shared.store.last_seq(&org).await.map_err(unavailable)?;
        let missed =
            self.shared.store.events_after(&org, after, MOST_REPLAYED + 1).await.map_err(unavailable)?;
        if after < 0 || after > newest || missed.len() > MOST_REPLAYED as usize {
            return self.resync().await;
        }
        let calls = self.shared.exchange.live_calls(&org).await;
        self.audience.snapshot(calls);
        self.started = true;
        self.outbox.push(&ServerMessage::Resumed { after });
        for event in &missed {
            if self.audience.sees_event(event) {
                self.outbox.push(&ServerMessage::Event(Box::new(event.into())));
            }
        }
        self.replayed = missed.iter().map(|event| event.seq).collect();
        for trunk in self.trunks() {
            self.outbox.push(&ServerMessage::Trunk(trunk));
        }
        Ok(())
    }

    fn trunks(&self) -> Vec<TrunkStatus> {
        if !self.audience.sees_all() {
            return Vec::new();
        }
        let states = self.shared.exchange.trunk_states(&self.caller.actor.org);
        states
            .iter()
            .map(|(trunk, state)| TrunkStatus { trunk: trunk.to_string(), status: state.into() })
            .collect()
    }
}

/// Returns when the server shuts down.
pub(crate) async fn shutdown(closing: &mut watch::Receiver<bool>) {
    // An error means that the server is gone already.
    let _ = closing.wait_for(|closing| *closing).await;
}

fn unavailable(error: tandem_switchboard::ports::store::StoreError) -> Close {
    let _ = Refusal::from(error);
    (1013, "storage is not available")
}

fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

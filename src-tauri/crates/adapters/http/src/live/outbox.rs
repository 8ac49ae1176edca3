//! A socket's queue: bounded, never waited for by whoever fills it.
//!
//! When it is full, what follows is dropped until the reader has caught up; then the reader has to be given a new
//! snapshot, because it has missed something.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures_util::{Sink, SinkExt as _};
use tandem_console_api::live::ServerMessage;
use tokio::sync::mpsc;

/// Messages that may wait for a reader: room for a whole replay and then some.
const LONGEST: usize = super::MOST_REPLAYED as usize + 256;
/// A reader that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// The filling end.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: mpsc::Sender<Message>,
    behind: bool,
}

impl Outbox {
    pub(super) fn new() -> (Self, mpsc::Receiver<Message>) {
        let (queue, messages) = mpsc::channel(LONGEST);
        (Self { queue, behind: false }, messages)
    }

    /// Queues the message, or drops it when the reader is behind.
    pub(super) fn push(&mut self, message: &ServerMessage) {
        if let Some(message) = text(message) {
            self.offer(message);
        }
    }

    /// Queues a ping.
    pub(super) fn ping(&mut self) {
        self.offer(Message::Ping(axum::body::Bytes::new()));
    }

    /// Something was dropped.
    pub(super) fn is_behind(&self) -> bool {
        self.behind
    }

    /// The reader was behind and has read everything since: it needs a snapshot now.
    pub(super) fn caught_up(&mut self) -> bool {
        if self.behind && self.queue.capacity() == self.queue.max_capacity() {
            self.behind = false;
            return true;
        }
        false
    }

    /// Returns when the reader is gone.
    pub(super) async fn closed(&self) {
        self.queue.closed().await;
    }

    /// Queues the end; a reader that has no room for it is cut off.
    pub(super) fn close(self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        // Full or gone: dropping the queue ends the socket all the same.
        let _ = self.queue.try_send(Message::Close(Some(frame)));
    }

    fn offer(&mut self, message: Message) {
        if self.behind {
            return;
        }
        self.behind = matches!(self.queue.try_send(message), Err(mpsc::error::TrySendError::Full(_)));
    }
}

/// Writes what is queued until the queue ends or the reader is gone.
pub(super) async fn write<S>(mut socket: S, mut messages: mpsc::Receiver<Message>)
where
    S: Sink<Message> + Unpin,
{
    while let Some(message) = messages.recv().await {
        let last = matches!(message, Message::Close(_));
        let sent = tokio::time::timeout(PATIENCE, socket.send(message)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn text(message: &ServerMessage) -> Option<Message> {
    let text = serde_json::to_string(message);
    text.inspect_err(|error| tracing::error!(%error, "a live message could not be written"))
        .ok()
        .map(|text| Message::Text(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_fell_behind_is_told_so_once_it_has_read_everything() {
        let (mut outbox, mut messages) = Outbox::new();
        for _ in 0..LONGEST {
            outbox.push(&ServerMessage::Pong);
        }
        assert!(!outbox.is_behind());
        outbox.push(&ServerMessage::Pong);
        assert!(outbox.is_behind() && !outbox.caught_up());
        messages.try_recv().expect("queued");
        outbox.push(&ServerMessage::Pong);
        assert!(!outbox.caught_up(), "there is room, but more to read first");
        while messages.try_recv().is_ok() {}
        assert!(outbox.caught_up());
        assert!(!outbox.is_behind() && !outbox.caught_up());
        outbox.push(&ServerMessage::Pong);
        assert!(messages.try_recv().is_ok());
    }
}

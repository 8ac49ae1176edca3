//! The tap: what goes over the wire, handed on for traces without slowing it.
//!
//! The signalling task only clones handles to the bytes and never waits; reading and blanking them is another task's.
//! When that is behind, messages are dropped and counted.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tandem_sip::endpoint::Transport;
use tandem_switchboard::ports::trace::Traced;
use tandem_switchboard::records::{SipDirection, TracedMessage, UnixMs};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::blank;

/// Messages that may wait to be blanked.
const QUEUE: usize = 1_024;

/// The signalling task's end. Without a listener it does nothing.
#[derive(Debug)]
pub struct Tap {
    queue: Option<mpsc::Sender<Raw>>,
    local: SocketAddr,
    missed: u64,
}

/// A message as it was on the wire, in one or two pieces.
struct Raw {
    at: SystemTime,
    direction: SipDirection,
    transport: Transport,
    local: SocketAddr,
    peer: SocketAddr,
    pieces: [Bytes; 2],
    missed: u64,
}

impl Tap {
    /// A tap on what is served at `local`. It ends with its listener.
    pub fn new(listener: Option<mpsc::Sender<Traced>>, local: SocketAddr) -> Tap {
        let queue = listener.map(|listener| {
            let (queue, inbox) = mpsc::channel(QUEUE);
            tokio::spawn(hand_on(inbox, listener));
            queue
        });
        Tap { queue, local, missed: 0 }
    }

    /// Takes note of a message.
    pub fn note(
        &mut self,
        direction: SipDirection,
        transport: Transport,
        peer: SocketAddr,
        pieces: [Bytes; 2],
    ) {
        let Some(queue) = &self.queue else { return };
        let (at, local, missed) = (SystemTime::now(), self.local, self.missed);
        match queue.try_send(Raw { at, direction, transport, local, peer, pieces, missed }) {
            Ok(()) => self.missed = 0,
            Err(TrySendError::Full(_)) => self.missed += 1,
            Err(TrySendError::Closed(_)) => self.queue = None,
        }
    }
}

async fn hand_on(mut inbox: mpsc::Receiver<Raw>, listener: mpsc::Sender<Traced>) {
    while let Some(raw) = inbox.recv().await {
        if raw.missed > 0 {
            tracing::warn!(messages = raw.missed, "tracing SIP is behind, some messages are missing");
        }
        // Keep-alives are no messages.
        if raw.pieces.iter().all(|piece| piece.trim_ascii().is_empty()) {
            continue;
        }
        let missed = raw.missed;
        if listener.send(Traced { message: blanked(raw), missed }).await.is_err() {
            return;
        }
    }
}

fn blanked(raw: Raw) -> TracedMessage {
    let since = raw.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let read = blank::message(&raw.pieces.concat());
    TracedMessage {
        at: UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        direction: raw.direction,
        // Whatever transports there are, they are called as they are named.
        transport: format!("{:?}", raw.transport).to_ascii_lowercase(),
        local: raw.local.to_string(),
        peer: raw.peer.to_string(),
        method: read.method,
        status: read.status,
        cseq: read.cseq,
        sip_call_id: read.call_id,
        start_line: read.start_line.into(),
        text: read.text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ping(tap: &mut Tap, number: u32) {
        let text = format!("OPTIONS sip:a@b SIP/2.0\r\nCSeq: {number} OPTIONS\r\nCall-ID: x\r\n\r\n");
        let peer = SocketAddr::from(([192, 0, 2, 9], 5060));
        tap.note(SipDirection::Received, Transport::Udp, peer, [Bytes::from(text), Bytes::new()]);
    }

    #[tokio::test]
    async fn a_listener_that_does_not_listen_costs_messages_and_no_time_and_is_told_how_many() {
        let (listener, mut heard) = mpsc::channel(1);
        let mut tap = Tap::new(Some(listener), SocketAddr::from(([192, 0, 2, 1], 5060)));
        // This task does not yield meanwhile, so nothing is taken out of the queue.
        for number in 0..1_500 {
            ping(&mut tap, number);
        }
        assert_eq!(tap.missed, 1_500 - QUEUE as u64);
        for number in 0..1_024 {
            let traced = heard.recv().await.expect("what was queued comes");
            assert_eq!((traced.message.cseq, traced.missed), (number, 0));
        }
        ping(&mut tap, 9_000);
        let traced = heard.recv().await.expect("and what comes after it");
        assert_eq!((traced.message.cseq, traced.missed), (9_000, 1_500 - QUEUE as u64));
        assert_eq!(
            (traced.message.transport.as_str(), traced.message.peer.as_str()),
            ("udp", "192.0.2.9:5060")
        );
    }

    #[tokio::test]
    async fn keep_alives_are_no_messages_and_a_listener_may_leave() {
        let (listener, mut heard) = mpsc::channel(4);
        let mut tap = Tap::new(Some(listener), SocketAddr::from(([192, 0, 2, 1], 5060)));
        let peer = SocketAddr::from(([192, 0, 2, 9], 5060));
        tap.note(
            SipDirection::Received,
            Transport::Udp,
            peer,
            [Bytes::from_static(b"\r\n\r\n"), Bytes::new()],
        );
        ping(&mut tap, 7);
        assert_eq!(heard.recv().await.expect("the message").message.cseq, 7);
        drop(heard);
        ping(&mut tap, 8);
        while tap.queue.is_some() {
            tokio::task::yield_now().await;
            ping(&mut tap, 9);
        }
    }
}

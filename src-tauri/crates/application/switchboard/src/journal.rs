//! A call's journal: commits state and events in order, then tells the live listeners.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, OrgId};
use tokio::sync::{mpsc, oneshot};

use crate::context::Context;
use crate::exchange::LiveMessage;
use crate::measures;
use crate::ports::store::{Commit, StoreError};
use crate::records::{EventBody, NewEvent};

/// First and longest wait between tries while storage is not available.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// An act on a live call is not kept waiting for longer than this by storage that is not available.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);

enum Entry {
    Write {
        commit: Box<Commit>,
        /// Give up while storage is not available.
        once: bool,
        done: Option<oneshot::Sender<bool>>,
    },
    /// Everything before this is written.
    Mark(oneshot::Sender<()>),
}

/// Writes one call's history. Dropping it lets what was handed in be written to the end.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    entries: mpsc::UnboundedSender<Entry>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry")
    }
}

impl Journal {
    pub fn open(context: Arc<Context>, org: OrgId) -> Self {
        let (entries, mut inbox) = mpsc::unbounded_channel::<Entry>();
        tokio::spawn(async move {
            while let Some(entry) = inbox.recv().await {
                match entry {
                    Entry::Write { commit, once, done } => {
                        let written = write(&context, &org, *commit, once).await;
                        let _ = done.map(|done| done.send(written));
                    }
                    Entry::Mark(reached) => drop(reached.send(())),
                }
            }
        });
        Self { entries }
    }

    /// Hands a commit in; it is written after those before it.
    pub fn commit(&self, commit: Commit) {
        let _ = self.entries.send(Entry::Write { commit: Box::new(commit), once: false, done: None });
    }

    /// The same, and waits until it is on disk.
    pub async fn commit_and_wait(&self, commit: Commit) -> bool {
        self.wait_for(commit, false).await
    }

    /// Tries once: whoever asked is there to hear that it could not be done, and later it may not be wanted.
    pub async fn commit_now_or_never(&self, commit: Commit) -> bool {
        self.wait_for(commit, true).await
    }

    /// Returns once everything handed in so far is on disk, or after a second.
    pub async fn settled(&self) {
        let (reached, mark) = oneshot::channel();
        let _ = self.entries.send(Entry::Mark(reached));
        let _ = tokio::time::timeout(SETTLED_WITHIN, mark).await;
    }

    async fn wait_for(&self, commit: Commit, once: bool) -> bool {
        let (done, written) = oneshot::channel();
        let _ = self.entries.send(Entry::Write { commit: Box::new(commit), once, done: Some(done) });
        written.await.unwrap_or(false)
    }
}

/// Shorthand for an event about a call.
pub(crate) fn event(context: &Context, call: &CallId, body: EventBody) -> NewEvent {
    NewEvent { call: Some(call.clone()), at: context.ports.clock.now(), body }
}

/// Writes until it is written: a call's history is kept in memory while the disk is full or the database away,
/// and only a commit that storage holds to be wrong is given up (loudly).
async fn write(context: &Context, org: &OrgId, commit: Commit, once: bool) -> bool {
    let mut wait = RETRY.0;
    loop {
        let began = Instant::now();
        let done = context.ports.store.commit(org, commit.clone()).await;
        let full = done.as_ref().is_err_and(StoreError::is_full);
        context.disk_full.store(full, std::sync::atomic::Ordering::Relaxed);
        match done {
            Ok(events) => {
                measures::committed(began.elapsed());
                for event in events {
                    measures::event(&event.body);
                    let call = event.call.as_ref().map(tracing::field::display);
                    tracing::debug!(call, seq = event.seq, kind = event.body.kind(), "written");
                    context.publish(LiveMessage::Event(event));
                }
                return true;
            }
            Err(StoreError::Unavailable { operation, .. }) if once => {
                tracing::warn!(operation, "storage is not available, the call is refused");
                return false;
            }
            Err(StoreError::Unavailable { operation, .. }) => {
                tracing::warn!(operation, "storage is not available, the call's history waits");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(RETRY.1);
            }
            Err(error) => {
                tracing::error!(%error, "a part of a call's history could not be written");
                return false;
            }
        }
    }
}

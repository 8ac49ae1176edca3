//! The one writer: takes what waits, commits it in one transaction, then answers.
//!
//! While a commit is being flushed, further writes queue up and share the next flush (group commit). Within the
//! batch each write has its savepoint, so one that fails takes nothing of the others with it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AnyConnection, Connection};
use tandem_switchboard::ports::store::StoreError;
use tokio::sync::{mpsc, oneshot};

use crate::error::Fault;
use crate::pulse::LivePool;

const QUEUE: usize = 1024;
const BATCH: usize = 64;
/// How long a transaction may take before its callers are told that storage is `Unavailable`.
const PATIENCE: Duration = Duration::from_secs(5);

/// A write under way on the transaction's connection.
pub(crate) type Working<'c, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'c>>;

/// Hands writes to the writer task.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Write(Box<dyn Write>),
    Close(oneshot::Sender<()>),
}

/// A write of any result type.
trait Write: Send {
    /// Carries it out and keeps the result; false: it failed and must be undone.
    fn run<'c>(
        &'c mut self,
        connection: &'c mut AnyConnection,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>>;
    /// Tells the caller: its own failure, else `lost` when the transaction did not commit, else the result.
    fn answer(self: Box<Self>, lost: Option<&Arc<Fault>>);
}

struct Job<T, F> {
    operation: &'static str,
    work: Option<F>,
    result: Option<Result<T, Fault>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Write for Job<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut AnyConnection) -> Working<'c, T> + Send + 'static,
{
    fn run<'c>(
        &'c mut self,
        connection: &'c mut AnyConnection,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let result = work(connection).await;
            let ok = result.is_ok();
            self.result = Some(result);
            ok
        })
    }

    fn answer(self: Box<Self>, lost: Option<&Arc<Fault>>) {
        let result = match (self.result, lost) {
            (Some(Err(fault)), _) => Err(fault.at(self.operation)),
            (_, Some(fault)) => Err(transaction_lost(self.operation, fault)),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(Fault::Closed.at(self.operation)),
        };
        // The caller may have gone; what was committed stays committed.
        let _ = self.reply.send(result);
    }
}

impl Writer {
    /// Starts the writer task on a pool of one connection.
    pub(crate) fn start(pool: LivePool) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(serve(pool, inbox));
        Self { queue }
    }

    /// Carries out `work` in a transaction and answers once it is committed. A caller that stops waiting does not
    /// stop the write.
    pub(crate) async fn write<T, F>(&self, operation: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> Working<'c, T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job { operation, work: Some(work), result: None, reply };
        let sent = self.queue.send(Message::Write(Box::new(job))).await;
        sent.map_err(|_| Fault::Closed.at(operation))?;
        answer.await.unwrap_or_else(|_| Err(Fault::Closed.at(operation)))
    }

    /// Ends the task after what was queued before.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            // An error means that the task has ended already.
            let _ = closed.await;
        }
    }
}

async fn serve(pool: LivePool, mut inbox: mpsc::Receiver<Message>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while inbox.recv_many(&mut waiting, BATCH).await > 0 {
        let mut closing = None;
        let mut batch = Vec::with_capacity(waiting.len());
        for message in waiting.drain(..) {
            match message {
                Message::Write(write) => batch.push(write),
                Message::Close(done) => closing = Some(done),
            }
        }
        commit(&pool, batch).await;
        if let Some(done) = closing {
            pool.close().await;
            let _ = done.send(());
            return;
        }
    }
    pool.close().await;
}

async fn commit(pool: &LivePool, mut batch: Vec<Box<dyn Write>>) {
    if batch.is_empty() {
        return;
    }
    let lost = transaction(pool, &mut batch).await.err().map(Arc::new);
    if let Some(fault) = &lost {
        tracing::warn!(writes = batch.len(), error = %fault, "storage: a transaction was not committed");
    }
    for write in batch {
        write.answer(lost.as_ref());
    }
}

async fn transaction(pool: &LivePool, batch: &mut [Box<dyn Write>]) -> Result<(), Fault> {
    let mut connection = pool.answer(pool.now().acquire()).await?;
    // A server that has stopped answering must not keep its callers waiting: they fail closed.
    let outcome = tokio::select! {
        biased;
        () = pool.silence() => Err(Fault::TooSlow),
        done = tokio::time::timeout(PATIENCE, run_all(&mut connection, batch)) => {
            done.unwrap_or(Err(Fault::TooSlow))
        }
    };
    let in_known_state = match &outcome {
        Ok(()) => true,
        Err(Fault::TooSlow) => false,
        Err(_) => {
            let answers = tokio::time::timeout(PATIENCE, connection.ping()).await;
            matches!(answers, Ok(Ok(()))) && !connection.is_in_transaction()
        }
    };
    if !in_known_state {
        // Neither committed nor rolled back: only a new connection has a known state.
        let _ = connection.detach().close_hard().await;
    }
    outcome
}

async fn run_all(connection: &mut AnyConnection, batch: &mut [Box<dyn Write>]) -> Result<(), Fault> {
    // IMMEDIATE takes SQLite's write lock at once, where waiting for it is allowed.
    let one_writer = connection.backend_name() == "SQLite";
    let begin = if one_writer { "BEGIN IMMEDIATE" } else { "BEGIN" };
    let mut transaction = connection.begin_with(begin).await?;
    if !one_writer {
        // Taken before anything else, so that no two nodes each hold what the other waits for.
        sqlx::query("SELECT last_seq FROM event_sequence WHERE name = 'events' FOR UPDATE")
            .execute(&mut *transaction)
            .await?;
    }
    let mut written = false;
    if let [only] = batch {
        written = only.run(&mut transaction).await;
    } else {
        for write in batch {
            let mut savepoint = transaction.begin().await?;
            if write.run(&mut savepoint).await {
                savepoint.commit().await?;
                written = true;
            } else {
                savepoint.rollback().await?;
            }
        }
    }
    if written {
        transaction.commit().await?
    } else {
        transaction.rollback().await?
    }
    Ok(())
}

fn transaction_lost(operation: &'static str, fault: &Arc<Fault>) -> StoreError {
    let source = Box::new(Arc::clone(fault));
    if fault.is_unavailable() {
        StoreError::Unavailable { operation, source }
    } else {
        StoreError::Broken { operation, source }
    }
}

//! Whether the database server answers, asked several times a second on a connection of its own.
//!
//! A server that is stopped, or whose network is cut, takes statements and says nothing. A limit on each statement
//! that told so within a second would also end those that are merely slow; this tells the two apart.
//!
//! Invariant: while the server is silent nobody waits for it, and what was asked before is given up; connections that
//! were open then are not used again.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection};
use tokio::sync::watch;
use tokio::time::timeout;

/// Both together are the longest that a silence goes unnoticed.
const EVERY: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_millis(600);
/// How long an old connection may take to close.
const FAREWELL: Duration = Duration::from_secs(5);

/// Makes a pool that connects once it is used.
pub(crate) type MakePool = Arc<dyn Fn() -> AnyPool + Send + Sync>;

/// Tells of silence; a database in a file is never silent.
#[derive(Debug, Clone)]
pub(crate) struct Pulse(Option<watch::Receiver<bool>>);

impl Pulse {
    /// Of a database that has no server.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Asks until the last clone is gone.
    pub(crate) fn start(options: AnyConnectOptions) -> Self {
        let (tell, silent) = watch::channel(false);
        tokio::spawn(beat(options, tell));
        Self(Some(silent))
    }

    /// Waits until the server is silent, which it may be already.
    pub(crate) async fn silence(&self) {
        let Some(mut silent) = self.0.clone() else { return std::future::pending().await };
        if silent.wait_for(|silent| *silent).await.is_err() {
            // Nobody asks any more.
            std::future::pending().await
        }
    }

    /// Waits for the end of a silence.
    async fn end_of_silence(&self) -> bool {
        match self.0.clone() {
            Some(mut silent) => silent.wait_for(|silent| !*silent).await.is_ok(),
            None => std::future::pending().await,
        }
    }
}

async fn beat(options: AnyConnectOptions, tell: watch::Sender<bool>) {
    let mut connection = None;
    while !tell.is_closed() {
        let answers = matches!(timeout(PATIENCE, ask(&mut connection, &options)).await, Ok(Ok(())));
        if !answers {
            // Dropping closes its socket; a broken one would never answer again.
            connection = None;
        }
        if answers == *tell.borrow() {
            if answers {
                tracing::info!("the database server answers again");
            } else {
                tracing::warn!("the database server does not answer");
            }
            tell.send_replace(!answers);
        }
        tokio::select! {
            () = tell.closed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn ask(connection: &mut Option<AnyConnection>, options: &AnyConnectOptions) -> Result<(), sqlx::Error> {
    let open = match connection {
        Some(open) => open,
        None => connection.insert(options.connect().await?),
    };
    open.ping().await
}

/// A pool that is replaced when a silence is over.
#[derive(Clone)]
pub(crate) struct LivePool {
    pool: Arc<RwLock<AnyPool>>,
    pulse: Pulse,
}

impl std::fmt::Debug for LivePool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LivePool")
    }
}

impl LivePool {
    pub(crate) fn new(pool: AnyPool, pulse: Pulse, make: MakePool) -> Self {
        let pool = Arc::new(RwLock::new(pool));
        if pulse.0.is_some() {
            tokio::spawn(renew(Arc::downgrade(&pool), pulse.clone(), make));
        }
        Self { pool, pulse }
    }

    /// The connections to use now.
    pub(crate) fn now(&self) -> AnyPool {
        self.pool.read().clone()
    }

    /// What was asked, or at once that the server is silent.
    pub(crate) async fn answer<T>(
        &self,
        asked: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        tokio::select! {
            biased;
            () = self.pulse.silence() => Err(sqlx::Error::PoolTimedOut),
            answer = asked => answer,
        }
    }

    /// Waits until the server is silent.
    pub(crate) async fn silence(&self) {
        self.pulse.silence().await;
    }

    pub(crate) async fn close(&self) {
        let pool = self.now();
        let _ = timeout(FAREWELL, pool.close()).await;
    }
}

/// A connection that a silence caught may never come back: its network can have forgotten it.
async fn renew(pool: std::sync::Weak<RwLock<AnyPool>>, pulse: Pulse, make: MakePool) {
    loop {
        pulse.silence().await;
        if !pulse.end_of_silence().await {
            return;
        }
        let Some(pool) = pool.upgrade() else { return };
        let old = std::mem::replace(&mut *pool.write(), make());
        tokio::spawn(async move { timeout(FAREWELL, old.close()).await });
    }
}

//! Serving, from bind to shutdown.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tandem_switchboard::exchange::Exchange;
use tandem_switchboard::ports::store::Store;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::HttpConfig;
use crate::handlers;
use crate::router::router;
use crate::shared::Shared;

/// How long requests under way may take at shutdown.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// A running server; it goes on when this is dropped.
#[derive(Debug)]
pub struct HttpServer {
    /// Where it listens.
    pub addr: SocketAddr,
    shared: Closing,
    task: JoinHandle<io::Result<()>>,
}

struct Closing(Arc<Shared>);

impl std::fmt::Debug for Closing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Closing")
    }
}

/// Binds and serves until [`HttpServer::shutdown`].
///
/// # Errors
/// When the address cannot be bound, or the declared operations and the handlers do not fit together.
pub async fn serve(
    config: HttpConfig,
    exchange: Arc<dyn Exchange>,
    store: Arc<dyn Store>,
) -> io::Result<HttpServer> {
    let listener = TcpListener::bind(config.bind).await?;
    let addr = listener.local_addr()?;
    // 20 ms of audio must not wait for the acknowledgement of the 20 ms before.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let shared = Arc::new(Shared::new(config, exchange, store));
    let routes = router(shared.clone()).map_err(io::Error::other)?;
    tokio::task::spawn_blocking(handlers::session::prepare);
    let mut closing = shared.closing.subscribe();
    let task = tokio::spawn(async move {
        axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move {
                // The sender lives as long as the routes do, so this ends with the shutdown alone.
                let _ = closing.wait_for(|closing| *closing).await;
            })
            .await
    });
    Ok(HttpServer { addr, shared: Closing(shared), task })
}

impl HttpServer {
    /// Takes no more requests, closes the sockets, lets requests under way finish for a few seconds.
    pub async fn shutdown(mut self) {
        self.shared.0.closing.send_replace(true);
        if tokio::time::timeout(LAST_REQUESTS, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

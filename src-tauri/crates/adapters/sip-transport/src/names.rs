//! Names to addresses, off the machine's task.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::tcp::Happening;

/// A call cannot wait longer for its trunk's address.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks a host up (A and AAAA) and reports all its addresses; none where that fails.
pub fn look_up(query: u64, host: String, port: u16, report: mpsc::Sender<Happening>) {
    tokio::spawn(async move {
        let found = timeout(PATIENCE, lookup_host((host.as_str(), port))).await;
        let addresses: Vec<SocketAddr> = match found {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(error)) => {
                tracing::warn!(%host, %error, "looking up a host failed");
                Vec::new()
            }
            Err(_) => {
                tracing::warn!(%host, "looking up a host took too long");
                Vec::new()
            }
        };
        // The driver may have ended meanwhile.
        let _ = report.send(Happening::Resolved { query, addresses }).await;
    });
}

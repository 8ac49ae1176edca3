//! Names, resolved and judged in one step with the connection that is made to them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Reach;

/// What is said of an address that may not be called; not which it is.
pub(crate) const OUT_OF_REACH: &str = "the address is not one that may be called from here";

/// Who knows the addresses of names.
#[async_trait]
pub trait Names: Send + Sync + std::fmt::Debug {
    /// All addresses of a name.
    ///
    /// # Errors
    /// When it cannot be resolved.
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The system's own resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Why nobody was connected to.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotReached(pub(crate) &'static str);

/// Gives a connection only addresses that may be reached. One that may not spoils the name: whoever mixes them means no
/// good.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) reach: Reach,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, reach) = (self.names.clone(), self.reach);
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await;
            let found = found.map_err(|_| NotReached("the name cannot be resolved"))?;
            if found.is_empty() {
                return Err(NotReached("the name cannot be resolved").into());
            }
            if !found.iter().all(|address| reach.allows(*address)) {
                return Err(NotReached(OUT_OF_REACH).into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

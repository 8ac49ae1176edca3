//! What a user agent is told once, and the accounts it is told of later.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tandem_foundation::Pii;

use super::Transport;
use crate::digest::Algorithm;
use crate::registrar::RegistrarLimits;
use crate::transaction::TimerSettings;

/// Fixed settings of an [`super::Endpoint`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where we are reached by UDP; goes into Via and Contact.
    pub udp: SocketAddr,
    /// Where we are reached by TCP, if we listen.
    pub tcp: Option<SocketAddr>,
    /// Where we are reached by TLS, if we listen.
    pub tls: Option<SocketAddr>,
    /// Host to write instead of the local address (a public name or address).
    pub advertised: Option<String>,
    /// Realm of our challenges and domain of our users' addresses.
    pub realm: String,
    pub user_agent: String,
    /// Offered in this order; the first is preferred (RFC 8760). MD5 alone by default: some phones (baresip 1.0 is one)
    /// give up as soon as they see an algorithm they do not know, even beside one they do.
    pub algorithms: Vec<Algorithm>,
    pub timers: TimerSettings,
    pub registrar: RegistrarLimits,
    /// Requests being answered at once; above it, 503 with Retry-After.
    pub max_server_transactions: usize,
    /// Seconds in the Retry-After of a 503.
    pub retry_after: u32,
    /// An inbound call nobody decided about is refused with 480 after this.
    pub longest_ringing: Duration,
}

impl Config {
    /// Defaults around the address UDP is bound to.
    pub fn new(udp: SocketAddr) -> Config {
        Config {
            udp,
            tcp: None,
            tls: None,
            advertised: None,
            realm: "tandem".to_owned(),
            user_agent: "Tandem".to_owned(),
            algorithms: vec![Algorithm::Md5],
            timers: TimerSettings::default(),
            registrar: RegistrarLimits::default(),
            max_server_transactions: 4096,
            retry_after: 5,
            longest_ringing: Duration::from_secs(180),
        }
    }
}

/// A trunk: a carrier's proxy, or a server we register with as a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkAccount {
    pub id: String,
    /// Name or address, with an optional port. A name without one is looked up with its SRV records.
    pub host: String,
    pub transport: Transport,
    /// Domain of our address there; the host where `None`.
    pub domain: Option<String>,
    /// Digest user and password.
    pub credentials: Option<(String, Pii<String>)>,
    /// Register, asking for this many seconds.
    pub register: Option<u32>,
    /// Sources whose calls are taken without a challenge.
    pub accept_from: Vec<IpAddr>,
    /// Seconds between OPTIONS, 0 for none.
    pub options_every: u32,
}

/// Somebody whose phones may register with us and call.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneAccount {
    /// Whose phone it is.
    pub user: String,
    /// User part of the address-of-record, and digest user.
    pub name: String,
    pub password: Pii<String>,
}

impl fmt::Debug for PhoneAccount {
    /// The name may be a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneAccount").field("user", &self.user).finish_non_exhaustive()
    }
}

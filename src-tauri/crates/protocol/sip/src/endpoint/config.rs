//! What a user agent is told once, and the accounts it is told of later.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tandem_foundation::Pii;

use super::Transport;
use super::reliable::ReliableProvisionals;
use crate::dialog::Refresher;
use crate::digest::{Algorithm, Qop};
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
    /// Where phones reach us by WebSocket, if we listen, and by WebSocket over TLS.
    pub ws: Option<SocketAddr>,
    pub wss: Option<SocketAddr>,
    /// Host to write instead of the local address (a public name or address).
    pub advertised: Option<String>,
    /// Realm of our challenges and domain of our users' addresses.
    pub realm: String,
    pub user_agent: String,
    /// Offered in this order; the first is preferred (RFC 8760). MD5 alone by default: some phones (baresip 1.0 is one)
    /// give up as soon as they see an algorithm they do not know, even beside one they do.
    pub algorithms: Vec<Algorithm>,
    /// The protections our challenges offer. "auth" alone by default, the one every phone understands.
    pub qops: Vec<Qop>,
    pub timers: TimerSettings,
    pub registrar: RegistrarLimits,
    /// How often phones behind NAT that registered by UDP are asked whether they are there, which keeps the way to them
    /// open; zero: never.
    pub nat_ping_every: Duration,
    /// Requests being answered at once; above it, 503 with Retry-After.
    pub max_server_transactions: usize,
    /// Seconds in the Retry-After of a 503.
    pub retry_after: u32,
    /// An inbound call nobody decided about is refused with 480 after this.
    pub longest_ringing: Duration,
    /// When we ask callers to acknowledge our provisional responses (RFC 3262).
    pub reliable_provisionals: ReliableProvisionals,
    /// Session timers (RFC 4028); `None`: we do not know them.
    pub session_timers: Option<SessionTimers>,
    /// New terms in a call that is up go by UPDATE where the peer takes it, not by re-INVITE. RFC 3311 section 5.1
    /// recommends re-INVITE there, which gives the peer's user time to decide.
    pub reoffer_by_update: bool,
}

/// How session timers are negotiated (RFC 4028).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimers {
    /// The interval we ask for and the longest we agree to, in seconds.
    pub expires: u32,
    /// The shortest we take, in seconds: at least 90 (section 4).
    pub min: u32,
    /// Who refreshes, where a caller leaves it to us.
    pub preferred: Refresher,
}

impl Default for SessionTimers {
    fn default() -> SessionTimers {
        SessionTimers { expires: 1800, min: 90, preferred: Refresher::Uac }
    }
}

impl Config {
    /// Defaults around the address UDP is bound to.
    pub fn new(udp: SocketAddr) -> Config {
        Config {
            udp,
            tcp: None,
            tls: None,
            ws: None,
            wss: None,
            advertised: None,
            realm: "tandem".to_owned(),
            user_agent: "Tandem".to_owned(),
            algorithms: vec![Algorithm::Md5],
            qops: vec![Qop::Auth],
            timers: TimerSettings::default(),
            registrar: RegistrarLimits::default(),
            nat_ping_every: Duration::from_secs(30),
            max_server_transactions: 4096,
            retry_after: 5,
            longest_ringing: Duration::from_secs(180),
            reliable_provisionals: ReliableProvisionals::WhenSupported,
            session_timers: Some(SessionTimers::default()),
            reoffer_by_update: false,
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

//! The signalling port: set up, change and clear SIP legs, without a word of SIP's wire format.
//!
//! A leg is named by the switchboard for outbound calls and by the signalling side (through the same
//! [`LegIds`]) for inbound ones. Every leg that was announced by `Incoming` or asked for by `Invite` ends with
//! exactly one `Failed` or `Ended`.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tandem_foundation::{LegId, Pii, TrunkId, UserId};

/// Draws leg ids; one per process, shared by everyone who may begin a leg.
#[derive(Debug, Default)]
pub struct LegIds(AtomicU64);

impl LegIds {
    /// The next unused leg id.
    pub fn next(&self) -> LegId {
        LegId(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Accepts commands; never blocks. Effects are reported as [`SignallingEvent`]s.
pub trait Signalling: Send + Sync {
    /// Hands one command to the signalling side.
    fn send(&self, command: SignallingCommand);
    /// The address peers reach us at (what goes into `Contact` and SDP on this interface).
    fn local_address(&self) -> SocketAddr;
}

/// Where an outbound leg goes.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A number through a trunk; the trunk gives host, transport, credentials and number format.
    Trunk { trunk: TrunkId, number: Pii<String> },
    /// A person's registered phone(s).
    User(UserId),
    /// A complete `sip:` URI.
    Uri(Pii<String>),
}

/// What the switchboard asks of signalling.
#[derive(Debug)]
pub enum SignallingCommand {
    /// Place a call. `from` is a number or user part; `headers` are added as they are.
    Invite {
        leg: LegId,
        to: Destination,
        from: Pii<String>,
        display_name: Option<Pii<String>>,
        offer: Bytes,
        /// What a user's phones that registered by WebSocket are offered instead; `None`: the same. The answer's
        /// profile tells which of the two was taken.
        web_offer: Option<Bytes>,
        /// The same for phones that registered by TLS, or ask for it by a `sips` contact: with keys for SRTP.
        secure_offer: Option<Bytes>,
        headers: Vec<(String, String)>,
        /// Fixed Call-ID, for attempts that must be recognised: after a crash, or in a trace. Where several phones
        /// are rung, those after the first get it with `.1`, `.2` … behind it.
        call_id: Option<String>,
        /// Give up (CANCEL) when nobody has answered for this long.
        ring_timeout: Duration,
    },
    /// Send a provisional answer (180, or 183 with early media) to an inbound call.
    Progress { leg: LegId, code: u16, answer: Option<Bytes> },
    /// Accept an inbound call.
    Answer { leg: LegId, answer: Bytes },
    /// Refuse an inbound call; `retry_after` in seconds.
    Reject { leg: LegId, code: u16, retry_after: Option<u32> },
    /// Offer new session terms in an established dialog (hold, resume, new address).
    Reoffer { leg: LegId, offer: Bytes },
    /// Accept the peer's new terms (`Reoffered`).
    AcceptReoffer { leg: LegId, answer: Bytes },
    /// Refuse the peer's new terms with a status code (488 as a rule).
    RefuseReoffer { leg: LegId, code: u16 },
    /// End the leg in whatever state it is (CANCEL, BYE or a final rejection). `cause` is a Q.850 cause.
    Hangup { leg: LegId, cause: Option<u16> },
    /// Send an INFO body inside the dialog.
    Info { leg: LegId, content_type: String, body: Bytes },
    /// Ask the leg's peer to call somebody else, `to` being a complete URI. `replaces`: another leg that is up, whose
    /// peer is at `to` and is to take the new call in its place.
    Refer { leg: LegId, to: Pii<String>, replaces: Option<LegId> },
    /// Do as the peer asked by `ReferRequested`; what becomes of it is told by `ReferProgress`. A wish that is neither
    /// accepted nor refused within 20 s is refused.
    AcceptRefer { leg: LegId },
    /// Refuse it with a status code (603 as a rule).
    RefuseRefer { leg: LegId, code: u16 },
    /// How far it has come, as a status code; one of 200 or more is the last. Also for a leg that has ended meanwhile.
    ReferProgress { leg: LegId, code: u16 },
    /// Replace the set of trunks; registrations begin, change or end accordingly.
    SetTrunks(Vec<TrunkAccount>),
    /// Replace the set of people whose phones may register and call.
    SetPhones(Vec<PhoneAccount>),
    /// Stop taking new calls: 503 with Retry-After to INVITE and OPTIONS.
    Drain,
}

/// A trunk as signalling needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkAccount {
    pub id: TrunkId,
    /// Host or address with optional port of the carrier's proxy. A name without a port is looked up with its SRV records.
    pub host: String,
    pub transport: Transport,
    /// `From` domain and registration domain; `host` where `None`.
    pub domain: Option<String>,
    /// Digest user and password, where the carrier asks for them.
    pub credentials: Option<(String, Pii<String>)>,
    /// Register with the carrier, asking for this many seconds.
    pub register: Option<u32>,
    /// Source addresses from which calls of this trunk are taken without a challenge.
    pub accept_from: Vec<std::net::IpAddr>,
    /// Ping with OPTIONS every so many seconds while idle (0 = never).
    pub options_every: u32,
}

/// How SIP travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    Udp,
    Tcp,
    /// TLS over TCP, where the server's certificate names the trunk's host or domain.
    Tls,
}

/// A person's phone account on our registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneAccount {
    pub user: UserId,
    /// SIP user name (address-of-record's user part) and digest user.
    pub name: String,
    pub password: Pii<String>,
}

/// Who an inbound call comes from, as far as signalling could establish it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Authenticated by a trunk's source address or digest.
    Trunk(TrunkId),
    /// Authenticated by digest as a person's phone.
    Phone(UserId),
}

/// State of a registration with a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrunkState {
    /// The trunk does not register and is not pinged.
    Unmonitored,
    Registering,
    Registered {
        expires_s: u32,
    },
    /// OPTIONS answered (trunks without registration).
    Reachable,
    Failed {
        code: Option<u16>,
        reason: String,
        retry_in_s: u32,
    },
}

/// A call that somebody who is referred is to take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    Leg(LegId),
    /// None that is known here.
    Unknown,
}

/// What signalling reports.
#[derive(Debug)]
pub enum SignallingEvent {
    /// A call came in and was authenticated; 100 was sent already.
    Incoming {
        leg: LegId,
        caller: Caller,
        from: Pii<String>,
        display_name: Option<Pii<String>>,
        to: Pii<String>,
        call_id: String,
        /// SDP offer; `None` where the caller wants us to offer in the answer.
        offer: Option<Bytes>,
        source: SocketAddr,
        headers: Vec<(String, String)>,
        /// The leg this call is to take the place of (a phone picks up what another phone has).
        replaces: Option<LegId>,
    },
    /// 1xx other than 100, with early media where `answer` is there.
    Progress { leg: LegId, code: u16, answer: Option<Bytes> },
    /// The far end accepted; ACK was sent already.
    Answered { leg: LegId, answer: Bytes },
    /// The ACK to our 2xx arrived.
    Confirmed { leg: LegId },
    /// The leg never got established. `code` is the final SIP status (408 on timeouts, 487 when cancelled).
    Failed { leg: LegId, code: u16, reason: String },
    /// The peer offers new terms; answer with `AcceptReoffer` or `RefuseReoffer`. `None`: it wants our offer.
    Reoffered { leg: LegId, offer: Option<Bytes> },
    /// Our new terms were accepted.
    ReofferAccepted { leg: LegId, answer: Bytes },
    /// Our new terms were refused; the old ones stand.
    ReofferRefused { leg: LegId, code: u16 },
    /// An INFO body arrived inside the dialog (200 was sent already).
    Info { leg: LegId, content_type: String, body: Bytes },
    /// The peer wants its call to be put through to somebody else; take `AcceptRefer` or `RefuseRefer`.
    ReferRequested {
        leg: LegId,
        /// A complete URI.
        to: Pii<String>,
        /// Its user part: a number, or the name of a phone.
        user: Pii<String>,
        /// The call with them that is there already.
        replaces: Option<Replaced>,
        /// Who says that they want it (a URI).
        referred_by: Option<Pii<String>>,
    },
    /// The peer does as we asked by `Refer`; what becomes of it is reported where it is `watched`.
    ReferAccepted { leg: LegId, watched: bool },
    /// The peer does not.
    ReferRefused { leg: LegId, code: u16 },
    /// How far it has come; nothing follows when it is `over`.
    ReferNotified { leg: LegId, code: Option<u16>, over: bool },
    /// An established leg is over.
    Ended { leg: LegId, by_peer: bool, reason: String },
    /// A trunk's registration or reachability changed.
    Trunk { trunk: TrunkId, state: TrunkState },
    /// A person's phone came or went.
    Phone { user: UserId, contacts: usize },
}

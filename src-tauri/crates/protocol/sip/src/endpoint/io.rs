//! What goes into an endpoint and what comes out.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tandem_foundation::Pii;

use super::config::{PhoneAccount, TrunkAccount};
use super::targets::{Lookup, Resolution, ServerNames};
use crate::message::{Message, ParseError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS.
    Wss,
}

impl Transport {
    /// Whether what is sent arrives, so that nothing is sent twice.
    pub fn is_reliable(self) -> bool {
        self != Transport::Udp
    }

    /// The port where none is named (RFC 3261 section 19.1.2).
    pub fn default_port(self) -> u16 {
        match self {
            Transport::Udp | Transport::Tcp => 5060,
            Transport::Tls => 5061,
            // RFC 7118 section 5.1 leaves them to those of WebSocket (RFC 6455 section 3).
            Transport::Ws => 80,
            Transport::Wss => 443,
        }
    }

    /// Whether it is a WebSocket, which only the phone can open: it is reached over the one it opened or not at all.
    pub fn is_web(self) -> bool {
        matches!(self, Transport::Ws | Transport::Wss)
    }

    /// As Via names it (RFC 3261 section 18.1.1, RFC 7118 section 5.1).
    pub(super) fn via_name(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Ws => "WS",
            Transport::Wss => "WSS",
        }
    }
}

/// The way to a peer: an address, and for all but UDP the connection where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    pub transport: Transport,
    pub remote: SocketAddr,
    /// Chosen by whoever owns the connections. `None`: reuse one to `remote`, or open it.
    pub connection: Option<u64>,
}

impl Flow {
    pub fn udp(remote: SocketAddr) -> Flow {
        Flow { transport: Transport::Udp, remote, connection: None }
    }
}

/// Everything that can happen to an endpoint.
pub enum Input {
    Datagram {
        flow: Flow,
        bytes: Bytes,
    },
    /// A message cut from a stream.
    Message {
        flow: Flow,
        message: Message,
    },
    /// A stream brought something that is no message.
    Malformed {
        flow: Flow,
        error: ParseError,
    },
    /// What was sent with this token could not be.
    SendFailed {
        token: u64,
        /// One phrase for people.
        reason: String,
    },
    ConnectionClosed {
        connection: u64,
    },
    /// The answer to `Output::Resolve`; where the name leads nowhere, one phrase that says why.
    Resolved {
        query: u64,
        found: Result<Resolution, String>,
    },
    Command(Command),
    /// The time of `next_deadline` has come.
    Deadline,
}

/// Everything an endpoint wants done.
pub enum Output {
    /// `token` names who wants to know if this fails.
    Send {
        flow: Flow,
        bytes: Bytes,
        token: Option<u64>,
        /// Whom the server's certificate has to name, where a TLS connection is to be opened for this.
        server: Option<ServerNames>,
    },
    Resolve {
        query: u64,
        lookup: Lookup,
    },
    Event(Event),
}

/// Why the next deadline is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    ClientTransaction,
    ServerTransaction,
    /// Ring timeout, repeated 2xx, glare, a refreshed 180, a REFER nobody decides about.
    Leg,
    /// A registration or a ping with a trunk.
    Trunk,
    /// A phone's binding runs out, or it is asked whether it is there.
    Binding,
}

/// Where a call goes.
#[derive(Debug, Clone)]
pub enum Destination {
    Trunk {
        trunk: String,
        number: Pii<String>,
    },
    /// All phones the user has registered, at once.
    User(String),
    Uri(Pii<String>),
}

/// What an endpoint can be asked to do. A leg is named by a number unique in the process.
#[derive(Debug)]
pub enum Command {
    Invite(Invite),
    Progress {
        leg: u64,
        code: u16,
        answer: Option<Bytes>,
    },
    Answer {
        leg: u64,
        answer: Bytes,
    },
    Reject {
        leg: u64,
        code: u16,
        retry_after: Option<u32>,
    },
    Reoffer {
        leg: u64,
        offer: Bytes,
    },
    AcceptReoffer {
        leg: u64,
        answer: Bytes,
    },
    RefuseReoffer {
        leg: u64,
        code: u16,
    },
    /// `cause` is a Q.850 cause.
    Hangup {
        leg: u64,
        cause: Option<u16>,
    },
    Info {
        leg: u64,
        content_type: String,
        body: Bytes,
    },
    /// Ask the leg's peer to call somebody else, `to` being a URI. `replaces`: another leg that is up, whose peer is at
    /// `to` and is to take the new call in place of that one (RFC 3515, RFC 3891).
    Refer {
        leg: u64,
        to: Pii<String>,
        replaces: Option<u64>,
    },
    /// Do as the peer asked by `ReferRequested`; what becomes of it is told by `ReferProgress`.
    AcceptRefer {
        leg: u64,
    },
    RefuseRefer {
        leg: u64,
        code: u16,
    },
    /// How far it has come; a code of 200 or more is the last. Also for a leg that is over.
    ReferProgress {
        leg: u64,
        code: u16,
    },
    SetTrunks(Vec<TrunkAccount>),
    SetPhones(Vec<PhoneAccount>),
    Drain,
}

/// A call to be placed.
#[derive(Debug)]
pub struct Invite {
    pub leg: u64,
    pub to: Destination,
    pub from: Pii<String>,
    pub display_name: Option<Pii<String>>,
    pub offer: Bytes,
    /// What phones that registered by WebSocket are offered instead: a browser takes other terms than a telephone.
    pub web_offer: Option<Bytes>,
    /// What phones that registered by TLS, or with a `sips` contact, are offered instead: nobody else reads its keys.
    pub secure_offer: Option<Bytes>,
    pub headers: Vec<(String, String)>,
    pub call_id: Option<String>,
    pub ring_timeout: Duration,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Trunk(String),
    /// The user whose phone it is.
    Phone(String),
}

/// How it stands with a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrunkState {
    Unmonitored,
    Registering,
    Registered { expires_s: u32 },
    Reachable,
    Failed { code: Option<u16>, reason: String, retry_in_s: u32 },
}

/// What an endpoint reports. Every leg ends with exactly one `Failed` or `Ended`.
#[derive(Debug)]
pub enum Event {
    Incoming(Incoming),
    Progress {
        leg: u64,
        code: u16,
        answer: Option<Bytes>,
    },
    Answered {
        leg: u64,
        answer: Bytes,
    },
    Confirmed {
        leg: u64,
    },
    Failed {
        leg: u64,
        code: u16,
        reason: String,
    },
    Reoffered {
        leg: u64,
        offer: Option<Bytes>,
    },
    /// The peer's answer to our offer: in the 2xx to a re-INVITE, or in the ACK where the peer had left the offer to us.
    ReofferAccepted {
        leg: u64,
        answer: Bytes,
    },
    ReofferRefused {
        leg: u64,
        code: u16,
    },
    Info {
        leg: u64,
        content_type: String,
        body: Bytes,
    },
    /// The peer wants its call to be put through to somebody else; take `AcceptRefer` or `RefuseRefer`.
    ReferRequested {
        leg: u64,
        /// A URI, without the headers that were embedded in it.
        to: Pii<String>,
        /// Its user part, or the number of a `tel` URI.
        user: Pii<String>,
        /// The call there that is to be replaced.
        replaces: Option<Replaced>,
        /// The URI of who says that they refer us (RFC 3892).
        referred_by: Option<Pii<String>>,
    },
    /// The peer does as we asked by `Refer`; it reports the rest where it is `watched`.
    ReferAccepted {
        leg: u64,
        watched: bool,
    },
    ReferRefused {
        leg: u64,
        code: u16,
    },
    /// How far it has come, as far as the peer says so. Nothing follows when it is `over`.
    ReferNotified {
        leg: u64,
        code: Option<u16>,
        over: bool,
    },
    Ended {
        leg: u64,
        by_peer: bool,
        reason: String,
    },
    Trunk {
        trunk: String,
        state: TrunkState,
    },
    Phone {
        user: String,
        contacts: usize,
    },
}

/// A call that came in and whose caller is known.
#[derive(Debug)]
pub struct Incoming {
    pub leg: u64,
    pub caller: Caller,
    pub from: Pii<String>,
    pub display_name: Option<Pii<String>>,
    pub to: Pii<String>,
    pub call_id: String,
    /// `None`: the caller wants our offer.
    pub offer: Option<Bytes>,
    pub source: SocketAddr,
    pub headers: Pii<Vec<(String, String)>>,
    /// The leg that this call is to take the place of (RFC 3891).
    pub replaces: Option<u64>,
}

/// What a REFER's embedded Replaces names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// A leg of ours.
    Leg(u64),
    /// No call that we know of.
    Unknown,
}

impl fmt::Debug for Input {
    /// Messages hold numbers and secrets, so their content is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Datagram { flow, bytes } => write!(f, "Datagram({flow:?}, {} bytes)", bytes.len()),
            Input::Message { flow, .. } => write!(f, "Message({flow:?})"),
            Input::Malformed { flow, error } => write!(f, "Malformed({flow:?}, {error})"),
            Input::SendFailed { token, .. } => write!(f, "SendFailed({token})"),
            Input::ConnectionClosed { connection } => write!(f, "ConnectionClosed({connection})"),
            Input::Resolved { query, found } => write!(f, "Resolved({query}, {found:?})"),
            Input::Command(command) => write!(f, "Command({:?})", std::mem::discriminant(command)),
            Input::Deadline => f.write_str("Deadline"),
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Send { flow, bytes, token, .. } => {
                write!(f, "Send({flow:?}, {} bytes, {token:?})", bytes.len())
            }
            Output::Resolve { query, lookup } => write!(f, "Resolve({query}, {lookup:?})"),
            Output::Event(event) => write!(f, "Event({:?})", std::mem::discriminant(event)),
        }
    }
}

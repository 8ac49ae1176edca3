//! Trunks and numbers as the API shows and takes them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use tandem_switchboard::ports::signalling;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::assistants::yes;
use crate::check::{self, Check, Findings};
use crate::time::Time;
use crate::words::{Codec, Transport, TrunkSrtp};

/// A SIP trunk. Its password is never shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Trunk {
    pub id: String,
    pub name: String,
    /// Host or address of the carrier's proxy, with optional port. A name without a port is looked up with its SRV records.
    pub host: String,
    pub transport: Transport,
    /// `From` and registration domain; `host` where `null`.
    pub domain: Option<String>,
    pub username: Option<String>,
    pub has_password: bool,
    /// Ask for a registration of so many seconds; `null`: the trunk takes us by address.
    pub register_s: Option<u32>,
    /// Source addresses accepted without a challenge.
    pub accept_from: Vec<String>,
    /// 0: never.
    pub options_every_s: u32,
    /// `null`: `optional` with TLS, else `off`.
    pub srtp: Option<TrunkSrtp>,
    /// The preferred first; empty: all of them, in our order.
    pub codecs: Vec<Codec>,
    pub caller_id: Option<String>,
    pub max_cps: u32,
    pub max_channels: u32,
    pub enabled: bool,
    pub created_at: Time,
    pub state: TrunkState,
}

/// All trunks, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Trunks {
    pub items: Vec<Trunk>,
}

/// Whether a trunk can be used right now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TrunkState {
    /// The trunk does not register and is not pinged.
    Unmonitored,
    Registering,
    Registered {
        expires_s: u32,
    },
    /// It answers OPTIONS.
    Reachable,
    Failed {
        /// SIP status.
        code: Option<u16>,
        reason: String,
        retry_in_s: u32,
    },
    /// Switched off in the configuration.
    Disabled,
}

/// A trunk to be created, or that replaces one as a whole.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrunkWrite {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    #[schema(min_length = 1, max_length = 255)]
    pub host: String,
    #[serde(default = "udp")]
    pub transport: Transport,
    pub domain: Option<String>,
    pub username: Option<String>,
    /// Written, never read. On replace: not given or `null` keeps the old one, an empty text removes it.
    #[schema(format = Password, max_length = 255)]
    pub password: Option<String>,
    #[schema(minimum = 60, maximum = 86400)]
    pub register_s: Option<u32>,
    #[serde(default)]
    pub accept_from: Vec<String>,
    #[serde(default)]
    #[schema(maximum = 3600)]
    pub options_every_s: u32,
    /// `null`: `optional` with TLS, else `off`, for the keys travel with SIP: where that is not TLS, everybody on the way
    /// can read them.
    pub srtp: Option<TrunkSrtp>,
    /// The preferred first, each once; empty: all of them, in our order.
    #[serde(default)]
    #[schema(max_items = 4)]
    pub codecs: Vec<Codec>,
    /// E.164 with `+`.
    pub caller_id: Option<String>,
    #[serde(default = "five")]
    #[schema(minimum = 1, maximum = 1000)]
    pub max_cps: u32,
    #[serde(default = "hundred")]
    #[schema(minimum = 1, maximum = 10000)]
    pub max_channels: u32,
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl std::fmt::Debug for TrunkWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrunkWrite").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A telephone number of ours.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Number {
    pub id: String,
    /// E.164 with `+`.
    pub number: String,
    pub label: String,
    /// Id of the trunk.
    pub trunk: String,
    pub route: Option<Route>,
    pub created_at: Time,
}

/// All numbers, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Numbers {
    pub items: Vec<Number>,
}

/// Where calls to a number go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Route {
    Assistant { assistant: String },
    Person { user: String },
    Queue { queue: String },
}

/// A number to be created, or that replaces one as a whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberWrite {
    #[schema(pattern = r"^\+[1-9][0-9]{1,14}$")]
    pub number: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    pub label: String,
    pub trunk: String,
    pub route: Option<Route>,
}

impl Trunk {
    /// A trunk and its state; a trunk that is switched off has no other state.
    pub fn new(row: &records::Trunk, state: Option<&signalling::TrunkState>) -> Self {
        let state = match state {
            _ if !row.enabled => TrunkState::Disabled,
            Some(state) => state.into(),
            None => TrunkState::Unmonitored,
        };
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            host: row.host.clone(),
            transport: row.transport.into(),
            domain: row.domain.clone(),
            username: row.username.clone(),
            has_password: row.password.is_some(),
            register_s: row.register_s,
            accept_from: row.accept_from.clone(),
            options_every_s: row.options_every_s,
            srtp: row.srtp.map(Into::into),
            codecs: row.codecs.iter().copied().map(Into::into).collect(),
            caller_id: row.caller_id.as_ref().map(|number| number.as_str().to_owned()),
            max_cps: row.max_cps,
            max_channels: row.max_channels,
            enabled: row.enabled,
            created_at: row.created_at.into(),
            state,
        }
    }
}

impl From<&signalling::TrunkState> for TrunkState {
    fn from(state: &signalling::TrunkState) -> Self {
        use signalling::TrunkState as Row;
        match state {
            Row::Unmonitored => Self::Unmonitored,
            Row::Registering => Self::Registering,
            Row::Registered { expires_s } => Self::Registered { expires_s: *expires_s },
            Row::Reachable => Self::Reachable,
            Row::Failed { code, reason, retry_in_s } => {
                Self::Failed { code: *code, reason: reason.clone(), retry_in_s: *retry_in_s }
            }
        }
    }
}

impl From<&records::Number> for Number {
    fn from(row: &records::Number) -> Self {
        Self {
            id: row.id.to_string(),
            number: row.number.as_str().to_owned(),
            label: row.label.clone(),
            trunk: row.trunk.to_string(),
            route: row.route.as_ref().map(|route| match route {
                records::Route::Assistant { assistant } => {
                    Route::Assistant { assistant: assistant.to_string() }
                }
                records::Route::Person { user } => Route::Person { user: user.to_string() },
                records::Route::Queue { queue } => Route::Queue { queue: queue.to_string() },
            }),
            created_at: row.created_at.into(),
        }
    }
}

impl From<Route> for records::Route {
    fn from(route: Route) -> Self {
        match route {
            Route::Assistant { assistant } => Self::Assistant { assistant: assistant.into() },
            Route::Person { user } => Self::Person { user: user.into() },
            Route::Queue { queue } => Self::Queue { queue: queue.into() },
        }
    }
}

impl Check for TrunkWrite {
    fn check(&self, found: &mut Findings) {
        check::length(found, "name", self.name.trim(), 1, 100);
        let odd =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '<' | '>' | ';' | '"');
        if self.host.is_empty() || self.host.len() > 255 || self.host.contains(odd) {
            found.add("host", "a host name or address, with optional port");
        }
        for (field, text) in
            [("domain", &self.domain), ("username", &self.username), ("password", &self.password)]
        {
            check::length(found, field, text.as_deref().unwrap_or_default(), 0, 255);
        }
        if self.register_s.is_some_and(|seconds| !(60..=86_400).contains(&seconds)) {
            found.add("register_s", "60 to 86400");
        }
        for (index, address) in self.accept_from.iter().enumerate() {
            if address.parse::<IpAddr>().is_err() {
                found.add(&format!("accept_from.{index}"), "an IP address");
            }
        }
        if let Some(caller_id) = &self.caller_id {
            check::e164(found, "caller_id", caller_id);
        }
        if self.options_every_s > 3_600 {
            found.add("options_every_s", "0 to 3600");
        }
        if (1..self.codecs.len()).any(|at| self.codecs[..at].contains(&self.codecs[at])) {
            found.add("codecs", "each codec once");
        }
        if !(1..=1_000).contains(&self.max_cps) {
            found.add("max_cps", "1 to 1000");
        }
        if !(1..=10_000).contains(&self.max_channels) {
            found.add("max_channels", "1 to 10000");
        }
    }
}

impl Check for NumberWrite {
    fn check(&self, found: &mut Findings) {
        check::e164(found, "number", &self.number);
        check::length(found, "label", &self.label, 0, 100);
        check::length(found, "trunk", &self.trunk, 1, 100);
    }
}

fn udp() -> Transport {
    Transport::Udp
}

fn five() -> u32 {
    5
}

fn hundred() -> u32 {
    100
}

//! Via entries (RFC 3261 section 20.42, RFC 3581).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::host::Host;
use super::lex;
use super::params::Params;

/// What every branch made by an RFC 3261 element starts with.
pub const BRANCH_COOKIE: &str = "z9hG4bK";

/// One Via entry: `SIP/2.0/transport host:port;params`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// `2.0`, or what else was written.
    pub version: String,
    /// As written: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or another token.
    pub transport: String,
    pub host: Host,
    pub port: Option<u16>,
    pub params: Params,
}

/// The text is no Via entry; `problem` names the part that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Via entry: {problem}")]
pub struct ViaError {
    pub problem: &'static str,
}

impl Via {
    pub fn new(transport: &str, host: impl Into<Host>, port: Option<u16>, branch: &str) -> Via {
        let mut params = Params::default();
        params.set("branch", Some(branch));
        Via { version: "2.0".to_owned(), transport: transport.to_owned(), host: host.into(), port, params }
    }

    /// The branch, if there is one.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|b| !b.is_empty())
    }

    /// The branch if it identifies a transaction by RFC 3261: the cookie with something after it. A bare cookie, or
    /// none, means RFC 2543's matching rules.
    pub fn unique_branch(&self) -> Option<&str> {
        let branch = self.branch()?;
        let cookie = branch.get(..BRANCH_COOKIE.len())?;
        (cookie.eq_ignore_ascii_case(BRANCH_COOKIE) && branch.len() > cookie.len()).then_some(branch)
    }

    /// The address the request really came from; with or without brackets on the wire.
    pub fn received(&self) -> Option<IpAddr> {
        self.params.get("received")?.trim_matches(['[', ']']).parse().ok()
    }

    /// Whether the sender asks for `rport` (RFC 3581), filled in or not.
    pub fn wants_rport(&self) -> bool {
        self.params.contains("rport")
    }

    /// The filled-in `rport`.
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport").and_then(lex::decimal).and_then(|p| u16::try_from(p).ok())
    }

    pub fn set_received(&mut self, address: IpAddr) {
        self.params.set("received", Some(&address.to_string()));
    }

    pub fn set_rport(&mut self, port: u16) {
        self.params.set("rport", Some(&port.to_string()));
    }
}

impl FromStr for Via {
    type Err = ViaError;

    fn from_str(text: &str) -> Result<Via, ViaError> {
        let protocol = ViaError { problem: "protocol" };
        let (name, rest) = lex::cut(lex::trim(text), b'/').ok_or(protocol)?;
        let (version, rest) = lex::cut(rest, b'/').ok_or(protocol)?;
        let rest = lex::trim(rest);
        let (transport, rest) =
            rest.split_at(rest.find([' ', '\t']).ok_or(ViaError { problem: "no sent-by" })?);
        let version = lex::trim(version);
        if !lex::trim(name).eq_ignore_ascii_case("SIP")
            || !lex::is_token(version)
            || !lex::is_token(transport)
        {
            return Err(protocol);
        }
        let (sent_by, params) = rest.split_at(lex::find(rest, b';').unwrap_or(rest.len()));
        let (host, port) = Host::parse_with_port(sent_by).ok_or(ViaError { problem: "sent-by" })?;
        let params = Params::parse(params).ok_or(ViaError { problem: "parameters" })?;
        Ok(Via { version: version.to_owned(), transport: transport.to_owned(), host, port, params })
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/{}/{} {}", self.version, self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}

//! The host of a URI or Via: a name, an IPv4 address or an IPv6 reference.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::lex;

/// Who to reach. [`Host::None`] stands only in URIs without a host, such as `tel:`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    None,
}

impl Host {
    /// Reads a name, a dotted quad or `[v6]`. A name may hold letters, digits, `-`, `.` and `_`.
    pub fn parse(text: &str) -> Option<Host> {
        if let Some(inner) = text.strip_prefix('[') {
            return parse_v6(inner.strip_suffix(']')?).map(Host::V6);
        }
        if let Ok(v4) = text.parse() {
            return Some(Host::V4(v4));
        }
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        (!text.is_empty() && text.bytes().all(legal)).then(|| Host::Name(text.to_owned()))
    }

    /// Reads `host`, `host:port` or `host : port`.
    pub(crate) fn parse_with_port(text: &str) -> Option<(Host, Option<u16>)> {
        let text = lex::trim(text);
        let after = if text.starts_with('[') {
            lex::find(text, b']')? + 1
        } else {
            lex::find(text, b':').unwrap_or(text.len())
        };
        let (host, rest) = text.split_at(after);
        let rest = lex::trim(rest);
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(u16::try_from(lex::decimal(lex::trim(port))?).ok()?),
            None if rest.is_empty() => None,
            None => return None,
        };
        Some((Host::parse(lex::trim(host))?, port))
    }

    /// The address, where the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Host::V4(v4) => Some(IpAddr::V4(*v4)),
            Host::V6(v6) => Some(IpAddr::V6(*v6)),
            Host::Name(_) | Host::None => None,
        }
    }

    /// Same host: names compare without regard to case.
    pub fn equivalent(&self, other: &Host) -> bool {
        match (self, other) {
            (Host::Name(a), Host::Name(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }
}

/// RFC 3261's grammar makes three colons of the two before an embedded IPv4 address; both are to be read
/// (RFC 5118 section 4.10). Written are always two (RFC 5954).
fn parse_v6(text: &str) -> Option<Ipv6Addr> {
    if let Ok(v6) = text.parse() {
        return Some(v6);
    }
    let (before, v4) = text.split_once(":::")?;
    v4.parse::<Ipv4Addr>().ok()?;
    format!("{before}::{v4}").parse().ok()
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Host {
        match ip {
            IpAddr::V4(v4) => Host::V4(v4),
            IpAddr::V6(v6) => Host::V6(v6),
        }
    }
}

impl From<&str> for Host {
    /// An address (IPv6 with or without brackets) or else a name, taken as it is.
    fn from(text: &str) -> Host {
        match text.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) => ip.into(),
            Err(_) => Host::Name(text.to_owned()),
        }
    }
}

impl From<String> for Host {
    fn from(text: String) -> Host {
        text.as_str().into()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::V4(v4) => write!(f, "{v4}"),
            Host::V6(v6) => write!(f, "[{v6}]"),
            Host::None => Ok(()),
        }
    }
}

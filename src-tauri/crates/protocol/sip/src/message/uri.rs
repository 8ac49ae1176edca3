//! SIP, SIPS and tel URIs, and any other URI as opaque text (RFC 3261 section 19.1, RFC 3966).

use std::fmt;
use std::str::FromStr;

use super::host::Host;
use super::lex;
use super::params::Params;

/// A URI's scheme; compares without regard to case, and is written in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scheme {
    Sip,
    Sips,
    Tel,
    Other(String),
}

/// A URI. `==` is equality of the parts as written; see [`Uri::equivalent`] for RFC 3261's comparison.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Uri {
    pub scheme: Scheme,
    /// sip and sips: the user part with its escapes as written. tel: the number with its visual separators.
    /// Other schemes: all that follows the colon.
    pub user: Option<String>,
    /// Escapes as written.
    pub password: Option<String>,
    /// [`Host::None`] unless the scheme is sip or sips.
    pub host: Host,
    pub port: Option<u16>,
    /// Names and values as written.
    pub params: Params,
    /// What follows `?`, as written.
    pub headers: Option<String>,
}

/// The text is no URI; `problem` names the part that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a URI: {problem}")]
pub struct UriError {
    pub problem: &'static str,
}

impl Uri {
    /// `sip:user@host:port`. The user is taken as already escaped where it must be; see [`Uri::escape_user`].
    pub fn sip(user: Option<&str>, host: impl Into<Host>, port: Option<u16>) -> Uri {
        Uri {
            scheme: Scheme::Sip,
            user: user.map(str::to_owned),
            password: None,
            host: host.into(),
            port,
            params: Params::default(),
            headers: None,
        }
    }

    /// `tel:number`.
    pub fn tel(number: &str) -> Uri {
        Uri { scheme: Scheme::Tel, user: Some(number.to_owned()), ..Uri::sip(None, Host::None, None) }
    }

    /// Adds or replaces a parameter; an empty value writes the bare name (`;lr`).
    #[must_use]
    pub fn with_param(mut self, name: &str, value: &str) -> Uri {
        self.params.set(name, (!value.is_empty()).then_some(value));
        self
    }

    /// The parameter's value as written; `Some("")` if it has none (`;lr`).
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// Whether the scheme is sip or sips.
    pub fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// The user part with its escapes undone: `*72%23123` is `*72#123`. For tel, the number as written.
    pub fn user_decoded(&self) -> Option<String> {
        self.user.as_deref().map(|user| lex::percent_decode(user).unwrap_or_else(|| user.to_owned()))
    }

    /// Escapes what may not stand unescaped in a user part.
    pub fn escape_user(user: &str) -> String {
        let mut out = String::with_capacity(user.len());
        for byte in user.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    }

    fn parse_sip(scheme: Scheme, rest: &str) -> Result<Uri, UriError> {
        // A bare `@` may stand nowhere but between user and host, so the first one is it: `;` and `?` before it belong
        // to the user, and a second one makes the host illegal.
        let (userinfo, rest) = match lex::cut(rest, b'@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, rest),
        };
        let (rest, headers) = match lex::cut(rest, b'?') {
            Some((rest, headers)) => (rest, Some(headers.to_owned())),
            None => (rest, None),
        };
        let (hostport, params) = rest.split_at(lex::find(rest, b';').unwrap_or(rest.len()));
        let (host, port) = Host::parse_with_port(hostport).ok_or(UriError { problem: "host or port" })?;
        let (user, password) = match userinfo {
            None => (None, None),
            Some("") => return Err(UriError { problem: "empty user" }),
            Some(userinfo) => match lex::cut(userinfo, b':') {
                Some((user, password)) => (Some(user.to_owned()), Some(password.to_owned())),
                None => (Some(userinfo.to_owned()), None),
            },
        };
        let params = Params::parse(params).ok_or(UriError { problem: "parameters" })?;
        Ok(Uri { scheme, user, password, host, port, params, headers })
    }

    fn parse_tel(rest: &str) -> Result<Uri, UriError> {
        let (number, params) = rest.split_at(lex::find(rest, b';').unwrap_or(rest.len()));
        if number.is_empty() {
            return Err(UriError { problem: "empty number" });
        }
        let params = Params::parse(params).ok_or(UriError { problem: "parameters" })?;
        Ok(Uri { params, ..Uri::tel(number) })
    }
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Uri, UriError> {
        // These are all ASCII, and no byte of another character is.
        if text
            .bytes()
            .any(|b| b.is_ascii_whitespace() || b.is_ascii_control() || matches!(b, b'<' | b'>' | b'"'))
        {
            return Err(UriError { problem: "character that must be escaped" });
        }
        let (scheme, rest) = lex::cut(text, b':').ok_or(UriError { problem: "no scheme" })?;
        match scheme {
            s if s.eq_ignore_ascii_case("sip") => Uri::parse_sip(Scheme::Sip, rest),
            s if s.eq_ignore_ascii_case("sips") => Uri::parse_sip(Scheme::Sips, rest),
            s if s.eq_ignore_ascii_case("tel") => Uri::parse_tel(rest),
            s if is_scheme(s) && !rest.is_empty() => {
                Ok(Uri { scheme: Scheme::Other(s.to_owned()), ..Uri::tel(rest) })
            }
            _ => Err(UriError { problem: "scheme" }),
        }
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme.as_str())?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
        }
        if let Some(password) = &self.password {
            write!(f, ":{password}")?;
        }
        if self.host != Host::None {
            let at = if self.user.is_some() { "@" } else { "" };
            write!(f, "{at}{}", self.host)?;
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)?;
        match &self.headers {
            Some(headers) => write!(f, "?{headers}"),
            None => Ok(()),
        }
    }
}

impl Scheme {
    pub fn as_str(&self) -> &str {
        match self {
            Scheme::Sip => "sip",
            Scheme::Sips => "sips",
            Scheme::Tel => "tel",
            Scheme::Other(name) => name,
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

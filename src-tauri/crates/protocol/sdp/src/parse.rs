//! Reading a description as it is met in the wild: any line ends, missing lines, stray spaces.

use std::str::FromStr;

use crate::description::{Attribute, Connection, Origin, SessionDescription};
use crate::media::MediaDescription;

/// The text is no session description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    #[error("reading SDP: no v= and no m= line")]
    NotSdp,
    #[error("reading SDP: version other than 0")]
    Version,
    #[error("reading SDP: line {0} is no letter, '=' and text")]
    Line(usize),
    #[error("reading SDP: the m= line {0} is malformed")]
    Media(usize),
    #[error("reading SDP: the c= line {0} is malformed")]
    Connection(usize),
}

impl SessionDescription {
    /// Reads a message body; bytes that are not UTF-8 are replaced.
    pub fn parse(body: &[u8]) -> Result<SessionDescription, SdpError> {
        String::from_utf8_lossy(body).parse()
    }
}

impl FromStr for SessionDescription {
    type Err = SdpError;

    fn from_str(text: &str) -> Result<SessionDescription, SdpError> {
        let mut session = SessionDescription {
            origin: Origin {
                username: "-".to_owned(),
                session_id: "0".to_owned(),
                version: 0,
                address: "0.0.0.0".to_owned(),
            },
            name: "-".to_owned(),
            connection: None,
            timing: "0 0".to_owned(),
            attributes: Vec::new(),
            media: Vec::new(),
            other: Vec::new(),
        };
        let mut versioned = false;
        let lines = text.split(['\r', '\n', '\0']).map(str::trim_end).filter(|l| !l.trim().is_empty());
        for (at, line) in lines.enumerate() {
            let number = at + 1;
            let (letter, value) = split_line(line).ok_or(SdpError::Line(number))?;
            match letter {
                'v' if value != "0" => return Err(SdpError::Version),
                'v' => versioned = true,
                'm' => session.media.push(media(value).ok_or(SdpError::Media(number))?),
                'c' => {
                    let connection = Some(connection(value).ok_or(SdpError::Connection(number))?);
                    match session.media.last_mut() {
                        Some(media) => media.connection = connection,
                        None => session.connection = connection,
                    }
                }
                'a' => match session.media.last_mut() {
                    Some(media) => media.attributes.push(attribute(value)),
                    None => session.attributes.push(attribute(value)),
                },
                letter => match session.media.last_mut() {
                    Some(media) => media.other.push((letter, value.to_owned())),
                    None => session_line(&mut session, letter, value),
                },
            }
        }
        if versioned || !session.media.is_empty() { Ok(session) } else { Err(SdpError::NotSdp) }
    }
}

fn session_line(session: &mut SessionDescription, letter: char, value: &str) {
    match letter {
        'o' => session.origin = origin(value),
        's' => session.name = if value.is_empty() { "-".to_owned() } else { value.to_owned() },
        't' => session.timing = value.to_owned(),
        other => session.other.push((other, value.to_owned())),
    }
}

/// Letter and text; spaces around the `=` are forgiven.
fn split_line(line: &str) -> Option<(char, &str)> {
    let (letter, value) = line.split_once('=')?;
    let mut letters = letter.trim().chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() => Some((letter, value.trim_start())),
        _ => None,
    }
}

/// `o=` is never worth refusing a call for: what is missing keeps its default.
fn origin(value: &str) -> Origin {
    let mut words = value.split_whitespace();
    let mut word = |default: &str| words.next().unwrap_or(default).to_owned();
    let (username, session_id, version) = (word("-"), word("0"), word("0"));
    let (_, _, address) = (word("IN"), word("IP4"), word("0.0.0.0"));
    Origin { username, session_id, version: version.parse().unwrap_or(0), address }
}

/// `IN IP4 address[/ttl]`.
fn connection(value: &str) -> Option<Connection> {
    let mut words = value.split_whitespace();
    let (network, _, address) = (words.next()?, words.next()?, words.next()?);
    if !network.eq_ignore_ascii_case("IN") {
        return None;
    }
    let address = address.split('/').next()?.trim_matches(['[', ']']);
    (!address.is_empty()).then(|| Connection { address: address.to_owned() })
}

/// `kind port[/count] protocol formats`.
fn media(value: &str) -> Option<MediaDescription> {
    let mut words = value.split_whitespace();
    let kind = words.next()?.to_owned();
    let (port, port_count) = match words.next()?.split_once('/') {
        Some((port, count)) => (port.parse().ok()?, Some(count.parse().ok()?)),
        None => (value.split_whitespace().nth(1)?.parse().ok()?, None),
    };
    let protocol = words.next()?.to_owned();
    let formats = words.map(str::to_owned).collect();
    let (connection, attributes, other) = (None, Vec::new(), Vec::new());
    Some(MediaDescription { kind, port, port_count, protocol, formats, connection, attributes, other })
}

fn attribute(value: &str) -> Attribute {
    match value.split_once(':') {
        Some((name, value)) => Attribute::new(name.trim(), value.trim()),
        None => Attribute::flag(value.trim()),
    }
}

//! Writing a description, in RFC 8866's order of lines.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv6Addr;

use crate::description::{Attribute, Connection, Origin, SessionDescription};
use crate::media::MediaDescription;

impl Display for SessionDescription {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Origin { username, session_id, version, address } = &self.origin;
        line(f, 'v', "0")?;
        line(f, 'o', &format!("{username} {session_id} {version} IN {} {address}", address_type(address)))?;
        line(f, 's', &self.name)?;
        others(f, &self.other, |letter| "iuep".contains(letter))?;
        connection(f, self.connection.as_ref())?;
        others(f, &self.other, |letter| letter == 'b')?;
        line(f, 't', &self.timing)?;
        others(f, &self.other, |letter| !"iuepb".contains(letter))?;
        attributes(f, &self.attributes)?;
        self.media.iter().try_for_each(|media| write!(f, "{media}"))
    }
}

impl Display for MediaDescription {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let count = self.port_count.map(|c| format!("/{c}")).unwrap_or_default();
        let formats: String = self.formats.iter().map(|format| format!(" {format}")).collect();
        line(f, 'm', &format!("{} {}{count} {}{formats}", self.kind, self.port, self.protocol))?;
        others(f, &self.other, |letter| letter == 'i')?;
        connection(f, self.connection.as_ref())?;
        others(f, &self.other, |letter| letter != 'i')?;
        attributes(f, &self.attributes)
    }
}

fn connection(f: &mut Formatter<'_>, connection: Option<&Connection>) -> fmt::Result {
    match connection {
        Some(Connection { address }) => line(f, 'c', &format!("IN {} {address}", address_type(address))),
        None => Ok(()),
    }
}

fn address_type(address: &str) -> &'static str {
    if address.parse::<Ipv6Addr>().is_ok() { "IP6" } else { "IP4" }
}

fn attributes(f: &mut Formatter<'_>, attributes: &[Attribute]) -> fmt::Result {
    attributes.iter().try_for_each(|Attribute { name, value }| match value {
        Some(value) => line(f, 'a', &format!("{name}:{value}")),
        None => line(f, 'a', name),
    })
}

fn others(f: &mut Formatter<'_>, lines: &[(char, String)], wanted: impl Fn(char) -> bool) -> fmt::Result {
    lines.iter().filter(|(letter, _)| wanted(*letter)).try_for_each(|(letter, value)| line(f, *letter, value))
}

/// A line end inside of a value would start a line of its own.
fn line(f: &mut Formatter<'_>, letter: char, value: &str) -> fmt::Result {
    write!(f, "{letter}={}\r\n", value.replace(['\r', '\n', '\0'], " "))
}

//! One media section: `m=` and the lines below it.

use crate::codec::Codec;
use crate::description::{Attribute, Connection, SessionDescription, direction_in};
use crate::direction::Direction;

/// A media section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaDescription {
    /// "audio", "video", "image" ...
    pub kind: String,
    /// 0 for a refused or removed stream.
    pub port: u16,
    /// What follows the port's slash, usually absent.
    pub port_count: Option<u16>,
    /// "RTP/AVP" and the like.
    pub protocol: String,
    /// Payload types, for RTP, the preferred one first.
    pub formats: Vec<String>,
    pub connection: Option<Connection>,
    pub attributes: Vec<Attribute>,
    /// Letter and text of `i= b= k=` and of unknown lines.
    pub other: Vec<(char, String)>,
}

impl MediaDescription {
    /// The value of the first attribute of that name; `Some("")` for a flag.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.name == name).map(|a| a.value.as_deref().unwrap_or(""))
    }

    /// This section's direction, or else the session's.
    pub fn direction(&self, session: &SessionDescription) -> Direction {
        direction_in(&self.attributes).unwrap_or_else(|| session.direction())
    }

    /// This section's connection, or else the session's.
    pub fn connection<'a>(&'a self, session: &'a SessionDescription) -> Option<&'a Connection> {
        self.connection.as_ref().or(session.connection.as_ref())
    }

    /// The codecs in order of preference, from the rtpmap lines or RFC 3551's table. Formats that neither explains are
    /// left out.
    pub fn codecs(&self) -> Vec<Codec> {
        let numbers = self.formats.iter().filter_map(|f| f.parse::<u8>().ok());
        numbers.filter_map(|payload_type| self.codec(payload_type)).collect()
    }

    /// Packet duration the describer wishes to receive, in milliseconds.
    pub fn ptime(&self) -> Option<u32> {
        self.milliseconds("ptime")
    }

    /// Longest packet the describer can take, in milliseconds.
    pub fn maxptime(&self) -> Option<u32> {
        self.milliseconds("maxptime")
    }

    fn codec(&self, payload_type: u8) -> Option<Codec> {
        let values =
            |name| self.attributes.iter().filter(move |a| a.name == name).filter_map(|a| a.value.as_deref());
        let mapped = values("rtpmap").filter_map(Codec::from_rtpmap).find(|c| c.payload_type == payload_type);
        let mut codec = mapped.or_else(|| Codec::of_static_payload_type(payload_type))?;
        codec.format_parameters = values("fmtp")
            .filter_map(|v| v.trim().split_once([' ', '\t']))
            .find(|(number, _)| number.parse() == Ok(payload_type))
            .map(|(_, text)| text.trim().to_owned());
        Some(codec)
    }

    /// Some senders write "20.0".
    fn milliseconds(&self, name: &str) -> Option<u32> {
        self.attribute(name)?.trim().split('.').next()?.parse().ok().filter(|ms| *ms > 0)
    }
}

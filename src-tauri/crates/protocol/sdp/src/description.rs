//! The session part of a description.

use std::fmt::{self, Debug, Formatter};
use std::net::IpAddr;

use crate::direction::Direction;
use crate::media::MediaDescription;

/// A session description. What has no field of its own stands in `other`, in the order it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDescription {
    pub origin: Origin,
    /// `s=`; "-" where there is none.
    pub name: String,
    /// For all media that have none of their own.
    pub connection: Option<Connection>,
    /// `t=`; one line, as written.
    pub timing: String,
    pub attributes: Vec<Attribute>,
    pub media: Vec<MediaDescription>,
    /// Letter and text of `i= u= e= p= b= r= z= k=` and of unknown lines.
    pub other: Vec<(char, String)>,
}

/// `o=`: who made the description, and which version of it this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub username: String,
    /// A number of any size.
    pub session_id: String,
    /// Grows by one with each change (RFC 3264 section 8).
    pub version: u64,
    /// An address or a name.
    pub address: String,
}

/// `c=`: where media is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// An address or a name, without a multicast address's TTL.
    pub address: String,
}

/// `a=name` or `a=name:value`.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub value: Option<String>,
}

impl SessionDescription {
    /// A description without media, made at `address`.
    pub fn new(address: IpAddr, session_id: u64, version: u64) -> SessionDescription {
        SessionDescription {
            origin: Origin {
                username: "-".to_owned(),
                session_id: session_id.to_string(),
                version,
                address: address.to_string(),
            },
            name: "-".to_owned(),
            connection: Some(Connection { address: address.to_string() }),
            timing: "0 0".to_owned(),
            attributes: Vec::new(),
            media: Vec::new(),
            other: Vec::new(),
        }
    }

    /// Gives this description the version that may follow `previous` from the same side: the same one if nothing
    /// changed, otherwise one more (RFC 3264 section 8).
    #[must_use]
    pub fn following(mut self, previous: &SessionDescription) -> SessionDescription {
        self.origin = Origin { version: previous.origin.version, ..self.origin };
        if self != *previous {
            self.origin.version = self.origin.version.wrapping_add(1);
        }
        self
    }

    /// The direction for media that name none; sendrecv unless said otherwise.
    pub fn direction(&self) -> Direction {
        direction_in(&self.attributes).unwrap_or_default()
    }
}

impl Connection {
    /// The address, unless it is a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }

    /// RFC 2543's way to hold: an address nothing can be sent to.
    pub fn is_hold(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_unspecified())
    }
}

impl Debug for Attribute {
    /// Keys are never shown.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let value = if matches!(self.name.as_str(), "crypto" | "ice-pwd") {
            Some("***")
        } else {
            self.value.as_deref()
        };
        f.debug_struct("Attribute").field("name", &self.name).field("value", &value).finish()
    }
}

impl Attribute {
    pub fn flag(name: &str) -> Attribute {
        Attribute { name: name.to_owned(), value: None }
    }

    pub fn new(name: &str, value: impl ToString) -> Attribute {
        Attribute { name: name.to_owned(), value: Some(value.to_string()) }
    }
}

pub(crate) fn direction_in(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|a| Direction::parse(&a.name))
}

//! The route into a conference.

use serde::Serialize;
use tandem_foundation::Pii;

use crate::route::Route;

/// The caller meets others in a conference.
///
/// Without PINs everybody who calls starts it. With `moderator_pin`, who enters that is a moderator, who starts it, and
/// the others wait; they enter `pin` or, where there is none, the hash key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConferenceRoute {
    /// The conference's name.
    pub name: String,
    /// 3 to 12 digits. Written, never shown: left out, it stays; an empty text removes it.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub pin: Option<Pii<String>>,
    /// As `pin`; it makes a moderator.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub moderator_pin: Option<Pii<String>>,
    /// It ends for all when a moderator hangs up.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub ends_with_moderator: bool,
    /// It is recorded from the first caller on.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub record: bool,
    /// Taken when the conference is over for the caller; they are hung up on where it is absent.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Box<Route>>, no_recursion))]
    pub then: Option<Box<Route>>,
    /// Taken where they do not get in: no PIN that is right, or the room is locked or full.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Box<Route>>, no_recursion))]
    pub otherwise: Option<Box<Route>>,
}

impl ConferenceRoute {
    /// Callers are asked for a PIN.
    pub fn has_pin(&self) -> bool {
        self.pin.is_some() || self.moderator_pin.is_some()
    }

    /// Both PINs, to change them.
    pub fn pins_mut(&mut self) -> [&mut Option<Pii<String>>; 2] {
        [&mut self.pin, &mut self.moderator_pin]
    }
}

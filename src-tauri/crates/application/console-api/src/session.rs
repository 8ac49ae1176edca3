//! Signing in, and who one is.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records::{Organisation, User};
use utoipa::ToSchema;

use crate::words::Role;

/// Sign-in with a password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    #[schema(format = Password, max_length = 1024)]
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(***)")
    }
}

/// Who is asking: a signed-in person, or a program by its key.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Me {
    /// `null` for keys.
    pub user: Option<String>,
    /// The person's or the key's name.
    pub name: String,
    /// `null` for keys.
    pub email: Option<String>,
    pub role: Role,
    pub organisation: OrganisationView,
    /// A browser or SIP phone of this person can be rung right now.
    pub phone_connected: bool,
}

/// The organisation one belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrganisationView {
    pub id: String,
    pub name: String,
    /// IANA time zone (`Asia/Jakarta`).
    pub time_zone: String,
}

impl From<&Organisation> for OrganisationView {
    fn from(row: &Organisation) -> Self {
        Self { id: row.id.to_string(), name: row.name.clone(), time_zone: row.time_zone.clone() }
    }
}

impl Me {
    /// A signed-in person.
    pub fn person(user: &User, organisation: &Organisation, phone_connected: bool) -> Self {
        Self {
            user: Some(user.id.to_string()),
            name: user.name.clone(),
            email: Some(user.email.as_str().to_owned()),
            role: user.role.into(),
            organisation: organisation.into(),
            phone_connected,
        }
    }
}

/// SIP account of the signed-in person, for the desktop's softphone.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct PhoneAccountView {
    /// SIP user name and digest user.
    pub name: String,
    pub password: String,
    /// Domain of the address-of-record.
    pub domain: String,
    /// Address of the registrar (`127.0.0.1:5060`).
    pub registrar: String,
    /// `udp` or `tcp`.
    pub transport: crate::words::Transport,
}

impl std::fmt::Debug for PhoneAccountView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneAccountView(***)")
    }
}

/// A single-use ticket that opens a WebSocket within 30 s.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Ticket {
    pub ticket: String,
    pub expires_in_s: u32,
}

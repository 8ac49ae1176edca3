//! People and keys as the API shows and takes them.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};
use crate::time::Time;
use crate::words::{Contract, Role};

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// SIP user name of this person's phones.
    pub phone_name: Option<String>,
    pub enabled: bool,
    pub created_at: Time,
    pub phone_connected: bool,
}

/// All people, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Users {
    pub items: Vec<User>,
}

/// A person to be added.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreate {
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Not above one's own.
    pub role: Role,
    #[schema(format = Password, min_length = 10, max_length = 1024)]
    pub password: String,
}

/// What to change of a person; what is not given stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UserPatch {
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Not above one's own.
    pub role: Option<Role>,
    #[schema(format = Password, min_length = 10, max_length = 1024)]
    pub password: Option<String>,
    pub enabled: Option<bool>,
}

impl std::fmt::Debug for UserCreate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserCreate").field("role", &self.role).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for UserPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserPatch").field("role", &self.role).finish_non_exhaustive()
    }
}

/// A program's key.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Key {
    pub id: String,
    pub name: String,
    pub role: Role,
    /// The published API that it is for; absent: this one.
    pub contract: Option<Contract>,
    /// First characters of the key.
    pub shown_prefix: String,
    pub created_at: Time,
    pub last_used_at: Option<Time>,
    /// It opens nothing from then on.
    pub expires_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

/// All keys, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Keys {
    pub items: Vec<Key>,
}

/// A key to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyCreate {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Not above one's own.
    pub role: Role,
    /// The published API that it is for, and the only one it opens; absent: this one.
    pub contract: Option<Contract>,
    /// Absent: until it is revoked.
    #[schema(minimum = 1, maximum = 3650)]
    pub expires_in_days: Option<u32>,
}

/// A key to be replaced.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotate {
    /// For so long the old key still opens what it opened, in seconds; 0: it ends now.
    #[schema(minimum = 0, maximum = 604800)]
    pub overlap_s: u32,
}

/// A new key with its secret, which is shown this once.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct NewKey {
    pub key: Key,
    /// Send it as `Authorization: Bearer …`.
    pub secret: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("key", &self.key).finish_non_exhaustive()
    }
}

impl User {
    /// A person and whether a phone of theirs can be rung.
    pub fn new(row: &records::User, phone_connected: bool) -> Self {
        Self {
            id: row.id.to_string(),
            email: row.email.as_str().to_owned(),
            name: row.name.clone(),
            role: row.role.into(),
            phone_name: row.phone_name.clone(),
            enabled: row.enabled,
            created_at: row.created_at.into(),
            phone_connected,
        }
    }
}

impl From<&records::ApiKey> for Key {
    fn from(row: &records::ApiKey) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            role: row.role.into(),
            contract: row.contract.map(Into::into),
            shown_prefix: row.shown_prefix.clone(),
            created_at: row.created_at.into(),
            last_used_at: row.last_used_at.map(Into::into),
            expires_at: row.expires_at.map(Into::into),
            revoked_at: row.revoked_at.map(Into::into),
        }
    }
}

impl Check for UserCreate {
    fn check(&self, found: &mut Findings) {
        check::email(found, "email", &self.email);
        check::length(found, "name", self.name.trim(), 1, 100);
        check::length(found, "password", &self.password, 10, 1024);
    }
}

impl Check for UserPatch {
    fn check(&self, found: &mut Findings) {
        if let Some(name) = &self.name {
            check::length(found, "name", name.trim(), 1, 100);
        }
        if let Some(password) = &self.password {
            check::length(found, "password", password, 10, 1024);
        }
    }
}

impl Check for KeyCreate {
    fn check(&self, found: &mut Findings) {
        check::length(found, "name", self.name.trim(), 1, 100);
        if self.expires_in_days.is_some_and(|days| !(1..=3_650).contains(&days)) {
            found.add("expires_in_days", "1 to 3650 days");
        }
    }
}

impl Check for KeyRotate {
    fn check(&self, found: &mut Findings) {
        if self.overlap_s > 7 * 24 * 60 * 60 {
            found.add("overlap_s", "at most a week, 604800 seconds");
        }
    }
}

impl Check for crate::session::SignIn {
    fn check(&self, found: &mut Findings) {
        check::length(found, "email", &self.email, 1, 254);
        check::length(found, "password", &self.password, 1, 1024);
    }
}

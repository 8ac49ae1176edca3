//! What the phone says of itself.

use serde::{Deserialize, Serialize};

/// What the phone is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneStatus {
    /// Not registered, and not meant to be.
    #[default]
    Off,
    Connecting,
    Ready,
    Ringing,
    InCall,
    Failed,
}

/// The phone as a screen shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PhoneState {
    pub status: PhoneStatus,
    /// Why it failed (`no_device`, or the exchange's words).
    pub detail: Option<String>,
    /// Ids of the devices in use.
    pub input: Option<String>,
    pub output: Option<String>,
    /// Echo and noise stay in what the microphone hears.
    pub plain: bool,
    /// Nothing of the microphone is sent.
    pub muted: bool,
}

/// A SIP account, as the console API gives it to the signed-in person.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    pub name: String,
    pub password: String,
    /// Domain of the address-of-record.
    pub domain: String,
    /// Address and port of the registrar.
    pub registrar: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("registrar", &self.registrar).finish_non_exhaustive()
    }
}

//! The published contracts, and what a call carries that was placed through one of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tandem_foundation::{KeyId, Pii};

/// A published API that is served beside our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contract {
    Sauti,
    Va,
    Voice,
    Audatec,
    Sautikit,
}

impl Contract {
    pub const ALL: [Self; 5] = [Self::Sauti, Self::Va, Self::Voice, Self::Audatec, Self::Sautikit];

    /// As it is written everywhere (`sauti`), and where it is mounted (`/sauti`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sauti => "sauti",
            Self::Va => "va",
            Self::Voice => "voice",
            Self::Audatec => "audatec",
            Self::Sautikit => "sautikit",
        }
    }

    /// What its keys begin with.
    pub const fn key_prefix(self) -> &'static str {
        match self {
            Self::Sauti => "sk_live_",
            Self::Va => "va_",
            Self::Voice => "voice_",
            Self::Audatec => "audtk_",
            Self::Sautikit => "skit_",
        }
    }
}

impl std::fmt::Display for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Contract {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|contract| contract.as_str() == text)
            .ok_or_else(|| "expected sauti, va, voice, audatec or sautikit".to_owned())
    }
}

/// Where a call came from that a contract's client placed, and what that client wants to have back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    pub contract: Contract,
    /// With which key.
    #[serde(default)]
    pub key: Option<KeyId>,
    /// What the client sent along, as it sent it; `Null` where it sent nothing.
    #[serde(default)]
    pub metadata: Pii<Value>,
    /// Where the result goes when the call is over.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// Where each change of the call's status goes.
    #[serde(default)]
    pub status_url: Option<String>,
    /// Who is asked what to do once the call is answered.
    #[serde(default)]
    pub action_url: Option<String>,
    /// Of the contract's events, those that are wanted; empty: all.
    #[serde(default)]
    pub events: Vec<String>,
    /// The contract's own row that the call was made for.
    #[serde(default)]
    pub task: Option<String>,
}

impl Origin {
    /// Of a contract and nothing else.
    pub fn new(contract: Contract) -> Self {
        Self {
            contract,
            key: None,
            metadata: Pii::default(),
            callback_url: None,
            status_url: None,
            action_url: None,
            events: Vec::new(),
            task: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_read_as_it_is_written() {
        for contract in Contract::ALL {
            assert_eq!(contract.as_str().parse(), Ok(contract));
            assert_eq!(serde_json::to_value(contract).expect("JSON"), contract.as_str());
        }
        assert!("twilio".parse::<Contract>().is_err());
    }

    #[test]
    fn an_origin_of_an_earlier_version_is_read() {
        let origin: Origin = serde_json::from_value(serde_json::json!({ "contract": "va" })).expect("read");
        assert_eq!(origin, Origin::new(Contract::Va));
    }
}

//! Giving the customer to somebody: what may be asked, with the checks that need no database, and how it is shown.

use serde::{Deserialize, Serialize};
use tandem_switchboard::exchange::{self, TransferTo};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};
use crate::words::TransferState;

/// Give the customer to somebody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub to: TransferTarget,
    pub kind: TransferKind,
}

/// Who is to have the customer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferTarget {
    /// Id of a user whose phone is connected.
    User(String),
    /// E.164 with `+`.
    Number(String),
}

/// How the customer is given to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// The target is rung, and has the customer when they answer.
    Blind,
    /// You talk to the target first, while the customer hears music.
    Consult,
}

/// Who gives the customer to whom, and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TransferView {
    /// Id of a user.
    pub by: Option<String>,
    /// Id of a user; null for an outside number.
    pub to: Option<String>,
    /// Of whom it goes to.
    pub name: String,
    pub state: TransferState,
    /// The customer is on hold and hears music.
    pub held: bool,
}

impl From<&records::Transfer> for TransferView {
    fn from(row: &records::Transfer) -> Self {
        Self {
            by: row.by.as_ref().map(ToString::to_string),
            to: row.to.as_ref().map(ToString::to_string),
            name: row.name.clone(),
            state: row.state.into(),
            held: row.held,
        }
    }
}

impl Check for Transfer {
    fn check(&self, found: &mut Findings) {
        match &self.to {
            TransferTarget::User(user) => check::length(found, "to.user", user, 1, 100),
            TransferTarget::Number(number) => check::e164(found, "to.number", number),
        }
    }
}

impl From<TransferTarget> for TransferTo {
    fn from(target: TransferTarget) -> Self {
        match target {
            TransferTarget::User(user) => Self::User(user.into()),
            TransferTarget::Number(number) => Self::Number(number.into()),
        }
    }
}

impl From<TransferKind> for exchange::TransferKind {
    fn from(kind: TransferKind) -> Self {
        match kind {
            TransferKind::Blind => Self::Blind,
            TransferKind::Consult => Self::Consult,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_target_is_a_person_or_a_number_that_can_be_dialled() {
        let findings = |to| {
            let read: Transfer =
                serde_json::from_value(json!({"to": to, "kind": "blind"})).expect("readable");
            let mut found = Findings::default();
            read.check(&mut found);
            found.into_errors().into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert!(findings(json!({"user": "user_1"})).is_empty());
        assert!(findings(json!({"number": "+15550100"})).is_empty());
        assert_eq!(findings(json!({"number": "5550100"})), ["to.number"]);
        assert_eq!(findings(json!({"user": ""})), ["to.user"]);
    }

    #[test]
    fn it_is_one_of_both() {
        for to in [json!({}), json!({"user": "a", "number": "+15550100"}), json!({"queue": "q"})] {
            assert!(serde_json::from_value::<Transfer>(json!({"to": to, "kind": "blind"})).is_err(), "{to}");
        }
    }
}

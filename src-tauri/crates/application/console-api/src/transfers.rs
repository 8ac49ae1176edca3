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
    /// To a queue: the time that the customer has been with us counts as wait; they begin anew where not.
    #[serde(default = "yes")]
    pub keep_wait: bool,
    /// To an assistant: what it should know.
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

fn yes() -> bool {
    true
}

/// Who is to have the customer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferTarget {
    /// Id of a user whose phone is connected.
    User(String),
    /// E.164 with `+`.
    Number(String),
    /// Id of a queue, whoever of it is free. Always blind: the customer waits, and you are free.
    Queue(String),
    /// Id of an assistant, which is told what was said. Always blind.
    Assistant(String),
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
            TransferTarget::Queue(queue) => check::length(found, "to.queue", queue, 1, 100),
            TransferTarget::Assistant(assistant) => check::length(found, "to.assistant", assistant, 1, 100),
        }
        let blind_only = matches!(self.to, TransferTarget::Queue(_) | TransferTarget::Assistant(_));
        if blind_only && self.kind == TransferKind::Consult {
            found.add("kind", "blind: with a queue or an assistant nobody is talked to first");
        }
        check::length(found, "note", self.note.as_deref().unwrap_or_default(), 0, 1_000);
    }
}

impl Transfer {
    /// Who is to have the customer, and how.
    pub fn into_parts(self) -> (TransferTo, exchange::TransferKind) {
        let to = match self.to {
            TransferTarget::User(user) => TransferTo::User(user.into()),
            TransferTarget::Number(number) => TransferTo::Number(number.into()),
            TransferTarget::Queue(queue) => {
                TransferTo::Queue { queue: queue.into(), keep_wait: self.keep_wait }
            }
            TransferTarget::Assistant(assistant) => TransferTo::Assistant {
                assistant: assistant.into(),
                note: self.note.filter(|note| !note.trim().is_empty()).map(Into::into),
            },
        };
        (to, self.kind.into())
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
        assert!(findings(json!({"queue": "queue_1"})).is_empty());
        let consulted = json!({"to": {"assistant": "asst_1"}, "kind": "consult"});
        let read: Transfer = serde_json::from_value(consulted).expect("readable");
        let mut found = Findings::default();
        read.check(&mut found);
        assert_eq!(found.into_errors()[0].field, "kind");
    }

    #[test]
    fn it_is_one_of_them() {
        for to in [json!({}), json!({"user": "a", "number": "+15550100"}), json!({"box": "q"})] {
            assert!(serde_json::from_value::<Transfer>(json!({"to": to, "kind": "blind"})).is_err(), "{to}");
        }
    }
}

//! Calls that people place themselves, what they do to the one they are on, and whom they can reach.

use serde::{Deserialize, Serialize};
use tandem_foundation::{Pii, UserId};
use tandem_switchboard::exchange;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};

/// A call of one's own: one's phone is called first, then the other side.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    /// E.164 with `+`, or the id of a colleague.
    #[schema(example = "+62812345678")]
    pub to: String,
    /// Caller id, E.164 with `+`; the trunk's where it is not given. Not for colleagues.
    #[schema(pattern = r"^\+[1-9][0-9]{1,14}$")]
    pub from: Option<String>,
    /// Id of the trunk; the organisation's first enabled one where it is not given. Not for colleagues.
    pub trunk: Option<String>,
    /// Id of the queue for which one calls: its script and dispositions go with the call, and its time for wrap-up.
    pub queue: Option<String>,
}

/// Keys to be sent to the customer's telephone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendKeys {
    /// `0` to `9`, `*`, `#`, `A` to `D`.
    #[schema(pattern = r"^[0-9*#A-D]{1,32}$", example = "1")]
    pub digits: String,
}

/// Whom one can call or give a customer to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Colleagues {
    /// Everybody of the organisation but oneself, by name.
    pub people: Vec<Colleague>,
    /// By name.
    pub queues: Vec<Destination>,
    /// Those that take calls, by name.
    pub assistants: Vec<Destination>,
}

/// A person of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Colleague {
    /// Id of the person.
    pub id: String,
    pub name: String,
    pub state: ColleagueState,
    /// A telephone of theirs is connected.
    pub phone: bool,
}

/// What a colleague is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColleagueState {
    /// At work and on no call.
    Available,
    /// On a call, being offered one, or writing up the last.
    OnCall,
    /// On a break, or not at work.
    Away,
}

/// A queue or an assistant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Destination {
    pub id: String,
    pub name: String,
}

impl From<Dial> for exchange::Dial {
    fn from(wanted: Dial) -> Self {
        let to = match wanted.to.starts_with('+') {
            true => exchange::DialTo::Number(Pii::new(wanted.to)),
            false => exchange::DialTo::Colleague(UserId::from(wanted.to)),
        };
        Self {
            to,
            from: wanted.from.map(Into::into),
            trunk: wanted.trunk.map(Into::into),
            queue: wanted.queue.map(Into::into),
        }
    }
}

impl From<exchange::ColleagueState> for ColleagueState {
    fn from(state: exchange::ColleagueState) -> Self {
        match state {
            exchange::ColleagueState::Available => Self::Available,
            exchange::ColleagueState::OnCall => Self::OnCall,
            exchange::ColleagueState::Away => Self::Away,
        }
    }
}

impl From<exchange::Colleague> for Colleague {
    fn from(row: exchange::Colleague) -> Self {
        Self { id: row.user.to_string(), name: row.name, state: row.state.into(), phone: row.phone }
    }
}

impl Check for Dial {
    fn check(&self, found: &mut Findings) {
        let colleague = self.to.starts_with("user_");
        if !colleague && !check::is_e164(&self.to) {
            found.add("to", "an E.164 number (+ and 2 to 15 digits, the first not 0) or the id of a colleague");
        }
        check::length(found, "to", &self.to, 1, 100);
        if let Some(from) = &self.from {
            check::e164(found, "from", from);
        }
        for (field, given) in [("from", self.from.is_some()), ("trunk", self.trunk.is_some())] {
            if colleague && given {
                found.add(field, "nothing, where a colleague is called");
            }
        }
    }
}

impl Check for SendKeys {
    fn check(&self, found: &mut Findings) {
        let key = |byte: u8| matches!(byte, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D');
        if !(1..=32).contains(&self.digits.len()) || !self.digits.bytes().all(key) {
            found.add("digits", "1 to 32 of 0 to 9, *, #, A to D");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fields<T: Check + serde::de::DeserializeOwned>(body: Value) -> Vec<String> {
        let read: T = serde_json::from_value(body).expect("readable");
        let mut found = Findings::default();
        read.check(&mut found);
        found.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn one_calls_a_number_that_can_be_dialled_or_a_colleague() {
        assert!(fields::<Dial>(json!({"to": "+15550100", "from": "+15550199"})).is_empty());
        assert!(fields::<Dial>(json!({"to": "user_1", "queue": "queue_1"})).is_empty());
        for to in ["15550100", "+0155", "5550100", "mallory@example.com", "trunk_1"] {
            assert_eq!(fields::<Dial>(json!({"to": to})), ["to"], "{to}");
        }
        assert_eq!(fields::<Dial>(json!({"to": "user_1", "from": "+15550199", "trunk": "t"})), ["from", "trunk"]);
    }

    #[test]
    fn keys_are_those_of_a_telephone() {
        assert!(fields::<SendKeys>(json!({"digits": "0123456789*#ABCD"})).is_empty());
        for digits in ["", "1 2", "E", "p", &"1".repeat(33)] {
            assert_eq!(fields::<SendKeys>(json!({ "digits": digits })), ["digits"], "{digits}");
        }
    }
}

//! The customers as their file describes them.

use serde::Deserialize;

use crate::crowd::Crowd;
use crate::line::LineQuality;

/// One thing a customer does; exactly one of the fields is set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Wait until the other side has spoken and then been silent for so many ms.
    Listen(u64),
    /// Wait until the other side has been speaking for so many ms.
    Overlap(u64),
    /// Wait until one of these words was recognised.
    Hear(Vec<String>),
    Say(String),
    Noise(String),
    Press(String),
    /// Ms.
    Pause(u64),
    /// A tone of so many ms.
    Beep(u64),
    HangUp(bool),
    Stay(bool),
}

/// A number and the person there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// E.164 with `+`.
    pub number: String,
    pub name: String,
    /// What they do, for people who choose whom to call.
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub(crate) voice: Option<String>,
    #[serde(default)]
    pub(crate) answer_ms: Option<u64>,
    #[serde(default)]
    pub(crate) reject: Option<u16>,
    #[serde(default)]
    pub(crate) patience_ms: Option<u64>,
    #[serde(default)]
    pub(crate) otherwise: Option<Vec<String>>,
    /// How bad the customer's line is; a good one where absent.
    #[serde(default)]
    pub(crate) line: Option<LineQuality>,
    #[serde(default)]
    pub(crate) script: Vec<Step>,
    /// The script when this customer calls us; `script` where absent.
    #[serde(default)]
    pub(crate) calls_in_with: Vec<Step>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    voice: String,
    patience_ms: u64,
    otherwise: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    defaults: Defaults,
    customer: Vec<Customer>,
    crowd: Crowd,
}

/// What a customer does about one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Behaviour {
    pub voice: String,
    /// Ring this long before acting; `None`: ring for ever.
    pub after_ms: Option<u64>,
    /// Refuse with this status instead of answering.
    pub reject: Option<u16>,
    pub patience_ms: u64,
    pub otherwise: Vec<String>,
    pub line: Option<LineQuality>,
    pub steps: Vec<Step>,
}

/// Why the customers' file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("reading the sandbox's customers: {0}")]
pub struct CustomersError(#[from] toml::de::Error);

/// Everybody who can be called.
#[derive(Debug)]
pub struct Customers {
    defaults: Defaults,
    known: Vec<Customer>,
    crowd: Crowd,
}

impl Customers {
    /// Reads the customers' file.
    ///
    /// # Errors
    /// When it is not TOML or has fields that are not known; the message names line and field.
    pub fn parse(toml: &str) -> Result<Self, CustomersError> {
        let file: File = toml::from_str(toml)?;
        Ok(Self { defaults: file.defaults, known: file.customer, crowd: file.crowd })
    }

    /// Those with a name.
    pub fn known(&self) -> &[Customer] {
        &self.known
    }

    /// What happens when `number` is called.
    pub(crate) fn called(&self, number: &str) -> Behaviour {
        match self.find(number) {
            Some(customer) => self.behaviour(customer, customer.script.clone()),
            None => self.crowd.behaviour(number, &self.defaults.otherwise),
        }
    }

    /// What `number` does when it calls us: it has answered already, so to speak.
    pub(crate) fn calling(&self, number: &str) -> Behaviour {
        let mut behaviour = match self.find(number) {
            Some(customer) if customer.calls_in_with.is_empty() => {
                self.behaviour(customer, customer.script.clone())
            }
            Some(customer) => self.behaviour(customer, customer.calls_in_with.clone()),
            None => self.crowd.caller(number, &self.defaults.otherwise),
        };
        behaviour.after_ms = Some(0);
        behaviour.reject = None;
        behaviour
    }

    fn find(&self, number: &str) -> Option<&Customer> {
        let wanted = number.trim_start_matches('+');
        self.known.iter().find(|customer| customer.number.trim_start_matches('+') == wanted)
    }

    fn behaviour(&self, customer: &Customer, steps: Vec<Step>) -> Behaviour {
        Behaviour {
            voice: customer.voice.clone().unwrap_or_else(|| self.defaults.voice.clone()),
            after_ms: customer.answer_ms.or(customer.reject.map(|_| 0)),
            reject: customer.reject,
            patience_ms: customer.patience_ms.unwrap_or(self.defaults.patience_ms),
            otherwise: customer.otherwise.clone().unwrap_or_else(|| self.defaults.otherwise.clone()),
            line: customer.line,
            steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../../assets/sandbox/customers.toml");

    #[test]
    fn the_shipped_file_has_everyone_the_sandbox_promises() {
        let customers = Customers::parse(SHIPPED).expect("the shipped file");
        for number in ["+62812345678", "+919876543210", "+996700000000"] {
            assert!(customers.find(number).is_some(), "{number}");
        }
        for last in 2..=12 {
            assert!(customers.find(&format!("+150055500{last:02}")).is_some(), "{last}");
        }
        assert_eq!(customers.called("+15005550002").reject, Some(486));
        assert_eq!(customers.called("+15005550003").after_ms, None, "rings for ever");
    }

    #[test]
    fn a_wrong_field_is_named() {
        let wrong = SHIPPED.replace("answer_ms = 3000", "anwser_ms = 3000");
        let error = Customers::parse(&wrong).expect_err("a misspelt field").to_string();
        assert!(error.contains("anwser_ms"), "{error}");
    }

    #[test]
    fn a_caller_does_not_ring_at_itself() {
        let customers = Customers::parse(SHIPPED).expect("the shipped file");
        let calling = customers.calling("+15005550002");
        assert_eq!((calling.after_ms, calling.reject), (Some(0), None));
    }
}

//! Webhooks: where they go, and what became of each.

use serde::{Deserialize, Serialize};
use tandem_foundation::{CallId, EndpointId, OrgId, Pii};

use super::{Contract, UnixMs};

/// An address that an organisation wants to be told at, or the signer of addresses that come with calls.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookEndpoint {
    pub id: EndpointId,
    pub org: OrgId,
    /// In whose format it is told; `None`: our own.
    pub contract: Option<Contract>,
    /// `None`: nothing is registered; its secrets sign what goes to addresses that calls of the contract bring along.
    pub url: Option<String>,
    pub description: String,
    /// What it wants to be told; empty: everything.
    pub topics: Vec<String>,
    pub enabled: bool,
    /// Why we switched it off (`gone`, `failing`), where we did.
    pub disabled_reason: Option<String>,
    /// The newest first. Two are live while a rotation is under way, and a message carries both signatures. Empty: it
    /// is signed as what goes to addresses is that calls of the contract bring along.
    pub secrets: Vec<WebhookSecret>,
    /// Since when nothing was taken.
    pub failing_since: Option<UnixMs>,
    pub created_at: UnixMs,
}

/// What messages are signed with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebhookSecret {
    pub secret: Pii<String>,
    /// It signs no more from then on.
    pub until: Option<UnixMs>,
}

impl WebhookEndpoint {
    /// The secrets that sign at this moment.
    pub fn live_secrets(&self, now: UnixMs) -> Vec<Pii<String>> {
        let live = |secret: &&WebhookSecret| secret.until.is_none_or(|until| until > now);
        self.secrets.iter().filter(live).take(2).map(|secret| secret.secret.clone()).collect()
    }

    /// Signs with `secret` from now on, and with the one before until `until` as well.
    pub fn rotate(&mut self, secret: Pii<String>, until: UnixMs) {
        self.secrets.truncate(1);
        for old in &mut self.secrets {
            old.until = Some(old.until.map_or(until, |already| already.min(until)));
        }
        self.secrets.insert(0, WebhookSecret { secret, until: None });
    }

    /// Whether it wants to be told of this.
    pub fn wants(&self, topic: &str) -> bool {
        self.enabled
            && self.url.is_some()
            && (self.topics.is_empty() || self.topics.iter().any(|one| one == topic))
    }
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be tried, now or later.
    Pending,
    Delivered,
    /// Every try has failed; it can be sent again by hand.
    Failed,
}

/// A message to one address.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The same on every try (`webhook-id`).
    pub id: String,
    pub org: OrgId,
    pub endpoint: EndpointId,
    pub contract: Option<Contract>,
    pub url: String,
    pub topic: String,
    pub call: Option<CallId>,
    /// What is sent, to the byte.
    pub body: Pii<String>,
    pub state: DeliveryState,
    /// Tries since it was last begun anew.
    pub attempts: u32,
    pub next_attempt_at: UnixMs,
    pub created_at: UnixMs,
    pub finished_at: Option<UnixMs>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    pub at: UnixMs,
    pub duration_ms: i64,
    /// What was answered; `None` where nothing was.
    pub status: Option<u16>,
    /// What went wrong; never what the receiver said.
    pub error: Option<String>,
    /// The beginning of what the receiver said, on one line; it may repeat what was sent.
    pub answer: Option<Pii<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> WebhookEndpoint {
        WebhookEndpoint {
            id: "whep_1".into(),
            org: "org_1".into(),
            contract: None,
            url: Some("https://example.org/".into()),
            description: String::new(),
            topics: Vec::new(),
            enabled: true,
            disabled_reason: None,
            secrets: vec![WebhookSecret { secret: "one".into(), until: None }],
            failing_since: None,
            created_at: UnixMs(0),
        }
    }

    #[test]
    fn two_secrets_sign_while_one_replaces_the_other_and_never_three() {
        let mut row = endpoint();
        row.rotate("two".into(), UnixMs(100));
        assert_eq!(row.live_secrets(UnixMs(99)), ["two".into(), "one".into()]);
        assert_eq!(row.live_secrets(UnixMs(100)), ["two".into()]);
        row.rotate("three".into(), UnixMs(200));
        assert_eq!(row.live_secrets(UnixMs(50)), ["three".into(), "two".into()]);
    }

    #[test]
    fn an_endpoint_wants_what_it_named_and_nothing_while_it_is_off() {
        let mut row = endpoint();
        assert!(row.wants("call.completed"));
        row.topics = vec!["call.failed".into()];
        assert!(!row.wants("call.completed") && row.wants("call.failed"));
        row.enabled = false;
        assert!(!row.wants("call.failed"));
    }
}

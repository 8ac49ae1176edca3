//! Webhooks as the API shows and takes them: where they go, and what became of each.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records::{self, UnixMs};
use utoipa::{IntoParams, ToSchema};

use crate::check::{self, Check, Findings};
use crate::time::Time;
use crate::words::{Contract, DeliveryState};

/// Longest address.
const MOST_URL: usize = 2_048;
/// A week.
const MOST_OVERLAP_S: u32 = 7 * 24 * 60 * 60;

/// An address that is told what happens, or the signer of addresses that calls bring along.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Webhook {
    pub id: String,
    /// The published API in whose format it is told; absent: our own.
    pub contract: Option<Contract>,
    /// Absent: its secret signs what goes to addresses that calls bring along.
    pub url: Option<String>,
    pub description: String,
    /// What it is told; empty: everything.
    pub topics: Vec<String>,
    pub enabled: bool,
    /// Why it was switched off by itself: `gone` (it answered 410) or `failing` (it took nothing for a whole schedule).
    pub disabled_reason: Option<String>,
    /// Since when it has taken nothing.
    pub failing_since: Option<Time>,
    /// Until when the secret before this one signs as well.
    pub old_secret_until: Option<Time>,
    pub created_at: Time,
}

/// All of them, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Webhooks {
    pub items: Vec<Webhook>,
}

/// An address that is to be told.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookWrite {
    /// http or https. Public addresses at the ports 80 and 443 are told; others are refused when something is sent.
    #[schema(max_length = 2048)]
    pub url: String,
    /// Fixed once it is made.
    pub contract: Option<Contract>,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub description: String,
    /// Empty: everything.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub topics: Vec<String>,
    /// Switching it on again forgets why it was switched off.
    pub enabled: bool,
}

/// A webhook with a new secret, which is shown this once.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct NewWebhook {
    pub webhook: Webhook,
    /// Messages are signed with it as Standard Webhooks has it.
    pub secret: String,
}

impl std::fmt::Debug for NewWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewWebhook").field("webhook", &self.webhook).finish_non_exhaustive()
    }
}

/// A secret to be replaced.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRotate {
    /// For so long messages carry the old secret's signature as well, in seconds; 0: it ends now.
    #[schema(minimum = 0, maximum = 604800)]
    pub overlap_s: u32,
}

/// A message to one address.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WebhookDelivery {
    /// `webhook-id`, the same on every try.
    pub id: String,
    /// Id of the webhook.
    pub webhook: String,
    pub contract: Option<Contract>,
    pub url: String,
    pub topic: String,
    /// Id of the call it is about.
    pub call: Option<String>,
    pub state: DeliveryState,
    /// Tries since it was last begun anew.
    pub attempts: u32,
    /// When it is tried next, while it is pending.
    pub next_attempt_at: Option<Time>,
    pub created_at: Time,
    pub finished_at: Option<Time>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WebhookDeliveryPage {
    pub items: Vec<WebhookDelivery>,
    /// Give this as `cursor` to get the next page.
    pub next_cursor: Option<String>,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct WebhookDeliveriesQuery {
    /// Id of a webhook.
    pub webhook: Option<String>,
    pub state: Option<DeliveryState>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many; 50 where it is not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WebhookAttempt {
    pub at: Time,
    pub duration_ms: i64,
    /// What was answered; absent where nothing was.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// The beginning of the answer, on one line.
    pub answer: Option<String>,
}

/// A delivery with every try, the first first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WebhookDeliveryDetail {
    pub delivery: WebhookDelivery,
    pub tries: Vec<WebhookAttempt>,
}

/// What is to be sent to a webhook again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRedeliver {
    /// Messages made from then on.
    pub from: Time,
    /// And before this time.
    pub until: Time,
    /// Those that were never taken alone.
    #[serde(default)]
    pub failed_only: bool,
}

/// How many messages are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Redelivered {
    pub count: u64,
}

impl WebhookRedeliver {
    /// The span of time.
    pub fn span(&self) -> Option<(UnixMs, UnixMs)> {
        let at = |time: &Time| time.0.parse::<jiff::Timestamp>().ok().map(|at| UnixMs(at.as_millisecond()));
        Some((at(&self.from)?, at(&self.until)?)).filter(|(from, until)| from < until)
    }
}

impl Webhook {
    /// As of `now`.
    pub fn new(row: &records::WebhookEndpoint, now: UnixMs) -> Self {
        let old = row.secrets.get(1).and_then(|secret| secret.until).filter(|until| *until > now);
        Self {
            id: row.id.to_string(),
            contract: row.contract.map(Into::into),
            url: row.url.clone(),
            description: row.description.clone(),
            topics: row.topics.clone(),
            enabled: row.enabled,
            disabled_reason: row.disabled_reason.clone(),
            failing_since: row.failing_since.map(Into::into),
            old_secret_until: old.map(Into::into),
            created_at: row.created_at.into(),
        }
    }
}

impl From<&records::Delivery> for WebhookDelivery {
    fn from(row: &records::Delivery) -> Self {
        let pending = row.state == records::DeliveryState::Pending;
        Self {
            id: row.id.clone(),
            webhook: row.endpoint.to_string(),
            contract: row.contract.map(Into::into),
            url: row.url.clone(),
            topic: row.topic.clone(),
            call: row.call.as_ref().map(ToString::to_string),
            state: row.state.into(),
            attempts: row.attempts,
            next_attempt_at: pending.then(|| row.next_attempt_at.into()),
            created_at: row.created_at.into(),
            finished_at: row.finished_at.map(Into::into),
        }
    }
}

impl From<&records::DeliveryAttempt> for WebhookAttempt {
    fn from(row: &records::DeliveryAttempt) -> Self {
        Self {
            at: row.at.into(),
            duration_ms: row.duration_ms,
            status: row.status,
            error: row.error.clone(),
            answer: row.answer.as_ref().map(|answer| answer.as_str().to_owned()),
        }
    }
}

impl Check for WebhookWrite {
    fn check(&self, found: &mut Findings) {
        let rest = ["https://", "http://"].iter().find_map(|scheme| self.url.strip_prefix(scheme));
        let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let plain = !self.url.chars().any(|c| c.is_whitespace() || c.is_control());
        if host.is_none_or(str::is_empty) || !plain || self.url.len() > MOST_URL {
            found.add("url", "an address that begins with https:// or http://, at most 2048 characters");
        } else if host.is_some_and(|host| host.contains('@')) {
            found.add("url", "an address without a user name or password");
        }
        check::length(found, "description", &self.description, 0, 200);
        if self.topics.len() > 50 {
            found.add("topics", "at most 50");
        }
        for (number, topic) in self.topics.iter().enumerate() {
            check::length(found, &format!("topics.{number}"), topic, 1, 100);
        }
    }
}

impl Check for WebhookRotate {
    fn check(&self, found: &mut Findings) {
        if self.overlap_s > MOST_OVERLAP_S {
            found.add("overlap_s", "at most a week, 604800 seconds");
        }
    }
}

impl Check for WebhookRedeliver {
    fn check(&self, found: &mut Findings) {
        if self.span().is_none() {
            found.add("until", "a time (RFC 3339) after `from`");
        }
    }
}

impl Check for WebhookDeliveriesQuery {
    fn check(&self, found: &mut Findings) {
        if self.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            found.add("limit", "1 to 200");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(url: &str) -> Vec<String> {
        let write = WebhookWrite {
            url: url.to_owned(),
            contract: None,
            description: String::new(),
            topics: Vec::new(),
            enabled: true,
        };
        let mut found = Findings::default();
        write.check(&mut found);
        found.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_address_is_one_of_the_web_without_credentials() {
        for good in ["https://example.org/hook?x=1", "http://example.org", "https://[2001:db8::1]:443/"] {
            assert!(fields(good).is_empty(), "{good}");
        }
        for bad in [
            "",
            "example.org",
            "ftp://example.org",
            "https://",
            "https:///x",
            "https://a b",
            "https://u:p@x/",
        ] {
            assert_eq!(fields(bad), ["url"], "{bad}");
        }
    }

    #[test]
    fn a_span_has_an_end_after_its_beginning() {
        let span = |from: &str, until: &str| {
            WebhookRedeliver { from: Time(from.into()), until: Time(until.into()), failed_only: false }.span()
        };
        let (one, other) = ("2026-03-01T09:30:00Z", "2026-03-01T09:30:01.500Z");
        assert!(span(one, other).is_some_and(|(from, until)| until.0 - from.0 == 1_500));
        assert!(span(other, one).is_none() && span(one, "soon").is_none());
    }

    #[test]
    fn a_secret_is_not_among_what_is_shown() {
        let row = records::WebhookEndpoint {
            id: "whep_1".into(),
            org: "org_1".into(),
            contract: None,
            url: Some("https://example.org/".into()),
            description: String::new(),
            topics: Vec::new(),
            enabled: true,
            disabled_reason: None,
            secrets: vec![
                records::WebhookSecret { secret: "new hush".into(), until: None },
                records::WebhookSecret { secret: "old hush".into(), until: Some(UnixMs(1_000)) },
            ],
            failing_since: None,
            created_at: UnixMs(0),
        };
        let shown = serde_json::to_string(&Webhook::new(&row, UnixMs(999))).expect("JSON");
        assert!(!shown.contains("hush") && shown.contains("1970-01-01T00:00:01Z"), "{shown}");
        assert_eq!(Webhook::new(&row, UnixMs(1_000)).old_secret_until, None);
    }
}

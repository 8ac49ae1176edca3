//! Alerts of live calls, and what they are raised for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};
use crate::time::Time;

/// Rules in all.
const MOST_RULES: usize = 50;
/// Phrases of one rule.
const MOST_PHRASES: usize = 100;
/// A day.
const MOST_SECONDS: u32 = 86_400;

/// The open alerts of all live calls, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Alerts {
    pub items: Vec<Alert>,
}

/// Something in a live call that a supervisor should know of. It holds no word that was said: `evidence` names the items.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Alert {
    pub id: String,
    /// Id of the call.
    pub call: String,
    pub kind: AlertKind,
    /// Name of the rule, of keywords.
    pub rule: Option<String>,
    /// Who said it, of keywords.
    pub side: Option<AlertSide>,
    /// Ids of transcript items, oldest first.
    pub evidence: Vec<String>,
    pub at: Time,
    /// From the answer (the recording's clock).
    pub at_ms: i64,
    pub acknowledged: Option<Acknowledged>,
}

/// Somebody has seen to it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Acknowledged {
    /// Id of the person; absent for keys.
    pub by: Option<String>,
    /// The person's or the key's name.
    pub name: String,
    pub at: Time,
}

/// What an alert is raised for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A word or phrase of a rule was said.
    Keyword,
    /// The customer's words are unhappy ones.
    Sentiment,
    /// Nobody was heard, outside a hold.
    Silence,
    /// Both sides spoke at once.
    CrossTalk,
    /// The customer waits with music.
    LongHold,
    LongCall,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertSide {
    Customer,
    /// An assistant or a person of ours.
    Ours,
}

/// What alerts are raised for; `null` is not watched. A change is for the calls after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertSettings {
    #[schema(max_items = 50)]
    pub keywords: Vec<KeywordAlert>,
    /// Raised when the weights of the customer's words lately sum up to this or less. By a list of words, which there is
    /// for English: it understands neither irony nor polite anger, and calls in other languages raise none.
    #[schema(minimum = -50, maximum = -1)]
    pub sentiment: Option<i32>,
    /// Nobody heard for so long, outside a hold.
    #[schema(minimum = 5, maximum = 86400)]
    pub silence_s: Option<u32>,
    /// Both sides speak at once for so long.
    #[schema(minimum = 2, maximum = 86400)]
    pub cross_talk_s: Option<u32>,
    /// The customer hears waiting music for so long.
    #[schema(minimum = 5, maximum = 86400)]
    pub hold_s: Option<u32>,
    /// The call lasts so long.
    #[schema(minimum = 10, maximum = 86400)]
    pub call_s: Option<u32>,
}

/// Words and phrases of which one is enough, compared as whole words without case and accents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeywordAlert {
    /// Shown with the alert; unique.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    #[schema(min_items = 1, max_items = 100)]
    pub phrases: Vec<String>,
    /// Whose words are looked at; `null`: everybody's.
    #[serde(default)]
    pub side: Option<AlertSide>,
    /// Id of a queue: for its calls alone.
    #[serde(default)]
    pub queue: Option<String>,
    /// Not raised again in the same call before so many seconds have passed.
    #[serde(default = "rearm_s")]
    #[schema(minimum = 0, maximum = 86400)]
    pub rearm_s: u32,
}

const fn rearm_s() -> u32 {
    300
}

macro_rules! same {
    ($($name:ident { $($variant:ident),* })*) => {$(
        impl From<records::$name> for $name {
            fn from(row: records::$name) -> Self {
                match row { $(records::$name::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for records::$name {
            fn from(view: $name) -> Self {
                match view { $($name::$variant => Self::$variant),* }
            }
        }
    )*};
}

same! {
    AlertKind { Keyword, Sentiment, Silence, CrossTalk, LongHold, LongCall }
    AlertSide { Customer, Ours }
}

impl From<&records::Alert> for Alert {
    fn from(row: &records::Alert) -> Self {
        Self {
            id: row.id.to_string(),
            call: row.call.to_string(),
            kind: row.kind.into(),
            rule: row.rule.clone(),
            side: row.side.map(Into::into),
            evidence: row.evidence.iter().map(ToString::to_string).collect(),
            at: row.at.into(),
            at_ms: row.at_ms,
            acknowledged: row.acknowledged.as_ref().map(|done| Acknowledged {
                by: done.by.as_ref().map(ToString::to_string),
                name: done.name.clone(),
                at: done.at.into(),
            }),
        }
    }
}

impl From<records::AlertSettings> for AlertSettings {
    fn from(row: records::AlertSettings) -> Self {
        let keyword = |rule: records::KeywordAlert| KeywordAlert {
            name: rule.name,
            phrases: rule.phrases,
            side: rule.side.map(Into::into),
            queue: rule.queue.map(|queue| queue.to_string()),
            rearm_s: rule.rearm_s,
        };
        Self {
            keywords: row.keywords.into_iter().map(keyword).collect(),
            sentiment: row.sentiment,
            silence_s: row.silence_s,
            cross_talk_s: row.cross_talk_s,
            hold_s: row.hold_s,
            call_s: row.call_s,
        }
    }
}

impl From<AlertSettings> for records::AlertSettings {
    fn from(wanted: AlertSettings) -> Self {
        let keyword = |rule: KeywordAlert| records::KeywordAlert {
            name: rule.name.trim().to_owned(),
            phrases: rule.phrases,
            side: rule.side.map(Into::into),
            queue: rule.queue.map(Into::into),
            rearm_s: rule.rearm_s,
        };
        Self {
            keywords: wanted.keywords.into_iter().map(keyword).collect(),
            sentiment: wanted.sentiment,
            silence_s: wanted.silence_s,
            cross_talk_s: wanted.cross_talk_s,
            hold_s: wanted.hold_s,
            call_s: wanted.call_s,
        }
    }
}

impl Check for AlertSettings {
    fn check(&self, found: &mut Findings) {
        for (field, seconds, least) in [
            ("silence_s", self.silence_s, 5),
            ("cross_talk_s", self.cross_talk_s, 2),
            ("hold_s", self.hold_s, 5),
            ("call_s", self.call_s, 10),
        ] {
            if seconds.is_some_and(|seconds| !(least..=MOST_SECONDS).contains(&seconds)) {
                found.add(field, &format!("{least} to {MOST_SECONDS} seconds, or null to watch nothing"));
            }
        }
        if self.sentiment.is_some_and(|score| !(-50..=-1).contains(&score)) {
            found.add("sentiment", "-50 to -1, or null to watch nothing");
        }
        if self.keywords.len() > MOST_RULES {
            found.add("keywords", &format!("at most {MOST_RULES} rules"));
        }
        let mut names = BTreeSet::new();
        for (n, rule) in self.keywords.iter().enumerate() {
            let field = |name: &str| format!("keywords.{n}.{name}");
            check::length(found, &field("name"), rule.name.trim(), 1, 60);
            if !names.insert(rule.name.trim().to_lowercase()) {
                found.add(&field("name"), "a name that no other rule has");
            }
            if rule.phrases.is_empty() || rule.phrases.len() > MOST_PHRASES {
                found.add(&field("phrases"), &format!("1 to {MOST_PHRASES} words or phrases"));
            }
            for (m, phrase) in rule.phrases.iter().enumerate() {
                let wordless = !phrase.chars().any(char::is_alphanumeric);
                if wordless || phrase.chars().count() > 100 {
                    found.add(&field(&format!("phrases.{m}")), "a word or phrase of at most 100 characters");
                }
            }
            if rule.rearm_s > MOST_SECONDS {
                found.add(&field("rearm_s"), &format!("at most {MOST_SECONDS} seconds"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_rules_is_named() {
        let rule = |name: &str, phrases: &[&str]| KeywordAlert {
            name: name.into(),
            phrases: phrases.iter().map(|text| (*text).to_owned()).collect(),
            side: None,
            queue: None,
            rearm_s: 300,
        };
        let mut wanted: AlertSettings = records::AlertSettings::default().into();
        let fields = |wanted: &AlertSettings| -> Vec<String> {
            let mut found = Findings::default();
            wanted.check(&mut found);
            found.into_errors().into_iter().map(|error| error.field).collect()
        };
        assert_eq!(fields(&wanted), Vec::<String>::new());
        wanted.keywords = vec![rule("Risk", &["lawyer"]), rule("risk ", &["…"]), rule("x", &[])];
        (wanted.silence_s, wanted.sentiment) = (Some(1), Some(3));
        assert_eq!(
            fields(&wanted),
            ["silence_s", "sentiment", "keywords.1.name", "keywords.1.phrases.0", "keywords.2.phrases"]
        );
    }
}

//! Queues as the API shows and takes them.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};
use crate::time::Time;
pub use crate::words::{AgentState, QueueStaffing, QueueStrategy};

/// A queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Queue {
    pub id: String,
    pub name: String,
    pub settings: QueueSettings,
    pub members: Vec<Member>,
    pub created_at: Time,
}

/// All queues, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Queues {
    pub items: Vec<Queue>,
}

/// A queue to be created, or that replaces one as a whole. Nobody who waits is dropped.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueWrite {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    #[serde(default)]
    pub settings: QueueSettings,
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub members: Vec<Member>,
}

/// How a queue behaves; durations in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueueSettings {
    pub strategy: QueueStrategy,
    /// Added to every caller's own; a higher one goes first.
    #[schema(minimum = -100, maximum = 100)]
    pub priority: i32,
    /// After each so long a wait a caller counts one priority more; `null`: never.
    #[schema(minimum = 1, maximum = 86400)]
    pub ageing_s: Option<u32>,
    /// What a caller needs of who takes them.
    #[schema(max_items = 20)]
    pub needs: Vec<SkillNeed>,
    /// How long an agent may let an offer ring.
    #[schema(minimum = 3, maximum = 120)]
    pub offer_timeout_s: u32,
    /// Whether who misses an offer is put on a break.
    pub auto_pause: bool,
    /// How long an agent who missed or declined a caller is not offered the same one again.
    #[schema(maximum = 3600)]
    pub retry_after_s: u32,
    #[schema(maximum = 3600)]
    pub wrap_up_s: u32,
    /// After which wait a caller is sent elsewhere; `null`: never.
    #[schema(minimum = 1, maximum = 86400)]
    pub longest_wait_s: Option<u32>,
    /// With so many waiting nobody more may join; `null`: any number.
    #[schema(maximum = 100000)]
    pub most_waiting: Option<u32>,
    /// With a longer estimate than this nobody more may join; `null`: any.
    #[schema(minimum = 1, maximum = 86400)]
    pub longest_estimate_s: Option<u32>,
    /// Needed to join.
    pub join_with: QueueStaffing,
    /// Needed to go on waiting.
    pub stay_with: QueueStaffing,
    /// How often a caller is told where they stand; `null`: never.
    #[schema(minimum = 10, maximum = 3600)]
    pub announce_every_s: Option<u32>,
    /// What is said before the place in the queue, to begin with.
    #[schema(max_length = 1000)]
    pub greeting: Option<String>,
    /// Id of the assistant who keeps callers company until somebody is free.
    pub bridge: Option<String>,
    /// Where callers go who may not wait here, or not for longer.
    pub overflow: Overflow,
    /// A call answered within this time counts as served in time.
    #[schema(minimum = 1, maximum = 3600)]
    pub service_level_s: u32,
    /// How long a call with its wrap-up takes before any was seen.
    #[schema(minimum = 1, maximum = 86400)]
    pub usual_handling_s: u32,
    /// What agents see while they talk; `{name}` stands for a variable of the call.
    #[schema(max_length = 20000)]
    pub script: String,
    /// What an agent may say came of a call.
    #[schema(max_items = 50)]
    pub dispositions: Vec<String>,
    /// An agent may not end wrap-up before one is chosen.
    pub disposition_required: bool,
    /// Whether callers may hang up and be called back, and how.
    pub callback: CallbackSettings,
}

/// How callers who wait are offered to be called back, and how they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallbackSettings {
    /// Callers are told of it; the other settings hold for callbacks of any origin.
    pub offered: bool,
    /// Only from this place in the queue on (1 is next); `null`: from any.
    #[schema(minimum = 1, maximum = 100000)]
    pub from_position: Option<u32>,
    /// Only where the wait is estimated to be longer; `null`: however long it is. Either of both will do.
    #[schema(minimum = 1, maximum = 86400)]
    pub from_estimate_s: Option<u32>,
    /// The key that asks for it, 0 to 9.
    #[schema(min_length = 1, max_length = 1)]
    pub key: String,
    /// Whether another number than the caller's may be keyed in.
    pub other_number: bool,
    /// How often the customer's phone is dialled.
    #[schema(minimum = 1, maximum = 20)]
    pub attempts: u32,
    /// From one attempt to the next.
    #[schema(minimum = 1, maximum = 86400)]
    pub gap_s: u32,
}

impl Default for CallbackSettings {
    fn default() -> Self {
        records::CallbackSettings::default().into()
    }
}

impl From<records::CallbackSettings> for CallbackSettings {
    fn from(row: records::CallbackSettings) -> Self {
        Self {
            offered: row.offered,
            from_position: row.from_position,
            from_estimate_s: row.from_estimate_s,
            key: row.key.to_string(),
            other_number: row.other_number,
            attempts: row.attempts,
            gap_s: row.gap_s,
        }
    }
}

impl From<CallbackSettings> for records::CallbackSettings {
    fn from(wanted: CallbackSettings) -> Self {
        Self {
            offered: wanted.offered,
            from_position: wanted.from_position,
            from_estimate_s: wanted.from_estimate_s,
            key: wanted.key.chars().next().unwrap_or('5'),
            other_number: wanted.other_number,
            attempts: wanted.attempts,
            gap_s: wanted.gap_s,
        }
    }
}

impl CallbackSettings {
    fn check(&self, found: &mut Findings) {
        let mut range = |field: &str, value: Option<u32>, least: u32, most: u32| {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                found.add(&format!("settings.callback.{field}"), &format!("{least} to {most}"));
            }
        };
        range("from_position", self.from_position, 1, 100_000);
        range("from_estimate_s", self.from_estimate_s, 1, 86_400);
        range("attempts", Some(self.attempts), 1, 20);
        range("gap_s", Some(self.gap_s), 1, 86_400);
        if self.key.len() != 1 || !self.key.bytes().all(|key| key.is_ascii_digit()) {
            found.add("settings.callback.key", "one key, 0 to 9");
        }
    }
}

/// A skill at a level (1–10), asked for less and less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillNeed {
    pub skill: String,
    #[schema(minimum = 1, maximum = 10)]
    pub level: u8,
    /// In the order of their times.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub relaxed: Vec<SkillStep>,
}

/// After this wait a lower level will do; 0: the skill is not needed any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillStep {
    pub after_s: u32,
    #[schema(maximum = 10)]
    pub level: u8,
}

/// Where callers go who do not wait.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Overflow {
    #[default]
    HangUp,
    Queue {
        queue: String,
    },
    Assistant {
        assistant: String,
    },
    Person {
        user: String,
    },
}

/// A member of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    #[serde(flatten)]
    pub who: MemberRef,
    /// A lower one is asked first, where the strategy is `ranked`.
    #[serde(default)]
    pub rank: u32,
}

/// A person or an assistant, by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MemberRef {
    Person { user: String },
    Assistant { assistant: String },
}

impl Default for QueueSettings {
    fn default() -> Self {
        records::QueueSettings::default().into()
    }
}

impl From<&records::Queue> for Queue {
    fn from(row: &records::Queue) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            settings: row.settings.clone().into(),
            members: row
                .members
                .iter()
                .map(|member| Member { who: (&member.who).into(), rank: member.rank })
                .collect(),
            created_at: row.created_at.into(),
        }
    }
}

impl From<&records::MemberRef> for MemberRef {
    fn from(member: &records::MemberRef) -> Self {
        match member {
            records::MemberRef::Person { user } => Self::Person { user: user.to_string() },
            records::MemberRef::Assistant { assistant } => {
                Self::Assistant { assistant: assistant.to_string() }
            }
        }
    }
}

impl From<MemberRef> for records::MemberRef {
    fn from(member: MemberRef) -> Self {
        match member {
            MemberRef::Person { user } => Self::Person { user: user.into() },
            MemberRef::Assistant { assistant } => Self::Assistant { assistant: assistant.into() },
        }
    }
}

impl From<Member> for records::Member {
    fn from(member: Member) -> Self {
        Self { who: member.who.into(), rank: member.rank }
    }
}

impl From<records::Overflow> for Overflow {
    fn from(overflow: records::Overflow) -> Self {
        match overflow {
            records::Overflow::HangUp => Self::HangUp,
            records::Overflow::Queue { queue } => Self::Queue { queue: queue.to_string() },
            records::Overflow::Assistant { assistant } => {
                Self::Assistant { assistant: assistant.to_string() }
            }
            records::Overflow::Person { user } => Self::Person { user: user.to_string() },
        }
    }
}

impl From<Overflow> for records::Overflow {
    fn from(overflow: Overflow) -> Self {
        match overflow {
            Overflow::HangUp => Self::HangUp,
            Overflow::Queue { queue } => Self::Queue { queue: queue.into() },
            Overflow::Assistant { assistant } => Self::Assistant { assistant: assistant.into() },
            Overflow::Person { user } => Self::Person { user: user.into() },
        }
    }
}

impl From<records::QueueSettings> for QueueSettings {
    fn from(row: records::QueueSettings) -> Self {
        let step = |step: records::SkillStep| SkillStep { after_s: step.after_s, level: step.level };
        let need = |need: records::SkillNeed| SkillNeed {
            skill: need.skill,
            level: need.level,
            relaxed: need.relaxed.into_iter().map(step).collect(),
        };
        Self {
            strategy: row.strategy.into(),
            priority: row.priority,
            ageing_s: row.ageing_s,
            needs: row.needs.into_iter().map(need).collect(),
            offer_timeout_s: row.offer_timeout_s,
            auto_pause: row.auto_pause,
            retry_after_s: row.retry_after_s,
            wrap_up_s: row.wrap_up_s,
            longest_wait_s: row.longest_wait_s,
            most_waiting: row.most_waiting,
            longest_estimate_s: row.longest_estimate_s,
            join_with: row.join_with.into(),
            stay_with: row.stay_with.into(),
            announce_every_s: row.announce_every_s,
            greeting: row.greeting,
            bridge: row.bridge.map(|id| id.to_string()),
            overflow: row.overflow.into(),
            service_level_s: row.service_level_s,
            usual_handling_s: row.usual_handling_s,
            script: row.script,
            dispositions: row.dispositions,
            disposition_required: row.disposition_required,
            callback: row.callback.into(),
        }
    }
}

impl From<QueueSettings> for records::QueueSettings {
    fn from(wanted: QueueSettings) -> Self {
        let step = |step: SkillStep| records::SkillStep { after_s: step.after_s, level: step.level };
        let need = |need: SkillNeed| records::SkillNeed {
            skill: need.skill,
            level: need.level,
            relaxed: need.relaxed.into_iter().map(step).collect(),
        };
        Self {
            strategy: wanted.strategy.into(),
            priority: wanted.priority,
            ageing_s: wanted.ageing_s,
            needs: wanted.needs.into_iter().map(need).collect(),
            offer_timeout_s: wanted.offer_timeout_s,
            auto_pause: wanted.auto_pause,
            retry_after_s: wanted.retry_after_s,
            wrap_up_s: wanted.wrap_up_s,
            longest_wait_s: wanted.longest_wait_s,
            most_waiting: wanted.most_waiting,
            longest_estimate_s: wanted.longest_estimate_s,
            join_with: wanted.join_with.into(),
            stay_with: wanted.stay_with.into(),
            announce_every_s: wanted.announce_every_s,
            greeting: wanted.greeting.filter(|greeting| !greeting.trim().is_empty()),
            bridge: wanted.bridge.map(Into::into),
            overflow: wanted.overflow.into(),
            service_level_s: wanted.service_level_s,
            usual_handling_s: wanted.usual_handling_s,
            script: wanted.script,
            dispositions: wanted.dispositions,
            disposition_required: wanted.disposition_required,
            callback: wanted.callback.into(),
        }
    }
}

impl Check for QueueWrite {
    fn check(&self, found: &mut Findings) {
        check::length(found, "name", self.name.trim(), 1, 100);
        if self.members.len() > 1_000 {
            found.add("members", "at most 1000");
        }
        for (at, member) in self.members.iter().enumerate() {
            if self.members[..at].iter().any(|other| other.who == member.who) {
                found.add(&format!("members.{at}"), "each person and assistant once");
            }
        }
        self.settings.check(found);
        self.settings.callback.check(found);
    }
}

impl QueueSettings {
    fn check(&self, found: &mut Findings) {
        let mut range = |field: &str, value: Option<u32>, least: u32, most: u32| {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                found.add(&format!("settings.{field}"), &format!("{least} to {most}"));
            }
        };
        range("ageing_s", self.ageing_s, 1, 86_400);
        range("offer_timeout_s", Some(self.offer_timeout_s), 3, 120);
        range("retry_after_s", Some(self.retry_after_s), 0, 3_600);
        range("wrap_up_s", Some(self.wrap_up_s), 0, 3_600);
        range("longest_wait_s", self.longest_wait_s, 1, 86_400);
        range("most_waiting", self.most_waiting, 0, 100_000);
        range("longest_estimate_s", self.longest_estimate_s, 1, 86_400);
        range("announce_every_s", self.announce_every_s, 10, 3_600);
        range("service_level_s", Some(self.service_level_s), 1, 3_600);
        range("usual_handling_s", Some(self.usual_handling_s), 1, 86_400);
        if !(-100..=100).contains(&self.priority) {
            found.add("settings.priority", "-100 to 100");
        }
        check::length(found, "settings.greeting", self.greeting.as_deref().unwrap_or_default(), 0, 1_000);
        check::length(found, "settings.script", &self.script, 0, 20_000);
        if self.needs.len() > 20 {
            found.add("settings.needs", "at most 20");
        }
        for (at, need) in self.needs.iter().enumerate() {
            let field = format!("settings.needs.{at}");
            check::length(found, &format!("{field}.skill"), need.skill.trim(), 1, 50);
            if !(1..=10).contains(&need.level) {
                found.add(&format!("{field}.level"), "1 to 10");
            }
            let sorted = need.relaxed.is_sorted_by(|a, b| a.after_s < b.after_s);
            if !sorted || need.relaxed.len() > 10 || need.relaxed.iter().any(|step| step.level > 10) {
                found.add(
                    &format!("{field}.relaxed"),
                    "at most 10 steps in the order of their times, levels 0 to 10",
                );
            }
        }
        if self.dispositions.len() > 50 {
            found.add("settings.dispositions", "at most 50");
        }
        for (at, disposition) in self.dispositions.iter().enumerate() {
            check::length(found, &format!("settings.dispositions.{at}"), disposition.trim(), 1, 60);
        }
        if self.disposition_required && self.dispositions.is_empty() {
            found.add("settings.dispositions", "at least one, since one is required");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(settings: serde_json::Value) -> Vec<String> {
        let write: QueueWrite =
            serde_json::from_value(serde_json::json!({ "name": "Support", "settings": settings }))
                .expect("read");
        let mut found = Findings::default();
        write.check(&mut found);
        found.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_field_that_is_out_of_range_is_named() {
        assert_eq!(findings(serde_json::json!({})), Vec::<String>::new());
        assert_eq!(findings(serde_json::json!({ "offer_timeout_s": 1 })), ["settings.offer_timeout_s"]);
        let needs = serde_json::json!({ "needs": [
            { "skill": "hindi", "level": 11 },
            { "skill": "billing", "level": 5, "relaxed": [{ "after_s": 30, "level": 2 }, { "after_s": 20, "level": 1 }] },
        ]});
        assert_eq!(findings(needs), ["settings.needs.0.level", "settings.needs.1.relaxed"]);
        assert_eq!(findings(serde_json::json!({ "disposition_required": true })), ["settings.dispositions"]);
    }

    #[test]
    fn settings_survive_the_way_to_the_record_and_back() {
        let settings = QueueSettings {
            overflow: Overflow::Queue { queue: "queue_b".into() },
            bridge: Some("asst_1".into()),
            ..QueueSettings::default()
        };
        let row: records::QueueSettings = settings.clone().into();
        assert_eq!(QueueSettings::from(row), settings);
    }
}

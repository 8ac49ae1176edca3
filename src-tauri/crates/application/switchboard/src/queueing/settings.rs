//! Records of queues and agents as the matcher takes them.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem_foundation::QueueId;
use tandem_queue as matcher;

use crate::records::{self, MemberRef, QueueStaffing, QueueStrategy};

/// Calls that an assistant takes at once from queues.
const ASSISTANT_CAPACITY: usize = 100;

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

pub(super) fn queue(settings: &records::QueueSettings) -> matcher::QueueSettings {
    let staffing = |staffing| match staffing {
        QueueStaffing::Nobody => matcher::Staffing::Nobody,
        QueueStaffing::SignedIn => matcher::Staffing::SignedIn,
        QueueStaffing::Ready => matcher::Staffing::Ready,
    };
    matcher::QueueSettings {
        strategy: match settings.strategy {
            QueueStrategy::LongestIdle => matcher::Strategy::LongestIdle,
            QueueStrategy::RoundRobin => matcher::Strategy::RoundRobin,
            QueueStrategy::FewestCalls => matcher::Strategy::FewestCalls,
            QueueStrategy::LeastTalkTime => matcher::Strategy::LeastTalkTime,
            QueueStrategy::RingAll => matcher::Strategy::RingAll,
            QueueStrategy::Random => matcher::Strategy::Random,
            QueueStrategy::Ranked => matcher::Strategy::Ranked,
        },
        priority: settings.priority,
        ageing: settings.ageing_s.map(seconds),
        offer_timeout: seconds(settings.offer_timeout_s),
        auto_pause: settings.auto_pause,
        retry_after: seconds(settings.retry_after_s),
        wrap_up: seconds(settings.wrap_up_s),
        longest_wait: settings.longest_wait_s.map(seconds),
        most_waiting: settings.most_waiting.map(|most| most as usize),
        longest_estimate: settings.longest_estimate_s.map(seconds),
        join_with: staffing(settings.join_with),
        stay_with: staffing(settings.stay_with),
        announce_every: settings.announce_every_s.map(seconds),
        usual_handling: seconds(settings.usual_handling_s),
    }
}

pub(super) fn needs(settings: &records::QueueSettings) -> Vec<matcher::Need> {
    let need = |need: &records::SkillNeed| matcher::Need {
        skill: need.skill.clone(),
        level: need.level,
        relaxed: need
            .relaxed
            .iter()
            .map(|step| matcher::Relaxed { after: seconds(step.after_s), level: step.level })
            .collect(),
    };
    settings.needs.iter().map(need).collect()
}

/// Everybody who is a member of a queue, and where at which rank.
pub(super) fn memberships(
    queues: &BTreeMap<QueueId, records::Queue>,
) -> BTreeMap<MemberRef, BTreeMap<QueueId, u32>> {
    let mut all: BTreeMap<MemberRef, BTreeMap<QueueId, u32>> = BTreeMap::new();
    for (id, queue) in queues {
        for member in &queue.members {
            all.entry(member.who.clone()).or_default().insert(id.clone(), member.rank);
        }
    }
    all
}

pub(super) fn person(
    memberships: BTreeMap<QueueId, u32>,
    profile: Option<&records::AgentProfile>,
) -> matcher::Profile {
    matcher::Profile {
        memberships,
        skills: profile.map(|profile| profile.skills.clone()).unwrap_or_default(),
        capacity: profile.map_or(1, |profile| profile.capacity as usize),
    }
}

/// An assistant is a member because it can do what the queue asks for: it has every skill of its queues.
pub(super) fn assistant(
    memberships: BTreeMap<QueueId, u32>,
    queues: &BTreeMap<QueueId, records::Queue>,
) -> matcher::Profile {
    let of_them = memberships.keys().filter_map(|id| queues.get(id));
    let skills =
        of_them.flat_map(|queue| &queue.settings.needs).map(|need| (need.skill.clone(), 10)).collect();
    matcher::Profile { memberships, skills, capacity: ASSISTANT_CAPACITY }
}

pub(super) fn presence(presence: &records::Presence) -> matcher::Presence {
    match presence {
        records::Presence::Offline => matcher::Presence::Offline,
        records::Presence::Ready => matcher::Presence::Ready,
        records::Presence::Paused { reason } => matcher::Presence::Paused(reason.clone()),
    }
}

pub(super) fn member(agent: &matcher::AgentRef) -> MemberRef {
    match agent {
        matcher::AgentRef::Person(user) => MemberRef::Person { user: user.clone() },
        matcher::AgentRef::Assistant(assistant) => MemberRef::Assistant { assistant: assistant.clone() },
    }
}

pub(super) fn agent(member: &MemberRef) -> matcher::AgentRef {
    match member {
        MemberRef::Person { user } => matcher::AgentRef::Person(user.clone()),
        MemberRef::Assistant { assistant } => matcher::AgentRef::Assistant(assistant.clone()),
    }
}

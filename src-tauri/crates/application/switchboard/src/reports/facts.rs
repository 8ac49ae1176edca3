//! Events as the statistics take them.

use tandem_statistics::{Fact, Floor, Leaving, Occupation, OfferEnd, Taker, What};

use crate::records::{AgentState, Call, Event, EventBody, FloorHolder, MemberRef};

/// The kinds of events that have a fact in them.
pub const KINDS: &[&str] = &[
    "agent.state",
    "call.ended",
    "floor.changed",
    "queue.answered",
    "queue.joined",
    "queue.left",
    "queue.offer_ended",
    "queue.offered",
];

/// The fact in an event; `None` for every kind but [`KINDS`].
pub fn fact(event: &Event) -> Option<Fact> {
    let call = || event.call.clone();
    let mut at_ms = event.at.0;
    let what = match &event.body {
        EventBody::QueueJoined { queue } => What::Joined { call: call()?, queue: queue.clone() },
        EventBody::QueueOffered { queue, to } => What::Offered { queue: queue.clone(), to: taker(to) },
        EventBody::QueueOfferEnded { queue, to, why } => {
            What::OfferEnded { queue: queue.clone(), to: taker(to), how: offer_end(why) }
        }
        EventBody::QueueAnswered { queue, by, waited_ms } => {
            What::Answered { call: call()?, queue: queue.clone(), by: taker(by), waited_ms: *waited_ms }
        }
        EventBody::QueueLeft { queue, why, waited_ms } => {
            What::Left { call: call()?, queue: queue.clone(), how: leaving(why), waited_ms: *waited_ms }
        }
        EventBody::FloorChanged { floor: holder, .. } => {
            What::FloorChanged { call: call()?, floor: floor(holder) }
        }
        EventBody::CallEnded(row) => {
            at_ms = last_moment(row).unwrap_or(at_ms);
            What::CallEnded { call: row.id.clone() }
        }
        EventBody::AgentStateChanged { user, state, reason, .. } => {
            What::Agent { user: user.clone(), occupation: occupation(*state, reason.as_deref()) }
        }
        _ => return None,
    };
    Some(Fact { at_ms, what })
}

/// The event is written when the recording is closed, and after a crash only at the next start.
fn last_moment(call: &Call) -> Option<i64> {
    let spoken = call.answered_at.zip(call.duration_ms).map(|(answered, ms)| answered.0 + ms);
    spoken.or(call.ended_at.map(|ended| ended.0))
}

fn taker(member: &MemberRef) -> Taker {
    match member {
        MemberRef::Person { user } => Taker::Person(user.clone()),
        MemberRef::Assistant { assistant } => Taker::Assistant(assistant.clone()),
    }
}

fn offer_end(why: &str) -> OfferEnd {
    match why {
        "timed_out" | "missed" => OfferEnd::Missed,
        "declined" => OfferEnd::Declined,
        _ => OfferEnd::Other,
    }
}

fn leaving(why: &str) -> Leaving {
    match why {
        "abandoned" => Leaving::Abandoned,
        "moved" => Leaving::Moved,
        "taken_over" => Leaving::TakenOver,
        reason => Leaving::Overflowed(reason.to_owned()),
    }
}

fn floor(holder: &FloorHolder) -> Floor {
    match holder {
        FloorHolder::Person { user, .. } => Floor::Person(user.clone()),
        FloorHolder::Assistant => Floor::Assistant,
        FloorHolder::Nobody | FloorHolder::Outside | FloorHolder::Bridging => Floor::Other,
    }
}

fn occupation(state: AgentState, reason: Option<&str>) -> Occupation {
    match state {
        AgentState::Offline => Occupation::Offline,
        AgentState::Paused => Occupation::Paused(reason.unwrap_or_default().to_owned()),
        AgentState::Ready => Occupation::Ready,
        AgentState::Offered => Occupation::Offered,
        AgentState::Busy => Occupation::Busy,
        AgentState::WrapUp => Occupation::WrapUp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::UnixMs;

    fn event(body: EventBody) -> Event {
        Event { seq: 1, org: "org".into(), call: Some("call_1".into()), at: UnixMs(7), body }
    }

    #[test]
    fn every_kind_that_is_read_has_a_fact_in_it_and_no_other() {
        let to = MemberRef::Person { user: "user_a".into() };
        let queue = || "q".into();
        let state = |state| EventBody::AgentStateChanged {
            user: "user_a".into(),
            state,
            reason: None,
            until: None,
            by: None,
        };
        let bodies = [
            EventBody::QueueJoined { queue: queue() },
            EventBody::QueueOffered { queue: queue(), to: to.clone() },
            EventBody::QueueOfferEnded { queue: queue(), to: to.clone(), why: "declined".into() },
            EventBody::QueueAnswered { queue: queue(), by: to, waited_ms: 1 },
            EventBody::QueueLeft { queue: queue(), why: "full".into(), waited_ms: 1 },
            EventBody::FloorChanged {
                floor: FloorHolder::Nobody,
                version: 1,
                by: None,
                reason: String::new(),
                at_ms: 0,
            },
            state(AgentState::WrapUp),
            EventBody::KeyPressed { at_ms: 1 },
        ];
        for body in bodies {
            let read = KINDS.contains(&body.kind());
            let fact = fact(&event(body.clone()));
            assert_eq!(fact.is_some(), read, "{body:?}");
            assert!(fact.is_none_or(|fact| fact.at_ms == 7));
        }
    }

    #[test]
    fn why_a_caller_left_and_an_offer_ended_is_told_apart() {
        assert_eq!(leaving("unstaffed"), Leaving::Overflowed("unstaffed".into()));
        assert_eq!((leaving("abandoned"), leaving("moved")), (Leaving::Abandoned, Leaving::Moved));
        assert_eq!((offer_end("timed_out"), offer_end("missed")), (OfferEnd::Missed, OfferEnd::Missed));
        assert_eq!(offer_end("caller_left"), OfferEnd::Other);
    }
}

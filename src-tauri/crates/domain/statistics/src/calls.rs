//! Calls under way: who waits, and who talks to whom since when.

use std::collections::HashMap;

use tandem_foundation::{CallId, QueueId};

use crate::fact::{Floor, Taker};

/// What is known of calls that are not over.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(HashMap<CallId, Call>);

#[derive(Debug, Clone, Default)]
struct Call {
    floor: Option<Floor>,
    waits: Option<Waits>,
    talk: Option<Talk>,
    /// Somebody had answered before.
    answered: bool,
}

#[derive(Debug, Clone)]
struct Waits {
    queue: QueueId,
    since: i64,
    /// They had been answered before, so what is told of their wait has talk in it.
    again: bool,
}

#[derive(Debug, Clone)]
struct Talk {
    queue: QueueId,
    by: Taker,
    since: i64,
    /// Whoever answered has had the floor.
    spoke: bool,
}

/// Talk that is over.
#[derive(Debug)]
pub(crate) struct Talked {
    pub queue: QueueId,
    pub by: Taker,
    pub time_ms: i64,
    /// The call went on with somebody else.
    pub handed_on: bool,
}

impl Calls {
    /// They wait. Whoever spoke to them is lost, if anybody did.
    pub fn joined(&mut self, call: &CallId, queue: &QueueId, at: i64) -> Option<Talked> {
        let call = self.0.entry(call.clone()).or_default();
        call.waits = Some(Waits { queue: queue.clone(), since: at, again: call.answered });
        call.talk.take().map(|talk| talk.over(at, false))
    }

    /// Who waits is answered; their wait. `told_ms`: as it was told, which holds for whoever had not been answered
    /// before.
    pub fn answered(&mut self, call: &CallId, queue: &QueueId, by: &Taker, at: i64, told_ms: i64) -> i64 {
        let call = self.0.entry(call.clone()).or_default();
        call.answered = true;
        let spoke = call.floor.as_ref().is_some_and(|floor| by.is(floor));
        call.talk = Some(Talk { queue: queue.clone(), by: by.clone(), since: at, spoke });
        waited(call.waits.take(), at, told_ms)
    }

    /// Who waits leaves; their wait.
    pub fn left(&mut self, call: &CallId, at: i64, told_ms: i64) -> i64 {
        waited(self.0.get_mut(call).and_then(|call| call.waits.take()), at, told_ms)
    }

    pub fn floor_changed(&mut self, call: &CallId, floor: &Floor, at: i64) -> Option<Talked> {
        let call = self.0.entry(call.clone()).or_default();
        call.floor = Some(floor.clone());
        let talk = call.talk.as_mut()?;
        if talk.by.is(floor) {
            talk.spoke = true;
            return None;
        }
        // Until whoever answered has the floor it is still with whoever kept the caller company.
        let talk = call.talk.take_if(|talk| talk.spoke)?;
        Some(talk.over(at, matches!(floor, Floor::Person(_) | Floor::Assistant)))
    }

    pub fn ended(&mut self, call: &CallId, at: i64) -> Option<Talked> {
        self.0.remove(call)?.talk.map(|talk| talk.over(at, false))
    }

    /// Who waits: where, and since when.
    pub fn waiting(&self) -> impl Iterator<Item = (&QueueId, i64)> {
        self.0.values().filter_map(|call| call.waits.as_ref()).map(|waits| (&waits.queue, waits.since))
    }
}

impl Talk {
    fn over(self, at: i64, handed_on: bool) -> Talked {
        Talked { queue: self.queue, by: self.by, time_ms: (at - self.since).max(0), handed_on }
    }
}

impl Taker {
    fn is(&self, floor: &Floor) -> bool {
        match (self, floor) {
            (Self::Person(user), Floor::Person(other)) => user == other,
            (Self::Assistant(_), Floor::Assistant) => true,
            _ => false,
        }
    }
}

fn waited(waits: Option<Waits>, at: i64, told_ms: i64) -> i64 {
    let again = waits.filter(|waits| waits.again).map(|waits| at - waits.since);
    again.unwrap_or(told_ms).max(0)
}

//! Who waits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId};

use crate::agent::AgentRef;
use crate::io::OfferId;
use crate::settings::QueueSettings;

/// One caller's wish to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub caller: CallId,
    pub queue: QueueId,
    /// Beside the queue's own; a higher one goes first.
    pub priority: i32,
    /// All of them, as far as they are not relaxed yet.
    pub needs: Vec<Need>,
    pub preferred: Option<Preferred>,
    /// Wait they have had already, in another queue or before a restart.
    pub waited: Duration,
    pub kind: Kind,
}

/// Whether the caller is on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Live,
    /// They hung up and are called back when it is their turn.
    CallBack,
}

/// A skill at a level (1–10) that is asked for less and less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub skill: String,
    pub level: u8,
    /// In the order of their times.
    pub relaxed: Vec<Relaxed>,
}

/// After this wait a lower level will do; 0: the skill is not needed any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relaxed {
    pub after: Duration,
    pub level: u8,
}

/// Whom the caller is kept for at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferred {
    pub agent: AgentRef,
    pub hold: Duration,
}

/// A caller in a queue.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub ticket: Ticket,
    /// Now less all the wait they have had.
    pub since: Instant,
    /// Given by a supervisor, in thousandths of a priority.
    pub boost: i64,
    pub offers: BTreeSet<OfferId>,
    /// Who said no, until when.
    pub spared: BTreeMap<AgentRef, Instant>,
    pub announce_at: Option<Instant>,
    /// When the machine looks at this caller again.
    pub due: Option<Instant>,
}

impl Need {
    /// The level asked of an agent after this wait.
    pub fn level_after(&self, waited: Duration) -> u8 {
        let now = self.relaxed.iter().rev().find(|step| step.after <= waited);
        now.map_or(self.level, |step| step.level.min(self.level))
    }
}

impl Waiting {
    pub fn new(ticket: Ticket, now: Instant, settings: &QueueSettings) -> Self {
        Self {
            since: now.checked_sub(ticket.waited).unwrap_or(now),
            boost: 0,
            offers: BTreeSet::new(),
            spared: BTreeMap::new(),
            announce_at: settings
                .announce_every
                .filter(|_| ticket.kind == Kind::Live)
                .map(|every| now + every),
            due: None,
            ticket,
        }
    }

    pub fn waited(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// Who has more goes first; of equals, who waits for longer. In thousandths of a priority.
    pub fn rank(&self, now: Instant, settings: &QueueSettings) -> i64 {
        let own = i64::from(self.ticket.priority) + i64::from(settings.priority);
        let waited = self.waited(now).as_millis() * 1_000;
        let aged = settings.ageing.and_then(|step| waited.checked_div(step.as_millis()));
        own * 1_000 + self.boost + aged.map_or(0, |aged| i64::try_from(aged).unwrap_or(i64::MAX / 4))
    }

    /// Sorts by who goes first.
    pub fn place(&self, now: Instant, settings: &QueueSettings) -> (Reverse<i64>, Instant, &CallId) {
        (Reverse(self.rank(now, settings)), self.since, &self.ticket.caller)
    }

    /// The agent this caller is kept for at this time.
    pub fn kept_for(&self, now: Instant) -> Option<&AgentRef> {
        let preferred = self.ticket.preferred.as_ref()?;
        (now < self.since + preferred.hold).then_some(&preferred.agent)
    }

    /// The next time at which something about this caller changes by itself.
    pub fn next_change(&self, now: Instant, settings: &QueueSettings) -> Option<Instant> {
        let relaxed =
            self.ticket.needs.iter().flat_map(|need| &need.relaxed).map(|step| self.since + step.after);
        let kept = self.ticket.preferred.iter().map(|preferred| self.since + preferred.hold);
        // Nobody is sent away while it rings for them, nor who is not on the line.
        let stays = !self.offers.is_empty() || self.ticket.kind == Kind::CallBack;
        let out = settings.longest_wait.filter(|_| !stays).map(|longest| self.since + longest);
        let spared = self.spared.values().copied();
        let later = relaxed.chain(kept).chain(spared).filter(|at| *at > now);
        later.chain(out).chain(self.announce_at).min()
    }
}

//! How a queue behaves.

use std::time::Duration;

/// Whom a caller is offered to first. Among equals it is always whoever has been idle for longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Strategy {
    #[default]
    LongestIdle,
    /// Whose last offer of this queue is the oldest.
    RoundRobin,
    FewestCalls,
    LeastTalkTime,
    /// Everybody at once; the first who answers has the call.
    RingAll,
    Random,
    /// Always the first of the list who is free.
    Ranked,
}

/// Who has to be there so that callers may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Staffing {
    /// Nobody has to.
    #[default]
    Nobody,
    /// Somebody of the queue who is signed in, if on a break.
    SignedIn,
    /// Somebody of the queue who takes calls, if busy.
    Ready,
}

/// Settings of one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    pub strategy: Strategy,
    /// Added to every caller's own; a higher one goes first.
    pub priority: i32,
    /// After each so long a wait a caller counts one priority more; `None`: never.
    pub ageing: Option<Duration>,
    /// How long an agent may let an offer ring.
    pub offer_timeout: Duration,
    /// Whether who misses an offer is put on a break.
    pub auto_pause: bool,
    /// How long an agent who missed or declined a caller is not offered the same one again.
    pub retry_after: Duration,
    pub wrap_up: Duration,
    /// After which wait a caller is sent elsewhere; `None`: never.
    pub longest_wait: Option<Duration>,
    /// With so many waiting nobody more may join; `None`: any number.
    pub most_waiting: Option<usize>,
    /// With a longer estimate than this nobody more may join; `None`: any.
    pub longest_estimate: Option<Duration>,
    /// Needed to join.
    pub join_with: Staffing,
    /// Needed to go on waiting.
    pub stay_with: Staffing,
    /// How often a caller is told where they stand; `None`: never.
    pub announce_every: Option<Duration>,
    /// How long a call with its wrap-up takes before any was seen.
    pub usual_handling: Duration,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            priority: 0,
            ageing: Some(Duration::from_secs(60)),
            offer_timeout: Duration::from_secs(15),
            auto_pause: true,
            retry_after: Duration::from_secs(30),
            wrap_up: Duration::from_secs(15),
            longest_wait: None,
            most_waiting: None,
            longest_estimate: None,
            join_with: Staffing::Nobody,
            stay_with: Staffing::Nobody,
            announce_every: None,
            usual_handling: Duration::from_secs(180),
        }
    }
}

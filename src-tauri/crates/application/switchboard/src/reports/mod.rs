//! Reports: events read again and folded into figures, for any span and for today so far.
//!
//! Both are one arithmetic over the same events in the same order, so that they agree to the millisecond.

mod board;
mod calendar;
mod facts;
mod read;

pub use board::Boards;
pub use calendar::{Interval, boundaries, day_of, moment};
pub use facts::{KINDS, fact};
pub use read::read;
pub use tandem_statistics::{AgentFigures, Boundaries, QueueFigures, Statistics, Thresholds};

use crate::records::{Queue, QueueSettings};

/// Within which wait a call counts as answered in time: as the queues have it now.
pub fn thresholds(queues: &[Queue]) -> Thresholds {
    let ms = |settings: &QueueSettings| i64::from(settings.service_level_s) * 1_000;
    Thresholds {
        of_queues: queues.iter().map(|queue| (queue.id.clone(), ms(&queue.settings))).collect(),
        // Of queues that are there no more.
        other_ms: ms(&QueueSettings::default()),
    }
}

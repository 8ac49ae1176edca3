//! Events of a span, folded as they are read.

use tandem_foundation::OrgId;
use tandem_statistics::{Boundaries, Statistics, Thresholds};

use super::facts::{KINDS, fact};
use crate::ports::event_log::EventsOf;
use crate::ports::store::{Store, StoreError};
use crate::records::{Event, UnixMs};

/// How far before its beginning a span is read, for what is under way there. Calls are shorter.
const LEAD_IN_MS: i64 = 12 * 3_600_000;
/// How long after a call's end it may be told, for its recording is closed first.
const LATE_MS: i64 = 3_600_000;
const PAGE: u32 = 5_000;

/// The figures of these intervals. Service levels are as the queues have them now.
///
/// # Errors
/// Whatever storage says.
pub async fn read(
    store: &dyn Store,
    org: &OrgId,
    boundaries: Boundaries,
    thresholds: Thresholds,
) -> Result<Statistics, StoreError> {
    let span =
        boundaries.interval(0).zip(boundaries.count().checked_sub(1).and_then(|n| boundaries.interval(n)));
    let mut statistics = Statistics::new(boundaries, thresholds);
    let Some(((from, _), (_, to))) = span else { return Ok(statistics) };
    let (since, until) = (lead_in(from), UnixMs(to.saturating_add(LATE_MS)));
    begin(store, org, since, &mut statistics).await?;
    if let Some((first, last)) = store.numbers_of(org, KINDS, since, until).await? {
        go_on(store, org, (first - 1, last), since..until, &mut statistics).await?;
    }
    Ok(statistics)
}

/// From when on events are read for a span that begins at `from`.
pub(super) fn lead_in(from: i64) -> UnixMs {
    UnixMs(from.saturating_sub(LEAD_IN_MS))
}

/// What agents were at when the reading begins.
pub(super) async fn begin(
    store: &dyn Store,
    org: &OrgId,
    since: UnixMs,
    statistics: &mut Statistics,
) -> Result<(), StoreError> {
    for profile in store.agent_profiles(org).await? {
        let told = store.agent_state_before(org, &profile.user, since).await?;
        fold(told.iter(), statistics);
    }
    Ok(())
}

/// Folds what was written after a number and up to another, and happened in `span`; the last number that was read.
pub(super) async fn go_on(
    store: &dyn Store,
    org: &OrgId,
    (mut after, last): (i64, i64),
    span: std::ops::Range<UnixMs>,
    statistics: &mut Statistics,
) -> Result<i64, StoreError> {
    loop {
        let wanted = EventsOf { kinds: KINDS, after, last, limit: PAGE };
        let events = store.events_of(org, wanted).await?;
        after = events.last().map_or(after, |event| event.seq);
        fold(events.iter().filter(|event| span.contains(&event.at)), statistics);
        if events.len() < PAGE as usize {
            return Ok(after);
        }
    }
}

fn fold<'e>(events: impl Iterator<Item = &'e Event>, statistics: &mut Statistics) {
    for fact in events.filter_map(fact) {
        statistics.fold(&fact);
    }
}

//! Today so far, kept in memory: only what was written since is read again.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tandem_foundation::OrgId;
use tandem_statistics::{Boundaries, Statistics, Thresholds};

use super::read::{begin, go_on, lead_in};
use crate::ports::store::{Store, StoreError};
use crate::records::UnixMs;

/// Today's figures of every organisation that asked for them.
#[derive(Debug, Default)]
pub struct Boards {
    boards: Mutex<HashMap<OrgId, Arc<tokio::sync::Mutex<Option<Board>>>>>,
}

#[derive(Debug)]
struct Board {
    statistics: Statistics,
    /// The number up to which events are in it.
    seq: i64,
}

impl Boards {
    /// The figures of `day` (its midnight and the next) as [`read`](super::read()) would give them at this moment.
    ///
    /// # Errors
    /// Whatever storage says; what is kept stays as it was.
    pub async fn today(
        &self,
        store: &dyn Store,
        org: &OrgId,
        day: (UnixMs, UnixMs),
        thresholds: Thresholds,
    ) -> Result<Statistics, StoreError> {
        let own = self.boards.lock().entry(org.clone()).or_default().clone();
        let mut own = own.lock().await;
        let boundaries = Boundaries::new(vec![day.0.0, day.1.0]);
        let same = |board: &Board| {
            (board.statistics.boundaries(), board.statistics.thresholds()) == (&boundaries, &thresholds)
        };
        // Another day, or a service level that was changed, is counted from the beginning.
        let kept = own.as_ref().filter(|board| same(board));
        let (mut statistics, after) = match kept {
            Some(board) => (board.statistics.clone(), board.seq),
            None => {
                let mut statistics = Statistics::new(boundaries, thresholds);
                let since = lead_in(day.0.0);
                // Asked before, so that nothing can be written between the two.
                let newest = store.last_seq(org).await?;
                begin(store, org, since, &mut statistics).await?;
                let numbers = store.numbers_of(org, super::KINDS, since, UnixMs(i64::MAX)).await?;
                (statistics, numbers.map_or(newest, |(first, _)| first - 1))
            }
        };
        let span = lead_in(day.0.0)..UnixMs(i64::MAX);
        let seq = go_on(store, org, (after, i64::MAX), span, &mut statistics).await?;
        *own = Some(Board { statistics: statistics.clone(), seq });
        Ok(statistics)
    }
}

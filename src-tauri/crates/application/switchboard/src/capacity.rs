//! Trunks' capacity: channels in use and calls begun within any one second, counted in this one place for every way in
//! which a call can start.
//!
//! Invariant: a channel is held by a [`Channel`] and comes back when that is dropped, however its call ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tandem_foundation::TrunkId;

use crate::exchange::ExchangeError;

mod meter;

pub(crate) use meter::Limits;
use meter::TrunkMeter;

/// The meters of all trunks.
#[derive(Debug, Default)]
pub(crate) struct Capacity(Mutex<HashMap<TrunkId, TrunkMeter>>);

/// A channel of a trunk, taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Channel {
    capacity: Arc<Capacity>,
    trunk: TrunkId,
    seizure: u64,
}

impl Capacity {
    /// Takes a channel for a call that begins now.
    ///
    /// # Errors
    /// Which limit is in the way, and after how many seconds it is worth asking again.
    pub fn seize(self: &Arc<Self>, trunk: &TrunkId, limits: Limits) -> Result<Channel, ExchangeError> {
        let mut meters = self.0.lock();
        // Read with the lock held, so that instants come in the order in which calls are counted.
        let now = Instant::now();
        let seizure = meters.entry(trunk.clone()).or_default().seize(now, limits).map_err(|full| {
            ExchangeError::AtCapacity { limit: full.limit, retry_after_s: full.retry_after_s, call: None }
        })?;
        Ok(Channel { capacity: self.clone(), trunk: trunk.clone(), seizure })
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(meter) = self.capacity.0.lock().get_mut(&self.trunk) {
            meter.release(self.seizure, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_at_once_exactly_as_many_get_a_channel_as_there_are_and_all_come_back() {
        let capacity = Arc::new(Capacity::default());
        let limits = Limits { max_channels: 7, max_cps: 0 };
        for _ in 0..3 {
            let threads: Vec<_> = (0..40)
                .map(|_| {
                    let capacity = capacity.clone();
                    std::thread::spawn(move || capacity.seize(&"trunk_1".into(), limits).ok())
                })
                .collect();
            let held: Vec<_> =
                threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).collect();
            assert_eq!(held.len(), 7);
        }
    }

    #[test]
    fn trunks_do_not_share() {
        let capacity = Arc::new(Capacity::default());
        let limits = Limits { max_channels: 1, max_cps: 1 };
        let _one = capacity.seize(&"trunk_1".into(), limits).expect("the first trunk's");
        let _other = capacity.seize(&"trunk_2".into(), limits).expect("the second trunk's");
        let refused = capacity.seize(&"trunk_1".into(), limits).expect_err("full");
        assert!(matches!(refused, ExchangeError::AtCapacity { limit: "max_channels", .. }), "{refused:?}");
    }
}

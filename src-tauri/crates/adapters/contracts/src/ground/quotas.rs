//! The allowances of all keys, and of addresses that show none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use parking_lot::Mutex;
use tandem_foundation::KeyId;
use tandem_switchboard::records::Contract;

use super::allowance::{Allowance, Quota, Window};

/// More are not remembered at once; those whose window is over go first.
const MOST: usize = 50_000;

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    Key(KeyId),
    /// Requests without a good key count for their address, so that keys cannot be guessed at leisure.
    Address(Contract, IpAddr),
}

#[derive(Debug, Default)]
pub(super) struct Quotas(Mutex<HashMap<Whose, Window>>);

impl Quotas {
    pub(super) fn take(&self, whose: Whose, allowance: Allowance) -> Result<Quota, Quota> {
        let mut windows = self.0.lock();
        let now = Instant::now();
        if windows.len() >= MOST {
            windows.retain(|_, window| !window.is_stale(now, allowance));
        }
        windows.entry(whose).or_insert_with(|| Window::new(now)).take(now, allowance)
    }
}

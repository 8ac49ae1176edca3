//! Which packets have come before: a window of 64 behind the newest (RFC 3711, section 3.3.2).

/// Indices seen of one stream.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReplayWindow {
    newest: Option<u64>,
    /// Bit n is the index n below the newest.
    seen: u64,
}

impl ReplayWindow {
    /// The highest index taken.
    pub(crate) fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Whether the index is new and not too old to tell.
    pub(crate) fn allows(&self, index: u64) -> bool {
        match self.newest {
            Some(newest) if index <= newest => {
                let back = newest - index;
                back < 64 && self.seen >> back & 1 == 0
            }
            _ => true,
        }
    }

    /// Takes an index in; only after its packet was found authentic.
    pub(crate) fn take(&mut self, index: u64) {
        match self.newest {
            Some(newest) if index <= newest => {
                self.seen |= 1u64.checked_shl((newest - index) as u32).unwrap_or(0)
            }
            Some(newest) => {
                let ahead = index - newest;
                self.seen = if ahead < 64 { self.seen << ahead | 1 } else { 1 };
                self.newest = Some(index);
            }
            None => (self.newest, self.seen) = (Some(index), 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_is_allowed_once_in_any_order_within_64() {
        let mut window = ReplayWindow::default();
        for index in [100, 103, 101, 164, 102, 163] {
            assert!(window.allows(index), "{index}");
            window.take(index);
            assert!(!window.allows(index), "{index} again");
        }
        assert!(!window.allows(100), "64 behind the newest");
        assert!(window.allows(104) && window.allows(165));
        window.take(10_000);
        assert!(!window.allows(164) && window.allows(9_999));
    }
}

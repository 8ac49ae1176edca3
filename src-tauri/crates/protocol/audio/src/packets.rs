//! Packets that wait to be decoded, by timestamp; their memory is used again, so that a steady stream allocates nothing.

use std::collections::VecDeque;

/// Payloads in the order of their (widened) timestamps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packets {
    queue: VecDeque<(i64, Vec<u8>)>,
    spare: Vec<Vec<u8>>,
}

impl Packets {
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The timestamp and payload of the earliest.
    pub(crate) fn first(&self) -> Option<(i64, &[u8])> {
        self.queue.front().map(|(timestamp, payload)| (*timestamp, payload.as_slice()))
    }

    /// Takes a copy in; false if there is one of this timestamp already.
    pub(crate) fn insert(&mut self, timestamp: i64, payload: &[u8]) -> bool {
        // Nearly every packet is the newest, so the search begins there.
        let after = self.queue.iter().rposition(|(before, _)| *before <= timestamp);
        if after.is_some_and(|at| self.queue[at].0 == timestamp) {
            return false;
        }
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(payload);
        self.queue.insert(after.map_or(0, |at| at + 1), (timestamp, copy));
        true
    }

    /// Takes the earliest out; give its memory back by [`Packets::give_back`].
    pub(crate) fn pop_first(&mut self) -> Option<Vec<u8>> {
        self.queue.pop_front().map(|(_, payload)| payload)
    }

    pub(crate) fn give_back(&mut self, payload: Vec<u8>) {
        self.spare.push(payload);
    }

    /// Drops the earliest.
    pub(crate) fn drop_first(&mut self) {
        self.spare.extend(self.queue.pop_front().map(|(_, payload)| payload));
    }

    /// The latest timestamp that is not after `wanted`.
    pub(crate) fn at_or_before(&self, wanted: i64) -> Option<i64> {
        self.queue.iter().rev().map(|(timestamp, _)| *timestamp).find(|timestamp| *timestamp <= wanted)
    }

    pub(crate) fn clear(&mut self) {
        self.spare.extend(self.queue.drain(..).map(|(_, payload)| payload));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_sorted_once_each_and_their_memory_serves_again() {
        let mut packets = Packets::default();
        for timestamp in [320, 0, 480, 160] {
            assert!(packets.insert(timestamp, &[timestamp as u8; 160]));
        }
        assert!(!packets.insert(160, &[9; 160]), "a duplicate");
        assert_eq!(packets.at_or_before(479), Some(320));
        assert_eq!(packets.first(), Some((0, [0; 160].as_slice())));
        packets.drop_first();
        let taken = packets.pop_first().expect("three are left");
        assert_eq!(taken, [160; 160]);
        let memory = taken.as_ptr();
        packets.give_back(taken);
        packets.insert(640, &[7; 100]);
        assert_eq!(packets.len(), 3);
        assert!(packets.queue.iter().any(|(_, payload)| payload.as_ptr() == memory));
    }
}

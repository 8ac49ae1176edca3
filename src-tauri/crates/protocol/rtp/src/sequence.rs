//! Arithmetic on the wrapping counters of RTP.

/// How far `to` lies after `from`, by the shorter way round (RFC 3550, appendix A.1); negative when before.
pub fn sequence_distance(from: u16, to: u16) -> i32 {
    i32::from(to.wrapping_sub(from) as i16)
}

/// The same for timestamps, in clock units.
pub fn timestamp_distance(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from) as i32)
}

/// Widens wrapping 16- or 32-bit counters into one that never wraps, whatever order they come in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extender {
    newest: Option<i64>,
}

impl Extender {
    /// Widens a sequence number. The first one is itself; older ones give smaller numbers, below zero if need be.
    pub fn sequence(&mut self, value: u16) -> i64 {
        self.widen(|newest| i64::from(sequence_distance(newest as u16, value)), i64::from(value))
    }

    /// Widens a timestamp in the same way.
    pub fn timestamp(&mut self, value: u32) -> i64 {
        self.widen(|newest| timestamp_distance(newest as u32, value), i64::from(value))
    }

    fn widen(&mut self, distance: impl Fn(i64) -> i64, first: i64) -> i64 {
        let wide = self.newest.map_or(first, |newest| newest + distance(newest));
        self.newest = Some(self.newest.map_or(wide, |newest| newest.max(wide)));
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_go_the_shorter_way_round() {
        assert_eq!(sequence_distance(65_535, 2), 3);
        assert_eq!(sequence_distance(2, 65_535), -3);
        assert_eq!(timestamp_distance(u32::MAX - 79, 80), 160);
    }

    #[test]
    fn widening_survives_wraps_and_reordering() {
        let mut extender = Extender::default();
        let wide: Vec<_> = [65_534, 65_535, 1, 0, 2].map(|s| extender.sequence(s)).into();
        assert_eq!(wide, [65_534, 65_535, 65_537, 65_536, 65_538]);
        let mut extender = Extender::default();
        assert_eq!(extender.timestamp(10), 10);
        assert_eq!(extender.timestamp(u32::MAX), -1);
    }
}

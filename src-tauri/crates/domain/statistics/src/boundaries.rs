//! Intervals, given as the moments at which one ends and the next begins.

/// Moments in ascending order: interval `n` is from the `n`th to before the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundaries(Vec<i64>);

impl Boundaries {
    /// Sorts `moments` (ms since 1970) and drops repeated ones; fewer than two make no interval.
    pub fn new(mut moments: Vec<i64>) -> Self {
        moments.sort_unstable();
        moments.dedup();
        Self(moments)
    }

    /// How many intervals there are.
    pub fn count(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Beginning and end of an interval; its end belongs to the next.
    pub fn interval(&self, index: usize) -> Option<(i64, i64)> {
        Some((*self.0.get(index)?, *self.0.get(index + 1)?))
    }

    /// The interval that a moment is in.
    pub fn index(&self, at_ms: i64) -> Option<usize> {
        let after = self.0.partition_point(|boundary| *boundary <= at_ms);
        (1..self.0.len()).contains(&after).then(|| after - 1)
    }

    /// Parts of `from..to`, each with the interval that it is in; what is outside of all intervals is left out.
    pub(crate) fn split(&self, from: i64, to: i64) -> impl Iterator<Item = (usize, i64)> {
        let first = self.0.partition_point(|boundary| *boundary <= from).saturating_sub(1);
        let parts = self.0.windows(2).enumerate().skip(first);
        parts
            .take_while(move |(_, pair)| pair[0] < to)
            .map(move |(index, pair)| (index, to.min(pair[1]) - from.max(pair[0])))
            .filter(|(_, length)| *length > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_the_interval_that_begins_with_it() {
        let boundaries = Boundaries::new(vec![30, 10, 20, 20]);
        assert_eq!(boundaries.count(), 2);
        let of = |at| boundaries.index(at);
        assert_eq!(
            (of(9), of(10), of(19), of(20), of(29), of(30)),
            (None, Some(0), Some(0), Some(1), Some(1), None)
        );
        assert_eq!(boundaries.interval(1), Some((20, 30)));
        assert_eq!(Boundaries::new(vec![1]).index(1), None);
    }

    #[test]
    fn a_stretch_is_split_at_every_boundary_and_cut_at_the_ends() {
        let boundaries = Boundaries::new(vec![10, 20, 30]);
        let split = |from, to| boundaries.split(from, to).collect::<Vec<_>>();
        assert_eq!(split(5, 40), [(0, 10), (1, 10)]);
        assert_eq!(split(15, 22), [(0, 5), (1, 2)]);
        assert_eq!(split(20, 30), [(1, 10)]);
        assert_eq!(split(12, 12), []);
        assert_eq!(split(30, 50), []);
        assert_eq!(split(0, 10), []);
    }
}

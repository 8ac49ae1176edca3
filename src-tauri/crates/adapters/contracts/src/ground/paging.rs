//! Lists that are counted by limit and offset.

use super::refusal::Refusal;

/// `limit` and `offset` of a query, as they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct OffsetQuery {
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    pub limit: u32,
    pub offset: u32,
}

impl OffsetQuery {
    /// Within the list's rules.
    ///
    /// # Errors
    /// Which field is not 1 to `most`.
    pub fn part(self, usual: u32, most: u32) -> Result<Offset, Refusal> {
        let limit = self.limit.unwrap_or(usual);
        if !(1..=most).contains(&limit) {
            return Err(Refusal::field("limit", format!("1 to {most}")));
        }
        Ok(Offset { limit, offset: self.offset.unwrap_or(0) })
    }
}

impl Offset {
    /// The part of a list that is in memory.
    pub fn of<T>(self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.offset as usize).take(self.limit as usize).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_within_the_rules_or_names_its_field() {
        let part = OffsetQuery { limit: None, offset: Some(3) }.part(50, 100).expect("the usual");
        assert_eq!(part, Offset { limit: 50, offset: 3 });
        assert_eq!(part.of((0..5).collect()), [3, 4]);
        for limit in [0, 101] {
            let refused =
                OffsetQuery { limit: Some(limit), offset: None }.part(50, 100).expect_err("refused");
            assert_eq!(refused.faults[0].field, "limit");
        }
    }
}

//! `Pii<T>`: a value that must not reach a log.
//!
//! `Debug` and `Display` print `***`; only [`Pii::expose`] gives the value, so a review can find every place.

use std::fmt;

/// Wraps a phone number, a name, a transcript or a secret. Equality and hashing look through the wrapper.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a private value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for use and never for a log line.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the value out of the wrapper.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Pii<String> {
    /// The value as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T> From<T> for Pii<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Pii<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::Pii;

    #[test]
    fn neither_debug_nor_display_shows_the_value() {
        let number: Pii<String> = "+15551234567".into();
        assert_eq!(format!("{number:?} {number}"), "*** ***");
        assert_eq!(number.as_str(), "+15551234567");
    }
}

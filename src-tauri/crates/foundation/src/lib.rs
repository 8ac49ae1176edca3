//! What every layer may speak of: private data that hides itself, card numbers that nobody may keep, and the ids of
//! the product's nouns.
//!
//! Invariant: nothing here does I/O, reads a clock or draws randomness.

pub mod card;
mod id;
mod pii;

pub use id::*;
pub use pii::Pii;

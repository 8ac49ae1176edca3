//! What every layer may speak of: private data that hides itself, and the ids of the product's nouns.
//!
//! Invariant: nothing here does I/O, reads a clock or draws randomness.

mod id;
mod pii;

pub use id::*;
pub use pii::Pii;

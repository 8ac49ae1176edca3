//! Stand-ins for the world outside, on loopback: they behave as the real ones are documented to, and can misbehave.

mod openai_double;

pub use openai_double::{OpenAiDouble, Script};

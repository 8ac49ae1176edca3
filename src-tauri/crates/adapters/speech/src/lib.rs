//! Speech providers: recognisers, voices and models, one module each, behind the switchboard's speech ports.

mod espeak;
pub mod flite;
pub mod openai_chat;
pub mod pocketsphinx;
mod providers;
mod resample;
pub mod scripted;

pub use espeak::Espeak;
pub use providers::{Providers, ProvidersConfig, read_models};

//! Speech providers: recognisers, voices and models, one module each, behind the switchboard's speech ports.

mod chains;
mod check;
pub mod deepgram;
pub mod elevenlabs;
mod espeak;
pub mod fallback;
pub mod flite;
pub mod http_voice;
pub mod openai_chat;
pub mod pocketsphinx;
mod providers;
mod registry;
mod resample;
pub mod scripted;
mod socket;
mod sse;
pub mod transcriptions;
pub mod whisper;

pub use chains::{Fallback, NextModel, NextVoice};
pub use espeak::Espeak;
pub use providers::{Providers, ProvidersConfig, read_models, read_providers};
pub use registry::Registry;

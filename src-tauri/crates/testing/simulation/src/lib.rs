//! Stand-ins for the world outside, on loopback: they behave as the real ones are documented to, and can misbehave.

mod deepgram_double;
mod elevenlabs_double;
mod openai_double;
mod paced_double;
mod speech_double;
mod transcription_double;

pub use deepgram_double::{DeepgramDouble, LOUD, Listen};
pub use elevenlabs_double::{ElevenLabsDouble, Stream};
pub use openai_double::{OpenAiDouble, Script};
pub use paced_double::{PacedDouble, Steps};
pub use speech_double::{Speak, SpeechDouble};
pub use transcription_double::{Transcribe, Transcribed, TranscriptionDouble};

//! What the black-box tests stand on: a real server in a process of its own, its API, and what its peers hear.

mod api;
mod audio;
mod live;
mod server;
mod voice;

pub use api::{Answer, Api};
pub use audio::{Wav, find_envelope, tone_strength};
pub use live::Live;
pub use server::{Server, binary, newest_recording};
pub use voice::speech;

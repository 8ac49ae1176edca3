//! The console's web edge: REST under `/api/v1`, the live socket, browser audio and the console's own pages.
//!
//! What is served is what `tandem-console-api` declares: the router is built from its operations, and building it
//! fails if an operation has no handler or a handler no operation. Authentication, roles, body checks and
//! idempotency are carried out from the declaration, once, in front of every handler.
//!
//! Invariant: a handler never sees a request whose caller lacks the declared role, and every query it makes names
//! the caller's organisation.

mod ask;
mod assets;
mod attempts;
mod caller;
mod clock;
mod config;
mod convert;
mod disk;
mod dispatch;
mod figures;
mod handlers;
mod headers;
mod idempotency;
mod live;
mod origin;
mod peer_phone;
mod phone;
mod refusal;
mod router;
mod secret;
mod server;
mod shared;
mod stored_audio;
mod tickets;
mod wav;

pub use config::{HttpConfig, PhoneRegistrar, SandboxControl, SandboxRefusal};
pub use router::RouterError;
pub use secret::{hash_password, new_api_key};
pub use server::{HttpServer, serve};
pub use stored_audio::StoredAudio;

//! The web edge over real HTTP and WebSockets, with storage and exchange in memory.

mod assistants;
mod authorisation;
mod configuration;
mod idempotency;
mod live;
mod pages;
mod paging;
mod peer_phone;
mod people;
mod phone;
mod problems;
mod recordings;
mod reports;
mod routing;
mod sign_in;
mod sip;
mod supervision;
mod support;
mod vault;
mod webhooks;

//! A SIP core without sockets, clock or randomness: messages, transactions, dialogs, registrations and digest
//! (RFC 3261 and its extensions).

pub mod dialog;
pub mod digest;
pub mod endpoint;
pub mod message;
pub mod registrar;
pub mod transaction;

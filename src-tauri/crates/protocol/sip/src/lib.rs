//! A SIP core without sockets, clock or randomness: messages, transactions, dialogs, registrations and digest
//! (RFC 3261 and its extensions).

pub mod digest;
pub mod message;
pub mod dialog;
pub mod endpoint;
pub mod registrar;
pub mod transaction;

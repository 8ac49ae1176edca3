//! The conformance suites: what every implementation of a port must do, as functions that any adapter can run.

pub mod speech;
pub mod store;

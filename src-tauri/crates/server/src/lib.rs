//! The composition root: joins the switchboard to its adapters, for the headless binary and the desktop shell.
//!
//! Invariant: nothing here decides anything about a call; it only says which adapter answers which port.

pub mod cli;
pub mod compose;
mod first_run;
mod operator_file;
mod stop;

pub use compose::{Running, ServeOptions, StartError};
pub use stop::StopSignals;

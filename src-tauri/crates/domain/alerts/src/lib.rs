//! Alerts of a live call: what a supervisor should know of while it can still be changed.
//!
//! Contract: one mutation, then drain. Call [`Watch::handle`] with one input (or [`Watch::tick`] when the deadline of
//! [`Watch::next_deadline`] has come), then [`Watch::poll_output`] until it answers `None`. The machine has no clock:
//! every call brings the present instant.
//!
//! Invariant: a cause that is raised is not raised again before it was cleared; a keyword, which nothing clears, not
//! before its rule may be raised again.
//! Invariant: no word of the call leaves the machine: an alert names the rule and the items that show it.

mod io;
mod sentiment;
mod settings;
mod text;
mod watch;

pub use io::{Cause, Input, Output, Side};
pub use sentiment::{is_known_language, score};
pub use settings::{KeywordRule, Settings, Whose};
pub use text::Phrase;
pub use watch::{Reason, Watch};

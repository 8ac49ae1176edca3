//! How many lines to dial now.
//!
//! One more line is dialled while it is unlikely enough that nobody would be free when it is answered. That chance comes
//! from how long each call and each ringing line has lasted already and how long such things last; how likely is likely
//! enough is found by what became of the answers before, so that the share of answered calls that nobody takes settles
//! below its limit whatever the model gets wrong.

mod answers;
mod budget;
mod durations;
mod machine;
mod outlook;
mod settings;
mod tail;
mod threshold;

pub use answers::AnswerRate;
pub use budget::{Budget, Tally};
pub use durations::Durations;
pub use machine::{Agents, Decision, Input, LineId, Now, Pacer, Reason};
pub use settings::{Fault, Mode, Settings};

//! The desktop's own phone: a sound card on one side, a SIP leg on the other.
//!
//! It registers with an exchange (the one in the same program, or a remote one) like any other phone and answers by
//! itself when the exchange connects a person to a call they asked for.
//!
//! Invariant: a sound device may go away at any time; the phone stays registered, the call stays up, and sound
//! comes back with the device or with the next best one.

mod phone;
mod sound;
mod status;

pub use phone::{PhonePorts, Softphone};
pub use sound::{Choice, Devices, Flow, NamedDevice, Sound, SoundError};
pub use status::{Account, PhoneState, PhoneStatus};

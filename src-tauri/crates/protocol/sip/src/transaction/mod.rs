//! Transactions: a request, its retransmissions and its responses (RFC 3261 section 17, RFC 6026).
//!
//! Each machine is fed with `handle(now, input)`, then drained with `poll_output()`; `next_deadline()` says when it
//! wants a `Deadline` input, and for which timer. A machine that reported `Terminated` is to be dropped.

mod client;
mod key;
mod server;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timer_table;

use std::time::Duration;

pub use client::{ClientInput, ClientOutput, ClientTransaction};
pub use key::{ClientKey, MergeKey, ServerKey};
pub use server::{ServerInput, ServerOutput, ServerTransaction};

/// The base values all timers are made of (RFC 3261 section 17.1.1.1 and table 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerSettings {
    /// Round-trip time estimate.
    pub t1: Duration,
    /// Longest interval between retransmissions of a request other than INVITE, and of a response to INVITE.
    pub t2: Duration,
    /// Longest time a message stays in the network.
    pub t4: Duration,
    /// Timer D on unreliable transports: at least 32 s.
    pub d: Duration,
}

impl Default for TimerSettings {
    fn default() -> TimerSettings {
        TimerSettings {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            d: Duration::from_secs(32),
        }
    }
}

impl TimerSettings {
    /// 64 * T1: how long a transaction is tried before it is given up.
    pub fn patience(&self) -> Duration {
        self.t1 * 64
    }
}

/// The timers by their letters in RFC 3261 table 4 and RFC 6026.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// When to send an INVITE again.
    A,
    /// When to give an INVITE up.
    B,
    /// When to stop waiting for a repeated final response to INVITE.
    D,
    /// When to send another request again.
    E,
    /// When to give another request up.
    F,
    /// When to send a final response to INVITE again.
    G,
    /// When to stop waiting for ACK.
    H,
    /// When to stop absorbing repeated ACKs.
    I,
    /// When to stop absorbing repeated requests.
    J,
    /// When to stop absorbing repeated responses.
    K,
    /// When to stop absorbing repeated INVITEs after a 2xx.
    L,
    /// When to stop accepting further 2xx (forks).
    M,
    /// When to stop waiting for the final response to an INVITE that was cancelled (RFC 3261 section 9.1).
    Cancelled,
}

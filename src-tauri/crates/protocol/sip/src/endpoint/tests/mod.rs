//! Endpoints against each other, over a network that loses, doubles and reorders, in virtual time.

mod calls;
mod carrier;
mod digests;
mod disorder;
mod flows;
mod forks;
mod names;
mod network;
mod phones;
mod pracks;
mod refers;
mod refusals;
mod reoffers;
mod replacing;
mod session_timers;
mod storm;
mod trunks;
mod updates;

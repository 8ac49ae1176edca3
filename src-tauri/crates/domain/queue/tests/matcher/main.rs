//! The matcher on a virtual clock.

mod answering;
mod breaks;
mod order;
mod random;
mod staying;
mod strategies;
mod world;

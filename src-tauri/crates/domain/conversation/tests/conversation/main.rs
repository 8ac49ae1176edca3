//! The conversation in virtual time, rule by rule.

#[macro_use]
mod world;
mod barge_in;
mod cards;
mod endings;
mod failures;
mod floor;
mod keys;
mod random;
mod speech;
mod tools;
mod turns;

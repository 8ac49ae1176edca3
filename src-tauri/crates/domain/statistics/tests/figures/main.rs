//! The fold from outside: worked examples, and what holds for any facts whatever.

mod days;
mod examples;
mod random;

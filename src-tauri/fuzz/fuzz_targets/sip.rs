//! Feeds libFuzzer's inputs to the same checks that replay the corpus in the tests of `tandem-sip`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/protocol/sip/tests/corpus/holds.rs"]
mod holds;

fuzz_target!(|data: &[u8]| holds::check(data));

//! Calls of two telephones of which one speaks Opus and the other G.711, beside the cost of the packets.
//!
//! `CALLS` and `SECONDS` in the environment change the load and how long each line is measured.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod support;

use support::{Bench, Counting, baseline, head, line, setting};
use tandem_switchboard::ports::media::Codec;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    support::telephones::be_telephones_if_asked();
    let calls = setting("CALLS", 40);
    println!("transcoding: {calls} calls of two telephones, 20 ms packets");
    head("call");
    let plain = baseline(2 * calls, Codec::Pcmu);
    line("plain sockets", calls, &plain, &plain);
    for (name, other) in [("Opus to G.711", Codec::Opus), ("G.722 to G.711", Codec::G722)] {
        let figures = Bench::new().run(calls, &[other, Codec::Pcmu], |_, _, _| {});
        line(name, calls, &figures, &plain);
    }
    let carried = Bench::new().run(calls, &[Codec::Opus, Codec::Opus], |_, _, _| {});
    line("Opus carried on arrival", calls, &carried, &plain);
}

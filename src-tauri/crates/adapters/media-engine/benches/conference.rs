//! Conferences at 8 kHz in which everybody hears everybody, beside the cost of the packets.
//!
//! `MEMBERS` (in all), `SIZE` (of each conference) and `SECONDS` in the environment change the load.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod support;

use support::{Bench, Counting, baseline, head, line, setting};
use tandem_switchboard::ports::media::Codec;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    support::telephones::be_telephones_if_asked();
    let (members, size) = (setting("MEMBERS", 200), setting("SIZE", 20).max(3));
    let rooms = (members / size).max(1);
    let members = rooms * size;
    println!(
        "conference: {members} members in {rooms} conferences of {size}, half of them speaking at a time"
    );
    head("member");
    let plain = baseline(members, Codec::Pcmu);
    line("plain sockets", members, &plain, &plain);
    let all = vec![Codec::Pcmu; size as usize];
    let mixed = Bench::new().run(rooms, &all, |_, _, _| {});
    line("G.711", members, &mixed, &plain);
    let large = Bench::new().run(1, &vec![Codec::Pcmu; members as usize], |_, _, _| {});
    line("G.711, one conference", members, &large, &plain);
}

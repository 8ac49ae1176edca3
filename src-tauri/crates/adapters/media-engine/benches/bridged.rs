//! Calls of two telephones with G.711: carried on as they come, recorded, and mixed, beside the cost of the packets.
//!
//! `CALLS` and `SECONDS` in the environment change the load and how long each line is measured.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod support;

use support::{Bench, Counting, baseline, head, line, setting};
use tandem_foundation::LegId;
use tandem_switchboard::ports::media::{Codec, Media, RecordingPlan};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    support::telephones::be_telephones_if_asked();
    let calls = setting("CALLS", 100);
    println!("bridged: {calls} calls of two telephones with G.711, 20 ms packets");
    head("call");
    let plain = baseline(2 * calls, Codec::Pcmu);
    line("plain sockets", calls, &plain, &plain);
    let carried = Bench::new().run(calls, &[Codec::Pcmu, Codec::Pcmu], |_, _, _| {});
    line("carried on arrival", calls, &carried, &plain);
    let folder = std::env::temp_dir().join(format!("tandem-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let recorded = Bench::new().run(calls, &[Codec::Pcmu, Codec::Pcmu], |engine, room, n| {
        let plan = RecordingPlan {
            path: folder.join(format!("{n}.wav")),
            left: vec![LegId(0)],
            lead: std::time::Duration::ZERO,
        };
        engine.start_recording(room, plan);
    });
    line("carried and recorded", calls, &recorded, &plain);
    let _ = std::fs::remove_dir_all(folder);
    let mixed = Bench::new().run(calls, &[Codec::Pcmu, Codec::Pcma], |_, _, _| {});
    line("mixed (mu-law to A-law)", calls, &mixed, &plain);
}

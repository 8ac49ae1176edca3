//! From the start of the process to its ready line, on a new database and on one that is there.
//!
//! Baseline: the same binary printing its help in the same run. Prints figures and ends.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::process::Command;
use std::time::{Duration, Instant};

use tandem_scenarios::{Server, binary};

const TIMES: u32 = 10;

fn main() {
    let help = median(|| {
        let began = Instant::now();
        Command::new(binary("tandem")).arg("--help").output().expect("help");
        began.elapsed()
    });
    let new = median(|| {
        let began = Instant::now();
        let server = Server::sandbox();
        let took = began.elapsed();
        drop(server);
        took
    });
    let mut server = Some(Server::sandbox());
    let again = median(|| {
        let mut stopped = server.take().expect("one runs");
        stopped.terminate(Duration::from_secs(10));
        let began = Instant::now();
        server = Some(stopped.crash_and_restart());
        began.elapsed()
    });
    let ratio = |took: Duration| took.as_secs_f64() / help.as_secs_f64();
    println!("start-up: {:6.0} ms to print the help", ms(help));
    println!("start-up: {:6.0} ms to ready on a new database, {:.0} times the help", ms(new), ratio(new));
    println!(
        "start-up: {:6.0} ms to ready on an old database, {:.0} times the help",
        ms(again),
        ratio(again)
    );
}

fn median(mut once: impl FnMut() -> Duration) -> Duration {
    let mut took: Vec<Duration> = (0..TIMES).map(|_| once()).collect();
    took.sort();
    took[took.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

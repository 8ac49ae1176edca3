//! sipp (Debian package sip-tester) on loopback. It ends when it has had its calls, and with the test at the latest.

#![allow(dead_code, unused_imports, reason = "each test uses its part")]

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

#[allow(clippy::duplicate_mod, reason = "a test may use both peers")]
#[path = "ports.rs"]
mod ports;
pub use ports::{free_port, listening};

/// One of its own scenarios (`-sn`) or a file of ours (`-sf`), at this port, by this transport (`u1`, `t1`), for so many
/// calls.
pub fn start(scenario: [&str; 2], port: u16, mode: &str, calls: usize, more: &[&str]) -> Child {
    let (port, calls) = (port.to_string(), calls.to_string());
    // sipp wants four ports of its own for media, whether there is any or not.
    let media = free_port().to_string();
    Command::new("sipp")
        .args(scenario)
        .args(["-i", "127.0.0.1", "-p", &port, "-t", mode, "-m", &calls, "-mi", "127.0.0.1", "-mp", &media])
        .args(["-nostdin", "-timeout_error"])
        .args(if more.contains(&"-timeout") { &[][..] } else { &["-timeout", "60"][..] })
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("sipp is installed (Debian package sip-tester)")
}

/// Waits until it has had all its calls, as its scenario says.
pub async fn finished(mut sipp: Child, what: &str) {
    let status = tokio::time::timeout(Duration::from_secs(65), sipp.wait()).await;
    let status = status.unwrap_or_else(|_| panic!("sipp of {what} does not end"));
    let status = status.expect("sipp can be waited for");
    assert!(status.success(), "sipp of {what} saw something else: {status}");
}

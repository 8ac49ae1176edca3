//! What is checked by code that shares nothing with ours: Python's own library.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs a script with arguments and something to read; what it printed.
pub fn python(script: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("python3")
        .arg("-c")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "python3 failed");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Lower-case hexadecimal HMAC-SHA256.
#[allow(dead_code, reason = "not every contract signs so")]
pub fn hmac_sha256(secret: &str, body: &str) -> String {
    let script = "import sys,hmac,hashlib; \
                  print(hmac.new(sys.argv[1].encode(), sys.stdin.buffer.read(), hashlib.sha256).hexdigest())";
    python(script, &[secret], body)
}

//! Writes the OpenAPI document to stdout: `cargo run -p tandem-console-api --example openapi`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &tandem_console_api::openapi())?;
    writeln!(out)
}

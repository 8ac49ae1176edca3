//! What commands print, and how they fail.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

/// Why a command failed: what is said on stderr, and the exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// Exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// Exit code 3.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 3 }
    }

    /// Exit code 4.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 4 }
    }

    /// Exit code 5.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 5 }
    }

    /// From an HTTP status and what the server said.
    pub fn from_status(status: u16, message: impl Into<String>) -> Self {
        let code = match status {
            404 => 3,
            409 | 412 => 4,
            400 | 422 => 5,
            _ => 1,
        };
        Self { message: message.into(), code }
    }

    pub(super) fn report(self) -> ExitCode {
        let _ = writeln!(std::io::stderr(), "tandem: {}", self.message);
        ExitCode::from(self.code)
    }
}

/// Prints a line on stdout; a closed pipe is not an error worth a word.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints one JSON document on stdout.
pub(super) fn document(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::failed(error.to_string()))?;
    line(&text);
    Ok(())
}

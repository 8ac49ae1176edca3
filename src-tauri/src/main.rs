//! `tandem-console`: the whole exchange in one window.
//!
//! The shell holds what only a program on somebody's desk has: a window, a tray icon, notifications, and the softphone
//! with its sound devices. The exchange runs beside it in the same process and knows nothing of it; the window shows
//! the exchange's own pages over loopback, as any browser would.
//! Invariant: only pages of the origin that the window was opened for may ask anything of the program.

mod arguments;
mod desk;
mod dialling;
mod display;
mod exchange;
mod hotkeys;
mod leaving;
mod notify;
mod phone;
mod phone_commands;
mod shell;
mod tray;
mod window;
mod words;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    if let Err(sentence) = display::check() {
        // Without a display this is the only way to say it.
        let _ = writeln!(std::io::stderr(), "{sentence}");
        return ExitCode::from(2);
    }
    tandem_server::compose::log_to_stderr();
    match shell::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the desktop could not be started");
            ExitCode::FAILURE
        }
    }
}

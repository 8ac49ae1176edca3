//! `tandem`: the exchange without a window, and the command line that talks to one.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = tandem_server::cli::Arguments::parse();
    tandem_server::cli::run(arguments)
}

//! The command line: what can be typed, and what each command's exit code means.
//!
//! Exit codes: 0 well, 1 failed, 2 usage, 3 not found, 4 conflict, 5 validation.

mod apply;
mod apply_file;
mod apply_route;
mod backup;
mod call;
mod client;
mod doctor;
mod key;
mod output;
mod recording;
mod retention;
mod sandbox;
mod serve;
mod simulate;
mod simulate_pacing;
mod sip;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use output::Failure;
use tandem_switchboard::records::RecordingFormat;

/// People and AI on the same line: a call centre's exchange in one program.
#[derive(Debug, Parser)]
#[command(
    name = "tandem",
    version,
    arg_required_else_help = true,
    after_help = "Try it with nothing installed and nobody to call:\n  \
        tandem serve --sandbox\n  \
        tandem call +62812345678 --assistant asst_jane_collections\n\n\
        Exit codes: 0 well, 1 failed, 2 usage, 3 not found, 4 conflict, 5 validation."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the exchange: SIP, media, assistants, API and console.
    ///
    /// Logs go to stderr. The first line on stdout, once it answers, is one JSON document with its addresses (and,
    /// with --sandbox, keys and sign-ins). SIGTERM or Ctrl-C drains: no new calls, running ones finish.
    Serve(Box<ServeArguments>),
    /// Place a call on a running server and follow its transcript to the end.
    ///
    /// Without --key, the key of the server that runs as you on this machine is used.
    Call(CallArguments),
    /// Declare trunks, numbers, assistants and users from a file; what is there already is changed to match.
    Apply(ApplyArguments),
    /// What calls sounded like.
    #[command(subcommand)]
    Recording(RecordingCommand),
    /// How long things are kept.
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Keys for programs.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The pretend carrier of `tandem serve --sandbox`.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// What went over the wire.
    #[command(subcommand)]
    Sip(SipCommand),
    /// Write everything (rows, key, recordings) into one new file, while the server may run. Keep it as safe as the
    /// data: it opens its own secrets.
    Backup(BackupArguments),
    /// Put a backup into an empty place; it may come from either kind of database.
    Restore(BackupArguments),
    /// Check this machine: ports, sound devices, speech, and a real call to itself whose audio is scored both ways.
    Doctor(DoctorArguments),
    /// Run the machines of the exchange on a virtual clock.
    #[command(subcommand)]
    Simulate(simulate::SimulateCommand),
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct ServeArguments {
    /// Where the database, recordings and keys are kept. With --sandbox, a fresh temporary directory by default.
    #[arg(long, value_name = "DIR", env = "TANDEM_DATA")]
    pub data: Option<PathBuf>,
    /// Address of the console and the APIs; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7700")]
    pub http: SocketAddr,
    /// Serve plain HTTP on an address that is not loopback (put a TLS proxy in front of it).
    #[arg(long)]
    pub plain_http_anywhere: bool,
    /// SIP address, for UDP and TCP alike; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5060")]
    pub sip: SocketAddr,
    /// Address for SIP over TLS (5061 as a rule); not served unless given.
    #[arg(long, value_name = "ADDR")]
    pub sip_tls: Option<SocketAddr>,
    /// Address for SIP over WebSocket, for phones in browsers (RFC 7118); not served unless given.
    #[arg(long, value_name = "ADDR")]
    pub sip_ws: Option<SocketAddr>,
    /// Address for SIP over WebSocket and TLS; not served unless given.
    #[arg(long, value_name = "ADDR")]
    pub sip_wss: Option<SocketAddr>,
    /// Certificate to show with TLS, PEM, with the rest of its chain. Without it, one is made, signed by itself and kept in
    /// the data directory: phones must be told to trust it, and carriers will not.
    #[arg(long, value_name = "FILE", requires = "sip_tls_key")]
    pub sip_tls_certificate: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, value_name = "FILE", requires = "sip_tls_certificate")]
    pub sip_tls_key: Option<PathBuf>,
    /// Certificates (PEM) of issuers to trust beside those of the system, for trunks with TLS.
    #[arg(long, value_name = "FILE")]
    pub sip_tls_ca: Option<PathBuf>,
    /// UDP ports for RTP.
    #[arg(long, value_name = "A-B", default_value = "20000-29999", value_parser = parse_ports)]
    pub rtp_ports: (u16, u16),
    /// Database to use instead of the one in the data directory: `postgres://user@host/name` or
    /// `sqlite:///path/file.db`. A password is better given in PGPASSWORD, or the whole URL in TANDEM_DATABASE.
    #[arg(long, value_name = "URL", env = "TANDEM_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Begin with the sandbox: a pretend carrier on loopback and an organisation to try things with.
    #[arg(long)]
    pub sandbox: bool,
    /// Keep what each sandbox customer hears and says as WAV files in this directory.
    #[arg(long, value_name = "DIR", requires = "sandbox")]
    pub sandbox_recordings: Option<PathBuf>,
    /// OpenAI-compatible models by name: a TOML file with [models.NAME] base_url, key_env.
    #[arg(long, value_name = "FILE")]
    pub providers: Option<PathBuf>,
    #[command(flatten)]
    pub recording: RecordingArguments,
    /// How long running calls may go on after SIGTERM, in seconds.
    #[arg(long, value_name = "S", default_value_t = 60)]
    pub drain_s: u64,
}

/// How to record.
#[derive(Debug, Clone, Args)]
pub struct RecordingArguments {
    /// How recordings lie on disk: wav (115 MB an hour) or ogg (Opus, 18 MB an hour).
    #[arg(long, value_name = "FORMAT", env = "TANDEM_RECORDINGS", default_value = "wav")]
    pub recordings: RecordingFormat,
    /// A pause of a recording that nobody ends is ended after so many seconds.
    #[arg(long, value_name = "S", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub recording_pause_s: u64,
    /// Space that is laid aside for the moment when the disk is full, in MiB; 0 for none.
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(0..=1_048_576))]
    pub ballast_mib: u64,
}

impl Default for RecordingArguments {
    fn default() -> Self {
        Self { recordings: RecordingFormat::Wav, recording_pause_s: 180, ballast_mib: 64 }
    }
}

#[derive(Debug, Args)]
struct BackupArguments {
    file: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArguments,
}

/// Where a server keeps what it has.
#[derive(Debug, Args)]
struct PlaceArguments {
    /// The server's data directory.
    #[arg(long, value_name = "DIR", env = "TANDEM_DATA")]
    data: Option<PathBuf>,
    /// Its database, where that is not in the data directory.
    #[arg(long, value_name = "URL", env = "TANDEM_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

/// Which server to talk to.
#[derive(Debug, Clone, Args)]
pub struct ServerArguments {
    /// Base URL of the server; the one that runs as you on this machine by default.
    #[arg(long, value_name = "URL", env = "TANDEM_URL")]
    url: Option<String>,
    /// API key. Better given in the environment than on the command line.
    #[arg(long, value_name = "KEY", env = "TANDEM_KEY", hide_env_values = true)]
    key: Option<String>,
}

#[derive(Debug, Args)]
struct CallArguments {
    /// Number to call, E.164 (`+62812345678`).
    number: String,
    /// Assistant that speaks: its id or short name.
    #[arg(long, value_name = "ID")]
    assistant: String,
    /// Variables of the call, `name=value`; may be repeated. The assistant's sample values fill the gaps.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    variables: Vec<(String, String)>,
    /// Trunk to use: its id.
    #[arg(long, value_name = "ID")]
    trunk: Option<String>,
    /// Print the finished call as one JSON document and nothing else.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Debug, Args)]
struct ApplyArguments {
    /// TOML file; see the README for every field.
    file: PathBuf,
    /// Say what would change and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the changes as one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Debug, Subcommand)]
enum RecordingCommand {
    /// Read recordings again and say which are not what was written (exit code 4 if there is one).
    Verify {
        /// The call; all calls by default.
        call: Option<String>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArguments,
    },
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key. It is printed once and stored only as a hash.
    Create {
        /// What the key is for.
        #[arg(long)]
        name: String,
        /// agent, supervisor, admin or owner.
        #[arg(long, default_value = "admin")]
        role: String,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArguments,
    },
}

#[derive(Debug, Subcommand)]
enum SipCommand {
    /// Print the SIP messages of a call, without their secrets.
    Trace {
        /// The call's id.
        call: String,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArguments,
    },
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// Have a customer of the pretend carrier call one of our numbers.
    CallIn {
        /// Who calls: one of the sandbox's customers, or any number.
        #[arg(long)]
        from: String,
        /// Which of our numbers is called.
        #[arg(long)]
        to: String,
        #[command(flatten)]
        server: ServerArguments,
    },
    /// List the customers that have a name.
    Customers {
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArguments,
    },
}

#[derive(Debug, Args)]
struct DoctorArguments {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    /// SIP port to look at.
    #[arg(long, default_value = "127.0.0.1:5060")]
    sip: SocketAddr,
    /// HTTP port to look at.
    #[arg(long, default_value = "127.0.0.1:7700")]
    http: SocketAddr,
}

/// Runs a command to its end.
pub fn run(arguments: Arguments) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::failed(format!("starting the runtime: {error}")).report(),
    };
    let result = runtime.block_on(async {
        match arguments.command {
            Command::Serve(arguments) => serve::run(*arguments).await,
            Command::Call(arguments) => call::run(arguments).await,
            Command::Apply(arguments) => apply::run(arguments).await,
            Command::Recording(RecordingCommand::Verify { call, json, server }) => {
                recording::verify(call.as_deref(), json, &server).await
            }
            Command::Retention(command) => retention::run(command).await,
            Command::Key(KeyCommand::Create { name, role, json, server }) => {
                key::create(&name, &role, json, &server).await
            }
            Command::Sandbox(SandboxCommand::CallIn { from, to, server }) => {
                sandbox::call_in(&from, &to, &server).await
            }
            Command::Sandbox(SandboxCommand::Customers { json, server }) => {
                sandbox::customers(json, &server).await
            }
            Command::Sip(SipCommand::Trace { call, json, server }) => sip::trace(&call, json, &server).await,
            Command::Backup(BackupArguments { file, json, place }) => {
                backup::back_up(&file, json, &place).await
            }
            Command::Restore(BackupArguments { file, json, place }) => {
                backup::restore(&file, json, &place).await
            }
            Command::Doctor(arguments) => doctor::run(arguments).await,
            Command::Simulate(command) => simulate::run(command),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn parse_ports(text: &str) -> Result<(u16, u16), String> {
    let expected = || "expected two ports such as 20000-29999".to_owned();
    let (from, to) = text.split_once('-').ok_or_else(expected)?;
    let (from, to) = (from.parse().map_err(|_| expected())?, to.parse().map_err(|_| expected())?);
    if from < to { Ok((from, to)) } else { Err(expected()) }
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "expected name=value".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_declared_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn ports_are_a_rising_pair() {
        assert_eq!(parse_ports("20000-20100"), Ok((20_000, 20_100)));
        assert!(parse_ports("20100-20000").is_err());
        assert!(parse_ports("20000").is_err());
    }
}

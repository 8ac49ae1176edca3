//! The command line of the desktop program.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;

use clap::Parser;
use tandem_server::cli::{RecordingArguments, ServeArguments};
use tauri::Url;

use crate::dialling;

/// The exchange, opened in a window.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "tandem-console",
    version,
    about = "People and AI on the same line: Tandem's desktop console"
)]
pub(crate) struct Arguments {
    /// Open the sandbox: simulated customers on a pretend carrier, and nothing to set up.
    #[arg(long)]
    pub sandbox: bool,
    /// Where the database, recordings and keys are kept.
    #[arg(long, value_name = "DIR", env = "TANDEM_DATA")]
    pub data: Option<PathBuf>,
    /// Open a Tandem that runs elsewhere, instead of one in this program.
    #[arg(long, value_name = "URL", value_parser = remote, conflicts_with_all = ["sandbox", "http", "sip", "providers"])]
    pub url: Option<Url>,
    /// Address of the console and the APIs; by default 127.0.0.1:7700, or any free port where that is taken.
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// SIP address; by default 127.0.0.1:5060, or any free port where that is taken.
    #[arg(long, value_name = "ADDR")]
    pub sip: Option<SocketAddr>,
    /// With --sandbox: where to write what each customer heard (left) and said (right), as WAV.
    #[arg(long, value_name = "DIR", requires = "sandbox")]
    pub sandbox_recordings: Option<PathBuf>,
    /// OpenAI-compatible models by name: a TOML file with [models.NAME] base_url, key_env.
    #[arg(long, value_name = "FILE")]
    pub providers: Option<PathBuf>,
    /// A number to put into the dial field, as `tel:` links have it; nothing is called by this alone.
    #[arg(value_name = "TEL", value_parser = dialling::number)]
    pub number: Option<String>,
}

impl Arguments {
    /// What the exchange in this program is started with.
    pub fn serve(&self) -> ServeArguments {
        ServeArguments {
            data: self.data.clone(),
            http: self.http.unwrap_or_else(|| self.usual(7_700, |at| TcpListener::bind(at).is_ok())),
            plain_http_anywhere: false,
            sip: self.sip.unwrap_or_else(|| self.usual(5_060, |at| UdpSocket::bind(at).is_ok())),
            sip_tls: None,
            sip_ws: None,
            sip_wss: None,
            sip_tls_certificate: None,
            sip_tls_key: None,
            sip_tls_ca: None,
            rtp_ports: (20_000, 29_999),
            database: None,
            sandbox: self.sandbox,
            sandbox_recordings: self.sandbox_recordings.clone(),
            providers: self.providers.clone(),
            recording: RecordingArguments::default(),
            drain_s: 60,
        }
    }

    /// Two starts with the same answer show the same thing, so the second only brings the first to the front.
    pub fn instance(&self) -> String {
        let mut name = "app.tandem.console".to_owned();
        if self.sandbox {
            name.push_str(".sandbox");
        }
        let place = (&self.data, self.url.as_ref().map(Url::as_str));
        if place != (&None, None) {
            let mut hasher = DefaultHasher::new();
            place.hash(&mut hasher);
            name.push_str(&format!(".p{:016x}", hasher.finish()));
        }
        name
    }

    /// The usual port where it is free; a sandbox never takes it from an exchange that may come.
    fn usual(&self, port: u16, is_free: impl Fn(SocketAddr) -> bool) -> SocketAddr {
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        if !self.sandbox && is_free(address) { address } else { SocketAddr::new(address.ip(), 0) }
    }
}

/// An address that passwords may be typed into: TLS, or this machine.
fn remote(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    let host = url.host_str().ok_or("expected an address such as https://tandem.example.com")?;
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let here = address.map_or(host == "localhost", |address| address.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err("expected https:// (plain http:// only for this machine)".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["tandem-console"], arguments].concat())
    }

    #[test]
    fn the_declared_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn passwords_are_typed_only_where_nobody_reads_along() {
        assert!(parsed(&["--url", "https://tandem.example.com"]).is_ok());
        assert!(parsed(&["--url", "http://127.0.0.1:7700"]).is_ok());
        assert!(parsed(&["--url", "http://[::1]:7700"]).is_ok());
        assert!(parsed(&["--url", "http://tandem.example.com"]).is_err());
        assert!(parsed(&["--url", "file:///etc/passwd"]).is_err());
        assert!(parsed(&["--url", "https://tandem.example.com", "--sandbox"]).is_err());
    }

    #[test]
    fn the_same_exchange_is_one_instance_and_another_is_another() {
        let instance = |arguments: &[&str]| parsed(arguments).expect("arguments").instance();
        assert_eq!(instance(&["--data", "a"]), instance(&["--data", "a"]));
        let all = [
            instance(&[]),
            instance(&["--sandbox"]),
            instance(&["--data", "a"]),
            instance(&["--data", "b"]),
            instance(&["--url", "http://localhost:1"]),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
    }

    #[test]
    fn a_number_is_handed_over_and_makes_no_other_instance() {
        let started = parsed(&["tel:+62-812-345-678"]).expect("arguments");
        assert_eq!(started.number.as_deref(), Some("+62-812-345-678"));
        assert_eq!(started.instance(), parsed(&[]).expect("arguments").instance());
        assert!(parsed(&["https://example.com"]).is_err());
    }

    #[test]
    fn a_sandbox_takes_no_fixed_port() {
        let serve = parsed(&["--sandbox"]).expect("arguments").serve();
        assert_eq!((serve.http.port(), serve.sip.port()), (0, 0));
        assert!(serve.http.ip().is_loopback() && serve.sip.ip().is_loopback());
    }
}

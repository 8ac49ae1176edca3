//! What to serve, checked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tandem_switchboard::RecordingSettings;

use tandem_sip_transport::CertificateFiles;

use crate::cli::ServeArguments;

/// Options of a server to be started.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where everything is kept; `None`: a temporary directory that goes with the process.
    pub data: Option<PathBuf>,
    pub http: SocketAddr,
    pub sip: SocketAddr,
    /// Where SIP over TLS is served, if it is.
    pub sip_tls: Option<SocketAddr>,
    /// Where phones in browsers reach us by WebSocket, if they do.
    pub sip_ws: Option<SocketAddr>,
    /// The same over TLS.
    pub sip_wss: Option<SocketAddr>,
    /// What is shown with TLS; `None`: a certificate that is made and kept with the data.
    pub sip_certificate: Option<CertificateFiles>,
    /// A file of issuers to trust beside those of the system.
    pub sip_issuers: Option<PathBuf>,
    pub rtp_ports: (u16, u16),
    pub database: Option<String>,
    pub sandbox: bool,
    pub sandbox_recordings: Option<PathBuf>,
    pub providers: Option<PathBuf>,
    /// How calls are recorded.
    pub recordings: RecordingSettings,
    /// Space kept on the disk of recordings for the moment when it is full; 0: none.
    pub ballast_bytes: u64,
    /// Keep the key that seals secrets in the system's keychain, where a desktop has one.
    pub keychain: bool,
}

impl ServeOptions {
    /// The sandbox on any free ports: what the desktop opens when it is given nothing else.
    pub fn sandbox() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            data: None,
            http: any,
            sip: any,
            sip_tls: None,
            sip_ws: None,
            sip_wss: None,
            sip_certificate: None,
            sip_issuers: None,
            rtp_ports: (20_000, 29_999),
            database: None,
            sandbox: true,
            sandbox_recordings: None,
            providers: None,
            recordings: RecordingSettings::default(),
            // A sandbox's data goes with it, and its disk is often memory.
            ballast_bytes: 0,
            keychain: false,
        }
    }

    /// From the command line.
    ///
    /// # Errors
    /// One sentence that names the argument and what was expected.
    pub fn from_arguments(arguments: ServeArguments) -> Result<Self, String> {
        if !arguments.http.ip().is_loopback() && !arguments.plain_http_anywhere {
            return Err(format!(
                "--http {}: plain HTTP is served on loopback only; put a TLS proxy in front and say --plain-http-anywhere",
                arguments.http
            ));
        }
        let data = match (arguments.data, arguments.sandbox) {
            (Some(data), _) => Some(data),
            (None, true) => None,
            (None, false) => {
                Some(default_data_dir().ok_or("--data: expected a directory (HOME is not set)")?)
            }
        };
        let certificate = arguments.sip_tls_certificate.zip(arguments.sip_tls_key);
        let certificate = certificate.map(|(certificate, key)| CertificateFiles { certificate, key });
        Ok(Self {
            data,
            http: arguments.http,
            sip: arguments.sip,
            sip_tls: arguments.sip_tls,
            sip_ws: arguments.sip_ws,
            sip_wss: arguments.sip_wss,
            sip_certificate: certificate,
            sip_issuers: arguments.sip_tls_ca,
            rtp_ports: arguments.rtp_ports,
            database: arguments.database,
            sandbox: arguments.sandbox,
            sandbox_recordings: arguments.sandbox_recordings,
            providers: arguments.providers,
            recordings: RecordingSettings {
                format: arguments.recording.recordings,
                pause_limit: Duration::from_secs(arguments.recording.recording_pause_s),
            },
            ballast_bytes: if arguments.sandbox { 0 } else { arguments.recording.ballast_mib << 20 },
            keychain: false,
        })
    }
}

/// `$XDG_DATA_HOME/tandem`, or the same in the home directory.
pub(crate) fn default_data_dir() -> Option<PathBuf> {
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))
        .map(|folder| folder.join("tandem"))
}

//! TLS below SIP: our certificate for who connects, and whose certificates we take (RFC 3261 section 26.3, RFC 5922).

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};
use tandem_sip::endpoint::ServerNames;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::certificate::{CertificateFiles, read_certificates};

/// A peer that takes longer for its part of the handshake is cut off.
pub const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(5);

/// Everything TLS connections are made with.
#[derive(Clone)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    /// Issuers we trust beside those of the system.
    own_roots: Vec<CertificateDer<'static>>,
    acceptor: Option<TlsAcceptor>,
}

impl Tls {
    /// Reads the certificates; `certificate` is ours, `issuers` a file of those we trust beside the system's.
    ///
    /// # Errors
    /// When a file cannot be read, or key and certificate do not belong together.
    pub fn new(certificate: Option<&CertificateFiles>, issuers: Option<&Path>) -> io::Result<Tls> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let own_roots = issuers.map(read_certificates).transpose()?.unwrap_or_default();
        let acceptor = certificate.map(|files| acceptor(files, &provider)).transpose()?;
        Ok(Tls { provider, own_roots, acceptor })
    }

    /// The server's side of the handshake.
    ///
    /// # Errors
    /// One phrase for people.
    pub async fn accept(&self, stream: TcpStream) -> Result<server::TlsStream<TcpStream>, String> {
        let acceptor = self.acceptor.as_ref().ok_or("no certificate of ours")?;
        match timeout(HANDSHAKE_PATIENCE, acceptor.accept(stream)).await {
            Ok(result) => result.map_err(|error| reason(&error, &Arc::from(Vec::new()))),
            Err(_) => Err("TLS: the handshake took too long".to_owned()),
        }
    }

    /// The client's side. The server's certificate has to name one of `names`.
    ///
    /// # Errors
    /// One phrase for people.
    pub async fn connect(
        &self,
        stream: TcpStream,
        names: &ServerNames,
    ) -> Result<client::TlsStream<TcpStream>, String> {
        let (config, shown) = self.client(names).await?;
        match timeout(HANDSHAKE_PATIENCE, TlsConnector::from(config).connect(shown, stream)).await {
            Ok(result) => result.map_err(|error| reason(&error, names)),
            Err(_) => Err("TLS: the server does not complete the handshake".to_owned()),
        }
    }

    async fn client(&self, names: &ServerNames) -> Result<(Arc<ClientConfig>, ServerName<'static>), String> {
        let wanted: Vec<ServerName<'static>> =
            names.iter().filter_map(|name| ServerName::try_from(name.clone()).ok()).collect();
        // Only names are shown to the server in the open (RFC 6066 section 3).
        let by_name = wanted.iter().find(|name| matches!(name, ServerName::DnsName(_)));
        let shown = by_name.or(wanted.first()).cloned();
        let shown = shown.ok_or("TLS: no certificate can be made out to that host")?;
        // Reading the system's issuers takes milliseconds, at the first time.
        let system = tokio::task::spawn_blocking(system_roots).await.unwrap_or(&[]);
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(system.iter().chain(&self.own_roots).cloned());
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| format!("TLS: there are no issuers to trust ({error})"))?;
        let config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS: {error}"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(OneOf { inner, wanted }))
            .with_no_client_auth();
        Ok((Arc::new(config), shown))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("listens", &self.acceptor.is_some()).finish_non_exhaustive()
    }
}

fn acceptor(files: &CertificateFiles, provider: &Arc<CryptoProvider>) -> io::Result<TlsAcceptor> {
    let (chain, key) = files.read()?;
    let wrong = |error: Error| {
        let files = format!("{} and {}", files.certificate.display(), files.key.display());
        io::Error::new(io::ErrorKind::InvalidData, format!("{files}: {error}"))
    };
    let config = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(wrong)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The issuers this system trusts; read once.
fn system_roots() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let loaded = rustls_native_certs::load_native_certs();
        for error in loaded.errors {
            tracing::warn!(%error, "reading the system's certificate authorities");
        }
        loaded.certs
    })
}

/// The usual checks, for a server that may go by more than one name: the host that was looked up, and the domain it
/// speaks for. Never the name an SRV record leads to, which anybody on the way could have made up (RFC 5922 section 7.1).
#[derive(Debug)]
struct OneOf {
    inner: Arc<WebPkiServerVerifier>,
    wanted: Vec<ServerName<'static>>,
}

impl ServerCertVerifier for OneOf {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _shown: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut problem = Error::InvalidCertificate(CertificateError::NotValidForName);
        for name in &self.wanted {
            match self.inner.verify_server_cert(end_entity, intermediates, name, ocsp_response, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => problem = error,
            }
            if !is_of_name(&problem) {
                break;
            }
        }
        Err(problem)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn is_of_name(error: &Error) -> bool {
    use CertificateError::{NotValidForName, NotValidForNameContext};
    matches!(error, Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }))
}

/// Why a handshake failed, for people.
fn reason(error: &io::Error, names: &ServerNames) -> String {
    use CertificateError as Certificate;
    let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => "TLS: the connection was closed during the handshake".to_owned(),
            _ => format!("TLS: {error}"),
        };
    };
    match inner {
        error if is_of_name(error) => {
            format!("TLS: the server's certificate does not name {}", names.join(" or "))
        }
        Error::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "TLS: the server's certificate has expired".to_owned()
        }
        Error::InvalidCertificate(Certificate::NotValidYet | Certificate::NotValidYetContext { .. }) => {
            "TLS: the server's certificate is not valid yet".to_owned()
        }
        Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            "TLS: the server's certificate is of an issuer that is not trusted here".to_owned()
        }
        Error::InvalidCertificate(Certificate::Revoked) => {
            "TLS: the server's certificate was revoked".to_owned()
        }
        Error::InvalidCertificate(Certificate::BadSignature) => {
            "TLS: the server's certificate is not signed by the issuer it names".to_owned()
        }
        Error::InvalidCertificate(other) => format!("TLS: the server's certificate is refused ({other})"),
        // The first bytes were no TLS record.
        Error::InvalidMessage(_) => "TLS: the other side does not speak TLS".to_owned(),
        Error::AlertReceived(alert) => format!("TLS: the other side broke the handshake off ({alert:?})"),
        Error::PeerIncompatible(_) => "TLS: no version or cipher in common".to_owned(),
        other => format!("TLS: {other}"),
    }
}

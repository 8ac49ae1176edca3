//! How SIP is served, from the options.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use tandem_sip_transport::{CertificateFiles, SipConfig};

use super::ServeOptions;

/// The signalling side's settings. A certificate is made in `data_dir` where TLS is served and none was given.
///
/// # Errors
/// When that certificate cannot be written.
pub(super) fn config(options: &ServeOptions, data_dir: &Path) -> io::Result<SipConfig> {
    let mut config = SipConfig::new(options.sip);
    config.tls_issuers.clone_from(&options.sip_issuers);
    config.ws = options.sip_ws;
    let certified = |address: SocketAddr| -> io::Result<_> {
        let files = match &options.sip_certificate {
            Some(files) => files.clone(),
            None => CertificateFiles::self_signed(data_dir, &own_names(address))?,
        };
        Ok((address, files))
    };
    config.tls = options.sip_tls.map(certified).transpose()?;
    config.wss = options.sip_wss.map(certified).transpose()?;
    Ok(config)
}

/// What phones of this network may call us by.
fn own_names(address: SocketAddr) -> Vec<String> {
    let loopback = ["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let own = Some(address.ip()).filter(|ip| !ip.is_unspecified() && !ip.is_loopback());
    own.map(|ip| ip.to_string()).into_iter().chain(loopback).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_served_with_the_files_given_or_with_ones_that_are_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = ServeOptions::sandbox();
        assert!(config(&options, folder.path()).expect("read").tls.is_none());
        options.sip_tls = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let (_, made) = config(&options, folder.path()).expect("made").tls.expect("served");
        assert!(made.certificate.starts_with(folder.path()) && made.key.exists());
        let given = CertificateFiles { certificate: "a.pem".into(), key: "b.pem".into() };
        options.sip_certificate = Some(given.clone());
        assert_eq!(config(&options, folder.path()).expect("read").tls.expect("served").1, given);
        options.sip_wss = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        assert_eq!(config(&options, folder.path()).expect("read").wss.expect("served").1, given);
    }
}

//! The certificate that we show to who connects: read from files, or made and signed by ourselves.

use std::io;
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A chain of certificates, our own first, and its private key, both as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl CertificateFiles {
    /// A certificate for these names and addresses in this folder, signed by itself: made at the first time and kept.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn self_signed(folder: &Path, names: &[String]) -> io::Result<CertificateFiles> {
        let files =
            CertificateFiles { certificate: folder.join("sip-tls.crt"), key: folder.join("sip-tls.key") };
        if !files.certificate.exists() || !files.key.exists() {
            let (certificate, key) = make(names).map_err(io::Error::other)?;
            write_secret(&files.key, &key)?;
            std::fs::write(&files.certificate, certificate)?;
        }
        Ok(files)
    }

    /// Reads both files.
    pub(crate) fn read(&self) -> io::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        let chain = read_certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| invalid(&self.key, format!("not a private key in PEM: {error}")))?;
        Ok((chain, key))
    }
}

/// Certificate and key as PEM. Phones that show a certificate to their owner show its common name.
fn make(names: &[String]) -> Result<(String, String), rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    let name = names.first().map_or("tandem", String::as_str);
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// All certificates of a PEM file.
pub(crate) fn read_certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = all.map_err(|error| invalid(path, format!("not certificates in PEM: {error}")))?;
    if all.is_empty() { Err(invalid(path, "it has no certificate".to_owned())) } else { Ok(all) }
}

fn invalid(path: &Path, problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {problem}", path.display()))
}

/// Readable by nobody else, from its first byte on.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_of_our_own_is_made_once_and_its_key_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let files = CertificateFiles::self_signed(folder.path(), &names).expect("made");
        let (chain, _) = files.read().expect("read");
        let holds = |text: &[u8]| chain[0].windows(text.len()).any(|window| window == text);
        // id-at-commonName (2.5.4.3), then a string of nine bytes.
        assert!(holds(b"\x55\x04\x03\x0c\x09localhost"), "the first name is its common name");
        let again = CertificateFiles::self_signed(folder.path(), &names).expect("kept");
        assert_eq!((chain.len(), again.read().expect("read").0), (1, chain));
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(&files.key).expect("there").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o077, 0);
        }
    }

    #[test]
    fn what_is_no_certificate_is_named_by_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("empty.pem");
        std::fs::write(&path, "").expect("written");
        for wrong in [path, folder.path().join("absent.pem")] {
            let name = wrong.file_name().expect("a name").to_string_lossy().into_owned();
            let files = CertificateFiles { certificate: wrong.clone(), key: wrong };
            let error = files.read().expect_err("no certificate").to_string();
            assert!(error.contains(&name), "{error}");
        }
    }
}

//! A certificate of the peer's, which the exchange is told to trust.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A key and its certificate for 127.0.0.1.
#[derive(Debug)]
pub struct Identity {
    pub certificate: PathBuf,
    /// Key and certificate in one file, as telephones want them.
    pub both: PathBuf,
    _folder: TempDir,
}

impl Identity {
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let (key, certificate, both) = (path("key.pem"), path("certificate.pem"), path("both.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .expect("openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let read = |path| std::fs::read_to_string(path).expect("written by openssl");
        std::fs::write(&both, read(&key) + &read(&certificate)).expect("written");
        Self { certificate, both, _folder: folder }
    }
}

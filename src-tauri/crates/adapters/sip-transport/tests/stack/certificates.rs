//! Certificates for tests, made on the spot.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tandem_sip_transport::CertificateFiles;
use tempfile::TempDir;

/// An issuer with a folder for what it issues.
pub struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Authority {
        let folder = tempfile::tempdir().expect("a folder");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        // Of two issuers with one name, the wrong one would only be found out by its signature.
        let name = folder.path().to_string_lossy().into_owned();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("signed");
        std::fs::write(folder.path().join("issuer.pem"), certificate.pem()).expect("written");
        Authority { folder, issuer: Issuer::new(params, key) }
    }

    /// What those are to trust who connect.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("issuer.pem")
    }

    pub fn issue(&self, names: &[&str]) -> CertificateFiles {
        self.write(names, |_| {})
    }

    pub fn issue_expired(&self, names: &[&str]) -> CertificateFiles {
        self.write(names, |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    fn write(&self, names: &[&str], change: impl Fn(&mut CertificateParams)) -> CertificateFiles {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names.clone()).expect("names");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let path = |end: &str| self.folder.path().join(format!("{}.{end}", names.join("+")));
        let files = CertificateFiles { certificate: path("crt"), key: path("key") };
        std::fs::write(&files.certificate, certificate.pem()).expect("written");
        std::fs::write(&files.key, key.serialize_pem()).expect("written");
        files
    }
}

//! A telephone that is told what to do: baresip or linphone.

use std::path::PathBuf;

use tandem_scenarios::Wav;

use super::baresip::Baresip;
use super::cell::{Codec, Transport};
use super::linphone::Linphone;

/// How a telephone is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    pub codec: Codec,
    pub srtp: bool,
    pub transport: Transport,
    /// User and password; with them it registers at `server`.
    pub account: Option<(String, String)>,
    /// `host:port` of the exchange.
    pub server: String,
    /// `host:port` of the proxy between, where there is one.
    pub proxy: Option<String>,
    /// Its own SIP port.
    pub port: u16,
    /// The number it answers as.
    pub number: String,
    /// Whom it trusts to be us over TLS.
    pub issuer: PathBuf,
    /// Its own key and certificate.
    pub identity: PathBuf,
}

/// A running telephone.
#[derive(Debug)]
pub enum Phone {
    Baresip(Baresip),
    Linphone(Linphone),
}

impl Phone {
    pub async fn dial(&mut self, uri: &str) {
        match self {
            Self::Baresip(phone) => phone.dial(uri).await,
            Self::Linphone(phone) => phone.dial(uri).await,
        }
    }

    pub async fn established(&self) {
        match self {
            Self::Baresip(phone) => phone.established().await,
            Self::Linphone(phone) => phone.established().await,
        }
    }

    pub async fn press(&mut self, key: char) {
        match self {
            Self::Baresip(phone) => phone.press(key).await,
            Self::Linphone(phone) => phone.press(key).await,
        }
    }

    /// Holds, and waits until the exchange has agreed.
    pub async fn hold(&mut self) {
        match self {
            Self::Baresip(phone) => phone.hold().await,
            Self::Linphone(phone) => phone.hold().await,
        }
    }

    /// Takes up again, and waits until the exchange has agreed.
    pub async fn resume(&mut self) {
        match self {
            Self::Baresip(phone) => phone.resume().await,
            Self::Linphone(phone) => phone.resume().await,
        }
    }

    pub async fn hang_up(&mut self) {
        match self {
            Self::Baresip(phone) => phone.hang_up().await,
            Self::Linphone(phone) => phone.hang_up().await,
        }
    }

    /// Waits until its call is over.
    pub async fn ended(&self) {
        match self {
            Self::Baresip(phone) => phone.ended().await,
            Self::Linphone(phone) => phone.ended().await,
        }
    }

    /// What it recorded of the other side.
    pub fn heard(&self) -> Wav {
        Wav::read(&match self {
            Self::Baresip(phone) => phone.recording(),
            Self::Linphone(phone) => phone.recording(),
        })
    }

    /// Its log of SIP messages.
    pub fn log(&self) -> String {
        match self {
            Self::Baresip(phone) => phone.log(),
            Self::Linphone(phone) => phone.log(),
        }
    }
}

/// The newest file whose name ends like this.
pub fn newest(folder: &std::path::Path, ending: &str) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    files.filter(|path| path.to_string_lossy().ends_with(ending)).max()
}

//! One handshake: its library's machine, and what is read out of it in the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile as Profile;
use rtc_dtls::state::State;
use rtc_shared::TransportProtocol;
use sha2::{Digest, Sha256, Sha384, Sha512};
use tandem_foundation::Pii;
use tandem_switchboard::ports::media::{CryptoSuite, Dtls, Fingerprint, HashFunction, Protection};

use super::{Identity, Outcome};

/// How long an answer is waited for before the last flight is sent again: far less than the second of RFC 6347, for
/// somebody is waiting to hear us.
const FLIGHT: Duration = Duration::from_millis(250);
/// The label of the keys (RFC 5764 section 4.2).
const LABEL: &str = "EXTRACTOR-dtls_srtp";
/// Bytes of a key and of a salt.
const KEY: usize = 16;
const SALT: usize = 14;

/// A peer whose datagrams a leg hands over; the leg knows its address, the machine only needs one.
pub(super) struct Peer {
    endpoint: Endpoint,
    terms: Dtls,
    outcomes: Sender<Outcome>,
    /// It came to an end, good or bad, which was told.
    told: bool,
}

impl Peer {
    pub(super) fn new(
        identity: &Identity,
        terms: Dtls,
        outcomes: Sender<Outcome>,
        now: Instant,
    ) -> Option<Peer> {
        let told = |reason: String| drop(outcomes.send(Outcome::Failed(reason)));
        let config = match config(identity, terms.active) {
            Ok(config) => Arc::new(config),
            Err(reason) => {
                told(reason);
                return None;
            }
        };
        let server = (!terms.active).then(|| Arc::clone(&config));
        let mut endpoint = Endpoint::new(address(), TransportProtocol::UDP, server);
        if terms.active
            && let Err(error) = endpoint.connect(now, address(), config, None)
        {
            told(error.to_string());
            return None;
        }
        let mut peer = Peer { endpoint, terms, outcomes, told: false };
        peer.send();
        Some(peer)
    }

    /// Takes a datagram of the peer's.
    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8]) {
        match self.endpoint.read(now, address(), None, BytesMut::from(datagram)) {
            Ok(events) => {
                if events.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete)) {
                    self.complete();
                }
            }
            Err(error) if !self.told => {
                // A datagram that is forged or damaged is no end: the peer's own will come.
                tracing::debug!(%error, "a datagram of a handshake");
            }
            Err(_) => {}
        }
        self.send();
    }

    /// Sends again what is due.
    pub(super) fn look(&mut self, now: Instant) {
        if self.next_deadline().is_some_and(|at| at <= now) {
            if let Err(error) = self.endpoint.handle_timeout(address(), now) {
                self.tell(Outcome::Failed(error.to_string()));
            }
            self.send();
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&address()).filter(|_| !self.told)
    }

    fn send(&mut self) {
        while let Some(transmit) = self.endpoint.poll_transmit() {
            let _ = self.outcomes.send(Outcome::Send(transmit.message.to_vec()));
        }
    }

    fn complete(&mut self) {
        let agreed = match self.endpoint.get_connection_state(address()) {
            Some(state) => agreed(state, &self.terms),
            None => Err("the handshake is gone".to_owned()),
        };
        self.tell(agreed.map_or_else(Outcome::Failed, Outcome::Keys));
    }

    fn tell(&mut self, outcome: Outcome) {
        if !std::mem::replace(&mut self.told, true) {
            let _ = self.outcomes.send(outcome);
        }
    }
}

/// The one address that all of them have here.
fn address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9))
}

fn config(identity: &Identity, active: bool) -> Result<HandshakeConfig, String> {
    ConfigBuilder::default()
        .with_crypto_provider(Arc::clone(&identity.provider))
        .with_certificates(vec![identity.certificate.clone()])
        .with_srtp_protection_profiles(vec![
            Profile::Srtp_Aes128_Cm_Hmac_Sha1_80,
            Profile::Srtp_Aes128_Cm_Hmac_Sha1_32,
        ])
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        .with_extended_master_secret(ExtendedMasterSecretType::Request)
        // Nobody signs these certificates: what counts is their hash, which is looked at in `agreed`.
        .with_insecure_skip_verify(true)
        .with_flight_interval(FLIGHT)
        .build(active, None)
        .map_err(|error| error.to_string())
}

/// The keys, if the certificate is the one of the description.
fn agreed(state: &State, terms: &Dtls) -> Result<Protection, String> {
    let certificate = state.peer_certificates.first().ok_or("the peer showed no certificate")?;
    if !terms.peer.iter().any(|fingerprint| is_of(fingerprint, certificate)) {
        return Err("the peer's certificate is not the one its description names".to_owned());
    }
    let suite = match state.srtp_protection_profile() {
        Profile::Srtp_Aes128_Cm_Hmac_Sha1_80 => CryptoSuite::AesCm128HmacSha1_80,
        Profile::Srtp_Aes128_Cm_Hmac_Sha1_32 => CryptoSuite::AesCm128HmacSha1_32,
        _ => return Err("no protection profile in common".to_owned()),
    };
    let material = state.export_keying_material(LABEL, &[], 2 * (KEY + SALT));
    let material = material.map_err(|error| error.to_string())?.into_bytes();
    // The client's key, the server's, the client's salt, the server's.
    let pair = |side: usize| -> Option<[u8; KEY + SALT]> {
        let key = material.get(side * KEY..(side + 1) * KEY)?;
        let salt = material.get(2 * KEY + side * SALT..2 * KEY + (side + 1) * SALT)?;
        [key, salt].concat().try_into().ok()
    };
    let (client, server) = pair(0).zip(pair(1)).ok_or("too little keying material")?;
    let (send, receive) = if terms.active { (client, server) } else { (server, client) };
    Ok(Protection { suite, send: Pii::new(send), receive: Pii::new(receive) })
}

fn is_of(fingerprint: &Fingerprint, certificate: &[u8]) -> bool {
    let bytes = match fingerprint.hash {
        HashFunction::Sha256 => Sha256::digest(certificate).to_vec(),
        HashFunction::Sha384 => Sha384::digest(certificate).to_vec(),
        HashFunction::Sha512 => Sha512::digest(certificate).to_vec(),
    };
    bytes == fingerprint.bytes
}

//! From a master key to session keys (RFC 3711, section 4.3), and the two transforms that use them (section 4).

use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use tandem_foundation::Pii;

/// Bytes of a master key (16) with its salt (14), as `inline:` carries them (RFC 4568, section 6.1).
pub const MASTER_LEN: usize = 30;

/// Master key and master salt in one.
pub type MasterKey = Pii<[u8; MASTER_LEN]>;

/// The crypto suites of RFC 4568, section 6.2, that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// AES_CM_128_HMAC_SHA1_80.
    Sha1_80,
    /// AES_CM_128_HMAC_SHA1_32: the same with a short tag on RTP; RTCP keeps the long one.
    Sha1_32,
}

impl Suite {
    /// Bytes of the tag after an RTP packet.
    pub const fn rtp_tag(self) -> usize {
        match self {
            Self::Sha1_80 => 10,
            Self::Sha1_32 => 4,
        }
    }
}

/// Bytes of the tag after an RTCP packet, in both suites.
pub(crate) const RTCP_TAG: usize = 10;

/// The three session keys of RTP or of RTCP.
#[derive(Debug, Clone)]
pub(crate) struct SessionKeys {
    cipher: Pii<[u8; 16]>,
    salt: Pii<[u8; 14]>,
    authentication: Hmac<Sha1>,
}

impl SessionKeys {
    pub(crate) fn rtp(master: &MasterKey) -> Self {
        Self::derive(master, 0)
    }

    pub(crate) fn rtcp(master: &MasterKey) -> Self {
        Self::derive(master, 3)
    }

    /// The labels are cipher, authentication and salt in this order; a derivation rate of zero is all SDES peers use.
    fn derive(master: &MasterKey, label: u8) -> Self {
        let (mut cipher, mut authentication, mut salt) = ([0; 16], [0; 20], [0; 14]);
        stream(master, label, &mut cipher);
        stream(master, label + 1, &mut authentication);
        stream(master, label + 2, &mut salt);
        let authentication = Hmac::new_from_slice(&authentication).expect("HMAC takes keys of any length");
        Self { cipher: Pii::new(cipher), salt: Pii::new(salt), authentication }
    }

    /// Encrypts or decrypts in place: IV = (salt · 2^16) xor (SSRC · 2^64) xor (index · 2^16) (section 4.1.1).
    pub(crate) fn crypt(&self, ssrc: u32, index: u64, bytes: &mut [u8]) {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(self.salt.expose());
        iv[4..8].iter_mut().zip(ssrc.to_be_bytes()).for_each(|(a, b)| *a ^= b);
        iv[6..14].iter_mut().zip(index.to_be_bytes()).for_each(|(a, b)| *a ^= b);
        keystream(self.cipher.expose(), &iv, bytes);
    }

    /// The whole tag over `packet` and what follows it: the roll-over counter, for RTP (section 4.2).
    pub(crate) fn tag(&self, packet: &[u8], rest: &[u8]) -> [u8; 20] {
        let mut mac = self.authentication.clone();
        mac.update(packet);
        mac.update(rest);
        mac.finalize().into_bytes().into()
    }

    /// Whether a shortened tag is right, in constant time.
    pub(crate) fn is_right(&self, packet: &[u8], rest: &[u8], tag: &[u8]) -> bool {
        let mut mac = self.authentication.clone();
        mac.update(packet);
        mac.update(rest);
        mac.verify_truncated_left(tag).is_ok()
    }
}

/// The pseudo-random function of section 4.3.3: AES-CM under the master key, at the salt with a label in it.
fn stream(master: &MasterKey, label: u8, out: &mut [u8]) {
    let (key, salt) = master.expose().split_at(16);
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(salt);
    iv[7] ^= label;
    let key: &[u8; 16] = key.try_into().expect("split at 16");
    keystream(key, &iv, out);
}

fn keystream(key: &[u8; 16], iv: &[u8; 16], bytes: &mut [u8]) {
    Ctr128BE::<Aes128>::new(key.into(), iv.into()).apply_keystream(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        std::array::from_fn(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).expect("hex"))
    }

    #[test]
    fn the_keystream_is_that_of_rfc_3711_b_2() {
        let key = hex("2B7E151628AED2A6ABF7158809CF4F3C");
        let iv = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
        let mut bytes = [0; 48];
        keystream(&key, &iv, &mut bytes);
        let expected: [u8; 48] = hex(concat!(
            "E03EAD0935C95E80E166B16DD92B4EB4",
            "D23513162B02D0F72A43A2FE4A5F97AB",
            "41E95B3BB0A2E8DD477901E4FCA894C0"
        ));
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_session_keys_are_those_of_rfc_3711_b_3() {
        let master: MasterKey = Pii::new(hex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"));
        let keys = SessionKeys::rtp(&master);
        assert_eq!(*keys.cipher.expose(), hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(*keys.salt.expose(), hex("30CBBC08863D8C85D49DB34A9AE1"));
        let mut authentication = [0; 94];
        stream(&master, 1, &mut authentication);
        let expected: [u8; 32] = hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE");
        assert_eq!(authentication[..32], expected);
        assert!(!format!("{keys:?}").contains("198"), "no byte of a key is shown: {keys:?}");
    }
}

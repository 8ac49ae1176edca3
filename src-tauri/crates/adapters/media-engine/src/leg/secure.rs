//! SRTP on a leg: the contexts of both ways, kept as long as their keys stay.

use tandem_srtp::{Protector, Suite, Unprotector};
use tandem_switchboard::ports::media::{CryptoSuite, Protection};

/// What protects a leg's packets.
#[derive(Debug)]
pub(super) struct Secure {
    terms: Protection,
    protector: Protector,
    unprotector: Unprotector,
    scratch: Vec<u8>,
}

impl Secure {
    pub(super) fn new(terms: Protection) -> Self {
        let suite = suite(terms.suite);
        Self {
            protector: Protector::new(suite, &terms.send),
            unprotector: Unprotector::new(suite, &terms.receive),
            terms,
            scratch: Vec::with_capacity(256),
        }
    }

    /// Takes over new terms. A way whose key stays goes on where it was: beginning anew under the same key would
    /// repeat its keystream.
    pub(super) fn update(&mut self, terms: Protection) {
        let changed = terms.suite != self.terms.suite;
        if changed || terms.send != self.terms.send {
            self.protector = Protector::new(suite(terms.suite), &terms.send);
        }
        if changed || terms.receive != self.terms.receive {
            self.unprotector = Unprotector::new(suite(terms.suite), &terms.receive);
        }
        self.terms = terms;
    }

    /// The plain packet in a received datagram; `None` for what is forged, repeated or in the clear.
    pub(super) fn open(&mut self, datagram: &[u8]) -> Option<&[u8]> {
        self.scratch.clear();
        self.scratch.extend_from_slice(datagram);
        let opened = if tandem_rtp::is_rtcp(datagram) {
            self.unprotector.unprotect_rtcp(&mut self.scratch)
        } else {
            self.unprotector.unprotect_rtp(&mut self.scratch)
        };
        opened.is_ok().then_some(&self.scratch)
    }

    /// Protects a packet on its way out, in place; false if it must not be sent.
    pub(super) fn seal(&mut self, packet: &mut Vec<u8>) -> bool {
        if tandem_rtp::is_rtcp(packet) {
            self.protector.protect_rtcp(packet).is_ok()
        } else {
            self.protector.protect_rtp(packet).is_ok()
        }
    }
}

fn suite(agreed: CryptoSuite) -> Suite {
    match agreed {
        CryptoSuite::AesCm128HmacSha1_80 => Suite::Sha1_80,
        CryptoSuite::AesCm128HmacSha1_32 => Suite::Sha1_32,
    }
}

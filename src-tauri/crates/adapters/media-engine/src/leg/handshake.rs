//! A leg whose keys come by DTLS: what of its datagrams goes to the handshake, what comes back from there, and the
//! checks of paths before it (RFC 5764, RFC 7983).

use std::net::SocketAddr;
use std::time::Instant;

use tandem_switchboard::ports::media::{Dtls, Protection};

use super::ice;
use super::source::Source;
use crate::dtls::{Association, Outcome};

/// Whether a datagram is of the handshake (RFC 7983).
pub(super) fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}

/// What a leg keeps until it has its keys, and as long as it has them.
#[derive(Debug)]
pub(super) struct Handshake {
    terms: Dtls,
    association: Option<Association>,
    /// Where handshake datagrams go: to where the last one came from.
    peer: Option<SocketAddr>,
    /// To be sent when the socket is free.
    outbox: Vec<(Vec<u8>, SocketAddr)>,
}

impl Handshake {
    /// Begins, where it is for us to begin and the peer's address is known.
    pub(super) fn new(terms: Dtls, signalled: SocketAddr) -> Self {
        let peer = (terms.ice.is_none() && !signalled.ip().is_unspecified()).then_some(signalled);
        let mut new = Self { terms, association: None, peer, outbox: Vec::new() };
        new.begin();
        new
    }

    /// Goes on under new terms; false where they are another peer's. Who begins is settled once, and new credentials for
    /// checks change nothing about the keys (RFC 8842 section 5.5).
    pub(super) fn goes_on(&mut self, terms: &Dtls) -> bool {
        let same = self.terms.peer == terms.peer;
        if same {
            self.terms.ice.clone_from(&terms.ice);
        }
        same
    }

    /// Takes a datagram that is no RTP; false for what is.
    pub(super) fn take(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        at: Instant,
        source: &mut Source,
    ) -> bool {
        match datagram.first() {
            Some(_) if ice::is_stun(datagram) => self.check(datagram, from, at, source),
            Some(_) if is_dtls(datagram) => {
                // With ICE, only a path that was checked is one.
                if self.terms.ice.is_none() || source.target() == from {
                    self.peer = Some(from);
                    let association =
                        self.association.get_or_insert_with(|| Association::begin(self.terms.clone()));
                    association.push(datagram);
                }
            }
            _ => return false,
        }
        true
    }

    /// What the handshake brought meanwhile: the keys, once.
    pub(super) fn poll(&mut self) -> Option<Protection> {
        let mut keys = None;
        while let Some(outcome) = self.association.as_ref().and_then(Association::poll) {
            match outcome {
                Outcome::Send(datagram) => {
                    self.outbox.extend(self.peer.map(|peer| (datagram, peer)));
                }
                Outcome::Keys(protection) => keys = Some(protection),
                Outcome::Failed(reason) => {
                    tracing::warn!(reason, "a leg gets no keys, its call stays silent")
                }
            }
        }
        keys
    }

    /// What is to be sent.
    pub(super) fn take_outbox(&mut self) -> std::vec::Drain<'_, (Vec<u8>, SocketAddr)> {
        self.outbox.drain(..)
    }

    fn check(&mut self, datagram: &[u8], from: SocketAddr, at: Instant, source: &mut Source) {
        let Some((ours, theirs)) = &self.terms.ice else { return };
        let Some(check) = ice::answer(datagram, from, ours, theirs) else { return };
        self.outbox.push((check.response, from));
        if check.nominates {
            source.nominate(from, at);
            self.peer = Some(from);
            self.begin();
        }
    }

    fn begin(&mut self) {
        if self.terms.active && self.peer.is_some() && self.association.is_none() {
            self.association = Some(Association::begin(self.terms.clone()));
        }
    }
}

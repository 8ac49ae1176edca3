//! Packets that came in and are to be carried on as they are: copied once, into memory that is used again.

use std::time::Instant;

use tandem_rtp::Header;

/// What a packet carries, for that is numbered differently on each leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carried {
    Sound,
    /// A telephone-event (RFC 4733).
    Event,
    /// Comfort noise (RFC 3389), which stands for all that follows until there is sound again.
    Noise,
}

/// One packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub carried: Carried,
    pub header: Header,
    pub at: Instant,
    start: usize,
    end: usize,
}

/// The packets of one read.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    list: Vec<Arrival>,
    bytes: Vec<u8>,
}

impl Arrivals {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.bytes.clear();
    }

    pub(super) fn push(&mut self, carried: Carried, header: Header, payload: &[u8], at: Instant) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload);
        self.list.push(Arrival { carried, header, at, start, end: self.bytes.len() });
    }

    /// Each packet with its payload.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arrival, &[u8])> {
        self.list.iter().map(|arrival| (arrival, &self.bytes[arrival.start..arrival.end]))
    }
}

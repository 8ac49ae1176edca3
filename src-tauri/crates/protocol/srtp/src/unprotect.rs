//! The receiving side.

use std::collections::BTreeMap;

use crate::keys::{MasterKey, RTCP_TAG, SessionKeys, Suite};
use crate::replay::ReplayWindow;
use crate::{SrtpError, header_len, word};

/// Streams followed at a time; a peer changes its SSRC now and then, and only with its key can anybody add one.
const STREAMS: usize = 8;

/// Checks and decrypts the packets that come under one master key, each SSRC by itself.
#[derive(Debug, Clone)]
pub struct Unprotector {
    suite: Suite,
    rtp: SessionKeys,
    rtcp: SessionKeys,
    rtp_seen: BTreeMap<u32, ReplayWindow>,
    rtcp_seen: BTreeMap<u32, ReplayWindow>,
}

impl Unprotector {
    /// Nothing received yet.
    pub fn new(suite: Suite, master: &MasterKey) -> Self {
        let (rtp, rtcp) = (SessionKeys::rtp(master), SessionKeys::rtcp(master));
        Self { suite, rtp, rtcp, rtp_seen: BTreeMap::new(), rtcp_seen: BTreeMap::new() }
    }

    /// Makes the RTP packet of a protected one, in place.
    ///
    /// # Errors
    /// When it is short, not authentic, or came before; the bytes are then of no use.
    pub fn unprotect_rtp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let header = header_len(packet)?;
        let end = packet.len().checked_sub(self.suite.rtp_tag()).filter(|e| *e >= header);
        let end = end.ok_or(SrtpError::Short)?;
        let ssrc = word(packet, 8)?;
        let window = self.rtp_seen.get(&ssrc).copied().unwrap_or_default();
        let index = guess(window.newest(), u16::from_be_bytes([packet[2], packet[3]]));
        if !window.allows(index) {
            return Err(SrtpError::Replayed);
        }
        let (body, tag) = packet.split_at(end);
        if !self.rtp.is_right(body, &((index >> 16) as u32).to_be_bytes(), tag) {
            return Err(SrtpError::Tag);
        }
        take(&mut self.rtp_seen, ssrc, window, index);
        packet.truncate(end);
        self.rtp.crypt(ssrc, index, &mut packet[header..]);
        Ok(())
    }

    /// Makes the RTCP compound of a protected one, in place.
    ///
    /// # Errors
    /// As for RTP, and when it was sent in the clear, which neither suite agreed to.
    pub fn unprotect_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let end = packet.len().checked_sub(RTCP_TAG).filter(|e| *e >= 12).ok_or(SrtpError::Short)?;
        let (body, tag) = packet.split_at(end);
        if !self.rtcp.is_right(body, &[], tag) {
            return Err(SrtpError::Tag);
        }
        let (ssrc, trailer) = (word(packet, 4)?, word(packet, end - 4)?);
        if trailer >> 31 == 0 {
            return Err(SrtpError::NotEncrypted);
        }
        let index = u64::from(trailer & 0x7FFF_FFFF);
        let window = self.rtcp_seen.get(&ssrc).copied().unwrap_or_default();
        if !window.allows(index) {
            return Err(SrtpError::Replayed);
        }
        take(&mut self.rtcp_seen, ssrc, window, index);
        packet.truncate(end - 4);
        self.rtcp.crypt(ssrc, index, &mut packet[8..]);
        Ok(())
    }
}

/// The index whose lower 16 bits are the sequence number and that is nearest to the newest (section 3.3.1).
fn guess(newest: Option<u64>, sequence: u16) -> u64 {
    let Some(newest) = newest else { return u64::from(sequence) };
    let (rollover, highest) = (newest >> 16, newest as u16);
    let rollover = if sequence.wrapping_sub(highest) < 0x8000 {
        rollover + u64::from(sequence < highest)
    } else if sequence > highest {
        // Before the first packet there is no earlier round.
        rollover.saturating_sub(1)
    } else {
        rollover
    };
    rollover << 16 | u64::from(sequence)
}

fn take(seen: &mut BTreeMap<u32, ReplayWindow>, ssrc: u32, mut window: ReplayWindow, index: u64) {
    window.take(index);
    if seen.len() >= STREAMS && !seen.contains_key(&ssrc) {
        seen.pop_first();
    }
    seen.insert(ssrc, window);
}

//! The sending side.

use crate::keys::{MasterKey, RTCP_TAG, SessionKeys, Suite};
use crate::{SrtpError, header_len, word};

/// A key serves 2^31 RTCP packets (RFC 3711, section 9.2); RTP's 2^48 is farther than a call can reach.
const LAST_RTCP: u32 = 0x7FFF_FFFF;

/// Protects the packets of one stream (one SSRC) under one master key.
#[derive(Debug, Clone)]
pub struct Protector {
    suite: Suite,
    rtp: SessionKeys,
    rtcp: SessionKeys,
    /// The roll-over counter and the sequence number of the packet with the highest index.
    rollover: u32,
    highest: Option<u16>,
    rtcp_index: u32,
}

impl Protector {
    /// A stream at its beginning; indices start at nothing.
    pub fn new(suite: Suite, master: &MasterKey) -> Self {
        let (rtp, rtcp) = (SessionKeys::rtp(master), SessionKeys::rtcp(master));
        Self { suite, rtp, rtcp, rollover: 0, highest: None, rtcp_index: 0 }
    }

    /// Encrypts the payload of an RTP packet in place and appends the tag.
    ///
    /// # Errors
    /// When it is shorter than its header says.
    pub fn protect_rtp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let header = header_len(packet)?;
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let rollover = self.roll(sequence);
        let index = u64::from(rollover) << 16 | u64::from(sequence);
        let ssrc = word(packet, 8)?;
        self.rtp.crypt(ssrc, index, &mut packet[header..]);
        let tag = self.rtp.tag(packet, &rollover.to_be_bytes());
        packet.extend_from_slice(&tag[..self.suite.rtp_tag()]);
        Ok(())
    }

    /// Encrypts an RTCP compound in place behind its first 8 bytes and appends index and tag (section 3.4).
    ///
    /// # Errors
    /// When it is no RTCP packet, or the key is used up.
    pub fn protect_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let ssrc = word(packet, 4)?;
        let index = self.rtcp_index;
        if index > LAST_RTCP {
            return Err(SrtpError::Exhausted);
        }
        self.rtcp_index = index + 1;
        self.rtcp.crypt(ssrc, u64::from(index), &mut packet[8..]);
        packet.extend_from_slice(&(index | 1 << 31).to_be_bytes());
        let tag = self.rtcp.tag(packet, &[]);
        packet.extend_from_slice(&tag[..RTCP_TAG]);
        Ok(())
    }

    /// The roll-over counter that belongs to this sequence number; a repeated older packet keeps its own.
    fn roll(&mut self, sequence: u16) -> u32 {
        let highest = *self.highest.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(highest);
        if ahead < 0x8000 {
            self.highest = Some(sequence);
            if sequence < highest {
                self.rollover = self.rollover.wrapping_add(1);
            }
            self.rollover
        } else if sequence > highest {
            self.rollover.wrapping_sub(1)
        } else {
            self.rollover
        }
    }
}

//! SRTP and SRTCP (RFC 3711) with AES in counter mode and HMAC-SHA1, under keys that SDP carried (RFC 4568).
//!
//! [`Protector`] is the sending side of one master key, [`Unprotector`] the receiving side. Both work on whole packets;
//! neither draws randomness nor reads a clock.
//!
//! Invariant: nothing of a received packet is believed (no counter moves, no byte is decrypted) before its tag was found
//! right.

mod keys;
mod protect;
mod replay;
mod unprotect;

pub use keys::{MASTER_LEN, MasterKey, Suite};
pub use protect::Protector;
pub use unprotect::Unprotector;

/// Why a packet was not taken or could not be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    #[error("reading a protected packet: shorter than its header and tag")]
    Short,
    #[error("reading a protected packet: its tag is wrong")]
    Tag,
    #[error("reading a protected packet: it came before, or is too old to tell")]
    Replayed,
    #[error("reading a protected RTCP packet: it is not encrypted")]
    NotEncrypted,
    #[error("protecting a packet: the key has served its number of packets")]
    Exhausted,
}

/// Length of an RTP header with its CSRCs and extension, which stays in the clear (RFC 3711, section 3.1).
fn header_len(packet: &[u8]) -> Result<usize, SrtpError> {
    let first = *packet.first().ok_or(SrtpError::Short)?;
    let mut length = 12 + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = packet.get(length + 2..length + 4).ok_or(SrtpError::Short)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    if packet.len() < length { Err(SrtpError::Short) } else { Ok(length) }
}

fn word(packet: &[u8], at: usize) -> Result<u32, SrtpError> {
    let bytes = packet.get(at..at + 4).ok_or(SrtpError::Short)?;
    Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

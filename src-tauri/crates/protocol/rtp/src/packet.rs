//! A view of an RTP packet in received bytes, and the writer of a plain 12-byte header (RFC 3550, section 5.1).

use crate::HEADER_LEN;

/// Why bytes are not an RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    #[error("reading an RTP packet: shorter than its header")]
    Short,
    #[error("reading an RTP packet: version {0} instead of 2")]
    Version(u8),
    #[error("reading an RTP packet: padding is longer than the payload")]
    Padding,
}

/// The fields of a header that change from packet to packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub marker: bool,
    /// 0–127.
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

impl Header {
    /// The 12 bytes: no padding, no extension, no CSRC.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = 2 << 6;
        bytes[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7F;
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

/// A parsed packet that borrows the datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    pub header: Header,
    /// Contributing sources, four bytes each.
    csrcs: &'a [u8],
    /// The extension's profile word and its data (RFC 3550, section 5.3.1).
    pub extension: Option<(u16, &'a [u8])>,
    /// The payload without padding.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Parses one datagram.
    ///
    /// # Errors
    /// When it is too short for what its first bytes announce, or of another version.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, PacketError> {
        let fixed = datagram.get(..HEADER_LEN).ok_or(PacketError::Short)?;
        let version = fixed[0] >> 6;
        if version != 2 {
            return Err(PacketError::Version(version));
        }
        let csrc_end = HEADER_LEN + 4 * usize::from(fixed[0] & 0x0F);
        let csrcs = datagram.get(HEADER_LEN..csrc_end).ok_or(PacketError::Short)?;
        let mut rest = &datagram[csrc_end..];
        let mut extension = None;
        if fixed[0] & 0x10 != 0 {
            let head = rest.get(..4).ok_or(PacketError::Short)?;
            let length = 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
            let data = rest.get(4..4 + length).ok_or(PacketError::Short)?;
            extension = Some((u16::from_be_bytes([head[0], head[1]]), data));
            rest = &rest[4 + length..];
        }
        if fixed[0] & 0x20 != 0 {
            let padding = usize::from(*rest.last().ok_or(PacketError::Padding)?);
            if padding == 0 || padding > rest.len() {
                return Err(PacketError::Padding);
            }
            rest = &rest[..rest.len() - padding];
        }
        let header = Header {
            marker: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7F,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
        };
        Ok(Self { header, csrcs, extension, payload: rest })
    }

    /// The contributing sources, in order.
    pub fn csrcs(&self) -> impl Iterator<Item = u32> + 'a {
        self.csrcs.chunks_exact(4).map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        marker: true,
        payload_type: 101,
        sequence: 0xFFFE,
        timestamp: 0xDEAD_BEEF,
        ssrc: 0x0102_0304,
    };

    #[test]
    fn a_written_header_reads_back() {
        let mut bytes = HEADER.to_bytes().to_vec();
        bytes.extend_from_slice(&[9; 160]);
        let packet = Packet::parse(&bytes).expect("well formed");
        assert_eq!(packet.header, HEADER);
        assert_eq!(packet.payload, [9; 160]);
        assert_eq!((packet.csrcs().count(), packet.extension), (0, None));
    }

    #[test]
    fn csrcs_extension_and_padding_are_stripped_from_the_payload() {
        let mut bytes = HEADER.to_bytes().to_vec();
        bytes[0] |= 0x20 | 0x10 | 2;
        bytes.extend_from_slice(&[0, 0, 0, 7, 0, 0, 0, 8]);
        bytes.extend_from_slice(&[0xBE, 0xDE, 0, 1, 1, 2, 3, 4]);
        bytes.extend_from_slice(&[5, 6, 7, 0, 0, 3]);
        let packet = Packet::parse(&bytes).expect("well formed");
        assert_eq!(packet.csrcs().collect::<Vec<_>>(), [7, 8]);
        assert_eq!(packet.extension, Some((0xBEDE, &[1, 2, 3, 4][..])));
        assert_eq!(packet.payload, [5, 6, 7]);
    }

    #[test]
    fn every_truncation_and_lying_length_is_an_error_not_a_panic() {
        let mut bytes = HEADER.to_bytes().to_vec();
        bytes[0] |= 0x10 | 1;
        bytes.extend_from_slice(&[0, 0, 0, 7, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4]);
        for cut in 0..bytes.len() {
            assert_eq!(Packet::parse(&bytes[..cut]), Err(PacketError::Short), "cut at {cut}");
        }
        let mut padded = HEADER.to_bytes().to_vec();
        padded[0] |= 0x20;
        assert_eq!(Packet::parse(&padded), Err(PacketError::Padding));
        padded.push(2);
        assert_eq!(Packet::parse(&padded), Err(PacketError::Padding));
        padded[0] = 0x40;
        assert_eq!(Packet::parse(&padded), Err(PacketError::Version(1)));
    }
}

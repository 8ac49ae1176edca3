//! Ogg-Opus files (RFC 7845) of two uncoupled streams, so that neither channel bleeds into the other.

use std::io::{self, Read, Seek};

use ogg::writing::PacketWriter;
use ogg::{PacketReader, PacketWriteEndInfo};
use opus::{Application, Bitrate, MSDecoder, MSEncoder};

use crate::{FRAME, SAMPLE_RATE};

/// Granules count samples at 48 kHz, whatever was put in (RFC 7845, section 4).
const GRANULES_PER_SAMPLE: u64 = 48_000 / SAMPLE_RATE as u64;
/// Packets of one page, 0.4 s: a crash may cost the page that is being filled and the one that is half written, and no
/// second in all.
const PACKETS_PER_PAGE: u32 = 20;
/// For each of the two channels.
const BITS_PER_CHANNEL: i32 = 20_000;
/// Streams need a number; a file holds one alone.
const SERIAL: u32 = 1;

/// Turns frames into the bytes of a file.
pub struct OggOpusWriter {
    encoder: MSEncoder,
    writer: PacketWriter<'static, Vec<u8>>,
    pre_skip: u64,
    /// Samples a channel that were put in.
    samples: u64,
    /// Packets in the page that is being filled.
    in_page: u32,
    /// Samples that were encoded, silence at the end included.
    encoded: u64,
    /// The latest packet, kept back so that the last one can end the stream.
    held: Option<Vec<u8>>,
}

impl std::fmt::Debug for OggOpusWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OggOpusWriter").field("samples", &self.samples).finish_non_exhaustive()
    }
}

impl OggOpusWriter {
    /// An encoder; the stream's two headers wait in [`OggOpusWriter::take`].
    ///
    /// # Errors
    /// When the codec cannot be made.
    pub fn new() -> io::Result<Self> {
        let mut encoder =
            MSEncoder::new(SAMPLE_RATE, 2, 0, &[0, 1], Application::Voip).map_err(io::Error::other)?;
        encoder.set_bitrate(Bitrate::Bits(2 * BITS_PER_CHANNEL)).map_err(io::Error::other)?;
        let lookahead = encoder.get_lookahead().map_err(io::Error::other)?;
        let pre_skip = u64::try_from(lookahead).unwrap_or_default() * GRANULES_PER_SAMPLE;
        let mut writer = PacketWriter::new(Vec::new());
        writer.write_packet(head(pre_skip), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        writer.write_packet(tags(), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        Ok(Self { encoder, writer, pre_skip, samples: 0, in_page: 0, encoded: 0, held: None })
    }

    /// Encodes one frame of either side.
    ///
    /// # Errors
    /// When the codec fails.
    pub fn frame(&mut self, left: &[i16; FRAME], right: &[i16; FRAME]) -> io::Result<()> {
        self.samples += FRAME as u64;
        self.encode(left, right)
    }

    /// Ends the stream; the last page says how much of the last packets is sound.
    ///
    /// # Errors
    /// When the codec fails.
    pub fn end(&mut self) -> io::Result<()> {
        let wanted = self.samples + self.pre_skip / GRANULES_PER_SAMPLE;
        while self.encoded < wanted {
            self.encode(&[0; FRAME], &[0; FRAME])?;
        }
        let granule = self.pre_skip + self.samples * GRANULES_PER_SAMPLE;
        match self.held.take() {
            Some(packet) => self.writer.write_packet(packet, SERIAL, PacketWriteEndInfo::EndStream, granule),
            None => Ok(()),
        }
    }

    /// The bytes of the pages that are whole.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }

    fn encode(&mut self, left: &[i16; FRAME], right: &[i16; FRAME]) -> io::Result<()> {
        let mut both = [0; 2 * FRAME];
        for (pair, (l, r)) in both.chunks_exact_mut(2).zip(left.iter().zip(right)) {
            pair.copy_from_slice(&[*l, *r]);
        }
        let packet = self.encoder.encode_vec(&both, 1_500).map_err(io::Error::other)?;
        if let Some(before) = self.held.replace(packet) {
            self.in_page += 1;
            let ends = self.in_page == PACKETS_PER_PAGE;
            let info = if ends { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
            if ends {
                self.in_page = 0;
            }
            self.writer.write_packet(before, SERIAL, info, self.encoded * GRANULES_PER_SAMPLE)?;
        }
        self.encoded += FRAME as u64;
        Ok(())
    }
}

/// Reads what [`OggOpusWriter`] writes.
pub struct OggOpusReader<R: Read + Seek> {
    packets: PacketReader<R>,
    decoder: MSDecoder,
    /// Samples a channel that are still to be left out at the beginning.
    skip: usize,
}

impl<R: Read + Seek> std::fmt::Debug for OggOpusReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OggOpusReader").field("skip", &self.skip).finish_non_exhaustive()
    }
}

impl<R: Read + Seek> OggOpusReader<R> {
    /// Reads both headers.
    ///
    /// # Errors
    /// When there are none, or they are not of a file in two channels.
    pub fn new(source: R) -> io::Result<Self> {
        let mut packets = PacketReader::new(source);
        let head = packets.read_packet_expected().map_err(io::Error::other)?.data;
        if head.len() != 23 || !head.starts_with(b"OpusHead\x01\x02") || head[18..] != [1, 2, 0, 0, 1] {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not Ogg-Opus in two channels"));
        }
        let skip = u64::from(u16::from_le_bytes([head[10], head[11]])) / GRANULES_PER_SAMPLE;
        packets.read_packet_expected().map_err(io::Error::other)?;
        let decoder = MSDecoder::new(SAMPLE_RATE, 2, 0, &[0, 1]).map_err(io::Error::other)?;
        Ok(Self { packets, decoder, skip: usize::try_from(skip).unwrap_or_default() })
    }

    /// Appends the next packet's samples, left and right in turn; false at the end. What follows the last sample (the
    /// end of the last packet) is the reader's to cut, who knows the length.
    ///
    /// # Errors
    /// When the file is broken.
    pub fn read(&mut self, out: &mut Vec<i16>) -> io::Result<bool> {
        let Some(packet) = self.packets.read_packet().map_err(io::Error::other)? else { return Ok(false) };
        // A packet holds 120 ms at most (RFC 6716, section 3.2).
        let mut samples = [0; 12 * FRAME];
        let decoded = self.decoder.decode(&packet.data, &mut samples, false).map_err(io::Error::other)?;
        let left_out = self.skip.min(decoded);
        self.skip -= left_out;
        out.extend_from_slice(&samples[2 * left_out..2 * decoded]);
        Ok(true)
    }
}

/// The identification header (RFC 7845, section 5.1), channel mapping family 1.
fn head(pre_skip: u64) -> Vec<u8> {
    let mut bytes = b"OpusHead".to_vec();
    bytes.extend([1, 2]);
    bytes.extend(u16::try_from(pre_skip).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    // No gain; family 1; two streams, none of them coupled; left is the first, right the second.
    bytes.extend([0, 0, 1, 2, 0, 0, 1]);
    bytes
}

/// The comment header (RFC 7845, section 5.2).
fn tags() -> Vec<u8> {
    let vendor = b"tandem";
    let mut bytes = b"OpusTags".to_vec();
    bytes.extend((vendor.len() as u32).to_le_bytes());
    bytes.extend(vendor);
    bytes.extend(0_u32.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure, tone};

    #[test]
    fn both_channels_come_back_in_time_and_apart() {
        let (left, right) = (tone::sine(500.0, 8_000.0, 16_000, 0), tone::sine(1_200.0, 8_000.0, 16_000, 0));
        let mut writer = OggOpusWriter::new().expect("a codec");
        for (l, r) in left.chunks_exact(FRAME).zip(right.chunks_exact(FRAME)) {
            writer.frame(l.try_into().expect("a frame"), r.try_into().expect("a frame")).expect("encoded");
        }
        writer.end().expect("ended");
        let bytes = writer.take();
        assert!((8_000..14_000).contains(&bytes.len()), "40 kb/s for 2 s: {}", bytes.len());
        let mut reader = OggOpusReader::new(io::Cursor::new(bytes)).expect("headers");
        let mut both = Vec::new();
        while reader.read(&mut both).expect("a packet") {}
        assert!(both.len() >= 32_000, "all of it is there: {}", both.len());
        let side = |n: usize| both.iter().skip(n).step_by(2).copied().take(16_000).collect::<Vec<_>>();
        for (n, own, other) in [(0, 500.0, 1_200.0), (1, 1_200.0, 500.0)] {
            let side = side(n);
            assert!(measure::tone_level(&side[4_000..12_000], own) > 4_000.0);
            assert!(measure::tone_level(&side[4_000..12_000], other) < 80.0);
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(OggOpusReader::new(io::Cursor::new(b"OggS and more, but not much".to_vec())).is_err());
    }
}

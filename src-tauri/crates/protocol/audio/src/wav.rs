//! WAV framing for 16-bit PCM: a header that can be patched while the file grows, and a reader of what we write.
//!
//! A recorder writes [`header`] with zero frames, appends [`interleave`]d samples, and rewrites the header now and
//! then. After a crash the file plays up to the last patch.

/// Bytes of the header.
pub const HEADER_LEN: usize = 44;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    pub channels: u16,
    pub sample_rate: u32,
}

/// Why bytes are not a WAV file we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    #[error("reading a WAV file: no RIFF/WAVE header")]
    NotWav,
    #[error("reading a WAV file: not 16-bit PCM")]
    NotPcm16,
    #[error("reading a WAV file: no data chunk")]
    NoData,
}

/// The 44 bytes before `frames` frames (one sample per channel each).
pub fn header(format: Format, frames: u64) -> [u8; HEADER_LEN] {
    let align = format.channels * 2;
    // Sizes have 32 bits; a file beyond them (over 37 hours of stereo at 8 kHz) announces as much as fits.
    let data = (frames * u64::from(align)).min(u64::from(u32::MAX) - 36) as u32;
    let mut bytes = [0; HEADER_LEN];
    bytes[..4].copy_from_slice(b"RIFF");
    bytes[4..8].copy_from_slice(&(data + 36).to_le_bytes());
    bytes[8..16].copy_from_slice(b"WAVEfmt ");
    bytes[16..20].copy_from_slice(&16u32.to_le_bytes());
    bytes[20..22].copy_from_slice(&1u16.to_le_bytes());
    bytes[22..24].copy_from_slice(&format.channels.to_le_bytes());
    bytes[24..28].copy_from_slice(&format.sample_rate.to_le_bytes());
    bytes[28..32].copy_from_slice(&(format.sample_rate * u32::from(align)).to_le_bytes());
    bytes[32..34].copy_from_slice(&align.to_le_bytes());
    bytes[34..36].copy_from_slice(&16u16.to_le_bytes());
    bytes[36..40].copy_from_slice(b"data");
    bytes[40..44].copy_from_slice(&data.to_le_bytes());
    bytes
}

/// Appends two channels of equal length as the bytes of a stereo file.
pub fn interleave(left: &[i16], right: &[i16], out: &mut Vec<u8>) {
    for (l, r) in left.iter().zip(right) {
        out.extend_from_slice(&l.to_le_bytes());
        out.extend_from_slice(&r.to_le_bytes());
    }
}

/// Reads a 16-bit PCM file: its format and one vector per channel. Data past the announced length is left out.
///
/// # Errors
/// When it is no such file.
pub fn read(bytes: &[u8]) -> Result<(Format, Vec<Vec<i16>>), WavError> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WavError::NotWav);
    }
    let mut format = None;
    let mut at = 12;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let body = &bytes[at + 8..bytes.len().min((at + 8).saturating_add(length))];
        match &head[..4] {
            b"fmt " if body.len() >= 16 => {
                let pcm16 = body[..2] == [1, 0] && body[14..16] == [16, 0];
                let channels = u16::from_le_bytes([body[2], body[3]]);
                if !pcm16 || channels == 0 {
                    return Err(WavError::NotPcm16);
                }
                let sample_rate = u32::from_le_bytes([body[4], body[5], body[6], body[7]]);
                format = Some(Format { channels, sample_rate });
            }
            b"data" => {
                let format = format.ok_or(WavError::NotPcm16)?;
                let mut channels = vec![Vec::new(); usize::from(format.channels)];
                for frame in body.chunks_exact(2 * channels.len()) {
                    for (channel, sample) in channels.iter_mut().zip(frame.chunks_exact(2)) {
                        channel.push(i16::from_le_bytes([sample[0], sample[1]]));
                    }
                }
                return Ok((format, channels));
            }
            _ => {}
        }
        at = at.saturating_add(8).saturating_add(length.next_multiple_of(2));
    }
    Err(WavError::NoData)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEREO: Format = Format { channels: 2, sample_rate: 8_000 };

    #[test]
    fn a_file_reads_back_up_to_the_announced_length() {
        let mut bytes = header(STEREO, 2).to_vec();
        interleave(&[1, -2, 3], &[400, 500, 600], &mut bytes);
        let (format, channels) = read(&bytes).expect("a WAV file");
        assert_eq!(format, STEREO);
        assert_eq!(channels, [vec![1, -2], vec![400, 500]], "the third frame is not announced yet");
    }

    #[test]
    fn other_chunks_are_skipped_and_broken_files_are_errors() {
        let whole = header(STEREO, 0);
        let mut bytes = whole[..12].to_vec();
        bytes.extend_from_slice(b"LIST\x03\x00\x00\x00abc\x00");
        bytes.extend_from_slice(&whole[12..]);
        assert_eq!(read(&bytes).map(|(format, _)| format), Ok(STEREO));
        for cut in 0..44 {
            assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
        }
        let mut float = whole;
        float[20] = 3;
        assert_eq!(read(&float), Err(WavError::NotPcm16));
    }
}

//! The shape of a WAV file: 16-bit PCM, one or two channels (RIFF, "WAVE" form).

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// Loudest sample of each slice and channel, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Peaks {
    pub(crate) duration_ms: i64,
    pub(crate) left: Vec<f32>,
    /// The same as `left` where the file has one channel.
    pub(crate) right: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Format {
    channels: usize,
    rate: u32,
}

/// Reads the whole file, a buffer at a time. Blocks.
///
/// # Errors
/// When the file cannot be read or is not 16-bit PCM.
pub(crate) fn peaks(path: &Path, slices: usize) -> io::Result<Peaks> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut head = [0; 12];
    reader.read_exact(&mut head)?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        return Err(not_pcm());
    }
    let mut format = None;
    loop {
        let mut chunk = [0; 8];
        reader.read_exact(&mut chunk)?;
        let size = u64::from(u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
        match &chunk[..4] {
            b"fmt " => format = Some(read_format(&mut reader, size)?),
            b"data" => {
                let format = format.ok_or_else(not_pcm)?;
                // A size that was never filled in, or is larger than the file, means the rest of the file.
                let size = if size == 0 { length } else { size.min(length) };
                return shape(&mut reader.take(size), format, slices, size.min(length.saturating_sub(44)));
            }
            _ => skip(&mut reader, size + size % 2)?,
        }
    }
}

fn read_format(reader: &mut impl Read, size: u64) -> io::Result<Format> {
    let mut fmt = [0; 16];
    reader.read_exact(&mut fmt)?;
    skip(reader, size.saturating_sub(16))?;
    let word = |at: usize| u16::from_le_bytes([fmt[at], fmt[at + 1]]);
    let format =
        Format { channels: usize::from(word(2)), rate: u32::from_le_bytes([fmt[4], fmt[5], fmt[6], fmt[7]]) };
    // 1 is PCM, 0xFFFE the extensible form of it.
    let pcm = matches!(word(0), 1 | 0xFFFE) && word(14) == 16;
    if !pcm || !(1..=2).contains(&format.channels) || format.rate == 0 {
        return Err(not_pcm());
    }
    Ok(format)
}

fn shape(reader: &mut impl Read, format: Format, slices: usize, bytes: u64) -> io::Result<Peaks> {
    let frame = 2 * format.channels as u64;
    let frames = (bytes / frame).max(1);
    let mut peaks = [vec![0_u16; slices], vec![0_u16; slices]];
    let mut buffer = vec![0; 1 << 14];
    let (mut at, mut kept) = (0_u64, 0);
    loop {
        let read = reader.read(&mut buffer[kept..])?;
        let whole = kept + read;
        if read == 0 {
            break;
        }
        let step = frame as usize;
        let used = whole - whole % step;
        for samples in buffer[..used].chunks_exact(step) {
            let slice = ((at * slices as u64 / frames) as usize).min(slices - 1);
            for (channel, bytes) in samples.chunks_exact(2).enumerate() {
                let loud = i16::from_le_bytes([bytes[0], bytes[1]]).unsigned_abs();
                peaks[channel][slice] = peaks[channel][slice].max(loud);
            }
            at += 1;
        }
        buffer.copy_within(used..whole, 0);
        kept = whole - used;
    }
    let scale = |peaks: &[u16]| peaks.iter().map(|peak| f32::from(*peak) / 32_768.0).collect::<Vec<_>>();
    let left = scale(&peaks[0]);
    let right = if format.channels == 2 { scale(&peaks[1]) } else { left.clone() };
    let duration_ms = i64::try_from(at * 1_000 / u64::from(format.rate)).unwrap_or(i64::MAX);
    Ok(Peaks { duration_ms, left, right })
}

fn skip(reader: &mut impl Read, bytes: u64) -> io::Result<()> {
    io::copy(&mut reader.take(bytes), &mut io::sink()).map(|_| ())
}

fn not_pcm() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the recording is not 16-bit PCM")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn wav(samples: &[(i16, i16)]) -> tempfile::NamedTempFile {
        let data: Vec<u8> =
            samples.iter().flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()].concat()).collect();
        let mut file = tempfile::NamedTempFile::new().expect("file");
        let mut out = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x02\0".to_vec();
        out.extend(8_000_u32.to_le_bytes());
        out.extend(32_000_u32.to_le_bytes());
        out.extend([4, 0, 16, 0]);
        out.extend(b"data");
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        file.write_all(&out).expect("written");
        file
    }

    #[test]
    fn each_slice_has_the_loudest_sample_of_its_channel() {
        let mut samples = vec![(0, 0); 16_000];
        samples[1_000] = (16_384, 0);
        samples[15_999] = (0, -32_768);
        let peaks = peaks(wav(&samples).path(), 4).expect("read");
        assert_eq!(peaks.duration_ms, 2_000);
        assert_eq!(peaks.left, [0.5, 0.0, 0.0, 0.0]);
        assert_eq!(peaks.right, [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn what_is_not_pcm_is_refused_and_does_not_panic() {
        let mut file = tempfile::NamedTempFile::new().expect("file");
        file.write_all(b"RIFF0000WAVEdata\xff\xff\xff\xff").expect("written");
        assert!(peaks(file.path(), 10).is_err());
        assert_eq!(peaks(wav(&[]).path(), 3).expect("empty").left, [0.0; 3]);
    }
}

//! Recordings in another format than theirs, piece by piece, and the shape of Ogg-Opus. Blocks.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use tandem_audio::ogg_opus::{OggOpusReader, OggOpusWriter};
use tandem_audio::wav::{self, Format, HEADER_LEN};
use tandem_audio::{FRAME, SAMPLE_RATE};
use tandem_console_api::recordings::AudioFormat;
use tandem_switchboard::records::RecordingFormat;

use crate::wav::Peaks;

const FORMAT: Format = Format { channels: 2, sample_rate: SAMPLE_RATE };
/// Samples of both channels that are converted at a time: half a second.
const PIECE: usize = 8_000;

/// Whether this build converts to the format.
pub(crate) const fn is_offered(format: AudioFormat) -> bool {
    !matches!(format, AudioFormat::Mp3) || cfg!(feature = "mp3")
}

/// Reads the file and gives it in another format, in pieces.
///
/// # Errors
/// When the file cannot be read, is not what it should be, or nobody takes the pieces any more.
pub(crate) fn convert(
    path: &Path,
    stored: RecordingFormat,
    duration_ms: i64,
    wanted: AudioFormat,
    give: &mut dyn FnMut(Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    let mut sink = Sink::new(wanted, frames(duration_ms))?;
    read(path, stored, frames(duration_ms), &mut |samples| {
        let bytes = sink.take(samples)?;
        if bytes.is_empty() { Ok(()) } else { give(bytes) }
    })?;
    give(sink.end()?)
}

/// Loudest sample of each slice of an Ogg-Opus file.
///
/// # Errors
/// When the file cannot be read or is not Ogg-Opus.
pub(crate) fn peaks(path: &Path, duration_ms: i64, slices: usize) -> io::Result<Peaks> {
    let total = frames(duration_ms).max(1);
    let mut loudest = [vec![0_u16; slices], vec![0_u16; slices]];
    let mut at = 0;
    read(path, RecordingFormat::Ogg, total, &mut |samples| {
        for frame in samples.chunks_exact(2) {
            let slice = ((at * slices as u64 / total) as usize).min(slices.saturating_sub(1));
            for (side, sample) in loudest.iter_mut().zip(frame) {
                side[slice] = side[slice].max(sample.unsigned_abs());
            }
            at += 1;
        }
        Ok(())
    })?;
    let [left, right] =
        loudest.map(|side| side.iter().map(|peak| f32::from(*peak) / 32_768.0).collect::<Vec<_>>());
    Ok(Peaks { duration_ms, left, right })
}

/// Samples of a channel.
fn frames(duration_ms: i64) -> u64 {
    u64::try_from(duration_ms).unwrap_or_default() * u64::from(SAMPLE_RATE) / 1_000
}

/// Gives the file's samples, left and right in turn, and of Ogg-Opus no more than `frames`.
fn read(
    path: &Path,
    stored: RecordingFormat,
    frames: u64,
    give: &mut dyn FnMut(&[i16]) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    match stored {
        RecordingFormat::Wav => {
            file.read_exact(&mut [0; HEADER_LEN])?;
            let mut bytes = vec![0; 2 * PIECE];
            loop {
                let read = fill(&mut file, &mut bytes)?;
                let samples: Vec<i16> =
                    bytes[..read].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
                give(&samples)?;
                if read < bytes.len() {
                    return Ok(());
                }
            }
        }
        RecordingFormat::Ogg => {
            let mut reader = OggOpusReader::new(file)?;
            let mut left = usize::try_from(2 * frames).unwrap_or(usize::MAX);
            let mut samples = Vec::new();
            loop {
                let more = reader.read(&mut samples)?;
                if samples.len() >= PIECE || !more {
                    samples.truncate(left);
                    left -= samples.len();
                    give(&samples)?;
                    samples.clear();
                }
                if !more {
                    return Ok(());
                }
            }
        }
    }
}

fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Where samples become bytes again.
enum Sink {
    /// With the header, until it has gone.
    Wav(Option<[u8; HEADER_LEN]>),
    /// With the samples that are not a frame yet.
    Ogg(Box<OggOpusWriter>, Vec<i16>),
    #[cfg(feature = "mp3")]
    Mp3(mp3lame_encoder::Encoder),
}

impl Sink {
    fn new(format: AudioFormat, frames: u64) -> io::Result<Self> {
        match format {
            AudioFormat::Wav => Ok(Self::Wav(Some(wav::header(FORMAT, frames)))),
            AudioFormat::Ogg => Ok(Self::Ogg(Box::new(OggOpusWriter::new()?), Vec::new())),
            #[cfg(feature = "mp3")]
            AudioFormat::Mp3 => mp3().map(Self::Mp3),
            #[cfg(not(feature = "mp3"))]
            AudioFormat::Mp3 => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn take(&mut self, samples: &[i16]) -> io::Result<Vec<u8>> {
        match self {
            Self::Wav(header) => {
                let mut bytes = header.take().map(Vec::from).unwrap_or_default();
                bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
                Ok(bytes)
            }
            Self::Ogg(writer, kept) => {
                kept.extend_from_slice(samples);
                let whole = kept.len() - kept.len() % (2 * FRAME);
                for both in kept[..whole].chunks_exact(2 * FRAME) {
                    let (mut left, mut right) = ([0; FRAME], [0; FRAME]);
                    for (n, pair) in both.chunks_exact(2).enumerate() {
                        (left[n], right[n]) = (pair[0], pair[1]);
                    }
                    writer.frame(&left, &right)?;
                }
                kept.drain(..whole);
                Ok(writer.take())
            }
            #[cfg(feature = "mp3")]
            Self::Mp3(encoder) => {
                let mut bytes =
                    Vec::with_capacity(mp3lame_encoder::max_required_buffer_size(samples.len() / 2));
                let pcm = mp3lame_encoder::InterleavedPcm(samples);
                encoder.encode_to_vec(pcm, &mut bytes).map_err(lame)?;
                Ok(bytes)
            }
        }
    }

    fn end(mut self) -> io::Result<Vec<u8>> {
        match &mut self {
            Self::Wav(header) => Ok(header.take().map(Vec::from).unwrap_or_default()),
            Self::Ogg(writer, _) => {
                writer.end()?;
                Ok(writer.take())
            }
            #[cfg(feature = "mp3")]
            Self::Mp3(encoder) => {
                // LAME's own figure for what a flush may need.
                let mut bytes = Vec::with_capacity(7_200);
                encoder.flush_to_vec::<mp3lame_encoder::FlushNoGap>(&mut bytes).map_err(lame)?;
                Ok(bytes)
            }
        }
    }
}

#[cfg(feature = "mp3")]
fn mp3() -> io::Result<mp3lame_encoder::Encoder> {
    let fault = |_| io::Error::other("the MP3 encoder does not take its settings");
    let mut builder = mp3lame_encoder::Builder::new().ok_or(io::ErrorKind::OutOfMemory)?;
    builder.set_num_channels(2).map_err(fault)?;
    builder.set_sample_rate(SAMPLE_RATE).map_err(fault)?;
    // The most that MPEG 2.5 has at 8 kHz.
    builder.set_brate(mp3lame_encoder::Bitrate::Kbps64).map_err(fault)?;
    // The channels are two people: what one says has nothing in common with what the other says.
    builder.set_mode(mp3lame_encoder::Mode::Stereo).map_err(fault)?;
    builder.set_quality(mp3lame_encoder::Quality::Good).map_err(fault)?;
    // A stream cannot be gone back in to fill in the tag of a variable rate.
    builder.set_to_write_vbr_tag(false).map_err(fault)?;
    builder.build().map_err(fault)
}

#[cfg(feature = "mp3")]
fn lame(_: mp3lame_encoder::EncodeError) -> io::Error {
    io::Error::other("the MP3 encoder failed")
}

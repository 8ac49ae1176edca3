//! After a crash or on a full disk: a recording is cut to its last whole piece, and made to say how much there is.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tandem_audio::SAMPLE_RATE;
use tandem_audio::wav::{self, Format, HEADER_LEN};
use tandem_switchboard::ports::media::WrittenRecording;

use super::disk::weigh;

const FORMAT: Format = Format { channels: 2, sample_rate: SAMPLE_RATE };
/// Bytes of one frame: two channels of 16 bits.
const FRAME_BYTES: u64 = 4;
/// A page's header without its table of segments (RFC 3533, section 6).
const PAGE_HEAD: usize = 27;
/// Where a page has its flags, its granule position and its checksum.
const FLAGS: usize = 5;
const GRANULE: usize = 6;
const CHECKSUM: usize = 22;
const LAST_PAGE: u8 = 4;
/// Pages of an Ogg-Opus file before the first sound.
const HEADER_PAGES: usize = 2;

/// The format that a path's extension names.
pub(crate) fn is_ogg(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ogg")
}

/// Completes the file and cuts what was half written.
pub(crate) fn repair(path: &Path) -> io::Result<WrittenRecording> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    if !file.metadata()?.is_file() {
        // A device has no end to read to.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the recording is no regular file"));
    }
    let frames = if is_ogg(path) { end_ogg(&mut file)? } else { end_wav(&mut file)? };
    file.sync_all()?;
    weigh(path, frames)
}

fn end_wav(file: &mut File) -> io::Result<u64> {
    let frames = file.metadata()?.len().saturating_sub(HEADER_LEN as u64) / FRAME_BYTES;
    file.set_len(HEADER_LEN as u64 + frames * FRAME_BYTES)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&wav::header(FORMAT, frames))?;
    Ok(frames)
}

/// Finds the last whole page, cuts behind it and marks it as the last one.
fn end_ogg(file: &mut File) -> io::Result<u64> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (mut at, mut last, mut pages, mut pre_skip) = (0, 0, 0_usize, 0);
    while let Some(length) = whole_page(&bytes[at..]) {
        if pages == 0 {
            let body = at + PAGE_HEAD + usize::from(bytes[at + PAGE_HEAD - 1]);
            let Some(head) = bytes.get(body..body + 12) else { break };
            pre_skip = u64::from(u16::from_le_bytes([head[10], head[11]]));
        }
        (last, pages) = (at, pages + 1);
        at += length;
    }
    if pages < HEADER_PAGES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the recording has no whole header"));
    }
    file.set_len(at as u64)?;
    let page = &mut bytes[last..at];
    page[FLAGS] |= LAST_PAGE;
    page[CHECKSUM..CHECKSUM + 4].fill(0);
    let sum = checksum(page).to_le_bytes();
    page[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum);
    file.seek(SeekFrom::Start(last as u64))?;
    file.write_all(page)?;
    let granule = page[GRANULE..GRANULE + 8].try_into().map(u64::from_le_bytes).unwrap_or_default();
    Ok(granule.saturating_sub(pre_skip) * u64::from(SAMPLE_RATE) / 48_000)
}

/// The length of the page that begins here, if all of it is here and its checksum is right.
fn whole_page(bytes: &[u8]) -> Option<usize> {
    if bytes.get(..4) != Some(b"OggS") {
        return None;
    }
    let segments = usize::from(*bytes.get(PAGE_HEAD - 1)?);
    let table = bytes.get(PAGE_HEAD..PAGE_HEAD + segments)?;
    let length = PAGE_HEAD + segments + table.iter().map(|&length| usize::from(length)).sum::<usize>();
    let mut page = bytes.get(..length)?.to_vec();
    let told = page[CHECKSUM..CHECKSUM + 4].to_vec();
    page[CHECKSUM..CHECKSUM + 4].fill(0);
    (checksum(&page).to_le_bytes() == *told).then_some(length)
}

/// The CRC of RFC 3533, section 6: polynomial 04C11DB7, from the highest bit, nothing inverted.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ (u32::from(byte) << 24), |sum, _| {
            if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04C1_1DB7 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_cut_in_mid_frame_plays_to_its_last_whole_frame() {
        let path = std::env::temp_dir().join(format!("tandem-repair-{}.wav", std::process::id()));
        let mut bytes = wav::header(FORMAT, 0).to_vec();
        for n in 0..800_i16 {
            wav::interleave(&[n], &[-n], &mut bytes);
        }
        bytes.push(7);
        std::fs::write(&path, &bytes).expect("written");
        assert_eq!(repair(&path).expect("repaired").duration_ms(), 100);
        let (_, channels) = wav::read(&std::fs::read(&path).expect("read")).expect("a WAV file");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!((channels[0].len(), channels[1][799]), (800, -799));
    }
}

//! After a crash: the header of a recording is made to say how much there is.

use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use tandem_audio::SAMPLE_RATE;
use tandem_audio::wav::{self, Format, HEADER_LEN};

const FORMAT: Format = Format { channels: 2, sample_rate: SAMPLE_RATE };
/// Bytes of one frame: two channels of 16 bits.
const FRAME_BYTES: u64 = 4;

/// Completes the header and cuts a frame that was half written; milliseconds of sound.
pub(crate) fn repair(path: &Path) -> io::Result<u64> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let frames = file.metadata()?.len().saturating_sub(HEADER_LEN as u64) / FRAME_BYTES;
    file.set_len(HEADER_LEN as u64 + frames * FRAME_BYTES)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&wav::header(FORMAT, frames))?;
    file.sync_all()?;
    Ok(frames * 1_000 / u64::from(SAMPLE_RATE))
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
        assert_eq!(repair(&path).expect("repaired"), 100);
        let (_, channels) = wav::read(&std::fs::read(&path).expect("read")).expect("a WAV file");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!((channels[0].len(), channels[1][799]), (800, -799));
    }
}

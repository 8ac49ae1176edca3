//! One recording that grows. A WAV header is patched now and then, an Ogg page closed twice a second, so that a crash
//! leaves a file that plays.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tandem_audio::ogg_opus::OggOpusWriter;
use tandem_audio::wav::{self, Format};
use tandem_audio::{FRAME, SAMPLE_RATE};
use tandem_foundation::CallId;
use tandem_switchboard::ports::media::WrittenRecording;

use super::Block;
use super::ballast::Ballast;
use super::disk::{GrowingFile, weigh};
use super::repair::is_ogg;

const FORMAT: Format = Format { channels: 2, sample_rate: SAMPLE_RATE };
/// Of both channels.
const SAMPLE_BYTES: u64 = 4;
/// Between two patches of the header.
const PATCH_EVERY: Duration = Duration::from_secs(1);
/// Silence is encoded and written in pieces of so many frames.
const SILENCE: u32 = 250;

/// An open recording.
#[derive(Debug)]
pub(crate) struct RecordingFile {
    pub room: CallId,
    pub path: PathBuf,
    frames: u64,
    file: GrowingFile,
    /// Absent: WAV.
    ogg: Option<Box<OggOpusWriter>>,
    blocks: rtrb::Consumer<Block>,
    bytes: Vec<u8>,
    patched: Instant,
}

impl RecordingFile {
    /// Creates the file and the folders above it, with an empty recording in it.
    pub(crate) fn create(
        room: CallId,
        path: &Path,
        blocks: rtrb::Consumer<Block>,
        ballast: &mut Option<Ballast>,
    ) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = GrowingFile::create(path)?;
        let ogg = if is_ogg(path) {
            let mut ogg = OggOpusWriter::new()?;
            file.append(&ogg.take(), ballast)?;
            Some(Box::new(ogg))
        } else {
            file.append(&wav::header(FORMAT, 0), ballast)?;
            None
        };
        let path = path.to_owned();
        Ok(Self { room, path, frames: 0, file, ogg, blocks, bytes: Vec::new(), patched: Instant::now() })
    }

    /// Writes what waits; what it came to once the room has let go of its end and all is written and on disk.
    pub(crate) fn turn(&mut self, ballast: &mut Option<Ballast>) -> io::Result<Option<WrittenRecording>> {
        // Asked first: what was pushed before the room let go is read below.
        let over = self.blocks.is_abandoned();
        while let Ok(block) = self.blocks.pop() {
            match block {
                Block::Sound(left, right) => self.frame(&left, &right)?,
                Block::Blank(frames) => self.blank(frames, ballast)?,
                Block::Silence(count) => {
                    for n in 1..=count {
                        self.frame(&[0; FRAME], &[0; FRAME])?;
                        if n % SILENCE == 0 {
                            self.write(ballast)?;
                        }
                    }
                }
            }
        }
        if over && let Some(ogg) = &mut self.ogg {
            ogg.end()?;
        }
        self.write(ballast)?;
        if over || self.patched.elapsed() >= PATCH_EVERY {
            self.patch()?;
        }
        if !over {
            return Ok(None);
        }
        self.file.sync()?;
        weigh(&self.path, self.frames).map(Some)
    }

    fn frame(&mut self, left: &[i16; FRAME], right: &[i16; FRAME]) -> io::Result<()> {
        self.frames += FRAME as u64;
        match &mut self.ogg {
            Some(ogg) => ogg.frame(left, right),
            None => {
                wav::interleave(left, right, &mut self.bytes);
                Ok(())
            }
        }
    }

    /// Samples of a WAV file lie where they were written; what an Ogg file holds is coded, and stays.
    fn blank(&mut self, frames: u32, ballast: &mut Option<Ballast>) -> io::Result<()> {
        if self.ogg.is_some() {
            return Ok(());
        }
        self.write(ballast)?;
        let samples = (u64::from(frames) * FRAME as u64).min(self.frames);
        let from = wav::header(FORMAT, 0).len() as u64 + (self.frames - samples) * SAMPLE_BYTES;
        self.file.blank(from)
    }

    fn write(&mut self, ballast: &mut Option<Ballast>) -> io::Result<()> {
        if let Some(ogg) = &mut self.ogg {
            self.bytes = ogg.take();
        }
        if !self.bytes.is_empty() {
            self.file.append(&self.bytes, ballast)?;
            self.bytes.clear();
        }
        Ok(())
    }

    fn patch(&mut self) -> io::Result<()> {
        self.patched = Instant::now();
        if self.ogg.is_none() {
            self.file.patch(&wav::header(FORMAT, self.frames))?;
        }
        Ok(())
    }
}

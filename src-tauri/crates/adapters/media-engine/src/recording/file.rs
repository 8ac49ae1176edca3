//! One stereo WAV file that grows; its header is patched now and then, so that a crash leaves a file that plays.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tandem_audio::wav::{self, Format};
use tandem_audio::{FRAME, SAMPLE_RATE};
use tandem_foundation::CallId;

use super::Block;

const FORMAT: Format = Format { channels: 2, sample_rate: SAMPLE_RATE };
/// Between two patches of the header.
const PATCH_EVERY: Duration = Duration::from_secs(1);

/// An open recording.
#[derive(Debug)]
pub(crate) struct RecordingFile {
    pub room: CallId,
    pub path: PathBuf,
    pub frames: u64,
    file: File,
    blocks: rtrb::Consumer<Block>,
    bytes: Vec<u8>,
    patched: Instant,
}

impl RecordingFile {
    /// Creates the file and the folders above it, with an empty recording in it.
    pub(crate) fn create(room: CallId, path: &Path, blocks: rtrb::Consumer<Block>) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = File::create(path)?;
        file.write_all(&wav::header(FORMAT, 0))?;
        let path = path.to_owned();
        Ok(Self { room, path, frames: 0, file, blocks, bytes: Vec::new(), patched: Instant::now() })
    }

    /// Writes what waits; true once the room has let go of its end and all is written and on disk.
    pub(crate) fn turn(&mut self) -> io::Result<bool> {
        // Asked first: what was pushed before the room let go is read below.
        let over = self.blocks.is_abandoned();
        self.bytes.clear();
        while let Ok(block) = self.blocks.pop() {
            match block {
                Block::Sound(left, right) => {
                    wav::interleave(&left, &right, &mut self.bytes);
                    self.frames += FRAME as u64;
                }
                Block::Lost(count) => self.silence(count)?,
            }
        }
        self.file.write_all(&self.bytes)?;
        if over {
            self.patch()?;
            self.file.sync_all()?;
        } else if self.patched.elapsed() >= PATCH_EVERY {
            self.patch()?;
        }
        Ok(over)
    }

    fn silence(&mut self, count: u32) -> io::Result<()> {
        let mut left = u64::from(count) * FRAME as u64;
        self.frames += left;
        while left > 0 {
            let now = left.min(8_000);
            self.bytes.resize(self.bytes.len() + 4 * now as usize, 0);
            self.file.write_all(&self.bytes)?;
            self.bytes.clear();
            left -= now;
        }
        Ok(())
    }

    fn patch(&mut self) -> io::Result<()> {
        self.patched = Instant::now();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&wav::header(FORMAT, self.frames))?;
        self.file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

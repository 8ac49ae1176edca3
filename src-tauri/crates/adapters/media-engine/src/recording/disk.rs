//! A growing file on a disk that may be full.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tandem_switchboard::ports::media::WrittenRecording;

use super::ballast::Ballast;

/// Bytes that are appended whole or not at all.
#[derive(Debug)]
pub(super) struct GrowingFile {
    file: File,
    length: u64,
}

impl GrowingFile {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, length: 0 })
    }

    /// Appends; on a full disk once more, with the space that was laid aside.
    pub(super) fn append(&mut self, bytes: &[u8], ballast: &mut Option<Ballast>) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            if !full || !ballast.as_mut().is_some_and(Ballast::release) {
                return Err(error);
            }
            self.file.seek(SeekFrom::Start(self.length))?;
            self.file.write_all(bytes)?;
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Replaces the first bytes.
    pub(super) fn patch(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(bytes)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(())
    }

    /// Zeroes everything from this byte on.
    pub(super) fn blank(&mut self, from: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(from))?;
        io::copy(&mut io::repeat(0).take(self.length.saturating_sub(from)), &mut self.file)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Length and SHA-256 of the file as it lies on disk: a patched header is in it.
pub(super) fn weigh(path: &Path, frames: u64) -> io::Result<WrittenRecording> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(WrittenRecording { frames, bytes, sha256 })
}

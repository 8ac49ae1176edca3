//! Space that is kept for the moment when the disk is full: it is given free first, and laid aside again later.

use std::ffi::CString;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Between two tries to lay the space aside.
const EVERY: Duration = Duration::from_secs(5);

/// A file of nothing.
#[derive(Debug, Clone)]
pub(super) struct Ballast {
    path: PathBuf,
    bytes: u64,
    held: bool,
    tried: Option<Instant>,
}

impl Ballast {
    /// `bytes` at `path`; not on disk before the first [`Ballast::keep`].
    pub(super) fn new(path: PathBuf, bytes: u64) -> Self {
        Self { held: path.exists(), path, bytes, tried: None }
    }

    /// Gives the space free; false if there is none any more.
    pub(super) fn release(&mut self) -> bool {
        if !std::mem::take(&mut self.held) {
            return false;
        }
        self.tried = Some(Instant::now());
        tracing::warn!(bytes = self.bytes, "the disk is full: the space laid aside is used");
        fs::remove_file(&self.path).is_ok()
    }

    /// Lays the space aside, where there is three times as much.
    pub(super) fn keep(&mut self) {
        if self.held || self.bytes == 0 || self.tried.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        self.tried = Some(Instant::now());
        let Some(folder) = self.path.parent().filter(|folder| folder.is_dir()) else { return };
        if free_bytes(folder).is_ok_and(|free| free >= self.bytes.saturating_mul(3)) {
            self.held = allocate(&self.path, self.bytes).is_ok();
            if !self.held {
                // A part of it would be space that nobody gives free.
                let _ = fs::remove_file(&self.path);
            }
        }
    }
}

/// What a disk has left for us.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let path = CString::new(folder.as_os_str().as_bytes())?;
    // SAFETY: all zeroes is a value of this plain C structure.
    let mut figures: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are valid for the call, the path ends with a zero.
    if unsafe { libc::statvfs(path.as_ptr(), &raw mut figures) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

fn allocate(path: &Path, bytes: u64) -> io::Result<()> {
    let file = File::create(path)?;
    let length = libc::off_t::try_from(bytes).map_err(io::Error::other)?;
    // SAFETY: the descriptor is open for the time of the call.
    match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, length) } {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

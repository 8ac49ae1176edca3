//! What the disk has left.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Bytes that we may still write to the folder's disk; `None` where that cannot be known. Blocks.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let path = CString::new(folder.as_os_str().as_bytes()).ok()?;
    // SAFETY: all zeroes is a value of this plain C structure.
    let mut figures: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are valid for the call, the path ends with a zero.
    let told = unsafe { libc::statvfs(path.as_ptr(), &raw mut figures) } == 0;
    told.then(|| figures.f_bavail.saturating_mul(figures.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_a_figure_and_a_place_that_is_not_there_has_none() {
        assert!(free_bytes(Path::new("/")).is_some());
        assert_eq!(free_bytes(Path::new("/no/such/folder")), None);
    }
}

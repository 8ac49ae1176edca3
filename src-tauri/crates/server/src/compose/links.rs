//! The key that signs links to recordings: made once, and kept with the data, so that links outlive a restart.

use std::io;
use std::path::Path;

use crate::operator_file::write_private;

/// Reads the key, or makes it.
pub(super) fn key(data_dir: &Path) -> io::Result<[u8; 32]> {
    let path = data_dir.join("links.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => read(text.trim()).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "links.key: expected 64 hexadecimal digits")
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key: [u8; 32] = rand::random();
            let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            write_private(&path, &text)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

fn read(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_same_at_the_next_start_and_a_broken_one_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = key(folder.path()).expect("made");
        assert_eq!(key(folder.path()).expect("read"), made);
        std::fs::write(folder.path().join("links.key"), "zz").expect("written");
        assert!(key(folder.path()).is_err());
    }
}

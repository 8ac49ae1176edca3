//! The operator's file: how the command line finds the server that runs as the same user on this machine.
//!
//! It holds the server's address and a key, is readable by its owner alone, and is removed when the server ends.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Contents of the file.
#[derive(Serialize, Deserialize)]
pub(crate) struct OperatorFile {
    pub url: String,
    pub key: String,
}

/// Where the file is: `TANDEM_RUNTIME`, the user's runtime directory, or the state directory in their home.
fn path() -> Option<PathBuf> {
    let folder = std::env::var_os("TANDEM_RUNTIME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?).join("tandem")))
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state/tandem")))?;
    Some(folder.join("server.json"))
}

/// The file of a running server, if there is one.
pub(crate) fn read() -> Option<OperatorFile> {
    serde_json::from_slice(&std::fs::read(path()?).ok()?).ok()
}

/// Removes the file when dropped, unless another server has written its own since.
#[derive(Debug)]
pub(crate) struct Written {
    path: PathBuf,
    text: String,
}

/// Writes the file for the time that the answer lives.
pub(crate) fn write(file: &OperatorFile) -> io::Result<Option<Written>> {
    let Some(path) = path() else { return Ok(None) };
    let text = serde_json::to_string(file).map_err(io::Error::other)?;
    write_private(&path, &text)?;
    Ok(Some(Written { path, text }))
}

impl Drop for Written {
    fn drop(&mut self) {
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Writes a file that only its owner may read, replacing it in one step.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(draft, path)
}

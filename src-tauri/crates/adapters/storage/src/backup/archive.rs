//! The file of a backup: entries with their hashes, and the manifest that proves it whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::tables::{Exported, TABLES, Table};
use super::{BackupError, Head, Place, Summary};
use crate::seal::private_file;

const HEAD: &str = "backup.json";
const KEY: &str = "tandem.key";
const MANIFEST: &str = "manifest.json";
const RECORDINGS: &str = "recordings";

/// The last entry: each other one by its path.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    entries: BTreeMap<String, Entry>,
    missing: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    bytes: u64,
    sha256: String,
}

/// A backup that agrees with its manifest.
pub(super) struct Verified {
    pub(super) head: Head,
    pub(super) tables: Vec<Table>,
    pub(super) recordings: u64,
    pub(super) missing: Vec<String>,
}

/// Counts and hashes what is read through it.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R> Hashed<R> {
    fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn entry(self) -> Entry {
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Entry { bytes: self.bytes, sha256 }
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Writes the archive beside its place and moves it there once it is whole and flushed.
pub(super) fn write(
    path: &Path,
    head: &Head,
    exported: Exported,
    place: &Place,
) -> Result<Summary, BackupError> {
    let failed = |error| BackupError::file("back up", path)(error);
    if path.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let draft = path.with_added_extension("partial");
    let summary = fill(&draft, head, exported, place).and_then(|summary| {
        // Unlike a renaming, a link does not replace a file that has appeared meanwhile.
        std::fs::hard_link(&draft, path)?;
        Ok(summary)
    });
    let removed = std::fs::remove_file(&draft);
    let summary = summary.map_err(failed)?;
    removed.map_err(BackupError::file("back up", &draft))?;
    Ok(summary)
}

fn fill(draft: &Path, head: &Head, exported: Exported, place: &Place) -> io::Result<Summary> {
    let mut archive = tar::Builder::new(private_file().create(true).truncate(true).open(draft)?);
    let mut manifest = Manifest::default();
    let mut append = |name: &str, bytes: u64, content: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_cksum();
        let mut content = Hashed::new(content.take(bytes));
        archive.append_data(&mut header, name, &mut content)?;
        if content.bytes != bytes {
            return Err(io::Error::other(format!("{name} shrank while it was read")));
        }
        manifest.entries.insert(name.to_owned(), content.entry());
        Ok(())
    };
    let text = serde_json::to_vec(head)?;
    append(HEAD, text.len() as u64, &mut text.as_slice())?;
    let mut summary = Summary { rows: 0, recordings: 0, missing: Vec::new() };
    for mut table in exported.tables {
        let bytes = table.lines.metadata()?.len();
        append(&format!("tables/{}.jsonl", table.name), bytes, &mut table.lines)?;
        summary.rows += table.rows;
    }
    let key = place.key_text()?;
    append(KEY, key.len() as u64, &mut key.as_slice())?;
    for name in exported.recordings {
        let file = if plain(&name) { File::open(place.data_dir.join(&name)).ok() } else { None };
        let Some(mut file) = file else {
            summary.missing.push(name);
            continue;
        };
        // A recording that still grows is taken as long as it is now.
        append(&name, file.metadata()?.len(), &mut file)?;
        summary.recordings += 1;
    }
    manifest.missing.clone_from(&summary.missing);
    let text = serde_json::to_vec(&manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    archive.into_inner()?.sync_all()?;
    Ok(summary)
}

/// Reads the whole file and compares it with its manifest.
pub(super) fn verify(path: &Path) -> Result<Verified, BackupError> {
    let opened = File::open(path).map_err(BackupError::file("restore", path))?;
    let damaged = |error: io::Error| BackupError::Damaged(error.to_string());
    let mut archive = tar::Archive::new(io::BufReader::new(opened));
    let (mut head, mut manifest) = (None, None);
    let mut found: BTreeMap<String, Entry> = BTreeMap::new();
    let mut tables = Vec::new();
    let mut recordings = 0;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = entry.path().map_err(damaged)?.to_string_lossy().into_owned();
        if name == MANIFEST {
            manifest = Some(serde_json::from_reader(&mut entry).map_err(|error| damaged(error.into()))?);
            continue;
        }
        let mut content = Hashed::new(&mut entry);
        if name == HEAD {
            let mut text = Vec::new();
            content.read_to_end(&mut text).map_err(damaged)?;
            head = Some(serde_json::from_slice(&text).map_err(|error| damaged(error.into()))?);
        } else if let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".jsonl"))
        {
            if !TABLES.contains(&table) {
                return Err(BackupError::Damaged(format!("{table} is not a table")));
            }
            let mut lines = tempfile::tempfile().map_err(damaged)?;
            io::copy(&mut content, &mut lines).and_then(|_| lines.rewind()).map_err(damaged)?;
            tables.push(Table { name: table.to_owned(), rows: 0, lines });
        } else if name == KEY || plain(&name) {
            recordings += u64::from(name != KEY);
            io::copy(&mut content, &mut io::sink()).map_err(damaged)?;
        } else {
            return Err(BackupError::Damaged(format!("{name} does not belong in a backup")));
        }
        found.insert(name, content.entry());
    }
    let Manifest { entries, missing } =
        manifest.ok_or_else(|| BackupError::Damaged("it ends before its manifest".to_owned()))?;
    if let Some((name, _)) = entries.iter().find(|(name, entry)| found.get(*name) != Some(*entry)) {
        return Err(BackupError::Damaged(format!("{name} is not what the manifest says")));
    }
    if let Some(name) = found.keys().find(|name| !entries.contains_key(*name)) {
        return Err(BackupError::Damaged(format!("{name} is not in the manifest")));
    }
    let head = head.ok_or_else(|| BackupError::Damaged(format!("{HEAD} is missing")))?;
    Ok(Verified { head, tables, recordings, missing })
}

/// Refuses a place that has a database, a key or recordings.
pub(super) fn refuse_files(place: &Place) -> Result<(), BackupError> {
    let mut files = vec![place.key.clone()];
    if let crate::connect::Location::File(path) = &place.location {
        files.push(path.clone());
    }
    if let Some(file) = files.iter().find(|file| file.exists()) {
        return Err(BackupError::NotEmpty(format!("{} is there", file.display())));
    }
    let folder = place.data_dir.join(RECORDINGS);
    if std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(BackupError::NotEmpty(format!("{} holds recordings", folder.display())));
    }
    Ok(())
}

/// Writes the key and the recordings of a verified backup.
pub(super) fn unpack(path: &Path, place: &Place) -> Result<(), BackupError> {
    let failed = |error| BackupError::file("restore", path)(error);
    let mut archive = tar::Archive::new(io::BufReader::new(File::open(path).map_err(failed)?));
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let name = entry.path().map_err(failed)?.to_string_lossy().into_owned();
        let target = match name.as_str() {
            KEY => place.key.clone(),
            name if plain(name) => place.data_dir.join(name),
            _ => continue,
        };
        let mut written = || -> io::Result<()> {
            if let Some(folder) = target.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = private_file().create_new(true).open(&target)?;
            io::copy(&mut entry, &mut file)?;
            file.flush()?;
            file.sync_all()
        };
        written().map_err(BackupError::file("restore", &target))?;
    }
    Ok(())
}

/// A file in the folder of recordings, and nowhere else.
fn plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    parts.next() == Some(Component::Normal(RECORDINGS.as_ref()))
        && parts.clone().next().is_some()
        && parts.all(|part| matches!(part, Component::Normal(_)))
}

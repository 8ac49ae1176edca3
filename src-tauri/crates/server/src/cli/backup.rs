//! `tandem backup` and `tandem restore`: straight at the database, with or without a server that runs on it.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tandem_storage::backup::{self, BackupError, Place, Summary};
use tandem_switchboard::records::UnixMs;

use super::{Failure, PlaceArguments, output};
use crate::compose::{Keychain, default_data_dir};

pub(super) async fn back_up(file: &Path, json: bool, place: &PlaceArguments) -> Result<(), Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let summary = backup::back_up(&find(place)?, file, now).await.map_err(failure)?;
    say("backed up", &summary, json)
}

pub(super) async fn restore(file: &Path, json: bool, place: &PlaceArguments) -> Result<(), Failure> {
    let summary = backup::restore(file, &find(place)?).await.map_err(failure)?;
    say("restored", &summary, json)
}

fn find(place: &PlaceArguments) -> Result<Place, Failure> {
    let data = place.data.clone().or_else(default_data_dir);
    let data = data.ok_or_else(|| Failure::invalid("--data: expected a directory (HOME is not set)"))?;
    let found = Place::new(place.database.as_deref(), &data).map_err(failure)?;
    Ok(found.kept_by(Arc::new(Keychain::of(&data))))
}

fn failure(error: BackupError) -> Failure {
    let text = super::serve::describe(&error);
    match error {
        BackupError::NotEmpty(_) => Failure::conflict(text),
        BackupError::Damaged(_) | BackupError::Newer { .. } => Failure::invalid(text),
        BackupError::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::not_found(text)
        }
        BackupError::File { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
            Failure::conflict(text)
        }
        _ => Failure::failed(text),
    }
}

fn say(done: &str, summary: &Summary, json: bool) -> Result<(), Failure> {
    if json {
        return output::document(summary);
    }
    output::line(&format!("{done}: {} rows, {} recordings", summary.rows, summary.recordings));
    for file in &summary.missing {
        output::line(&format!("missing on the disk: {file}"));
    }
    Ok(())
}

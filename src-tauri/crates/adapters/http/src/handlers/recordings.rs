//! Recordings: the file in ranges, the same in other formats, and its shape.

use std::path::{Component, Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use tandem_console_api::call_requests::WaveformQuery;
use tandem_console_api::calls::Waveform;
use tandem_console_api::problem::Code;
use tandem_console_api::recordings::{AudioFormat, RecordingQuery};
use tandem_switchboard::records;
use tower_http::services::ServeFile;

use super::calls::call;
use crate::ask::{Ask, Reply, ok};
use crate::refusal::Refusal;
use crate::{convert, wav};

pub(super) async fn file(ask: Ask) -> Reply {
    let query: RecordingQuery = ask.query()?;
    let (path, row) = recording(&ask).await?;
    let stored = AudioFormat::from(row.format);
    let format = query.format.or_else(|| accepted(ask.headers(), stored)).unwrap_or(stored);
    if format != stored {
        let head = ask.parts.method == Method::HEAD;
        return convert(&ask, path, &row, format, head).await;
    }
    serve(&ask, path, stored.media_type()).await
}

/// A file as it lies on disk, in ranges if asked for.
pub(super) async fn serve(ask: &Ask, path: PathBuf, media_type: &'static str) -> Reply {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = if ask.parts.method == Method::HEAD { Method::HEAD } else { Method::GET };
    for name in [header::RANGE, header::IF_RANGE, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE] {
        if let Some(value) = ask.headers().get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let served = ServeFile::new(path).try_call(request).await.map_err(|error| {
        tracing::error!(%error, "a recording could not be read");
        Refusal::new(Code::Internal, "the recording could not be read")
    })?;
    if served.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return Err(Refusal::new(Code::RangeNotSatisfiable, "the recording is shorter"));
    }
    let mut response: Response = served.map(Body::new);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(response)
}

pub(super) async fn waveform(ask: Ask) -> Reply {
    let query: WaveformQuery = ask.query()?;
    let (path, row) = recording(&ask).await?;
    let slices = query.slices.unwrap_or(800) as usize;
    let internal = |error: std::io::Error| {
        tracing::error!(%error, "a recording's shape could not be read");
        Refusal::new(Code::Internal, "the recording could not be read")
    };
    let _permit =
        ask.shared.reading.acquire().await.map_err(|error| internal(std::io::Error::other(error)))?;
    let peaks = tokio::task::spawn_blocking(move || shape(&path, &row, slices))
        .await
        .map_err(|error| internal(std::io::Error::other(error)))?
        .map_err(internal)?;
    ok(&Waveform { duration_ms: peaks.duration_ms, customer: peaks.left, ours: peaks.right })
}

/// On the fly, outside the threads of requests and calls; refused where enough are under way.
async fn convert(
    ask: &Ask,
    path: PathBuf,
    row: &records::Recording,
    format: AudioFormat,
    head: bool,
) -> Reply {
    if !convert::is_offered(format) {
        return Err(Refusal::field("format", "wav or ogg: this server was built without MP3"));
    }
    let permit = ask.shared.converting.clone().try_acquire_owned().map_err(|_| {
        Refusal::new(Code::ConversionsBusy, "try again in a moment, or take the format on disk").after(2)
    })?;
    let body = if head {
        Body::empty()
    } else {
        let (source, duration_ms) = (row.format, row.duration_ms);
        let (pieces, stream) = tokio::sync::mpsc::channel(8);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut give = |piece: Vec<u8>| {
                pieces.blocking_send(Ok(piece.into())).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
            };
            if let Err(error) = convert::convert(&path, source, duration_ms, format, &mut give) {
                tracing::warn!(%error, "a recording was not converted to its end");
                // The length is not told before, so that the reader would take a broken end for a whole file.
                let _ = pieces.blocking_send(Err(error));
            }
        });
        Body::from_stream(futures_util::stream::unfold(stream, |mut stream| async move {
            let piece: Result<axum::body::Bytes, std::io::Error> = stream.recv().await?;
            Some((piece, stream))
        }))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The format that `Accept` names, if it names one and would not take the stored one as well.
fn accepted(headers: &HeaderMap, stored: AudioFormat) -> Option<AudioFormat> {
    let accept = headers.get(header::ACCEPT)?.to_str().ok()?;
    let named: Vec<&str> =
        accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim()).collect();
    let takes = |format: AudioFormat| match format {
        AudioFormat::Mp3 => named.iter().any(|name| ["audio/mpeg", "audio/mp3"].contains(name)),
        AudioFormat::Wav => named.iter().any(|name| ["audio/wav", "audio/x-wav"].contains(name)),
        AudioFormat::Ogg => named.iter().any(|name| ["audio/ogg", "audio/opus"].contains(name)),
    };
    if takes(stored) || named.iter().any(|name| ["*/*", "audio/*"].contains(name)) {
        return None;
    }
    [AudioFormat::Mp3, AudioFormat::Ogg, AudioFormat::Wav].into_iter().find(|&format| takes(format))
}

fn shape(path: &Path, row: &records::Recording, slices: usize) -> std::io::Result<wav::Peaks> {
    match row.format {
        records::RecordingFormat::Wav => wav::peaks(path, slices),
        records::RecordingFormat::Ogg => convert::peaks(path, row.duration_ms, slices),
    }
}

/// The file of the call's recording, below the data directory and whole.
async fn recording(ask: &Ask) -> Result<(PathBuf, records::Recording), Refusal> {
    let call = call(ask).await?;
    let none = || Refusal::not_found("recording");
    let recording = call.recording.filter(|recording| recording.complete).ok_or_else(none)?;
    let path = below_data(ask, &recording.file).await.ok_or_else(none)?;
    tracing::info!(call = %call.id, by = ?ask.caller()?.actor.user, "a recording was read");
    Ok((path, recording))
}

/// Where a file below the data directory is, if it is there.
pub(super) async fn below_data(ask: &Ask, file: &str) -> Option<PathBuf> {
    below(&ask.shared.config.data_dir, Path::new(file)).await
}

/// Where a file below a directory is, if it is there.
pub(crate) async fn below(folder: &Path, file: &Path) -> Option<PathBuf> {
    let below = plain(file)?;
    let root = tokio::fs::canonicalize(folder).await.ok()?;
    let path = tokio::fs::canonicalize(root.join(below)).await.ok()?;
    if !path.starts_with(&root) {
        tracing::error!("the path of a stored file leads out of the data directory");
        return None;
    }
    tokio::fs::metadata(&path).await.is_ok_and(|entry| entry.is_file()).then_some(path)
}

/// The path, if it only goes down.
fn plain(path: &Path) -> Option<&Path> {
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_go_down_are_taken() {
        assert!(plain(Path::new("recordings/call_1.wav")).is_some());
        for bad in ["../x.wav", "/etc/passwd", "a/../../x", "./x"] {
            assert!(plain(Path::new(bad)).is_none(), "{bad}");
        }
    }
}

//! Recordings: the file in ranges, and its shape.

use std::path::{Component, Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use tandem_console_api::call_requests::WaveformQuery;
use tandem_console_api::calls::Waveform;
use tandem_console_api::problem::Code;
use tower_http::services::ServeFile;

use super::calls::call;
use crate::ask::{Ask, Reply, ok};
use crate::refusal::Refusal;
use crate::wav;

pub(super) async fn file(ask: Ask) -> Reply {
    let path = recording(&ask).await?;
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
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    Ok(response)
}

pub(super) async fn waveform(ask: Ask) -> Reply {
    let query: WaveformQuery = ask.query()?;
    let path = recording(&ask).await?;
    let slices = query.slices.unwrap_or(800) as usize;
    let internal = |error: std::io::Error| {
        tracing::error!(%error, "a recording's shape could not be read");
        Refusal::new(Code::Internal, "the recording could not be read")
    };
    let _permit =
        ask.shared.reading.acquire().await.map_err(|error| internal(std::io::Error::other(error)))?;
    let peaks = tokio::task::spawn_blocking(move || wav::peaks(&path, slices))
        .await
        .map_err(|error| internal(std::io::Error::other(error)))?
        .map_err(internal)?;
    ok(&Waveform { duration_ms: peaks.duration_ms, customer: peaks.left, ours: peaks.right })
}

/// The file of the call's recording, below the data directory and whole.
async fn recording(ask: &Ask) -> Result<PathBuf, Refusal> {
    let call = call(ask).await?;
    let none = || Refusal::not_found("recording");
    let recording = call.recording.filter(|recording| recording.complete).ok_or_else(none)?;
    let below = plain(Path::new(&recording.file)).ok_or_else(none)?;
    let root = tokio::fs::canonicalize(&ask.shared.config.data_dir).await.map_err(|_| none())?;
    let path = tokio::fs::canonicalize(root.join(below)).await.map_err(|_| none())?;
    if !path.starts_with(&root) {
        tracing::error!(call = %call.id, "a recording's path leads out of the data directory");
        return Err(none());
    }
    if !tokio::fs::metadata(&path).await.is_ok_and(|entry| entry.is_file()) {
        return Err(none());
    }
    tracing::info!(call = %call.id, by = ?ask.caller()?.actor.user, "a recording was read");
    Ok(path)
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

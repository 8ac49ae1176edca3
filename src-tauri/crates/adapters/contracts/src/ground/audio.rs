//! Recordings as contracts hand them out: MP3, or the file as it lies on disk, behind a key or a signed link.

use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tandem_switchboard::access::hex;
use tandem_switchboard::ports::recorded_audio::AudioError;
use tandem_switchboard::records::{Call, Contract, UnixMs};
use tower_http::services::ServeFile;

use super::Ground;
use super::ask::{Answer, Ask, Reply};
use super::refusal::{Kind, Refusal};

/// How long a link to a recording opens it.
const LINK_LIVES_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// An MP3 that is asked for in parts is made whole first; longer ones only come whole (two hours at 64 kbit/s).
const LARGEST_IN_PARTS: usize = 60 << 20;

/// The query that opens `path` of this organisation's call without a key (`expires=…&signature=…`).
pub fn link(ground: &Ground, path: &str, call: &Call) -> String {
    let expires = ground.now().0 + LINK_LIVES_MS;
    format!("expires={expires}&signature={}", signature(ground, path, call, expires))
}

/// Whether the query is one that [`link`] gave for this path and call.
pub fn linked(ground: &Ground, path: &str, call: &Call, query: &str) -> bool {
    let find =
        |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    let Some(expires) = find("expires").and_then(|(_, value)| value.parse::<i64>().ok()) else {
        return false;
    };
    let Some((_, given)) = find("signature") else { return false };
    let good = signature(ground, path, call, expires);
    UnixMs(expires) > ground.now() && bool::from(good.as_bytes().ct_eq(given.as_bytes()))
}

fn signature(ground: &Ground, path: &str, call: &Call, expires: i64) -> String {
    sign(ground, &format!("{path}\n{}\n{}\n{expires}", call.org, call.id))
}

/// What shows later that we have written this text: the same from one start to the next.
pub fn sign(ground: &Ground, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&ground.link_key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// The call of this id for whoever shows a key of the contract, or the link that [`link`] gave for `path`.
///
/// # Errors
/// The key's refusal where neither opens it; `NotFound` where the key's organisation has no such call.
pub async fn call_behind(ask: &Ask, contract: Contract, path: &str, id: &str) -> Result<Call, Refusal> {
    let refusal = match ask.ground.open(contract, ask.bearer().unwrap_or_default()).await {
        Ok(key) => {
            let found = ask.ground.store.call(&key.org, &id.into()).await;
            return found.map_err(|error| Refusal::of_row(error, "recording"));
        }
        Err(refusal) => refusal,
    };
    // The link says nothing of the organisation: it was signed with it.
    for org in ask.ground.store.organisations().await? {
        if let Ok(call) = ask.ground.store.call(&org.id, &id.into()).await
            && linked(&ask.ground, path, &call, ask.parts.uri.query().unwrap_or_default())
        {
            return Ok(call);
        }
    }
    Err(refusal)
}

/// The call's recording as MP3; a `Range` of it where one is asked for.
pub async fn recording(ground: &Ground, call: &Call, method: &Method, headers: &HeaderMap) -> Reply {
    let none = || Refusal::not_found("recording");
    let row = call.recording.as_ref().filter(|row| row.complete).ok_or_else(none)?;
    let mut pieces = ground.audio.mp3(row).await.map_err(|error| match error {
        AudioError::NotThere => none(),
        AudioError::NotOffered => Refusal::new(Kind::Unavailable, error.to_string()),
        AudioError::Busy => Refusal::new(Kind::Unavailable, error.to_string()).after(2),
    })?;
    tracing::info!(call = %call.id, "a recording was read");
    let mut response = Response::new(Body::empty());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/mpeg"));
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if method == Method::HEAD {
        return Ok(Answer::Raw(response));
    }
    let Some(range) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
        *response.body_mut() = Body::from_stream(stream::unfold(pieces, |mut pieces| async move {
            let piece = pieces.recv().await?;
            Some((piece.map(Bytes::from), pieces))
        }));
        return Ok(Answer::Raw(response));
    };
    let mut whole = Vec::new();
    while let Some(piece) = pieces.recv().await {
        let piece = piece.map_err(|error| {
            tracing::error!(%error, "a recording could not be read");
            Refusal::new(Kind::Internal, "the recording could not be read")
        })?;
        if whole.len() + piece.len() > LARGEST_IN_PARTS {
            return Err(Refusal::new(Kind::TooLarge, "ask for this recording without a Range"));
        }
        whole.extend(piece);
    }
    Ok(Answer::Raw(part(response, whole, range)))
}

/// The answer with the part of `whole` that a `Range` names (RFC 9110, section 14.1.2); several parts come whole.
fn part(mut response: Response, whole: Vec<u8>, range: &str) -> Response {
    let length = whole.len();
    let span = range.strip_prefix("bytes=").and_then(|text| text.split_once('-'));
    let span =
        match span.map(|(from, to)| (from.trim(), to.trim(), from.parse::<usize>(), to.parse::<usize>())) {
            Some(("", _, _, Ok(last))) => Some((length.saturating_sub(last), length)),
            Some((_, "", Ok(from), _)) => Some((from, length)),
            Some((_, _, Ok(from), Ok(to))) if from <= to => Some((from, to.saturating_add(1).min(length))),
            _ => None,
        };
    let told = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("bytes */*"));
    match span {
        Some((from, to)) if from < to => {
            response
                .headers_mut()
                .insert(header::CONTENT_RANGE, told(format!("bytes {from}-{}/{length}", to - 1)));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            *response.body_mut() = Body::from(whole[from..to].to_vec());
        }
        Some(_) => {
            response.headers_mut().insert(header::CONTENT_RANGE, told(format!("bytes */{length}")));
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
        }
        None => *response.body_mut() = Body::from(whole),
    }
    response
}

/// A file as it lies on disk, in ranges if asked for.
pub async fn serve_file(
    path: PathBuf,
    media_type: &'static str,
    method: &Method,
    headers: &HeaderMap,
) -> Reply {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = if method == Method::HEAD { Method::HEAD } else { Method::GET };
    for name in [header::RANGE, header::IF_RANGE, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE] {
        if let Some(value) = headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let served = ServeFile::new(path).try_call(request).await.map_err(|error| {
        tracing::error!(%error, "a recording could not be read");
        Refusal::new(Kind::Internal, "the recording could not be read")
    })?;
    let mut response: Response = served.map(Body::new);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(Answer::Raw(response))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(range: &str) -> (u16, Option<String>) {
        let response = part(Response::new(Body::empty()), vec![7; 10], range);
        let told = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
        (response.status().as_u16(), told.map(str::to_owned))
    }

    #[test]
    fn a_range_is_cut_to_what_there_is() {
        assert_eq!(parts("bytes=2-4"), (206, Some("bytes 2-4/10".into())));
        assert_eq!(parts("bytes=8-99"), (206, Some("bytes 8-9/10".into())));
        assert_eq!(parts("bytes=3-"), (206, Some("bytes 3-9/10".into())));
        assert_eq!(parts("bytes=-4"), (206, Some("bytes 6-9/10".into())));
        assert_eq!(parts("bytes=10-"), (416, Some("bytes */10".into())));
        assert_eq!(parts("bytes=4-2"), (200, None));
        assert_eq!(parts("lines=1-2"), (200, None));
    }
}

//! The console's pages, embedded from its build.
//!
//! A debug build reads them from disk, so that the console can be rebuilt without us.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use tandem_console_api::problem::Code;

use crate::headers::{RequestId, is_api};
use crate::refusal::Refusal;

#[derive(RustEmbed)]
#[folder = "../../../../ui/dist"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = "The console's pages are not part of this build. Build them in ui/ first.\n";

/// Answers whatever no route took: a file, the console's page for its own routes, or a problem under `/api`.
pub(crate) async fn fallback(request: Request) -> Response {
    let path = request.uri().path();
    let refusal = if is_api(path) {
        Refusal::not_found("operation")
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        Refusal::new(Code::MethodNotAllowed, "pages can only be read").allowing("GET, HEAD".into())
    } else {
        match page(path) {
            Some(response) => return response,
            None => Refusal::not_found("file"),
        }
    };
    let request_id = request.extensions().get::<RequestId>().cloned().unwrap_or_default().0;
    refusal.respond(path, &request_id)
}

fn page(path: &str) -> Option<Response> {
    let path = path.trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    if let Some(file) = Dist::get(name) {
        return Some(serve(name, file.data.into_owned()));
    }
    // Files have an extension and the console's own routes have none; a missing file must not become a page.
    if name.rsplit('/').next().is_some_and(|last| last.contains('.')) && name != "index.html" {
        return None;
    }
    Some(match Dist::get("index.html") {
        Some(file) => serve("index.html", file.data.into_owned()),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
    })
}

fn serve(name: &str, data: Vec<u8>) -> Response {
    let mut response = Body::from(data).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    // The build puts a hash of the content into the names below `assets/`.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_files_are_kept_and_the_page_is_asked_for_again() {
        let cache = |name| serve(name, Vec::new()).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(cache("assets/index-a1b2.js"), "public, max-age=31536000, immutable");
        assert_eq!(cache("index.html"), "no-cache");
    }

    #[test]
    fn a_missing_file_is_not_answered_with_the_page_and_a_route_is() {
        assert!(page("/assets/gone.js").is_none());
        assert!(page("/../Cargo.toml").is_none());
        assert!(page("/history/call_1").is_some());
        assert!(page("/").is_some());
    }
}

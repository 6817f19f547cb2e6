//! The files of the page.
//!
//! tower-http's `ServeDir` does the work: types by extension, ETag and Last-Modified, ranges, HEAD, and no way out
//! of the folder. What it does not do is done here: hidden files stay hidden, and each response says how long it
//! may be kept.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tower_http::services::ServeDir;

/// Serves the folder, or nothing.
pub(crate) fn site(folder: Option<&Path>) -> Router {
    let router = match folder {
        Some(folder) => {
            let files = ServeDir::new(folder)
                .redirect_to_trailing_slash(false)
                .fallback(any(async || not_found()));
            Router::new().fallback_service(files)
        }
        None => Router::new().fallback(async || not_found()),
    };
    router.layer(from_fn(dress))
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}

/// Hides what is hidden, and says type and time to live where `ServeDir` does not.
async fn dress(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = if is_hidden(&path) {
        not_found()
    } else {
        next.run(request).await
    };
    let status = response.status();
    if path.ends_with(".map") && status.is_success() {
        // A source map; the table of types knows the ending as plain text.
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let caching = crate::headers::caching(&path, status);
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}

/// True for a path with a segment that begins with a dot, and for one that hides its separators in escapes.
fn is_hidden(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let escaped = ["%2f", "%5c", "%00", "\\"]
        .iter()
        .any(|escape| path.contains(escape));
    escaped
        || path
            .split('/')
            .any(|segment| segment.starts_with('.') || segment.starts_with("%2e"))
}

#[cfg(test)]
mod tests {
    use super::is_hidden;

    #[test]
    fn dot_files_and_disguised_paths_are_hidden() {
        for hidden in [
            "/.env",
            "/a/.git/config",
            "/..",
            "/../x",
            "/a/../x",
            "/%2e%2e/x",
            "/%2E./x",
            "/.%2e/x",
            "/a%2f.env",
            "/a%5c..%5cx",
            "/x%00.js",
            "/a\\..\\x",
        ] {
            assert!(is_hidden(hidden), "{hidden}");
        }
        for shown in ["/", "/index.html", "/a.b/c.d.js", "/a..b", "/a%2eb"] {
            assert!(!is_hidden(shown), "{shown}");
        }
    }
}

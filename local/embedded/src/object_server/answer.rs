//! Wraps every answer: the browsers' preflight, and headers that stop an uploaded file from acting as a page.

use std::collections::BTreeSet;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
        CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use s3s::{Body, service::S3Service};

/// The web origins whose pages may read objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct CorsOrigins(BTreeSet<String>);

impl CorsOrigins {
    pub(crate) fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect())
    }

    /// The request's origin, if it is one of ours.
    fn allowed<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
        headers.get(ORIGIN).filter(|origin| origin.to_str().is_ok_and(|text| self.0.contains(text)))
    }
}

/// Answers one request.
pub(crate) async fn answer(
    service: &S3Service,
    origins: &CorsOrigins,
    mut request: Request<Body>,
) -> Response<Body> {
    join_content_encodings(request.headers_mut());
    let origin = origins.allowed(request.headers()).cloned();
    let mut response = if is_preflight(&request) {
        preflight(origin.is_some())
    } else {
        service.call(request).await.unwrap_or_else(|error| {
            let error: s3s::StdError = error.into();
            tracing::error!(
                error = &*error as &dyn std::error::Error,
                "an object request could not be answered"
            );
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        })
    };
    add_headers(response.headers_mut(), origin);
    response
}

/// An SDK that sends a compressed object in chunks names each encoding in its own header. One list means the same (RFC
/// 9110 5.3), and signatures are computed over the list.
fn join_content_encodings(headers: &mut HeaderMap) {
    let named: Vec<_> = headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes).collect();
    if named.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&named.join(&b","[..]))
    {
        headers.insert(CONTENT_ENCODING, joined);
    }
}

fn is_preflight(request: &Request<Body>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(allowed: bool) -> Response<Body> {
    if !allowed {
        return empty(StatusCode::FORBIDDEN);
    }
    let mut response = empty(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("range"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}

fn add_headers(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("content-range, content-length, content-encoding, accept-ranges, etag"),
        );
    }
    // A cache must not give one origin's answer to another.
    headers.append(VARY, HeaderValue::from_static("origin"));
    // An uploaded page must not run here, nor may a browser guess that a file is one.
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The pages of the portal show the images, and their origin differs from this one by its port.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

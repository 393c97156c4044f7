//! Answers that pass through piece by piece.

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use filmless_store::{ObjectStream, StoreError};
use futures::stream::{self, Stream};

/// The pieces of an object.
pub(crate) fn pieces(object: ObjectStream) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    stream::unfold(object, |mut object| async move { object.next().await.map(|piece| (piece, object)) })
}

/// An object as it is.
pub(crate) fn body_of(object: ObjectStream) -> Body {
    Body::from_stream(pieces(object))
}

/// Sets a header whose value is made of text of ours.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

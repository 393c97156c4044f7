//! What answers have in common: what is accepted, what is known already, how bytes pass through.

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_dicomweb::{Refusal, Wanted, accept_parameter, wanted};
use filmless_store::{ObjectStream, StoreError};
use futures::stream::{self, Stream};
use tokio::sync::mpsc;

/// What a client takes, by its headers and the parameter of its query: the only place where either is read.
pub(crate) fn wanted_by(headers: &HeaderMap, parameter: Option<&str>) -> Result<Vec<Wanted>, Refusal> {
    let lines: Option<Vec<&str>> = headers.get_all(ACCEPT).iter().map(|line| line.to_str().ok()).collect();
    let header = lines.ok_or(Refusal::BadAccept)?.join(",");
    wanted(Some(&header), parameter)
}

/// The same, where the query has no other parameter.
pub(crate) fn wanted_in(headers: &HeaderMap, query: Option<&str>) -> Result<Vec<Wanted>, Refusal> {
    let parameter = accept_parameter(query.unwrap_or_default())?;
    wanted_by(headers, parameter.as_deref())
}

/// Whether the client has what it would get (RFC 9110 13.1.2).
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let tag = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    known.flat_map(|line| line.split(',')).any(|known| tag(known) == tag(etag))
}

/// The pieces of an object.
pub(crate) fn pieces(object: ObjectStream) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    stream::unfold(object, |mut object| async move { object.next().await.map(|piece| (piece, object)) })
}

/// An object as it is.
pub(crate) fn body_of(object: ObjectStream) -> Body {
    Body::from_stream(pieces(object))
}

/// What somebody else sends.
pub(crate) fn received(receiver: mpsc::Receiver<Result<Bytes, StoreError>>) -> Body {
    Body::from_stream(handed(receiver))
}

/// What another task hands over.
pub(crate) fn handed<T: Send + 'static>(receiver: mpsc::Receiver<T>) -> impl Stream<Item = T> + Send {
    stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|it| (it, receiver)) })
}

/// A redirect to the object store, followed with the same request (RFC 9110 15.4.8).
pub(crate) fn leads_to(address: &str) -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    set(&mut response, LOCATION, address);
    response
}

/// Sets a header whose value is text of ours.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

//! Places: one token holds so many answers at a time, and decodes so many pictures, that others find room beside it. Whoever
//! has none waits in the line of its token, and is asked to come again after that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use filmless_dicomweb::Refusal;
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Answers of one token at a time, from the request to the last byte. A browser opens six connections.
pub(crate) const ANSWERS_MAX: usize = 16;
/// Pictures of one token that are drawn at a time.
pub(crate) const PICTURES_MAX: usize = 1;
/// How long a request waits for its place.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The lines of all tokens that are in use.
#[derive(Debug)]
pub(crate) struct Places {
    of_each: usize,
    wait_max: Duration,
    lines: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// The line of one token.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    places: Arc<Semaphore>,
    wait_max: Duration,
}

impl Places {
    pub fn new(of_each: usize) -> Self {
        Self { of_each, wait_max: WAIT_MAX, lines: Mutex::default() }
    }

    pub fn line_of(&self, token: &str) -> Line {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let places = lines.get(token).and_then(Weak::upgrade).unwrap_or_else(|| {
            lines.retain(|_, line| line.strong_count() > 0);
            let places = Arc::new(Semaphore::new(self.of_each));
            lines.insert(token.to_owned(), Arc::downgrade(&places));
            places
        });
        Line { places, wait_max: self.wait_max }
    }
}

impl Line {
    /// Waits for a place, which ends with what is given.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let place = timeout(self.wait_max, Arc::clone(&self.places).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or(Refusal::Unavailable)
    }
}

/// Where a request puts its place once its token was judged, so that its answer holds it to the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Held {
    pub fn put(&self, place: OwnedSemaphorePermit) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    fn take(&self) -> Option<OwnedSemaphorePermit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Keeps the place of a request until its answer was read, or is given up.
pub(crate) async fn hold(mut request: Request, next: Next) -> Response {
    let held = Held::default();
    request.extensions_mut().insert(held.clone());
    let mut response = next.run(request).await;
    // A stream does not tell how long it is. Answers with and without a place are alike, header for header.
    if let (Some(length), false) =
        (response.body().size_hint().exact(), response.headers().contains_key(CONTENT_LENGTH))
    {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let Some(place) = held.take() else { return response };
    response.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |piece| {
            let _held = &place;
            piece
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_token_waits_in_its_own_line_and_others_do_not() {
        let places = Places { wait_max: Duration::from_millis(1), ..Places::new(2) };
        let greedy = places.line_of("greedy");
        let held = [greedy.place().await.unwrap(), places.line_of("greedy").place().await.unwrap()];
        assert_eq!(greedy.place().await.map(|_| ()), Err(Refusal::Unavailable));
        assert!(places.line_of("other").place().await.is_ok());
        drop(held);
        assert!(greedy.place().await.is_ok());
    }

    #[tokio::test]
    async fn a_line_that_nobody_stands_in_is_forgotten() {
        let places = Places::new(1);
        for token in 0..100 {
            drop(places.line_of(&token.to_string()).place().await.unwrap());
        }
        assert_eq!(places.lines.lock().unwrap().len(), 1);
    }
}

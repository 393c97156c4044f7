//! Answers that are made while they are sent. Whatever fails on the way breaks the connection off: half a file never looks like
//! a whole one.

use std::error::Error;
use std::pin::Pin;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use filmless_delivery::DeliveryError;
use filmless_dicomweb::Multipart;
use filmless_store::{Bucket, ObjectVersion, StoreError};
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use tokio::sync::mpsc;

use crate::answer::{handed, pieces, set};
use crate::error::DicomwebError;

/// Pieces of one object that wait for their turn. The object store gives pieces of some hundred kilobytes.
const PIECES_AHEAD: usize = 2;

/// Why an answer ends before its end.
pub(crate) type Broken = Box<dyn Error + Send + Sync>;
/// The bytes of a part.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Broken>> + Send>>;

/// One part of an answer.
pub(crate) struct Part {
    pub content_type: String,
    pub bytes: Pieces,
}

/// What an answer will be.
pub(crate) struct Announced {
    /// Media type of the parts.
    pub part_type: String,
    /// `Content-Type` and bytes of each part, where all are known.
    pub lengths: Option<Vec<(String, u64)>>,
}

/// An answer in parts.
pub(crate) fn in_parts(
    announced: &Announced,
    parts: impl Stream<Item = Result<Part, Broken>> + Send + 'static,
) -> Result<Response, DicomwebError> {
    let mut boundary = [0; 16];
    getrandom::fill(&mut boundary).map_err(|_| filmless_dicomweb::Refusal::Failed)?;
    let multipart = Multipart::new(boundary, &announced.part_type);
    let lengths = announced.lengths.as_ref();
    let total = lengths.map(|all| multipart.total(all.iter().map(|(kind, length)| (kind.as_str(), *length))));
    let content_type = multipart.content_type();
    let end = multipart.end();
    let bodies = parts.enumerate().map(move |(place, part)| {
        let Part { content_type, bytes } = part?;
        let before = Bytes::from(multipart.before(&content_type, place == 0));
        Ok::<_, Broken>(stream::once(async { Ok(before) }).chain(bytes))
    });
    let whole = bodies.try_flatten().chain(stream::once(async { Ok(Bytes::from(end)) }));
    // What comes behind a failure would make it look whole.
    let whole = whole.scan(false, |has_failed, piece| {
        let piece = (!*has_failed).then(|| piece.inspect_err(|_| *has_failed = true));
        std::future::ready(piece)
    });
    Ok(answer(&content_type, total, Body::from_stream(whole)))
}

/// An answer that is one part by itself.
pub(crate) fn by_itself(part: Part, length: Option<u64>) -> Response {
    answer(&part.content_type.clone(), length, Body::from_stream(part.bytes))
}

fn answer(content_type: &str, length: Option<u64>, body: Body) -> Response {
    let mut response = Response::new(body);
    set(&mut response, CONTENT_TYPE, content_type);
    if let Some(length) = length {
        set(&mut response, CONTENT_LENGTH, &length.to_string());
    }
    response
}

/// An object, or a range of it, of exactly so many bytes.
pub(crate) async fn object(
    bucket: &Bucket,
    object: ObjectVersion<'_>,
    range: Option<std::ops::Range<u64>>,
    length: u64,
) -> Result<Pieces, Broken> {
    if length == 0 {
        return Ok(Box::pin(stream::empty()));
    }
    let opened = bucket.stream(object, range).await.map_err(|error| broken(&DeliveryError::from(error)))?;
    Ok(exactly(length, pieces(opened).map_err(|error: StoreError| broken(&DeliveryError::from(error)))))
}

/// Opens something at once and reads it before it is asked for, beside what is sent meanwhile: a few pieces wait. Ends when nobody
/// waits for them any more.
pub(crate) async fn read_ahead(
    open: impl Future<Output = Result<Pieces, Broken>> + Send + 'static,
) -> Result<Pieces, Broken> {
    let opened = tokio::spawn(async move {
        let mut pieces = open.await?;
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        tokio::spawn(async move {
            while let Some(piece) = pieces.next().await {
                if sender.send(piece).await.is_err() {
                    break;
                }
            }
        });
        Ok::<Pieces, Broken>(Box::pin(handed(receiver)))
    });
    opened.await?
}

/// The same pieces, which have to be so many bytes.
pub(crate) fn exactly(
    length: u64,
    pieces: impl Stream<Item = Result<Bytes, Broken>> + Send + 'static,
) -> Pieces {
    let end = stream::once(async { Ok(Bytes::new()) });
    let checked = pieces.chain(end).scan(length, |left, piece| {
        let checked = piece.and_then(|bytes| {
            let is_end = bytes.is_empty();
            match left.checked_sub(bytes.len() as u64) {
                Some(0) if is_end => Ok(bytes),
                Some(_) if is_end => Err("it is shorter than it should be".into()),
                Some(rest) => {
                    *left = rest;
                    Ok(bytes)
                }
                None => Err("it is longer than it should be".into()),
            }
        });
        std::future::ready(Some(checked))
    });
    Box::pin(checked.try_filter(|bytes| std::future::ready(!bytes.is_empty())))
}

/// Says in the log that an answer is broken off, and why.
pub(crate) fn broken(error: &DeliveryError) -> Broken {
    let cause = filmless_runtime::error_chain(error);
    tracing::error!(code = error.code(), cause, "an answer is broken off");
    "broken off".into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn part(pieces: Vec<Result<&'static str, Broken>>) -> Result<Part, Broken> {
        let pieces = pieces.into_iter().map(|piece| piece.map(Bytes::from));
        let bytes: Pieces = Box::pin(stream::iter(pieces.collect::<Vec<_>>()));
        Ok(Part { content_type: "a/b".to_owned(), bytes })
    }

    async fn read(response: Response) -> Result<Vec<u8>, String> {
        let read = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        read.map(|bytes| bytes.to_vec()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_announced_length_is_the_length() {
        let lengths = vec![("a/b".to_owned(), 5), ("a/b".to_owned(), 0)];
        let announced = Announced { part_type: "a/b".to_owned(), lengths: Some(lengths) };
        let parts = vec![part(vec![Ok("ab"), Ok("cde")]), part(vec![])];
        let response = in_parts(&announced, stream::iter(parts)).unwrap();
        let length: usize = response.headers()[CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
        assert_eq!(read(response).await.unwrap().len(), length);
    }

    #[tokio::test]
    async fn what_fails_on_the_way_never_ends_as_if_it_were_whole() {
        let announced = Announced { part_type: "a/b".to_owned(), lengths: None };
        for parts in [
            vec![part(vec![Ok("ab"), Err("failed".into())]), part(vec![Ok("more")])],
            vec![part(vec![Ok("ab")]), Err("failed".into()), part(vec![Ok("more")])],
            vec![Err("failed".into())],
        ] {
            let response = in_parts(&announced, stream::iter(parts)).unwrap();
            assert_eq!(read(response).await.unwrap_err(), "failed");
        }
        for (length, pieces) in [(3, vec![Ok("ab")]), (1, vec![Ok("ab")]), (1, vec![])] {
            let Part { bytes, .. } = part(pieces).unwrap();
            let checked: Result<Vec<Bytes>, Broken> = exactly(length, bytes).try_collect().await;
            assert!(checked.is_err(), "{length}");
        }
        let Part { bytes, .. } = part(vec![Ok("ab"), Ok("c")]).unwrap();
        let checked: Vec<Bytes> = exactly(3, bytes).try_collect().await.unwrap();
        assert_eq!(checked.concat(), b"abc");
    }

    #[tokio::test]
    async fn what_is_read_ahead_waits_in_a_few_pieces_and_ends_with_whoever_reads_it() {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let endless = stream::repeat_with(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(Bytes::from_static(b"ab"))
        });
        let mut pieces = read_ahead(async move { Ok::<Pieces, _>(Box::pin(endless)) }).await.unwrap();
        assert_eq!(pieces.next().await.unwrap().unwrap(), "ab");
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        // One was taken, some wait, one is in the hand of whoever reads.
        assert_eq!(read.load(Ordering::Relaxed), PIECES_AHEAD + 2);
        drop(pieces);
        while Arc::strong_count(&read) > 1 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_gigabyte_passes_through_a_few_pieces_at_a_time() {
        const PIECE: usize = 1 << 20;
        struct Counted(Arc<AtomicUsize>);
        impl AsRef<[u8]> for Counted {
            fn as_ref(&self) -> &[u8] {
                &[7; PIECE]
            }
        }
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_sub(PIECE, Ordering::Relaxed);
            }
        }
        let in_flight = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&in_flight);
        let parts = stream::iter(0..256).map(move |_| {
            let counter = Arc::clone(&counter);
            let bytes = stream::iter(0..4).map(move |_| {
                counter.fetch_add(PIECE, Ordering::Relaxed);
                Ok(Bytes::from_owner(Counted(Arc::clone(&counter))))
            });
            Ok(Part { content_type: "a/b".to_owned(), bytes: exactly(4 * PIECE as u64, bytes) })
        });
        let announced = Announced { part_type: "a/b".to_owned(), lengths: None };
        let mut body = in_parts(&announced, parts).unwrap().into_body().into_data_stream();
        let (mut most, mut total) = (0, 0);
        while let Some(piece) = body.next().await {
            total += piece.unwrap().len();
            most = most.max(in_flight.load(Ordering::Relaxed));
        }
        assert!(total > 1 << 30, "{total}");
        assert!(most <= 2 * PIECE, "{most} bytes were in memory");
        assert_eq!(in_flight.load(Ordering::Relaxed), 0);
    }
}

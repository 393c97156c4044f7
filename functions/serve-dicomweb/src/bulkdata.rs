//! Values that stand by themselves (PS3.18 10.4.1.1.5): found by the header of the file that was uploaded, then read out of it in
//! ranges, so that no file is ever read whole for one of its values.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_dicom::bulk_data::Fragment;
use filmless_dicom::{
    BulkData, BulkPath, DataSet, HeaderError, Scan, find_bulk_data, scan_file, scan_prefix, swap_words, tags,
};
use filmless_dicomweb::{Offer, Refusal, byte_range, choose};
use filmless_store::index::InstanceRecord;
use filmless_store::{Bucket, ObjectVersion, StoreError};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::admitted::{Admitted, instance_of};
use crate::answer::{is_known, set, wanted_in};
use crate::error::DicomwebError;
use crate::resource::BulkDataPath;
use crate::retrieve::parts::{Announced, Part, Pieces, by_itself, in_parts, object};
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::Right;

/// Largest value that has to be held whole, in bytes: one of a big endian file, or a document whose file does not tell how long it
/// is.
const HELD_BYTES_MAX: u64 = 32 << 20;
/// Most fragments of a video.
const FRAGMENTS_MAX: usize = 256;

const ENCAPSULATED_PDF_STORAGE: &str = "1.2.840.10008.5.1.4.1.1.104.1";

/// `studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}`.
pub(crate) async fn value(
    admitted: Admitted,
    State(services): State<Arc<DicomwebServices>>,
    Path(named): Path<BulkDataPath>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, DicomwebError> {
    let (study, series) = admitted.series(&named.study_uid, &named.series_uid)?;
    let record = instance_of(&services, study, series, &named.instance_uid).await?;
    let path = BulkPath::parse(&named.path).ok_or(Refusal::NotFound)?;
    let wanted = wanted_in(&headers, query.as_deref())?;
    let source = Source { services: &services, record: &record };
    let found = source.find(&path).await?;
    let offer = choose(&wanted, &offers(found.media_type))?;
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    let etag = format!("\"{}-{path}\"", record.etag.trim_matches('"')).replace('/', ".");
    if is_known(&headers, &etag) {
        return Ok(with_etag(StatusCode::NOT_MODIFIED.into_response(), &etag));
    }
    let bucket = services.software.studies_bucket();
    let response = if offer.is_multipart {
        services.config.check_length(found.bytes)?;
        multipart(bucket, &record, &found, offer.media_type).await?
    } else {
        single(bucket, &record, &found, offer.media_type, &headers, &etag).await?
    };
    Ok(with_etag(response, &etag))
}

fn with_etag(mut response: Response, etag: &str) -> Response {
    set(&mut response, ETAG, etag);
    response
}

/// What a browser shows by itself is named; anything else is bytes (PS3.18 8.7.3.4), whatever its uploader called it: a page that
/// somebody uploaded is not to be opened as one of ours.
fn offers(media_type: Option<&'static str>) -> Vec<Offer> {
    const BYTES: &str = "application/octet-stream";
    let named = media_type.map(|media_type| [Offer::single(media_type), Offer::parts(media_type)]);
    named.into_iter().flatten().chain([Offer::single(BYTES), Offer::parts(BYTES)]).collect()
}

/// A value that was found.
struct Found {
    media_type: Option<&'static str>,
    bytes: u64,
    place: Place,
}

enum Place {
    Memory(Bytes),
    /// Ranges of the file, to be joined.
    File(Vec<Range<u64>>),
}

struct Source<'s> {
    services: &'s DicomwebServices,
    record: &'s InstanceRecord,
}

impl Source<'_> {
    fn object(&self) -> ObjectVersion<'_> {
        ObjectVersion { key: &self.record.key, version_id: self.record.version_id.as_deref() }
    }

    async fn read(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        Ok(self.services.software.studies_bucket().get_range(self.object(), range).await?.bytes)
    }

    async fn find(&self, path: &BulkPath) -> Result<Found, DicomwebError> {
        let limits = &self.services.config.limits;
        let total = self.record.bytes;
        let steps =
            [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max];
        for step in steps {
            let head = self.read(0..step.min(total)).await?;
            if head.len() as u64 >= total {
                let data_set = scan_file(&head, limits).map_err(unreadable)?;
                return self.found_in(&data_set, path).await;
            }
            if let Scan::Complete(data_set) = scan_prefix(&head, total, limits).map_err(unreadable)? {
                let is_document = *path == BulkPath::of(tags::ENCAPSULATED_DOCUMENT);
                if is_document && find_bulk_data(&data_set, path).is_none() && total <= HELD_BYTES_MAX {
                    let all = self.read(0..total).await?;
                    let data_set = scan_file(&all, limits).map_err(unreadable)?;
                    return self.found_in(&data_set, path).await;
                }
                return self.found_in(&data_set, path).await;
            }
        }
        // A deflated data set has to be inflated as a whole.
        Err(Refusal::TooLarge { what: "The file of a deflated instance", max: limits.header_bytes_max }
            .into())
    }

    async fn found_in(&self, data_set: &DataSet<'_>, path: &BulkPath) -> Result<Found, DicomwebError> {
        let found = find_bulk_data(data_set, path).ok_or(Refusal::NotFound)?;
        let (parts, media_type) = match found {
            BulkData::At { parts, vr, is_big_endian } => {
                let is_document = *path == BulkPath::of(tags::ENCAPSULATED_DOCUMENT);
                let is_pdf = is_document && self.record.sop_class_uid == ENCAPSULATED_PDF_STORAGE;
                let media_type = if is_pdf { Some("application/pdf") } else { video_type(data_set, path) };
                if is_big_endian {
                    let mut bytes = self.held(data_set, &parts).await?;
                    swap_words(&mut bytes, vr);
                    return Ok(in_memory(bytes, media_type));
                }
                (parts, media_type)
            }
            BulkData::Fragments { start, end } => {
                (self.fragments(data_set, start, end).await?, video_type(data_set, path))
            }
        };
        let here = data_set.bytes().len() as u64;
        let is_here = data_set.transfer_syntax().deflated || parts.iter().all(|part| part.end <= here);
        if is_here {
            return Ok(in_memory(slices(data_set.bytes(), &parts), media_type));
        }
        let bytes = parts.iter().map(|part| part.end - part.start).sum();
        Ok(Found { media_type, bytes, place: Place::File(parts) })
    }

    async fn held(&self, data_set: &DataSet<'_>, parts: &[Range<u64>]) -> Result<Vec<u8>, DicomwebError> {
        let bytes: u64 = parts.iter().map(|part| part.end - part.start).sum();
        if bytes > HELD_BYTES_MAX {
            return Err(Refusal::TooLarge { what: "A big endian value", max: HELD_BYTES_MAX }.into());
        }
        if parts.iter().all(|part| part.end <= data_set.bytes().len() as u64) {
            return Ok(slices(data_set.bytes(), parts));
        }
        let mut held = Vec::new();
        for part in parts {
            held.extend_from_slice(&self.read(part.clone()).await?);
        }
        Ok(held)
    }

    /// Follows the fragments of a video, without their contents.
    async fn fragments(
        &self,
        data_set: &DataSet<'_>,
        start: u64,
        end: u64,
    ) -> Result<Vec<Range<u64>>, DicomwebError> {
        let (mut parts, mut at) = (Vec::new(), start);
        while at + 8 <= end {
            if parts.len() > FRAGMENTS_MAX {
                return Err(Refusal::TooMany { what: "fragments", max: FRAGMENTS_MAX }.into());
            }
            let here = usize::try_from(at).ok().and_then(|at| data_set.bytes().get(at..at + 8));
            let head = match here {
                Some(head) => Bytes::copy_from_slice(head),
                None => self.read(at..at + 8).await?,
            };
            match Fragment::read(&head) {
                Fragment::Item(length) => {
                    parts.push(at + 8..(at + 8 + length).min(end));
                    at += 8 + length;
                }
                Fragment::End => break,
            }
        }
        // The first one is the offset table (PS3.5 A.4).
        let parts: Vec<_> = parts.into_iter().skip(1).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { Err(Refusal::NotFound.into()) } else { Ok(parts) }
    }
}

/// A file that was taken in and cannot be read any more is a defect of ours; its values are not to be had.
fn unreadable(error: HeaderError) -> DicomwebError {
    tracing::warn!(code = error.code(), "the header of an instance cannot be read");
    Refusal::NotFound.into()
}

fn slices(bytes: &[u8], parts: &[Range<u64>]) -> Vec<u8> {
    let slice = |part: &Range<u64>| {
        let range = usize::try_from(part.start).ok()?..usize::try_from(part.end).ok()?;
        bytes.get(range)
    };
    parts.iter().filter_map(slice).collect::<Vec<_>>().concat()
}

fn in_memory(bytes: Vec<u8>, media_type: Option<&'static str>) -> Found {
    Found { media_type, bytes: bytes.len() as u64, place: Place::Memory(bytes.into()) }
}

/// What PS3.18 Table 8.7.3-5 calls the pixels of a video.
fn video_type(data_set: &DataSet<'_>, path: &BulkPath) -> Option<&'static str> {
    if *path != BulkPath::of(tags::PIXEL_DATA) {
        return None;
    }
    match data_set.transfer_syntax_uid().strip_prefix("1.2.840.10008.1.2.4.")?.split('.').next()? {
        "100" | "101" => Some("video/mpeg"),
        "102" | "103" | "104" | "105" | "106" | "107" | "108" => Some("video/mp4"),
        _ => None,
    }
}

async fn single(
    bucket: &Bucket,
    record: &InstanceRecord,
    found: &Found,
    media_type: &'static str,
    headers: &HeaderMap,
    etag: &str,
) -> Result<Response, DicomwebError> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // Of what changed since, all is given (RFC 9110 13.1.5).
    let is_same = text(IF_RANGE).is_none_or(|known| known == etag);
    let asked = byte_range(text(RANGE).filter(|_| is_same), found.bytes)?;
    let range = asked.clone().unwrap_or(0..found.bytes);
    let length = range.end - range.start;
    let bytes = value_of(bucket, record, found, range.clone()).await?;
    let mut response = by_itself(Part { content_type: media_type.to_owned(), bytes }, Some(length));
    set(&mut response, ACCEPT_RANGES, "bytes");
    if asked.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = range.end - 1;
        set(&mut response, CONTENT_RANGE, &format!("bytes {}-{last}/{}", range.start, found.bytes));
    }
    Ok(response)
}

async fn multipart(
    bucket: &Bucket,
    record: &InstanceRecord,
    found: &Found,
    media_type: &'static str,
) -> Result<Response, DicomwebError> {
    let bytes = value_of(bucket, record, found, 0..found.bytes).await?;
    let lengths = Some(vec![(media_type.to_owned(), found.bytes)]);
    let announced = Announced { part_type: media_type.to_owned(), lengths };
    let part = Part { content_type: media_type.to_owned(), bytes };
    in_parts(&announced, stream::once(async move { Ok(part) }))
}

/// A range of the value, piece by piece. What cannot be begun is told by the status.
async fn value_of(
    bucket: &Bucket,
    record: &InstanceRecord,
    found: &Found,
    range: Range<u64>,
) -> Result<Pieces, DicomwebError> {
    let mut wanted = match &found.place {
        Place::Memory(bytes) => {
            let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            let bytes = bytes.slice(within(range.start)..within(range.end));
            return Ok(Box::pin(stream::once(async { Ok(bytes) })));
        }
        Place::File(parts) => within(parts, &range).into_iter(),
    };
    let (bucket, record) = (bucket.clone(), record.clone());
    let opened = move |part: Range<u64>| {
        let (bucket, record) = (bucket.clone(), record.clone());
        async move {
            let file = ObjectVersion { key: &record.key, version_id: record.version_id.as_deref() };
            let length = part.end - part.start;
            object(&bucket, file, Some(part), length).await
        }
    };
    let Some(first) = wanted.next() else { return Ok(Box::pin(stream::empty())) };
    let first = opened(first).await.map_err(|_| Refusal::Unavailable)?;
    let rest = stream::iter(wanted).then(opened).try_flatten();
    Ok(Box::pin(first.chain(rest)))
}

/// The parts of a file that are a range of what they are together.
fn within(parts: &[Range<u64>], range: &Range<u64>) -> Vec<Range<u64>> {
    let mut before = 0;
    let mut found = Vec::new();
    for part in parts {
        let length = part.end - part.start;
        let (start, end) = (range.start.max(before), range.end.min(before + length));
        if start < end {
            found.push(part.start + start - before..part.start + end - before);
        }
        before += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_a_value_is_ranges_of_its_parts() {
        let parts = [100..110, 200..205, 300..310];
        for (range, expected) in [
            (0..25, &[(100, 110), (200, 205), (300, 310)][..]),
            (0..1, &[(100, 101)]),
            (9..11, &[(109, 110), (200, 201)]),
            (12..13, &[(202, 203)]),
            (10..15, &[(200, 205)]),
            (24..25, &[(309, 310)]),
        ] {
            let found: Vec<(u64, u64)> =
                within(&parts, &range).iter().map(|part| (part.start, part.end)).collect();
            assert_eq!(found, expected, "{range:?}");
        }
    }
}

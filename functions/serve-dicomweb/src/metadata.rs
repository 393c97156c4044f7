//! Metadata (PS3.18 10.4.1.1.2): of a series as it was written when the series was rendered, gzip and all; of a study and of an
//! instance line by line out of that. An address of bulk data stays relative to the address of the metadata that names it
//! (PS3.18 F.2.6).

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_dicomweb::{Attributes, Offer, Refusal, choose};
use filmless_front::accepts_coding;
use filmless_store::{ObjectVersion, StoreError};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::mpsc;

use crate::admitted::{Admitted, instance_of};
use crate::answer::{body_of, is_known, received, set, wanted_in};
use crate::error::DicomwebError;
use crate::lines::{Lines, Origin};
use crate::resource::{InstancePath, SeriesPath, StudyPath};
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{Right, SoftwareSeries};

type Services = State<Arc<DicomwebServices>>;
type Answer = Result<Response, DicomwebError>;

const OFFERS: [Offer; 2] = [Offer::single("application/dicom+json"), Offer::single("application/json")];

/// How every address of bulk data begins in the metadata of a series. Within a value the quotes would be escaped.
const BULK_DATA_URI: &str = r#""BulkDataURI":"instances/"#;

/// So much is put together before it goes out, in bytes.
const PIECE_BYTES: usize = 64 << 10;

/// `studies/{study}/series/{series}/metadata`.
pub(crate) async fn series(
    admitted: Admitted,
    State(services): Services,
    Path(path): Path<SeriesPath>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (study, series) = admitted.series(&path.study_uid, &path.series_uid)?;
    let media_type = media_type(&headers, query.as_deref())?;
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    let origin = services.origin(study, series).await?;
    let etag = etag_of([&origin]);
    if is_known(&headers, &etag) {
        return Ok(described(StatusCode::NOT_MODIFIED.into_response(), media_type, &etag));
    }
    let is_gzip = accepts_coding(&headers, "gzip");
    let (body, bytes) = match origin {
        Origin::Rendered(key) if is_gzip => {
            let derived = services.software.derived_bucket();
            let object = derived.stream(ObjectVersion { key: &key, version_id: None }, None).await?;
            let bytes = object.bytes;
            (body_of(object), Some(bytes))
        }
        origin => (joined(services, vec![Part { origin, bulk_data_uri: None }], is_gzip).await?, None),
    };
    let mut response = described(body.into_response(), media_type, &etag);
    if is_gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(bytes) = bytes {
        set(&mut response, CONTENT_LENGTH, &bytes.to_string());
    }
    Ok(response)
}

/// `studies/{study}/metadata`.
pub(crate) async fn study(
    admitted: Admitted,
    State(services): Services,
    Path(path): Path<StudyPath>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let study = admitted.study(&path.study_uid)?;
    let media_type = media_type(&headers, query.as_deref())?;
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    let mut parts = Vec::with_capacity(study.series.len());
    for series in &study.series {
        parts.push(Part::of_study(series, services.origin(study, series).await?));
    }
    let etag = etag_of(parts.iter().map(|part| &part.origin));
    if is_known(&headers, &etag) {
        return Ok(described(StatusCode::NOT_MODIFIED.into_response(), media_type, &etag));
    }
    if parts.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let is_gzip = accepts_coding(&headers, "gzip");
    let body = joined(services, parts, is_gzip).await?;
    let mut response = described(body.into_response(), media_type, &etag);
    if is_gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// `studies/{study}/series/{series}/instances/{instance}/metadata`.
pub(crate) async fn instance(
    admitted: Admitted,
    State(services): Services,
    Path(path): Path<InstancePath>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let (study, series) = admitted.series(&path.study_uid, &path.series_uid)?;
    let record = instance_of(&services, study, series, &path.instance_uid).await?;
    let media_type = media_type(&headers, query.as_deref())?;
    services.software.record_use(&admitted.admission, study, Right::See).await?;
    let mut origin = services.origin(study, series).await?;
    let etag = etag_of([&origin]);
    if is_known(&headers, &etag) {
        return Ok(described(StatusCode::NOT_MODIFIED.into_response(), media_type, &etag));
    }
    let uid = record.sop_instance_uid.as_str();
    if let Origin::Files { instances, .. } = &mut origin {
        instances.retain(|instance| instance.sop_instance_uid == record.sop_instance_uid);
    }
    let mut lines = services.lines(origin).await?;
    while let Some(line) = lines.next().await? {
        if is_of_instance(&line, uid) {
            let told = replaced(&line, &format!("{BULK_DATA_URI}{uid}/"), r#""BulkDataURI":""#);
            let body = [b"[", told.as_slice(), b"]"].concat();
            return Ok(described(body.into_response(), media_type, &etag));
        }
    }
    Err(Refusal::NotFound.into())
}

fn media_type(headers: &HeaderMap, query: Option<&str>) -> Result<&'static str, Refusal> {
    Ok(choose(&wanted_in(headers, query)?, &OFFERS)?.media_type)
}

/// The keys name what is said.
fn etag_of<'o>(origins: impl IntoIterator<Item = &'o Origin>) -> String {
    let digest = |origin: &'o Origin| origin.key().as_str().rsplit('/').next()?.split('.').next();
    let digests: Vec<&str> = origins.into_iter().filter_map(digest).collect();
    format!("W/\"{}\"", digests.join("-"))
}

fn described(mut response: Response, media_type: &'static str, etag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    set(&mut response, ETAG, etag);
    response
}

/// Whether a line is about this instance: looked for as text, then read, since another one may name it.
fn is_of_instance(line: &[u8], uid: &str) -> bool {
    const SOP_INSTANCE_UID: u32 = 0x0008_0018;
    let is_named = std::str::from_utf8(line).is_ok_and(|text| text.contains(uid));
    is_named && Attributes::read(line, |tag| tag == SOP_INSTANCE_UID).text(SOP_INSTANCE_UID) == Some(uid)
}

fn replaced(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    std::str::from_utf8(line).map_or_else(|_| line.to_vec(), |text| text.replace(from, to).into_bytes())
}

/// One series of an answer.
struct Part {
    origin: Origin,
    /// What an address of bulk data begins with instead; none where that stays.
    bulk_data_uri: Option<String>,
}

impl Part {
    fn of_study(series: &SoftwareSeries, origin: Origin) -> Self {
        let uid = &series.record.series_instance_uid;
        let bulk_data_uri = format!(r#""BulkDataURI":"series/{uid}/instances/"#);
        Self { origin, bulk_data_uri: Some(bulk_data_uri) }
    }
}

/// The lines of several series as one array, piece by piece. What cannot be begun is told by the status.
async fn joined(
    services: Arc<DicomwebServices>,
    parts: Vec<Part>,
    is_gzip: bool,
) -> Result<Body, DicomwebError> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else { return Err(Refusal::NotFound.into()) };
    let first = (services.lines(first.origin).await?, first.bulk_data_uri);
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        let mut out = Pieces { sender, packed: Packed::new(is_gzip) };
        if let Err(Some(error)) = write_joined(&services, first, parts, &mut out).await {
            // The answer breaks off: whoever reads it sees that.
            let _ = out.sender.send(Err(error)).await;
        }
    });
    Ok(received(receiver))
}

/// `Err(None)`: nobody reads any more.
async fn write_joined(
    services: &DicomwebServices,
    first: (Lines, Option<String>),
    rest: impl Iterator<Item = Part>,
    out: &mut Pieces,
) -> Result<(), Option<StoreError>> {
    let mut separator: &[u8] = b"[";
    let (mut next, mut rest) = (Some(first), rest);
    while let Some((mut lines, bulk_data_uri)) = next {
        while let Some(line) = lines.next().await.map_err(Some)? {
            out.write(separator).await?;
            separator = b",\n";
            match &bulk_data_uri {
                Some(uri) => out.write(&replaced(&line, BULK_DATA_URI, uri)).await?,
                None => out.write(&line).await?,
            }
        }
        next = match rest.next() {
            Some(part) => Some((services.lines(part.origin).await.map_err(Some)?, part.bulk_data_uri)),
            None => None,
        };
    }
    out.write(if separator == b"[" { b"[]" } else { b"]" }).await?;
    out.finish().await
}

/// Bytes on their way out, plain or gzip.
enum Packed {
    Plain(Vec<u8>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

impl Packed {
    fn new(is_gzip: bool) -> Self {
        // It is read once: speed counts.
        if is_gzip {
            Self::Gzip(Box::new(GzEncoder::new(Vec::new(), Compression::fast())))
        } else {
            Self::Plain(Vec::new())
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<&mut Vec<u8>> {
        match self {
            Self::Plain(plain) => {
                plain.extend_from_slice(bytes);
                Ok(plain)
            }
            Self::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                Ok(encoder.get_mut())
            }
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(plain) => Ok(plain),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }
}

struct Pieces {
    sender: mpsc::Sender<Result<Bytes, StoreError>>,
    packed: Packed,
}

impl Pieces {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Option<StoreError>> {
        let packed = self.packed.write(bytes).map_err(|_| None)?;
        if packed.len() < PIECE_BYTES {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(packed));
        self.sender.send(Ok(piece)).await.map_err(|_| None)
    }

    async fn finish(&mut self) -> Result<(), Option<StoreError>> {
        let packed = std::mem::replace(&mut self.packed, Packed::Plain(Vec::new()));
        let last = packed.finish().map_err(|_| None)?;
        self.sender.send(Ok(Bytes::from(last))).await.map_err(|_| None)
    }
}

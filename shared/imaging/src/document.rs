//! Documents to read or watch: structured reports, key object selections, encapsulated documents, videos.

use std::ops::Range;

use filmless_dicom::{
    DataSet, InstanceHeader, ReportAuthor, ReportDocument, encapsulated_document, lacks, read_report,
    read_selection, video_stream,
};
use filmless_domain::identity::{IdentityRules, document_contradicts};
use filmless_domain::{Limits, ReportLack};
use serde_bytes::ByteBuf;

use crate::ImagingError;
use crate::document_kind::DocumentKind;
use crate::part::{DocumentPart, RenderedPart};

/// Whether a document names another patient than its file. Ingest compares the two by the hospital's rules; this is for
/// files that came before those rules, and for names far down in the document.
fn is_of_another(data_set: &DataSet<'_>) -> bool {
    let rules = IdentityRules::most_lenient();
    InstanceHeader::from_data_set(data_set).is_ok_and(|header| {
        header.document_patients.iter().any(|one| document_contradicts(&header.patient, one, &rules))
    })
}

/// An encapsulated document as it is, or a structured report as lines of text.
pub(crate) fn report(data_set: &DataSet<'_>, limits: &Limits) -> Result<RenderedPart, ImagingError> {
    let Some(document) = encapsulated_document(data_set) else { return structured_report(data_set) };
    let kind = match document.kind {
        filmless_dicom::DocumentKind::Pdf => DocumentKind::Pdf,
        filmless_dicom::DocumentKind::Cda => DocumentKind::Cda,
        filmless_dicom::DocumentKind::Text => DocumentKind::Text,
        filmless_dicom::DocumentKind::Other => return Err(ImagingError::DocumentNotShown),
    };
    if document.bytes.len() as u64 > limits.document_bytes_max || is_of_another(data_set) {
        return Err(ImagingError::DocumentNotShown);
    }
    Ok(RenderedPart::Document(DocumentPart {
        kind,
        title: Some(document.title).filter(|title| !title.is_empty()),
        lacks: lacks(data_set.root()).filter(|_| kind.is_report()),
        media_type: document.media_type.to_owned(),
        bytes: ByteBuf::from(document.bytes.into_owned()),
    }))
}

fn structured_report(data_set: &DataSet<'_>) -> Result<RenderedPart, ImagingError> {
    let report = read_report(data_set);
    if report.lines.is_empty() {
        return Err(ImagingError::DocumentNotShown);
    }
    let kind = match report.author {
        ReportAuthor::Doctor => DocumentKind::Report,
        ReportAuthor::Measurer | ReportAuthor::Machine => DocumentKind::Record,
        ReportAuthor::DoseMachine => DocumentKind::Dose,
    };
    lines_of(kind, report, lacks(data_set.root()).filter(|_| kind.is_report()))
}

/// Title, text and images of a key object selection; `None` if it has none of them.
pub(crate) fn selection(data_set: &DataSet<'_>) -> Option<RenderedPart> {
    let selection = read_selection(data_set);
    let says_something = !selection.lines.is_empty() || !selection.images.is_empty();
    says_something.then(|| lines_of(DocumentKind::Selection, selection, None).ok()).flatten()
}

fn lines_of(
    kind: DocumentKind,
    report: ReportDocument,
    lacks: Option<ReportLack>,
) -> Result<RenderedPart, ImagingError> {
    let bytes = serde_json::to_vec(&report).map_err(|_| ImagingError::DocumentNotShown)?;
    Ok(RenderedPart::Document(DocumentPart {
        kind,
        title: Some(report.title).filter(|title| !title.is_empty()),
        lacks,
        media_type: "application/json".to_owned(),
        bytes: ByteBuf::from(bytes),
    }))
}

/// The video stream as it is: what no browser plays can still be downloaded.
pub(crate) fn video(data_set: &DataSet<'_>, limits: &Limits) -> Result<RenderedPart, ImagingError> {
    let stream = video_stream(data_set).map_err(|_| ImagingError::CorruptPixelData)?;
    let stream = stream.ok_or(ImagingError::NoPixelData)?;
    Ok(RenderedPart::Document(DocumentPart {
        kind: DocumentKind::Video,
        title: None,
        lacks: None,
        media_type: stream.media_type.to_owned(),
        bytes: joined(data_set, &stream.ranges, limits)?,
    }))
}

fn joined(data_set: &DataSet<'_>, ranges: &[Range<usize>], limits: &Limits) -> Result<ByteBuf, ImagingError> {
    let length: u64 = ranges.iter().map(|range| range.len() as u64).sum();
    if length > limits.document_bytes_max {
        return Err(ImagingError::DocumentNotShown);
    }
    let parts: Option<Vec<&[u8]>> = ranges.iter().map(|range| data_set.bytes().get(range.clone())).collect();
    parts.map(|parts| ByteBuf::from(parts.concat())).ok_or(ImagingError::DocumentNotShown)
}

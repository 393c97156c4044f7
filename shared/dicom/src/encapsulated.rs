//! Encapsulated documents (PS3.3 A.45, C.24): PDF, CDA, text and models.
//!
//! The bytes tell what a document is. The file's declaration only matters if the bytes cannot tell, and is never passed
//! on, because browsers act on it.

use std::borrow::Cow;

use dicom_dictionary_std::tags;
use filmless_domain::identity::DocumentPatient;
use serde::{Deserialize, Serialize};

use crate::cda::{RecordTargets, record_targets};
use crate::code::Code;
use crate::instance_kind::ReportKind;
use crate::{DataSet, charset};

/// The header of a PDF must be within this many bytes (PDF 32000-1, annex H.3.4.1).
const PDF_HEADER_BYTES_MAX: usize = 1024;
/// Longest header of a CDA document, in bytes.
const CDA_HEADER_BYTES_MAX: usize = 256 << 10;
const TITLE_CHARS_MAX: usize = 256;

/// The kind of an encapsulated document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A PDF.
    Pdf,
    /// HL7 Clinical Document Architecture, in XML.
    Cda,
    /// Text, whatever markup it contains.
    Text,
    /// Anything else, such as a model for a 3D printer.
    Other,
}

/// The document of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncapsulatedDocument<'d> {
    /// What it is.
    pub kind: DocumentKind,
    /// Its media type, one of a few.
    pub media_type: &'static str,
    /// Document Title (0042,0010), or Concept Name; empty if it has neither.
    pub title: String,
    /// Its bytes without padding. Text is UTF-8, whatever it was in the file.
    pub bytes: Cow<'d, [u8]>,
}

/// The document of a completely scanned file; `None` if there is none, or it is empty.
#[must_use]
pub fn encapsulated_document<'d>(data_set: &'d DataSet<'_>) -> Option<EncapsulatedDocument<'d>> {
    let root = data_set.root();
    let mut bytes = data_set.document()?;
    let (kind, media_type) = kind_of(&bytes, data_set);
    // Encapsulated Document Length (0042,0015) does not count the pad byte; older files lack it.
    let declared =
        root.int(tags::ENCAPSULATED_DOCUMENT_LENGTH).and_then(|length| usize::try_from(length).ok());
    let is_nul = |rest: Option<&[u8]>| rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
    let length = match (declared, kind) {
        (Some(length), _) if is_nul(bytes.get(length..)) => length,
        (None, DocumentKind::Pdf | DocumentKind::Cda) if bytes.last() == Some(&0) => bytes.len() - 1,
        _ => bytes.len(),
    };
    bytes = match bytes {
        _ if kind == DocumentKind::Text => Cow::Owned(readable_text(&bytes, data_set)?.into_bytes()),
        Cow::Borrowed(all) => Cow::Borrowed(&all[..length]),
        Cow::Owned(mut all) => {
            all.truncate(length);
            Cow::Owned(all)
        }
    };
    let title = root
        .text(tags::DOCUMENT_TITLE)
        .or_else(|| Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE).map(|code| code.readable()))
        .unwrap_or_default();
    let title = title.chars().filter(|c| !c.is_control()).take(TITLE_CHARS_MAX).collect();
    (!bytes.is_empty()).then_some(EncapsulatedDocument { kind, media_type, title, bytes })
}

/// What can be read in an instance, whatever its SOP class: private classes contain reports, too. `None` if nothing
/// readable is known, or too little of a document is available to tell.
pub(crate) fn readable_content(data_set: &DataSet<'_>) -> Option<ReportKind> {
    if let Some(head) = data_set.document_head(PDF_HEADER_BYTES_MAX) {
        return match kind_of(&head, data_set).0 {
            DocumentKind::Pdf => Some(ReportKind::Pdf),
            DocumentKind::Cda => Some(ReportKind::Cda),
            DocumentKind::Text => Some(ReportKind::Text),
            DocumentKind::Other => None,
        };
    }
    let has_content = data_set.root().first_item(tags::CONTENT_SEQUENCE).is_some();
    (has_content && data_set.pixels().is_none()).then_some(ReportKind::Structured)
}

/// The patients a CDA document is about, as far as available; empty for any other file.
pub(crate) fn document_patients(data_set: &DataSet<'_>) -> Vec<DocumentPatient> {
    record_targets_of(data_set, usize::MAX).map(|targets| targets.patients).unwrap_or_default()
}

/// Whether a document that names its patient has done so within the available bytes, or never will.
pub(crate) fn is_document_header_here(data_set: &DataSet<'_>) -> bool {
    record_targets_of(data_set, CDA_HEADER_BYTES_MAX).is_none_or(|targets| targets.is_whole)
}

/// `None` if there is no CDA document; complete if there is nothing more to read of it.
fn record_targets_of(data_set: &DataSet<'_>, bytes_max: usize) -> Option<RecordTargets> {
    let head = data_set.document_head(bytes_max)?;
    if kind_of(&head, data_set).0 != DocumentKind::Cda {
        return None;
    }
    let mut targets = record_targets(&head);
    targets.is_whole |= head.len() >= bytes_max || data_set.document().is_some();
    Some(targets)
}

fn kind_of(bytes: &[u8], data_set: &DataSet<'_>) -> (DocumentKind, &'static str) {
    let head = bytes.get(..PDF_HEADER_BYTES_MAX).unwrap_or(bytes);
    let text = beginning(head);
    if begins_as_cda(&text) {
        return (DocumentKind::Cda, "text/xml");
    }
    // A page that mentions PDF is not a PDF.
    let is_pdf = |at: &[u8]| at.starts_with(b"%PDF-") && at.get(5).is_some_and(u8::is_ascii_digit);
    if !text.starts_with('<') && head.windows(6).any(is_pdf) {
        return (DocumentKind::Pdf, "application/pdf");
    }
    let declared = data_set.root().text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT);
    let declared = declared.unwrap_or_default().to_ascii_lowercase();
    if let Some(model) =
        ["model/stl", "model/obj", "model/mtl"].iter().find(|model| declared.starts_with(**model))
    {
        return (DocumentKind::Other, model);
    }
    if is_for_programs(&text, data_set) || readable_text(bytes, data_set).is_none() {
        return (DocumentKind::Other, "application/octet-stream");
    }
    (DocumentKind::Text, "text/plain")
}

/// Text that people do not read: models (PS3.3 A.85), and formats that only their own program shows as the author
/// meant.
fn is_for_programs(text: &str, data_set: &DataSet<'_>) -> bool {
    const MODEL_CLASSES: [&str; 3] = ["104.3", "104.4", "104.5"];
    let class = data_set.root().text(tags::SOP_CLASS_UID).unwrap_or_default();
    let class = class.trim().strip_prefix("1.2.840.10008.5.1.4.1.1.").unwrap_or_default();
    MODEL_CLASSES.contains(&class)
        || ["%PDF", "%!PS", "{\\rtf"].iter().any(|format| text.starts_with(format))
        || text.starts_with("solid") && text.contains("facet")
}

/// Decodes a text document by its byte order mark, else by Specific Character Set (0008,0005). `None` if it is empty or
/// contains bytes that no text does.
fn readable_text(bytes: &[u8], data_set: &DataSet<'_>) -> Option<String> {
    const UNKNOWN_PERCENT_MAX: usize = 5;
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => data_set.decode_text(bytes),
    };
    let text: String = text.trim_end_matches('\0').chars().map(printed).collect();
    let is_layout = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{C}');
    let is_unknown = |c: char| matches!(c, '\u{80}'..='\u{9F}' | char::REPLACEMENT_CHARACTER);
    let is_binary = text.chars().any(|c| c.is_ascii_control() && !is_layout(c));
    let (unknown, all) = (text.chars().filter(|c| is_unknown(*c)).count(), text.chars().count());
    let is_text = !is_binary && unknown * 100 <= all * UNKNOWN_PERCENT_MAX && !text.trim().is_empty();
    is_text.then_some(text)
}

/// The Windows meaning of Latin 1's control characters: quotation marks, dashes, the euro sign.
fn printed(c: char) -> char {
    match u8::try_from(u32::from(c)) {
        Ok(byte @ 0x80..=0x9F) => encoding_rs::WINDOWS_1252.decode(&[byte]).0.chars().next().unwrap_or(c),
        _ => c,
    }
}

fn wide(bytes: &[u8], of: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The first characters of a document as far as they are ASCII, in UTF-8 or UTF-16, with or without a byte order mark
/// (XML 1.0, appendix F).
fn beginning(head: &[u8]) -> String {
    let text: String = match head {
        [0xEF, 0xBB, 0xBF, rest @ ..] => charset::latin_1(rest),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [b'<', 0, ..] => wide(head, u16::from_le_bytes),
        [0, b'<', ..] => wide(head, u16::from_be_bytes),
        _ => charset::latin_1(head),
    };
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\0').to_owned()
}

/// Whether text begins with an XML declaration or the root of a CDA document, with a prefix or after a comment. HTML
/// does not count.
fn begins_as_cda(text: &str) -> bool {
    let names_root = || {
        ["<ClinicalDocument", ":ClinicalDocument"].iter().any(|root| text.contains(root))
            && !text.to_ascii_lowercase().contains("<html")
    };
    text.starts_with("<?xml") || text.starts_with('<') && names_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(bytes_of: fn(u16) -> [u8; 2], text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn bytes_tell_what_a_document_is() {
        use DocumentKind::{Cda, Other, Pdf, Text};
        for (bytes, declared, expected) in [
            (&b"%PDF-1.4\n"[..], None, (Pdf, "application/pdf")),
            (b"\r\njunk %PDF-1.7", Some("text/html"), (Pdf, "application/pdf")),
            (b"\xEF\xBB\xBF<?xml version=\"1.0\"?>", Some("text/XML"), (Cda, "text/xml")),
            (b"\n<ClinicalDocument xmlns=", None, (Cda, "text/xml")),
            (b"\0\0<ClinicalDocument/>", Some("text/plain"), (Cda, "text/xml")),
            (b"<!-- made by X --><c:ClinicalDocument xmlns:c=", Some("application/xml"), (Cda, "text/xml")),
            (b"<?xml version=\"1.0\"?><a>see %PDF-1.4</a>", Some("application/pdf"), (Cda, "text/xml")),
            (&utf_16(u16::to_le_bytes, "\u{FEFF}<?xml"), Some("TEXT/XML"), (Cda, "text/xml")),
            (&utf_16(u16::to_be_bytes, "\u{FEFF}<?xml"), None, (Cda, "text/xml")),
            (&utf_16(u16::to_le_bytes, "<ClinicalDocument"), None, (Cda, "text/xml")),
            (&utf_16(u16::to_be_bytes, "<ClinicalDocument"), None, (Cda, "text/xml")),
            (b"%PDF-1.4\n", Some("application/octet-stream"), (Pdf, "application/pdf")),
            (b"%PDF-1.4\n", Some("APPLICATION/PDF"), (Pdf, "application/pdf")),
            (b"%PDF", Some("application/pdf"), (Other, "application/octet-stream")),
            (b"the word %PDF-x", Some("application/pdf"), (Text, "text/plain")),
            (b"<html>%PDF-1.4", Some("application/pdf"), (Text, "text/plain")),
            (b"<html><c:ClinicalDocument>", None, (Text, "text/plain")),
            (b"<html><script>", Some("text/html"), (Text, "text/plain")),
            (b"No finding.\r\n\tLung: clear.\n\0", Some("text/plain"), (Text, "text/plain")),
            (b"No finding.", Some("application/octet-stream"), (Text, "text/plain")),
            (b"No finding.", Some("application/pdf"), (Text, "text/plain")),
            ("Phổi bình thường".as_bytes(), None, (Text, "text/plain")),
            (&utf_16(u16::to_le_bytes, "\u{FEFF}Phổi"), Some("Text/Plain"), (Text, "text/plain")),
            (b"PK\x03\x04 a zip", Some("text/plain"), (Other, "application/octet-stream")),
            (b"{\\rtf1 text}", Some("text/plain"), (Other, "application/octet-stream")),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Some("text/plain"), (Other, "application/octet-stream")),
            (b" \r\n\0", Some("text/plain"), (Other, "application/octet-stream")),
            (b"solid cube", Some("model/STL"), (Other, "model/stl")),
            (b"solid cube\nfacet normal 0 0 1", None, (Other, "application/octet-stream")),
            (b"", None, (Other, "application/octet-stream")),
        ] {
            let label = declared.unwrap_or_default().as_bytes();
            let element = [&[0x42, 0, 0x12, 0, b'L', b'O', label.len() as u8, 0], label].concat();
            let file = [&[8, 0, 0x16, 0, b'U', b'I', 4, 0][..], b"1.2\0", &element].concat();
            let data_set = crate::scan_file(&file, &filmless_domain::Limits::default()).unwrap();
            assert_eq!(kind_of(bytes, &data_set), expected, "{declared:?} {bytes:x?}");
        }
    }
}

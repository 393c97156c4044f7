//! Encapsulated documents (PS3.3 A.45, C.24): PDF, CDA and models.
//!
//! What a document is, is told by its bytes: what the file declares is only asked where bytes cannot tell, and never
//! passed on, because a browser acts on it.

use std::ops::Range;

use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::header::ReportKind;
use crate::{DataSet, charset};

/// Where the header of a PDF has to be (PDF 32000-1, annex H.3.4.1), in bytes.
const PDF_HEADER_BYTES_MAX: usize = 1024;
const TITLE_CHARS_MAX: usize = 256;

/// What an encapsulated document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A PDF.
    Pdf,
    /// HL7 Clinical Document Architecture, in XML.
    Cda,
    /// Anything else, such as the model of a 3D printer.
    Other,
}

/// The document of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncapsulatedDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its media type, one of a few.
    pub media_type: &'static str,
    /// Document Title (0042,0010), or Concept Name; empty when it has neither.
    pub title: String,
    /// Where it is in [`DataSet::bytes`].
    pub range: Range<usize>,
}

/// The document of a whole file that was scanned; `None` when there is none, or nothing in it.
#[must_use]
pub fn encapsulated_document(data_set: &DataSet<'_>) -> Option<EncapsulatedDocument> {
    let root = data_set.root();
    let mut range = data_set.document()?;
    let bytes = data_set.bytes().get(range.clone())?;
    let (kind, media_type) = kind_of(bytes, root.text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT).as_deref());
    // Encapsulated Document Length (0042,0015) does not count the pad byte; older files do not have it.
    let declared =
        root.int(tags::ENCAPSULATED_DOCUMENT_LENGTH).and_then(|length| usize::try_from(length).ok());
    let is_padded = match (declared, kind) {
        (Some(length), _) => length + 1 == bytes.len(),
        (None, DocumentKind::Pdf | DocumentKind::Cda) => bytes.last() == Some(&0),
        (None, DocumentKind::Other) => false,
    };
    range.end -= usize::from(is_padded);
    let title = root
        .text(tags::DOCUMENT_TITLE)
        .or_else(|| Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE).map(|code| code.readable()))
        .unwrap_or_default();
    let title = title.chars().filter(|c| !c.is_control()).take(TITLE_CHARS_MAX).collect();
    (!range.is_empty()).then_some(EncapsulatedDocument { kind, media_type, title, range })
}

/// What can be read in an instance, whatever its SOP class is: private classes hold reports, too. `None` where nothing
/// is known to be readable, or as little of a document is here that nobody can tell.
pub(crate) fn readable_content(data_set: &DataSet<'_>) -> Option<ReportKind> {
    if let Some(head) = data_set.document_head() {
        return match kind_of(head, None).0 {
            DocumentKind::Pdf => Some(ReportKind::Pdf),
            DocumentKind::Cda => Some(ReportKind::Cda),
            DocumentKind::Other => None,
        };
    }
    let has_content = data_set.root().first_item(tags::CONTENT_SEQUENCE).is_some();
    (has_content && data_set.pixels().is_none()).then_some(ReportKind::Structured)
}

fn kind_of(bytes: &[u8], declared: Option<&str>) -> (DocumentKind, &'static str) {
    let head = bytes.get(..PDF_HEADER_BYTES_MAX).unwrap_or(bytes);
    let text = beginning(head);
    if begins_as_cda(&text) {
        return (DocumentKind::Cda, "text/xml");
    }
    // A page that speaks of PDF is none.
    let is_pdf = |at: &[u8]| at.starts_with(b"%PDF-") && at.get(5).is_some_and(u8::is_ascii_digit);
    if !text.starts_with('<') && head.windows(6).any(is_pdf) {
        return (DocumentKind::Pdf, "application/pdf");
    }
    let declared = declared.unwrap_or_default().to_ascii_lowercase();
    match ["model/stl", "model/obj", "model/mtl"].iter().find(|model| declared.starts_with(**model)) {
        Some(model) => (DocumentKind::Other, model),
        None => (DocumentKind::Other, "application/octet-stream"),
    }
}

/// The first signs of a document as far as they are ASCII, in UTF-8 or UTF-16, with or without a mark of its byte order
/// (XML 1.0, appendix F).
fn beginning(head: &[u8]) -> String {
    let wide = |bytes: &[u8], of: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
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
        use DocumentKind::{Cda, Other, Pdf};
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
            (b"the word %PDF-x", Some("application/pdf"), (Other, "application/octet-stream")),
            (b"<html>%PDF-1.4", Some("application/pdf"), (Other, "application/octet-stream")),
            (b"<html><c:ClinicalDocument>", None, (Other, "application/octet-stream")),
            (b"<html><script>", Some("text/html"), (Other, "application/octet-stream")),
            (b"solid cube", Some("model/STL"), (Other, "model/stl")),
            (b"", None, (Other, "application/octet-stream")),
        ] {
            assert_eq!(kind_of(bytes, declared), expected, "{declared:?}");
        }
    }
}

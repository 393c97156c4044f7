//! Encapsulated documents (PS3.3 A.45, C.24): PDF, CDA and models.
//!
//! What a document is, is told by its bytes: what the file declares is only asked where bytes cannot tell, and never
//! passed on, because a browser acts on it.

use std::ops::Range;

use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use crate::code::Code;
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

fn kind_of(bytes: &[u8], declared: Option<&str>) -> (DocumentKind, &'static str) {
    let head = bytes.get(..PDF_HEADER_BYTES_MAX).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return (DocumentKind::Pdf, "application/pdf");
    }
    if begins_with_markup(head) {
        return (DocumentKind::Cda, "text/xml");
    }
    let declared = declared.unwrap_or_default().to_ascii_lowercase();
    match ["model/stl", "model/obj", "model/mtl"].iter().find(|model| declared.starts_with(**model)) {
        Some(model) => (DocumentKind::Other, model),
        None => (DocumentKind::Other, "application/octet-stream"),
    }
}

/// Whether text begins with an XML declaration or the root of a CDA document. HTML does not count.
fn begins_with_markup(head: &[u8]) -> bool {
    let text = charset::latin_1(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head));
    let text = text.trim_start();
    text.starts_with("<?xml") || text.starts_with("<ClinicalDocument")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_document_is() {
        use DocumentKind::{Cda, Other, Pdf};
        for (bytes, declared, expected) in [
            (&b"%PDF-1.4\n"[..], None, (Pdf, "application/pdf")),
            (b"\r\njunk %PDF-1.7", Some("text/html"), (Pdf, "application/pdf")),
            (b"\xEF\xBB\xBF<?xml version=\"1.0\"?>", Some("text/XML"), (Cda, "text/xml")),
            (b"\n<ClinicalDocument xmlns=", None, (Cda, "text/xml")),
            (b"<html><script>", Some("text/html"), (Other, "application/octet-stream")),
            (b"solid cube", Some("model/STL"), (Other, "model/stl")),
            (b"", None, (Other, "application/octet-stream")),
        ] {
            assert_eq!(kind_of(bytes, declared), expected, "{declared:?}");
        }
    }
}

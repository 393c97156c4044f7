//! The end of a header: pixels and encapsulated documents, and what comes after them.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::head::ElementHead;
use super::nesting::UNDEFINED_LENGTH;
use crate::PixelElement;
use crate::data_set::DocumentElement;
use crate::frames::{DocumentParts, document_parts};
use crate::scan::pass::{Pass, Step};
use crate::{HeaderError, PixelEncoding};

/// How much of an encapsulated document must be read with the header, so that its bytes tell what it is: the part
/// searched for the header of a PDF. With less, a longer prefix could give another answer.
const DOCUMENT_HEAD_BYTES: u64 = 1024;

impl Pass<'_> {
    /// The header ends where bulk data begins. This checks whether enough of that data can be there.
    pub(super) fn stop_at_bulk(&mut self, head: &ElementHead) -> Result<Step, HeaderError> {
        let mut length = (head.length != UNDEFINED_LENGTH).then_some(u64::from(head.length));
        let start = head.value_start as u64;
        let here = self.total.saturating_sub(start);
        // A file that ends within its pixels shows those it has, unless most are missing: then its sender sends it
        // again.
        let is_mostly_here = |given: u64| {
            head.tag != tags::ENCAPSULATED_DOCUMENT
                && !self.syntax.is_encapsulated
                && here >= given.div_ceil(2)
        };
        match length {
            Some(given) if given <= here => {}
            Some(given) if is_mostly_here(given) => length = Some(here),
            None if here >= 8 => {}
            _ => return Err(HeaderError::Truncated),
        }
        // The first bytes of the value tell its encoding.
        if (self.bytes.len() as u64) < self.total.min(start + 8) {
            return Ok(Step::NeedMore);
        }
        if head.tag == tags::ENCAPSULATED_DOCUMENT {
            let document = match length {
                Some(length) => usize::try_from(start + length).ok().map(|end| {
                    let only = head.value_start..end;
                    DocumentElement { parts: Vec::from([only]), end, is_whole: true }
                }),
                None => Some(self.document_of_undefined_length(head.value_start)?),
            };
            let is_told = document.as_ref().is_none_or(|document| self.is_head_here(document));
            if !is_told {
                return Ok(Step::NeedMore);
            }
            self.document = document;
        } else {
            let mut total = self.total;
            // Encapsulated although its length is given (PS3.5 A.4 demands an undefined one): trust its looks.
            if let Some(given) = length
                && self.syntax.is_encapsulated
                && self.bytes.get(head.value_start..head.value_start + 4) == Some(&[0xFE, 0xFF, 0x00, 0xE0])
            {
                total = start + given;
                length = None;
            }
            self.pixels = Some(PixelElement {
                tag: head.tag,
                vr: head.vr,
                value_start: head.value_start,
                length,
                total,
            });
            if length.is_none() {
                let may_be_cut = self.syntax.pixels != PixelEncoding::Video;
                crate::frames::end_of_fragments(self.bytes, head.value_start, total, may_be_cut)?;
            }
        }
        Ok(Step::Done)
    }

    /// Fragments like those of pixels (PS3.5 A.4), or the bytes themselves up to a delimiter.
    fn document_of_undefined_length(&self, value_start: usize) -> Result<DocumentElement, HeaderError> {
        let DocumentParts { parts, end } = document_parts(self.bytes, value_start, self.total)?;
        let total = usize::try_from(self.total).unwrap_or(usize::MAX);
        Ok(DocumentElement { parts, end: end.unwrap_or(total), is_whole: end.is_some() })
    }

    /// Whether enough of a document is available to tell what it is.
    fn is_head_here(&self, document: &DocumentElement) -> bool {
        let here = self.bytes.len();
        let first = document.parts.iter().map(|part| part.end.min(here).saturating_sub(part.start));
        let wanted = document.parts.iter().map(ExactSizeIterator::len).sum::<usize>() as u64;
        let wanted = if document.is_whole { wanted.min(DOCUMENT_HEAD_BYTES) } else { DOCUMENT_HEAD_BYTES };
        first.sum::<usize>() as u64 >= wanted
    }

    /// First byte after the bulk data, if its length is declared.
    pub(super) fn bulk_end(&self) -> u64 {
        let document = self.document.as_ref().map_or(0, |document| document.end as u64);
        self.pixels.as_ref().map_or(document, PixelElement::end_or_max)
    }

    /// The description of an encapsulated document may come after it (PS3.3 C.24.2), and private groups and padding may
    /// follow pixels. An unreadable tail does not affect either of them, and elements after pixels that are out of
    /// order do not count.
    pub(super) fn read_past_bulk(&mut self) {
        let (document, pixels) = (self.document.clone(), self.pixels);
        let pixels_end = |pixels: &PixelElement| match pixels.length {
            Some(_) => usize::try_from(pixels.end_or_max()).ok(),
            None => {
                let (start, total) = (pixels.value_start, pixels.total);
                crate::frames::end_of_fragments(self.bytes, start, total, false).ok().flatten()
            }
        };
        let end = document.as_ref().map(|document| document.end).or_else(|| pixels_end(pixels.as_ref()?));
        let Some(end) = end else { return };
        let whole = self.nodes.len();
        self.position = end;
        self.limits.header_bytes_max = self.limits.header_bytes_max.saturating_add(end as u64);
        let is_read = matches!(self.read_data_set(), Ok(Step::Done));
        if !is_read || pixels.is_some_and(|pixels| !self.ascends(whole, pixels.tag)) {
            self.nodes.truncate(whole);
        }
        self.document = document;
        self.pixels = pixels.or(self.pixels);
    }

    /// Whether the top-level elements from `first` on are in tag order, all after `tag`.
    pub(super) fn ascends(&self, first: usize, mut tag: Tag) -> bool {
        let mut at = first;
        while let Some(node) = self.nodes.get(at) {
            if node.tag <= tag {
                return false;
            }
            (tag, at) = (node.tag, node.next.max(at + 1));
        }
        true
    }
}

/// Pixel data in its three forms (PS3.3 C.7.6.3, C.7.6.24) and encapsulated documents never belong to the header.
pub(super) fn is_bulk(tag: Tag) -> bool {
    matches!(
        tag,
        tags::PIXEL_DATA
            | tags::FLOAT_PIXEL_DATA
            | tags::DOUBLE_FLOAT_PIXEL_DATA
            | tags::ENCAPSULATED_DOCUMENT
    )
}

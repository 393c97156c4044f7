//! One bounded pass over a data set (PS3.5 7), without recursion.
//!
//! It allocates nothing by a declared length, keeps nesting on an explicit stack, and checks every limit before it
//! looks at the next element. It ends at Pixel Data, at an encapsulated document, or at the end of the object, and says
//! where, because a header that was cut between two elements would otherwise look complete.

mod behind;
mod bulk;
mod head;
mod nesting;
mod pass;

use crate::scan::pass::Pass;
use crate::scan::pass::Step;
use std::borrow::Cow;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use filmless_domain::Limits;

pub use self::behind::Behind;
use self::bulk::is_bulk;
pub(crate) use self::head::dictionary_vr;
use self::head::{ElementHead, settled_vr};
use self::nesting::UNDEFINED_LENGTH;
use crate::scan::pass::Encoding;

use crate::data_set::{DataSet, Node};
use crate::sniff::data_set_start;
use crate::{HeaderError, TransferSyntax, deflate, transfer_syntax};

/// What one pass found.
#[derive(Debug)]
pub enum Scan<'a> {
    /// The header ended within the available bytes.
    Complete(Box<DataSet<'a>>),
    /// The available bytes end before the header does.
    NeedMore,
}

const DICOMDIR_SOP_CLASS: &[u8] = b"1.2.840.10008.1.3.10";

/// Scans a whole file.
///
/// # Errors
/// [`HeaderError`], as for [`scan_prefix`].
pub fn scan_file<'a>(file: &'a [u8], limits: &Limits) -> Result<Box<DataSet<'a>>, HeaderError> {
    match scan(file, file.len() as u64, true, limits)? {
        Scan::Complete(data_set) => Ok(data_set),
        Scan::NeedMore => Err(HeaderError::Truncated),
    }
}

/// Scans the first bytes of a file of `total_bytes`.
///
/// # Errors
/// [`HeaderError`] if the file is not DICOM, is malformed, is cut off, or exceeds a limit.
pub fn scan_prefix<'a>(prefix: &'a [u8], total_bytes: u64, limits: &Limits) -> Result<Scan<'a>, HeaderError> {
    scan(prefix, total_bytes, false, limits)
}

fn scan<'a>(
    prefix: &'a [u8],
    total_bytes: u64,
    with_bulk: bool,
    limits: &Limits,
) -> Result<Scan<'a>, HeaderError> {
    if total_bytes == 0 {
        return Err(HeaderError::Empty);
    }
    if total_bytes > limits.object_bytes_max {
        return Err(HeaderError::ObjectTooLarge);
    }
    let all_here = prefix.len() as u64 >= total_bytes;
    if !all_here && prefix.len() < 132 {
        return Ok(Scan::NeedMore);
    }
    let start = data_set_start(prefix).ok_or(HeaderError::NotDicom)?;
    let mut pass = Pass::new(prefix, total_bytes, start, limits);
    if let Step::NeedMore = pass.read_meta()? {
        return Ok(Scan::NeedMore);
    }
    if pass.syntax.deflated {
        return if all_here { scan_deflated(prefix, &pass, with_bulk, limits) } else { Ok(Scan::NeedMore) };
    }
    if let Step::NeedMore = pass.read_data_set()? {
        return Ok(Scan::NeedMore);
    }
    if with_bulk {
        pass.read_past_bulk();
    }
    Ok(Scan::Complete(Box::new(pass.into_data_set(Cow::Borrowed(prefix)))))
}

/// Inflates a deflated data set (PS3.5 A.5) in growing steps until its header ends and, if the pixels are wanted, once
/// more until they end: by then their length is known.
fn scan_deflated<'a>(
    file: &'a [u8],
    meta: &Pass<'a>,
    with_bulk: bool,
    limits: &Limits,
) -> Result<Scan<'a>, HeaderError> {
    let packed = file.get(meta.position..).unwrap_or(&[]);
    let most = deflate::inflated_bytes_max(packed.len() as u64, limits);
    // A caller that wants only the header gets no more.
    let most = if with_bulk { most } else { most.min(limits.header_bytes_max) };
    let mut steps = vec![limits.header_first_read_bytes, limits.header_second_read_bytes, most];
    while !steps.is_empty() {
        let inflated = deflate::inflate(packed, steps.remove(0).min(most))?;
        let total = if inflated.complete { inflated.bytes.len() as u64 } else { limits.object_bytes_max };
        let mut pass = Pass::new(&inflated.bytes, total, 0, limits);
        pass.settle_encoding(&meta.transfer_syntax_uid)?;
        if let Step::NeedMore = pass.read_data_set()? {
            continue;
        }
        let wanted = pass.bulk_end();
        if with_bulk && !inflated.complete && wanted > inflated.bytes.len() as u64 {
            if steps.is_empty() {
                return Err(HeaderError::DeflateTooLarge);
            }
            steps = vec![wanted];
            continue;
        }
        if with_bulk {
            pass.read_past_bulk();
        }
        let carried = pass.into_data_set(Cow::Borrowed(&[]));
        return Ok(Scan::Complete(Box::new(carried.with_bytes(inflated.bytes))));
    }
    Err(HeaderError::DeflateTooLarge)
}

/// What [`Pass::read_element`] found.
enum Next {
    /// An element, item or delimiter, which it read.
    Element,
    /// Top-level bulk data, where the header ends.
    Bulk(ElementHead),
    /// A value that is not completely available.
    NeedMore,
    /// Fewer bytes than the start of an element has.
    EndOfBytes,
}

impl<'b> Pass<'b> {
    fn new(bytes: &'b [u8], total: u64, position: usize, limits: &Limits) -> Self {
        Self {
            bytes,
            total,
            position,
            limits: limits.clone(),
            nodes: Vec::with_capacity(128),
            open: Vec::new(),
            encoding: Encoding { explicit_vr: true, big_endian: false },
            syntax: TransferSyntax::from_uid(""),
            transfer_syntax_uid: String::new(),
            pixels: None,
            document: None,
            ended: None,
        }
    }

    fn into_data_set(self, bytes: Cow<'_, [u8]>) -> DataSet<'_> {
        DataSet::new(bytes, self.nodes, self.transfer_syntax_uid, self.syntax)
            .with_bulk(self.pixels, self.document)
    }

    /// Reads the file meta information (PS3.10 7.1), which is always explicit and little endian, and determines the
    /// encoding of what follows.
    fn read_meta(&mut self) -> Result<Step, HeaderError> {
        let mut uid: &[u8] = b"";
        loop {
            let Some(group) = self.bytes.get(self.position..self.position + 2) else {
                return self.at_end_of_bytes();
            };
            if group != [2, 0] {
                break;
            }
            let Some(head) = self.read_head()? else { return self.at_end_of_bytes() };
            let Some(value) = self.take_value(&head)? else { return Ok(Step::NeedMore) };
            match head.tag {
                tags::TRANSFER_SYNTAX_UID => uid = value,
                tags::MEDIA_STORAGE_SOP_CLASS_UID if trim(value) == DICOMDIR_SOP_CLASS => {
                    return Err(HeaderError::DicomDir);
                }
                _ => {}
            }
            self.push_leaf(&head)?;
        }
        self.settle_encoding(&String::from_utf8_lossy(trim(uid)))
    }

    /// The transfer syntax decides. But an uncompressed little endian data set is judged by its looks, because some
    /// files labelled explicit are implicit, and vice versa, and some have no label.
    fn settle_encoding(&mut self, uid: &str) -> Result<Step, HeaderError> {
        let looks = self.looks();
        let guessed = match looks {
            Some(Encoding { big_endian: true, .. }) => transfer_syntax::EXPLICIT_VR_BIG_ENDIAN,
            Some(Encoding { explicit_vr: true, .. }) => transfer_syntax::EXPLICIT_VR_LITTLE_ENDIAN,
            Some(_) => transfer_syntax::IMPLICIT_VR_LITTLE_ENDIAN,
            None => "",
        };
        if uid.is_empty() && guessed.is_empty() && (self.position as u64) < self.total {
            return if (self.bytes.len() as u64) < self.total && self.bytes.len() < self.position + 8 {
                Ok(Step::NeedMore)
            } else {
                Err(HeaderError::UnknownTransferSyntax)
            };
        }
        let uid = if uid.is_empty() { guessed } else { uid };
        self.transfer_syntax_uid = uid.chars().take(64).collect();
        self.syntax = TransferSyntax::from_uid(uid);
        self.encoding = Encoding { explicit_vr: self.syntax.explicit_vr, big_endian: self.syntax.big_endian };
        if let Some(looks) = looks {
            self.encoding = looks;
            if self.syntax.pixels == crate::PixelEncoding::Native {
                self.syntax.big_endian_pixels =
                    looks.big_endian || self.syntax.big_endian_pixels && !self.syntax.big_endian;
                self.syntax.big_endian = looks.big_endian;
                self.syntax.explicit_vr = looks.explicit_vr;
            }
        }
        Ok(Step::Done)
    }

    fn read_data_set(&mut self) -> Result<Step, HeaderError> {
        loop {
            self.close_ended();
            if self.position as u64 >= self.total {
                return self.finish();
            }
            if self.position as u64 > self.limits.header_bytes_max {
                return Err(HeaderError::HeaderTooLong);
            }
            match self.read_element() {
                Ok(Next::Element) => {}
                Ok(Next::Bulk(head)) => return self.stop_at_bulk(&head),
                Ok(Next::NeedMore) => return Ok(Step::NeedMore),
                Ok(Next::EndOfBytes) => return self.at_end_of_bytes(),
                // Unreadable content of a sequence costs the sequence, never the image.
                Err(error @ (HeaderError::Malformed { .. } | HeaderError::Truncated)) => {
                    if let Step::NeedMore = self.give_up_sequence(error)? {
                        return Ok(Step::NeedMore);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn read_element(&mut self) -> Result<Next, HeaderError> {
        let Some(head) = self.read_head()? else { return Ok(Next::EndOfBytes) };
        let step = if head.tag.group() == 0xFFFE {
            self.read_item_or_delimiter(&head)?
        } else if self.open.is_empty() && is_bulk(head.tag) {
            return Ok(Next::Bulk(head));
        } else if self.is_stranger_in_sequence(&head)? {
            Step::Done
        } else if head.length == UNDEFINED_LENGTH && is_bytes(&head) {
            self.skip_fragments(&head)?
        } else if self.is_sequence(&head) {
            self.open_sequence(&head)?;
            Step::Done
        } else if self.take_value(&head)?.is_some() {
            self.push_leaf(&head)?;
            Step::Done
        } else {
            Step::NeedMore
        };
        Ok(if let Step::NeedMore = step { Next::NeedMore } else { Next::Element })
    }

    /// Moves past a value and returns its bytes; `None` if they are not all available.
    fn take_value(&mut self, head: &ElementHead) -> Result<Option<&'b [u8]>, HeaderError> {
        let end = head.value_start as u64 + u64::from(head.length);
        if end > self.total {
            return Err(HeaderError::Truncated);
        }
        let longest = match head.vr {
            VR::UN | VR::OB | VR::OW | VR::OF | VR::OD | VR::OL | VR::OV => {
                self.limits.opaque_bytes_max_of(self.total)
            }
            _ => self.limits.value_bytes_max,
        };
        if u64::from(head.length) > longest {
            return Err(HeaderError::ValueTooLong);
        }
        if end > self.limits.header_bytes_max {
            return Err(HeaderError::HeaderTooLong);
        }
        let Some(value) = usize::try_from(end).ok().and_then(|end| self.bytes.get(head.value_start..end))
        else {
            return Ok(None);
        };
        self.position = head.value_start + value.len();
        Ok(Some(value))
    }

    /// The VR is settled here, once: later readers of the value need not know how it was written.
    fn push_leaf(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        let value = self.bytes.get(head.value_start..self.position).unwrap_or(&[]);
        let vr = settled_vr(head.tag, head.vr, value);
        let node = self.push(head.tag, vr, head.value_start, self.position)?;
        if let Some(node) = self.nodes.get_mut(node) {
            node.is_named_by_dictionary = vr != head.vr || !self.encoding.explicit_vr;
            // A value written as UN is little endian, whatever surrounds it (PS3.5 6.2.2, note 2).
            node.big_endian &= head.vr != VR::UN;
        }
        Ok(())
    }

    fn push(&mut self, tag: Tag, vr: VR, start: usize, end: usize) -> Result<usize, HeaderError> {
        if self.nodes.len() >= self.limits.elements_max_of(self.total) {
            return Err(HeaderError::TooManyElements);
        }
        let index = self.nodes.len();
        let big_endian = self.encoding.big_endian;
        let is_named_by_dictionary = !self.encoding.explicit_vr;
        self.nodes.push(Node { tag, vr, start, end, next: index + 1, big_endian, is_named_by_dictionary });
        Ok(index)
    }

    /// Fewer than eight bytes are left: more may follow, or blank padding ends the object, or it was cut.
    fn at_end_of_bytes(&mut self) -> Result<Step, HeaderError> {
        if (self.bytes.len() as u64) < self.total {
            return Ok(Step::NeedMore);
        }
        let rest = self.bytes.get(self.position..).unwrap_or(&[]);
        if rest.iter().all(|b| matches!(b, 0 | b' ' | b'\n' | b'\r')) && !self.nodes.is_empty() {
            self.position = self.bytes.len();
            self.finish()
        } else {
            Err(HeaderError::Truncated)
        }
    }

    fn malformed(&self) -> HeaderError {
        HeaderError::Malformed { offset: self.position as u64 }
    }
}

/// Whether a value is a string of bytes or words, whatever the file calls it.
fn is_bytes(head: &ElementHead) -> bool {
    let vr = if head.vr == VR::UN { dictionary_vr(head.tag) } else { head.vr };
    matches!(vr, VR::OB | VR::OW)
}

fn trim(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|b| !matches!(b, 0 | b' ')).map_or(0, |last| last + 1);
    value[..end].trim_ascii_start()
}

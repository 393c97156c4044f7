//! One bounded pass over a data set (PS3.5 7), without recursion.
//!
//! Nothing is allocated by a declared length; nesting lives on an explicit stack; every limit is checked before
//! the next element is looked at. The pass ends at Pixel Data, at an encapsulated document, or at the end of the
//! object, and says so, because a header that was cut between two elements looks complete otherwise.

use std::borrow::Cow;

use dicom_core::{DataDictionary, Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use filmless_domain::Limits;

use crate::data_set::{DataSet, Node, PixelElement};
use crate::sniff::data_set_start;
use crate::{HeaderError, TransferSyntax, deflate, transfer_syntax};

/// What one pass found.
#[derive(Debug)]
pub enum Scan<'a> {
    /// The header ended within the bytes at hand.
    Complete(Box<DataSet<'a>>),
    /// The bytes at hand end before the header does.
    NeedMore,
}

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_DELIMITATION: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_DELIMITATION: Tag = Tag(0xFFFE, 0xE0DD);
const UNDEFINED_LENGTH: u32 = u32::MAX;
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
/// [`HeaderError`] when the file is not DICOM, is malformed, is cut off, or exceeds a limit.
pub fn scan_prefix<'a>(prefix: &'a [u8], total_bytes: u64, limits: &Limits) -> Result<Scan<'a>, HeaderError> {
    scan(prefix, total_bytes, false, limits)
}

fn scan<'a>(
    prefix: &'a [u8],
    total_bytes: u64,
    with_pixels: bool,
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
        return if all_here { scan_deflated(prefix, &pass, with_pixels, limits) } else { Ok(Scan::NeedMore) };
    }
    match pass.read_data_set()? {
        Step::NeedMore => Ok(Scan::NeedMore),
        Step::Done => Ok(Scan::Complete(Box::new(pass.into_data_set(Cow::Borrowed(prefix))))),
    }
}

/// Inflates a deflated data set (PS3.5 A.5) in growing steps until its header ends, and, when the pixels are
/// wanted, once more until they do: their length is known by then.
fn scan_deflated<'a>(
    file: &'a [u8],
    meta: &Pass<'a>,
    with_pixels: bool,
    limits: &Limits,
) -> Result<Scan<'a>, HeaderError> {
    let packed = file.get(meta.position..).unwrap_or(&[]);
    let most = deflate::inflated_bytes_max(packed.len() as u64, limits);
    let mut steps = vec![limits.header_first_read_bytes, limits.header_second_read_bytes, most];
    while !steps.is_empty() {
        let inflated = deflate::inflate(packed, steps.remove(0).min(most))?;
        let total = if inflated.complete { inflated.bytes.len() as u64 } else { limits.object_bytes_max };
        let mut pass = Pass::new(&inflated.bytes, total, 0, limits);
        pass.settle_encoding(&meta.transfer_syntax_uid)?;
        if let Step::NeedMore = pass.read_data_set()? {
            continue;
        }
        let wanted = pass.pixels.as_ref().map_or(0, PixelElement::end_or_max);
        if with_pixels && !inflated.complete && wanted > inflated.bytes.len() as u64 {
            if steps.is_empty() {
                return Err(HeaderError::DeflateTooLarge);
            }
            steps = vec![wanted];
            continue;
        }
        let carried = pass.into_data_set(Cow::Borrowed(&[]));
        return Ok(Scan::Complete(Box::new(carried.with_bytes(inflated.bytes))));
    }
    Err(HeaderError::DeflateTooLarge)
}

enum Step {
    NeedMore,
    Done,
}

/// A sequence or item that is being read.
struct Open {
    node: usize,
    /// Where it ends, unless a delimiter ends it.
    end: Option<usize>,
    is_item: bool,
    /// The encoding to return to after it.
    outer: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub explicit_vr: bool,
    pub big_endian: bool,
}

struct ElementHead {
    tag: Tag,
    vr: VR,
    length: u32,
    value_start: usize,
}

struct Pass<'b> {
    bytes: &'b [u8],
    total: u64,
    position: usize,
    limits: Limits,
    nodes: Vec<Node>,
    open: Vec<Open>,
    encoding: Encoding,
    syntax: TransferSyntax,
    transfer_syntax_uid: String,
    pixels: Option<PixelElement>,
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
        }
    }

    fn into_data_set(self, bytes: Cow<'_, [u8]>) -> DataSet<'_> {
        DataSet::new(bytes, self.nodes, self.transfer_syntax_uid, self.syntax, self.pixels)
    }

    /// Reads the file meta information (PS3.10 7.1), which is always explicit and little endian, and settles the
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

    /// The transfer syntax decides, but an uncompressed little endian data set is believed by its looks: files
    /// labelled explicit that are implicit, and the reverse, exist, and so do files without a label.
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
                self.syntax.big_endian = looks.big_endian;
                self.syntax.explicit_vr = looks.explicit_vr;
            }
        }
        Ok(Step::Done)
    }

    /// How the element at hand looks: a small group in one byte order, and two capitals for a VR or not.
    fn looks(&self) -> Option<Encoding> {
        let [g0, g1, _, _, v0, v1] = *self.bytes.get(self.position..self.position + 6)? else { return None };
        let (little, big) = (u16::from_le_bytes([g0, g1]), u16::from_be_bytes([g0, g1]));
        let explicit_vr = v0.is_ascii_uppercase() && v1.is_ascii_uppercase();
        match (little <= 0x00FF, big <= 0x00FF) {
            (true, _) => Some(Encoding { explicit_vr, big_endian: false }),
            (false, true) => Some(Encoding { explicit_vr, big_endian: true }),
            (false, false) => None,
        }
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
            let Some(head) = self.read_head()? else { return self.at_end_of_bytes() };
            if head.tag.group() == 0xFFFE {
                self.read_item_or_delimiter(&head)?;
                continue;
            }
            if self.open.is_empty() && is_bulk(head.tag) {
                return self.stop_at_bulk(&head);
            }
            self.refuse_stranger_in_sequence()?;
            if head.length == UNDEFINED_LENGTH && matches!(head.vr, VR::OB | VR::OW) {
                if let Step::NeedMore = self.skip_fragments(&head)? {
                    return Ok(Step::NeedMore);
                }
            } else if self.is_sequence(&head) {
                self.open_sequence(&head)?;
            } else if self.take_value(&head)?.is_some() {
                self.push_leaf(&head)?;
            } else {
                return Ok(Step::NeedMore);
            }
        }
    }

    /// Reads tag, VR and length; `None` when the bytes end within them.
    fn read_head(&mut self) -> Result<Option<ElementHead>, HeaderError> {
        let at = self.position;
        let Some(&[t0, t1, t2, t3, v0, v1, l0, l1]) = self.bytes.get(at..at + 8) else { return Ok(None) };
        let big = self.encoding.big_endian;
        let u16_at = |a, b| if big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
        let u32_at = |b| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) };
        let tag = Tag(u16_at(t0, t1), u16_at(t2, t3));
        let long = |vr| ElementHead { tag, vr, length: u32_at([v0, v1, l0, l1]), value_start: at + 8 };
        if tag.group() == 0xFFFE {
            return Ok(Some(long(VR::UN)));
        }
        // One implicit element in an explicit data set is known from old writers (VR "\0\0"); it is read as such
        // when its length can be true.
        if !(self.encoding.explicit_vr && v0.is_ascii_uppercase() && v1.is_ascii_uppercase()) {
            let head = long(dictionary_vr(tag));
            let plausible = !self.encoding.explicit_vr
                || u64::from(head.length) <= self.total.saturating_sub(head.value_start as u64);
            return if plausible { Ok(Some(head)) } else { Err(self.malformed()) };
        }
        let vr = VR::from_binary([v0, v1]);
        if !has_long_length([v0, v1]) {
            let length = u32::from(u16_at(l0, l1));
            return Ok(Some(ElementHead { tag, vr: vr.unwrap_or(VR::UN), length, value_start: at + 8 }));
        }
        let Some(&[a, b, c, d]) = self.bytes.get(at + 8..at + 12) else { return Ok(None) };
        let length = u32_at([a, b, c, d]);
        Ok(Some(ElementHead { tag, vr: vr.unwrap_or(VR::UN), length, value_start: at + 12 }))
    }

    /// Moves past a value and returns its bytes; `None` when they are not all here.
    fn take_value(&mut self, head: &ElementHead) -> Result<Option<&'b [u8]>, HeaderError> {
        let end = head.value_start as u64 + u64::from(head.length);
        if end > self.total {
            return Err(HeaderError::Truncated);
        }
        if u64::from(head.length) > self.limits.value_bytes_max {
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

    fn push_leaf(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        self.push(head.tag, head.vr, head.value_start, self.position)?;
        Ok(())
    }

    fn push(&mut self, tag: Tag, vr: VR, start: usize, end: usize) -> Result<usize, HeaderError> {
        if self.nodes.len() >= self.limits.elements_max {
            return Err(HeaderError::TooManyElements);
        }
        let index = self.nodes.len();
        self.nodes.push(Node { tag, vr, start, end, next: index + 1, big_endian: self.encoding.big_endian });
        Ok(index)
    }

    /// A value is a sequence when its VR says so, when it is UN of undefined length (PS3.5 6.2.2, note 4), or when
    /// the dictionary says so and its bytes begin with an item.
    fn is_sequence(&self, head: &ElementHead) -> bool {
        if head.length == UNDEFINED_LENGTH {
            return true;
        }
        let by_name = head.vr == VR::SQ || (head.vr == VR::UN && dictionary_vr(head.tag) == VR::SQ);
        let begins = self.bytes.get(head.value_start..head.value_start + 4);
        by_name
            && (head.length == 0
                || begins.is_none()
                || matches!(begins, Some([0xFE, 0xFF, 0x00, 0xE0] | [0xFF, 0xFE, 0xE0, 0x00])))
    }

    /// Encapsulated pixels below the top level are those of an icon (PS3.3 C.7.6.1.1.6).
    fn skip_fragments(&mut self, head: &ElementHead) -> Result<Step, HeaderError> {
        let Some(end) = crate::frames::end_of_fragments(self.bytes, head.value_start, self.total)? else {
            return Ok(Step::NeedMore);
        };
        self.position = end;
        self.push_leaf(head)?;
        Ok(Step::Done)
    }

    fn open_sequence(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        let outer = self.encoding;
        let node = self.push(head.tag, VR::SQ, head.value_start, head.value_start)?;
        // A sequence of VR UN is implicit little endian, whatever is around it (PS3.5 6.2.2, note 4).
        if head.vr == VR::UN && self.encoding.explicit_vr {
            self.encoding = Encoding { explicit_vr: false, big_endian: false };
        }
        self.open_at(head, node, outer, false)
    }

    fn open_at(
        &mut self,
        head: &ElementHead,
        node: usize,
        outer: Encoding,
        is_item: bool,
    ) -> Result<(), HeaderError> {
        let end = if head.length == UNDEFINED_LENGTH {
            None
        } else {
            let end = head.value_start as u64 + u64::from(head.length);
            if end > self.total {
                return Err(HeaderError::Truncated);
            }
            Some(usize::try_from(end).map_err(|_| HeaderError::HeaderTooLong)?)
        };
        // Each level is a sequence and an item within it.
        if self.open.len() >= 2 * self.limits.depth_max {
            return Err(HeaderError::TooDeep);
        }
        self.open.push(Open { node, end, is_item, outer });
        self.position = head.value_start;
        Ok(())
    }

    fn read_item_or_delimiter(&mut self, head: &ElementHead) -> Result<(), HeaderError> {
        match head.tag {
            ITEM if self.open.last().is_some_and(|open| !open.is_item) => {
                let node = self.push(ITEM, VR::UN, head.value_start, head.value_start)?;
                self.open_at(head, node, self.encoding, true)
            }
            ITEM_DELIMITATION | SEQUENCE_DELIMITATION => {
                self.position = head.value_start;
                let is_item = head.tag == ITEM_DELIMITATION;
                // A delimiter after an item or sequence of defined length is superfluous.
                while let Some(open) = self.open.pop() {
                    let found = open.is_item == is_item;
                    self.close(open);
                    if found {
                        break;
                    }
                }
                Ok(())
            }
            // A writer that gave its sequence the length 0 leaves the items behind it. They belong nowhere.
            ITEM if head.length != UNDEFINED_LENGTH => self.take_value(head).map(|_| ()),
            _ => Err(self.malformed()),
        }
    }

    /// Only items may stand directly in a sequence.
    fn refuse_stranger_in_sequence(&self) -> Result<(), HeaderError> {
        match self.open.last() {
            Some(open) if !open.is_item => Err(self.malformed()),
            _ => Ok(()),
        }
    }

    fn close_ended(&mut self) {
        while self.open.last().is_some_and(|open| open.end.is_some_and(|end| self.position >= end)) {
            if let Some(open) = self.open.pop() {
                self.close(open);
            }
        }
    }

    fn close(&mut self, open: Open) {
        let next = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(open.node) {
            node.next = next;
            node.end = self.position;
        }
        self.encoding = open.outer;
    }

    /// The header ends where bulk data begins; whether that data can be whole is checked here.
    fn stop_at_bulk(&mut self, head: &ElementHead) -> Result<Step, HeaderError> {
        let length = (head.length != UNDEFINED_LENGTH).then_some(u64::from(head.length));
        let start = head.value_start as u64;
        if length.is_some_and(|length| start + length > self.total)
            || (length.is_none() && start + 8 > self.total)
        {
            return Err(HeaderError::Truncated);
        }
        if head.tag != tags::ENCAPSULATED_DOCUMENT {
            self.pixels = Some(PixelElement {
                tag: head.tag,
                vr: head.vr,
                value_start: head.value_start,
                length,
                total: self.total,
            });
            if length.is_none() {
                crate::frames::end_of_fragments(self.bytes, head.value_start, self.total)?;
            }
        }
        Ok(Step::Done)
    }

    /// The object ends here; whatever is still open had an end that was never reached, unless it was undefined.
    fn finish(&mut self) -> Result<Step, HeaderError> {
        if self.open.iter().any(|open| open.end.is_some()) {
            return Err(HeaderError::Truncated);
        }
        let undefined_left = !self.open.is_empty();
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
        if undefined_left { Err(HeaderError::Truncated) } else { Ok(Step::Done) }
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

/// Pixel data in its three forms (PS3.3 C.7.6.3, C.7.6.24) and encapsulated documents are never header.
fn is_bulk(tag: Tag) -> bool {
    matches!(
        tag,
        tags::PIXEL_DATA
            | tags::FLOAT_PIXEL_DATA
            | tags::DOUBLE_FLOAT_PIXEL_DATA
            | tags::ENCAPSULATED_DOCUMENT
    )
}

/// The VRs whose length has 32 bits (PS3.5 7.1.2).
fn has_long_length(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV"
    )
}

fn dictionary_vr(tag: Tag) -> VR {
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr.relaxed())
}

fn trim(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|b| !matches!(b, 0 | b' ')).map_or(0, |last| last + 1);
    value[..end].trim_ascii_start()
}

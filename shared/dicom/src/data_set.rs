//! The elements of a scanned data set, and typed access to their values.

use std::borrow::Cow;
use std::ops::Range;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::charset::Charset;
use crate::{PixelElement, TransferSyntax, charset};

/// One element, sequence or item. A subtree is stored contiguously after its root and ends at `next`.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub tag: Tag,
    pub vr: VR,
    pub start: usize,
    pub end: usize,
    pub next: usize,
    pub big_endian: bool,
    /// The file has no VR for it, or a different one.
    pub is_named_by_dictionary: bool,
}

/// Where an encapsulated document is, within the available bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentElement {
    /// Its parts, to be joined in this order: one, or the fragments of a value of undefined length.
    pub parts: Vec<Range<usize>>,
    /// First byte after the value; the end of the object while unknown.
    pub end: usize,
    /// Whether `parts` are complete once `end` has been read.
    pub is_whole: bool,
}

/// A scanned data set. It borrows the scanned bytes, or owns what was inflated from them.
#[derive(Debug)]
pub struct DataSet<'a> {
    bytes: Cow<'a, [u8]>,
    nodes: Vec<Node>,
    transfer_syntax_uid: String,
    syntax: TransferSyntax,
    pixels: Option<PixelElement>,
    document: Option<DocumentElement>,
    charset: Charset,
}

impl<'a> DataSet<'a> {
    pub(crate) fn new(
        bytes: Cow<'a, [u8]>,
        nodes: Vec<Node>,
        transfer_syntax_uid: String,
        syntax: TransferSyntax,
    ) -> Self {
        let charset = Charset::default();
        let mut data_set =
            Self { bytes, nodes, transfer_syntax_uid, syntax, pixels: None, document: None, charset };
        data_set.read_charset();
        data_set
    }

    pub(crate) fn with_bulk(self, pixels: Option<PixelElement>, document: Option<DocumentElement>) -> Self {
        Self { pixels, document, ..self }
    }

    /// Attaches the elements to the bytes they were scanned from.
    pub(crate) fn with_bytes<'b>(self, bytes: Vec<u8>) -> DataSet<'b> {
        let mut data_set = DataSet {
            bytes: Cow::Owned(bytes),
            nodes: self.nodes,
            transfer_syntax_uid: self.transfer_syntax_uid,
            syntax: self.syntax,
            pixels: self.pixels,
            document: self.document,
            charset: Charset::default(),
        };
        data_set.read_charset();
        data_set
    }

    /// Adds elements whose bytes are the last of these.
    pub(crate) fn joined(mut self, bytes: Cow<'a, [u8]>, nodes: Vec<Node>) -> Self {
        let (first, shift) = (self.nodes.len(), self.bytes.len());
        self.nodes.extend(nodes.into_iter().map(|node| Node {
            start: node.start + shift,
            end: node.end + shift,
            next: node.next + first,
            ..node
        }));
        Self { bytes, ..self }
    }

    fn read_charset(&mut self) {
        let named = self.root().get(tags::SPECIFIC_CHARACTER_SET).map(|e| e.bytes().to_vec());
        self.charset = Charset::from_value(named.as_deref().unwrap_or_default());
    }

    /// The top-level elements, including the file meta information.
    #[must_use]
    pub fn root(&self) -> Item<'_> {
        Item { data_set: self, first: 0, end: self.nodes.len() }
    }

    /// Transfer Syntax UID (0002,0010), or what the bytes look like if there is none.
    #[must_use]
    pub fn transfer_syntax_uid(&self) -> &str {
        &self.transfer_syntax_uid
    }

    /// What the transfer syntax means.
    #[must_use]
    pub fn transfer_syntax(&self) -> TransferSyntax {
        self.syntax
    }

    /// Where the pixels are, if there is such an element; it may be empty.
    #[must_use]
    pub fn pixels(&self) -> Option<&PixelElement> {
        self.pixels.as_ref()
    }

    /// The first bytes of an encapsulated document, at most this many, if available.
    pub(crate) fn document_head(&self, bytes_max: usize) -> Option<Vec<u8>> {
        let parts = self.document.as_ref()?.parts.iter();
        let here = parts.flat_map(|part| self.bytes.get(part.start..part.end.min(self.bytes.len())));
        Some(here.flatten().take(bytes_max).copied().collect())
    }

    /// Encapsulated Document (0042,0011), if there is one and it is available completely.
    pub(crate) fn document(&self) -> Option<Cow<'_, [u8]>> {
        let document = self.document.as_ref().filter(|document| document.is_whole)?;
        if let [only] = &document.parts[..] {
            return self.bytes.get(only.clone()).map(Cow::Borrowed);
        }
        let parts: Option<Vec<&[u8]>> =
            document.parts.iter().map(|part| self.bytes.get(part.clone())).collect();
        parts.map(|parts| Cow::Owned(parts.concat()))
    }

    /// Where the parts of the encapsulated document are, if there is one and that is known.
    pub(crate) fn document_parts(&self) -> Option<Vec<Range<u64>>> {
        let document = self.document.as_ref().filter(|document| document.is_whole)?;
        let parts: Vec<_> = document.parts.iter().map(|part| part.start as u64..part.end as u64).collect();
        parts.iter().any(|part| !part.is_empty()).then_some(parts)
    }

    /// Where the pixels or the document begin.
    pub(crate) fn bulk_start(&self) -> Option<usize> {
        let document = self.document.as_ref().and_then(|document| document.parts.first());
        document.map(|part| part.start).or_else(|| self.pixels.map(|pixels| pixels.value_start))
    }

    /// Text outside an element of text, in the character set of the data set.
    pub(crate) fn decode_text(&self, bytes: &[u8]) -> String {
        self.charset.decode(bytes)
    }

    /// The bytes that were scanned: the file, or what it inflated to.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The top level of a data set, or one item of a sequence.
#[derive(Debug, Clone, Copy)]
pub struct Item<'d> {
    data_set: &'d DataSet<'d>,
    first: usize,
    end: usize,
}

impl<'d> Item<'d> {
    /// The elements, in file order.
    pub fn elements(self) -> impl Iterator<Item = Element<'d>> {
        let mut at = self.first;
        std::iter::from_fn(move || {
            let node = self.data_set.nodes.get(at).filter(|_| at < self.end)?;
            let element = Element { data_set: self.data_set, index: at, node, vr: node.vr };
            at = node.next;
            Some(element)
        })
    }

    /// The first element with this tag.
    #[must_use]
    pub fn get(self, tag: Tag) -> Option<Element<'d>> {
        self.elements().find(|element| element.node.tag == tag)
    }

    /// The first item of a sequence.
    #[must_use]
    pub fn first_item(self, tag: Tag) -> Option<Item<'d>> {
        self.get(tag)?.items().next()
    }

    /// Text of the first value, decoded and trimmed; `None` if it is empty.
    #[must_use]
    pub fn text(self, tag: Tag) -> Option<String> {
        self.get(tag).map(|element| element.text()).filter(|text| !text.is_empty())
    }

    /// First value as an integer.
    #[must_use]
    pub fn int(self, tag: Tag) -> Option<i64> {
        self.get(tag)?.ints().first().copied()
    }

    /// First value as a finite number.
    #[must_use]
    pub fn float(self, tag: Tag) -> Option<f64> {
        self.get(tag)?.floats().first().copied().filter(|value| value.is_finite())
    }

    /// Exactly `N` finite numbers.
    #[must_use]
    pub fn floats<const N: usize>(self, tag: Tag) -> Option<[f64; N]> {
        let values: [f64; N] = self.get(tag)?.floats().get(..N)?.try_into().ok()?;
        values.iter().all(|value| value.is_finite()).then_some(values)
    }
}

/// One element.
#[derive(Debug, Clone, Copy)]
pub struct Element<'d> {
    data_set: &'d DataSet<'d>,
    index: usize,
    node: &'d Node,
    vr: VR,
}

impl<'d> Element<'d> {
    /// Its tag.
    #[must_use]
    pub fn tag(self) -> Tag {
        self.node.tag
    }

    /// Its value representation: the file's, or the dictionary's if the file has none or an impossible one.
    #[must_use]
    pub fn vr(self) -> VR {
        self.vr
    }

    /// Whether its value representation comes from the dictionary and not from the file.
    pub(crate) fn is_named_by_dictionary(self) -> bool {
        self.node.is_named_by_dictionary
    }

    /// The same value, read as another VR.
    pub(crate) fn with_vr(self, vr: VR) -> Self {
        Self { vr, ..self }
    }

    /// Whether its words are big endian.
    #[must_use]
    pub fn is_big_endian(self) -> bool {
        self.node.big_endian
    }

    /// Where its value is in [`DataSet::bytes`].
    pub(crate) fn place(self) -> Range<usize> {
        self.node.start..self.node.end
    }

    /// Whether its value is no string of bytes but the compressed pixels of an icon, in fragments (PS3.5 A.4).
    pub(crate) fn is_in_fragments(self) -> bool {
        matches!(self.vr, VR::OB | VR::OW)
            && self.node.tag == tags::PIXEL_DATA
            && self.bytes().starts_with(&[0xFE, 0xFF, 0x00, 0xE0])
    }

    /// Its value as stored.
    #[must_use]
    pub fn bytes(self) -> &'d [u8] {
        self.data_set.bytes.get(self.node.start..self.node.end).unwrap_or(&[])
    }

    /// The items of a sequence.
    pub fn items(self) -> impl Iterator<Item = Item<'d>> {
        let data_set = self.data_set;
        let inner = Item { data_set, first: self.index + 1, end: self.node.next };
        inner.elements().map(move |item| Item { data_set, first: item.index + 1, end: item.node.next })
    }

    /// The whole value as text, trimmed. The character set applies to its VRs (PS3.5 6.1.2.2), and to UN, which may be
    /// any of them.
    #[must_use]
    pub fn text(self) -> String {
        charset::trim(&self.decoded()).to_owned()
    }

    /// The whole value as text, including padding.
    pub(crate) fn decoded(self) -> String {
        match self.vr {
            VR::PN | VR::LO | VR::SH | VR::ST | VR::LT | VR::UT | VR::UC | VR::UN => {
                self.data_set.charset.decode(self.bytes())
            }
            _ => charset::latin_1(self.bytes()),
        }
    }

    /// The values of a multi-valued text, trimmed.
    #[must_use]
    pub fn texts(self) -> Vec<String> {
        self.decoded().split('\\').map(|value| charset::trim(value).to_owned()).collect()
    }

    /// The values as integers, from a binary VR or decimal text.
    #[must_use]
    pub fn ints(self) -> Vec<i64> {
        let bytes = self.bytes();
        match self.vr {
            VR::US | VR::OW | VR::AT => self.numbers(bytes, |b: [u8; 2]| i64::from(u16::from_le_bytes(b))),
            VR::SS => self.numbers(bytes, |b: [u8; 2]| i64::from(i16::from_le_bytes(b))),
            VR::UL | VR::OL => self.numbers(bytes, |b: [u8; 4]| i64::from(u32::from_le_bytes(b))),
            VR::SL => self.numbers(bytes, |b: [u8; 4]| i64::from(i32::from_le_bytes(b))),
            VR::SV | VR::UV | VR::OV => self.numbers(bytes, i64::from_le_bytes),
            VR::OB => bytes.iter().map(|b| i64::from(*b)).collect(),
            _ => self.decimals().into_iter().filter(|v| v.is_finite()).map(|v| v.trunc() as i64).collect(),
        }
    }

    /// The values as numbers, from a binary VR or decimal text. A value that is not a number becomes NaN, so that the
    /// others keep their places.
    #[must_use]
    pub fn floats(self) -> Vec<f64> {
        let bytes = self.bytes();
        match self.vr {
            VR::FL | VR::OF => self.numbers(bytes, |b: [u8; 4]| f64::from(f32::from_le_bytes(b))),
            VR::FD | VR::OD => self.numbers(bytes, f64::from_le_bytes),
            VR::US
            | VR::SS
            | VR::UL
            | VR::SL
            | VR::UV
            | VR::SV
            | VR::AT
            | VR::OB
            | VR::OW
            | VR::OL
            | VR::OV => self.ints().into_iter().map(|v| v as f64).collect(),
            _ => self.decimals(),
        }
    }

    fn decimals(self) -> Vec<f64> {
        let text = charset::latin_1(self.bytes());
        let text = charset::trim(&text);
        if text.is_empty() {
            return Vec::new();
        }
        // Some writers use the decimal comma of their language.
        text.split('\\').map(|v| charset::trim(v).replace(',', ".").parse().unwrap_or(f64::NAN)).collect()
    }

    fn numbers<const N: usize, T>(self, bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
        let big_endian = self.is_big_endian();
        let value = |chunk: &[u8]| {
            let mut raw = [0; N];
            raw.copy_from_slice(chunk);
            if big_endian {
                raw.reverse();
            }
            read(raw)
        };
        bytes.chunks_exact(N).map(value).collect()
    }
}

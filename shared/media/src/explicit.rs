//! An instance in Explicit VR Little Endian (PS3.5 A.2), from the header of another encoding and native pixels.
//!
//! [`ExplicitInstance`] has what stands before the pixels and what stands behind them; the pixels go in between as they
//! are made, so that none of it depends on how many frames there are. Every value keeps its bytes, texts as well:
//! they stay in the character set in which they were written. What changes is what has to:
//!
//! - the Image Pixel Module describes the pixels that follow (PS3.3 C.7.6.3), and Lossy Image Compression is said where
//!   the source was compressed so;
//! - offsets of encapsulated frames, lengths of groups and digital signatures, which would be false, are left out; so is
//!   an icon that is compressed.

use std::collections::BTreeMap;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::meta::FileMetaTableBuilder;
use filmless_dicom::{DataSet, Element, Item, PixelLayout, SampleKind, encapsulated_document};
use thiserror::Error;

/// Explicit VR Little Endian.
pub const EXPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";

/// Native pixels have a length of 32 bits, of which the last value means something else (PS3.5 7.1.1).
const VALUE_BYTES_MAX: u64 = 0xFFFF_FFFE;
/// The longest value of a VR whose length has 16 bits (PS3.5 7.1.2).
const SHORT_BYTES_MAX: usize = 0xFFFE;
const ITEM: Tag = Tag(0xFFFE, 0xE000);
/// They are of the source as it was encoded (PS3.3 C.12.1.1.3).
const DIGITAL_SIGNATURES: Tag = tags::DIGITAL_SIGNATURES_SEQUENCE;

/// Why an instance cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExplicitError {
    /// SOP Class UID or SOP Instance UID is missing.
    #[error("the instance does not say what it is")]
    NotIdentified,
    /// It has pixels, of which nothing is said.
    #[error("the pixels of the instance are not described")]
    NoLayout,
    /// Pixels, or a value, are longer than Explicit VR Little Endian can say.
    #[error("the instance is too large for Explicit VR Little Endian")]
    TooLarge,
}

/// All of an instance but its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplicitInstance {
    head: Vec<u8>,
    value_bytes: u64,
    tail: Vec<u8>,
}

impl ExplicitInstance {
    /// Of a source with pixels, `layout` describes the native ones that follow. Of one without, all of it has to be in
    /// `data_set`.
    ///
    /// # Errors
    /// [`ExplicitError`].
    pub fn new(data_set: &DataSet<'_>, layout: Option<&PixelLayout>) -> Result<Self, ExplicitError> {
        if data_set.pixels().is_some_and(|pixels| !pixels.is_empty()) && layout.is_none() {
            return Err(ExplicitError::NoLayout);
        }
        let value_bytes = layout.map_or(0, |layout| layout.value_bytes);
        if value_bytes > VALUE_BYTES_MAX {
            return Err(ExplicitError::TooLarge);
        }
        let (mut head, mut tail) = (file_meta(data_set)?, Vec::new());
        if !value_bytes.is_multiple_of(2) {
            tail.push(0);
        }
        for (tag, (vr, value)) in elements(data_set, layout)? {
            let is_behind = layout.is_some_and(|layout| tag > layout.tag());
            write_element(if is_behind { &mut tail } else { &mut head }, tag, vr, &value)?;
        }
        if let Some(layout) = layout {
            let length = u32::try_from(value_bytes.next_multiple_of(2));
            write_head(&mut head, layout.tag(), layout.vr(), length.map_err(|_| ExplicitError::TooLarge)?);
        }
        Ok(Self { head, value_bytes, tail })
    }

    /// Everything before the pixels.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// How many bytes of pixels belong behind the head.
    #[must_use]
    pub fn value_bytes(&self) -> u64 {
        self.value_bytes
    }

    /// What belongs behind the pixels: a byte that makes their length even, and the elements that follow them.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.head.len() as u64 + self.value_bytes + self.tail().len() as u64
    }
}

type Elements = BTreeMap<Tag, (VR, Vec<u8>)>;

/// Preamble and file meta information (PS3.10 7.1).
fn file_meta(data_set: &DataSet<'_>) -> Result<Vec<u8>, ExplicitError> {
    let root = data_set.root();
    let uid =
        |tag, of_file| root.text(tag).or_else(|| root.text(of_file)).ok_or(ExplicitError::NotIdentified);
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(uid(tags::SOP_CLASS_UID, tags::MEDIA_STORAGE_SOP_CLASS_UID)?)
        .media_storage_sop_instance_uid(uid(tags::SOP_INSTANCE_UID, tags::MEDIA_STORAGE_SOP_INSTANCE_UID)?)
        .transfer_syntax(EXPLICIT_VR_LITTLE_ENDIAN)
        .build()
        .map_err(|_| ExplicitError::NotIdentified)?;
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    meta.write(&mut bytes).map_err(|_| ExplicitError::NotIdentified)?;
    Ok(bytes)
}

/// The elements of the top level, in the order of their tags (PS3.5 7.1). Of two of one tag the first one counts.
fn elements(data_set: &DataSet<'_>, layout: Option<&PixelLayout>) -> Result<Elements, ExplicitError> {
    let source = Source { data_set, signed: data_set.root().int(tags::PIXEL_REPRESENTATION) == Some(1) };
    let mut elements = Elements::new();
    for element in data_set.root().elements().filter(|element| source.is_kept(*element)) {
        let (vr, value) = source.value(element)?;
        elements.entry(element.tag()).or_insert((vr, value));
    }
    if let Some(document) = encapsulated_document(data_set) {
        elements.insert(tags::ENCAPSULATED_DOCUMENT, (VR::OB, document.bytes.into_owned()));
    }
    if let Some(layout) = layout {
        describe(&mut elements, layout);
        say_lossy(&mut elements, data_set.transfer_syntax_uid());
    }
    Ok(elements)
}

/// Makes the Image Pixel Module true of the pixels that follow. What the source left out and is not needed stays out.
fn describe(elements: &mut Elements, layout: &PixelLayout) {
    let mut words = vec![
        (tags::SAMPLES_PER_PIXEL, layout.samples_per_pixel),
        (tags::ROWS, u16::try_from(layout.rows).unwrap_or(u16::MAX)),
        (tags::COLUMNS, u16::try_from(layout.columns).unwrap_or(u16::MAX)),
        (tags::BITS_ALLOCATED, layout.bits_allocated),
    ];
    // Floating point has neither (PS3.3 C.7.6.24).
    if layout.kind == SampleKind::Integer {
        words.extend([
            (tags::BITS_STORED, layout.bits_stored),
            (tags::HIGH_BIT, layout.high_bit),
            (tags::PIXEL_REPRESENTATION, u16::from(layout.signed)),
        ]);
    }
    for (tag, word) in words {
        elements.insert(tag, (VR::US, word.to_le_bytes().to_vec()));
    }
    if layout.samples_per_pixel > 1 {
        let planar = u16::from(layout.planar).to_le_bytes().to_vec();
        elements.insert(tags::PLANAR_CONFIGURATION, (VR::US, planar));
    } else {
        elements.remove(&tags::PLANAR_CONFIGURATION);
    }
    let photometric = layout.photometric_interpretation.as_bytes().to_vec();
    elements.insert(tags::PHOTOMETRIC_INTERPRETATION, (VR::CS, photometric));
    if layout.frames > 1 || elements.contains_key(&tags::NUMBER_OF_FRAMES) {
        elements.insert(tags::NUMBER_OF_FRAMES, (VR::IS, layout.frames.to_string().into_bytes()));
    }
}

/// What only a lossy codec can have written was lossy, whatever the header forgot (PS3.3 C.7.6.1.1.5).
fn say_lossy(elements: &mut Elements, transfer_syntax_uid: &str) {
    let is_lossy = matches!(
        transfer_syntax_uid,
        "1.2.840.10008.1.2.4.50"
            | "1.2.840.10008.1.2.4.51"
            | "1.2.840.10008.1.2.4.53"
            | "1.2.840.10008.1.2.4.55"
    );
    if is_lossy {
        elements.insert(tags::LOSSY_IMAGE_COMPRESSION, (VR::CS, b"01".to_vec()));
    }
}

/// What is known of the source while its elements are written.
struct Source<'d> {
    data_set: &'d DataSet<'d>,
    signed: bool,
}

impl Source<'_> {
    fn is_kept(&self, element: Element<'_>) -> bool {
        let tag = element.tag();
        let is_of_file = tag.group() <= 0x0002 || tag.element() == 0;
        let is_of_pixels = tag.group() == 0x7FE0 || tag.group() == 0xFFFC || tag == DIGITAL_SIGNATURES;
        let is_icon = tag == tags::ICON_IMAGE_SEQUENCE && element.items().any(|item| is_compressed(item));
        !(is_of_file || is_of_pixels || is_icon)
    }

    /// A value as it is written, little endian and unpadded.
    fn value(&self, element: Element<'_>) -> Result<(VR, Vec<u8>), ExplicitError> {
        if element.vr() == VR::SQ {
            return Ok((VR::SQ, self.sequence(element)?));
        }
        let vr = self.vr(element);
        let mut value = element.bytes().to_vec();
        if element.is_big_endian() {
            value.chunks_exact_mut(width(vr)).for_each(<[u8]>::reverse);
        }
        // PS3.5 6.2.2, note 5.
        let is_too_long = !has_long_length(vr) && value.len() > SHORT_BYTES_MAX;
        Ok((if is_too_long { VR::UN } else { vr }, value))
    }

    /// Where the file has no value representation, some depend on Pixel Representation (PS3.5 A.1).
    fn vr(&self, element: Element<'_>) -> VR {
        let is_named = self.data_set.transfer_syntax().explicit_vr;
        let may_be_signed = || {
            let entry = StandardDataDictionary.by_tag(element.tag());
            entry.is_some_and(|entry| entry.vr() == VirtualVr::Xs)
        };
        let is_signed = element.vr() == VR::US && self.signed && !is_named && may_be_signed();
        if is_signed { VR::SS } else { element.vr() }
    }

    fn sequence(&self, sequence: Element<'_>) -> Result<Vec<u8>, ExplicitError> {
        let mut bytes = Vec::new();
        for item in sequence.items() {
            let mut inner = Vec::new();
            for element in item.elements().filter(|element| element.tag().element() != 0) {
                let (vr, value) = self.value(element)?;
                write_element(&mut inner, element.tag(), vr, &value)?;
            }
            let length = u32::try_from(inner.len()).map_err(|_| ExplicitError::TooLarge)?;
            bytes.extend(ITEM.group().to_le_bytes());
            bytes.extend(ITEM.element().to_le_bytes());
            bytes.extend(length.to_le_bytes());
            bytes.extend(inner);
        }
        Ok(bytes)
    }
}

/// Whether pixels within an item are fragments: their value begins with an item of their own.
fn is_compressed(item: Item<'_>) -> bool {
    item.get(tags::PIXEL_DATA).is_some_and(|pixels| pixels.bytes().starts_with(&[0xFE, 0xFF, 0x00, 0xE0]))
}

/// Bytes that change places in another byte order.
fn width(vr: VR) -> usize {
    match vr {
        VR::US | VR::SS | VR::OW | VR::AT => 2,
        VR::UL | VR::SL | VR::FL | VR::OF | VR::OL => 4,
        VR::FD | VR::OD | VR::SV | VR::UV | VR::OV => 8,
        _ => 1,
    }
}

/// The VRs whose length has 32 bits (PS3.5 7.1.2).
fn has_long_length(vr: VR) -> bool {
    matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SQ
            | VR::SV
            | VR::UC
            | VR::UN
            | VR::UR
            | VR::UT
            | VR::UV
    )
}

/// Writes an element, padded to an even length (PS3.5 6.2).
fn write_element(bytes: &mut Vec<u8>, tag: Tag, vr: VR, value: &[u8]) -> Result<(), ExplicitError> {
    let length = u32::try_from(value.len().next_multiple_of(2)).map_err(|_| ExplicitError::TooLarge)?;
    write_head(bytes, tag, vr, length);
    bytes.extend_from_slice(value);
    if !value.len().is_multiple_of(2) {
        let is_text = width(vr) == 1 && !matches!(vr, VR::UI | VR::OB | VR::UN);
        bytes.push(if is_text { b' ' } else { 0 });
    }
    Ok(())
}

/// Tag, value representation and length (PS3.5 7.1.2). A length of 16 bits holds what it is given.
fn write_head(bytes: &mut Vec<u8>, tag: Tag, vr: VR, length: u32) {
    bytes.extend(tag.group().to_le_bytes());
    bytes.extend(tag.element().to_le_bytes());
    bytes.extend(vr.to_bytes());
    if has_long_length(vr) {
        bytes.extend([0, 0]);
        bytes.extend(length.to_le_bytes());
    } else {
        bytes.extend((length as u16).to_le_bytes());
    }
}

//! The DICOM JSON Model of a data set (PS3.18 F), as in DICOMweb metadata.
//!
//! It is written element by element and never built in memory. It leaves out the file meta information, group lengths,
//! pixel data and the encapsulated document, which readers get elsewhere. Other binary values are inline up to
//! [`INLINE_BINARY_BYTES_MAX`]; longer ones appear with their VR only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use dicom_core::dictionary::VirtualVr;
use dicom_core::{DataDictionary, Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::bulk_data::{BulkPath, has_bulk_pixels, swap_words};
use crate::charset;
use crate::data_set::{Element, Item};
use crate::{DataSet, PixelCorrections, PixelElement};

/// Longest binary value that is written inline, in bytes.
pub const INLINE_BINARY_BYTES_MAX: usize = 4096;

/// Integers that a reader with double precision numbers can keep exactly (RFC 8259, 6).
const EXACT_INTEGER_MAX: u64 = 1 << 53;

/// The DICOM JSON Model of a data set, as one object.
#[must_use]
pub fn metadata_json(data_set: &DataSet<'_>) -> Vec<u8> {
    corrected_metadata_json(data_set, &PixelCorrections::default())
}

/// The same, with what its frames say of themselves in place of what its header says of them.
#[must_use]
pub fn corrected_metadata_json(data_set: &DataSet<'_>, corrections: &PixelCorrections) -> Vec<u8> {
    let root = data_set.root();
    let named = |tag, elsewhere| root.text(tag).or_else(|| root.text(elsewhere)).unwrap_or_default();
    let context = Context {
        sop_class_uid: &named(tags::SOP_CLASS_UID, tags::MEDIA_STORAGE_SOP_CLASS_UID),
        sop_instance_uid: &named(tags::SOP_INSTANCE_UID, tags::MEDIA_STORAGE_SOP_INSTANCE_UID),
        transfer_syntax_uid: data_set.transfer_syntax_uid(),
        signed: root.int(tags::PIXEL_REPRESENTATION) == Some(1),
        pixels: data_set.pixels(),
        bulk_start: data_set.bulk_start(),
        data_set,
        corrections,
    };
    let object = Object { item: root, path: None, context: &context };
    // Writing to memory does not fail, and every key is a string.
    serde_json::to_vec(&object).unwrap_or_default()
}

struct Context<'d> {
    data_set: &'d DataSet<'d>,
    /// Of the data set or, where it lost them, of the file meta information.
    sop_class_uid: &'d str,
    sop_instance_uid: &'d str,
    transfer_syntax_uid: &'d str,
    /// Where the pixels or the document begin: what stands behind them is found by nobody who reads the header only.
    bulk_start: Option<usize>,
    /// Pixel Representation (0028,0103), which decides between US and SS (PS3.5 A.1).
    signed: bool,
    pixels: Option<&'d PixelElement>,
    corrections: &'d PixelCorrections,
}

impl Context<'_> {
    /// The VR of the file. If the scan took the dictionary's, whichever of US and SS fits.
    fn vr(&self, element: Element<'_>) -> VR {
        let (vr, tag) = (element.vr(), element.tag());
        let is_open = vr == VR::US && element.is_named_by_dictionary();
        if is_open && self.signed && is_signed_or_not(tag) { VR::SS } else { vr }
    }

    /// What every object has, whether or not its file does, in the order of the tags.
    fn added(&self) -> Vec<(Tag, Added<'_>)> {
        let text = |tag, vr, text| (tag, Added::Text { vr, text });
        let mut added = vec![
            text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            text(tags::SOP_CLASS_UID, VR::UI, self.sop_class_uid),
            text(tags::SOP_INSTANCE_UID, VR::UI, self.sop_instance_uid),
            text(tags::AVAILABLE_TRANSFER_SYNTAX_UID, VR::UI, self.transfer_syntax_uid),
        ];
        let uri = |tag| self.uri(&BulkPath::of(tag));
        if self.data_set.document_parts().is_some() {
            let tag = tags::ENCAPSULATED_DOCUMENT;
            added.push((tag, Added::Bulk { vr: VR::OB, uri: uri(tag) }));
        }
        if let Some(pixels) = self.pixels.filter(|_| has_bulk_pixels(self.data_set)) {
            added.push((pixels.tag, Added::Bulk { vr: pixels.vr, uri: uri(pixels.tag) }));
        }
        let corrected = self.corrections;
        added.extend(
            corrected.words.iter().map(|(tag, word)| (*tag, Added::number(VR::US, u32::from(*word)))),
        );
        let frames = corrected.number_of_frames;
        added.extend(frames.map(|frames| (tags::NUMBER_OF_FRAMES, Added::number(VR::IS, frames))));
        let photometric = corrected.photometric_interpretation.as_deref();
        added.extend(photometric.map(|name| text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, name)));
        // Who cannot be named has no address.
        let has_name = !self.sop_instance_uid.is_empty();
        added.retain(|(_, added)| match added {
            Added::Text { text, .. } => !text.is_empty(),
            Added::Bulk { .. } => has_name,
            Added::Number { .. } => true,
        });
        added.sort_by_key(|(tag, _)| *tag);
        added
    }

    fn uri(&self, path: &BulkPath) -> String {
        format!("instances/{}/bulkdata/{path}", self.sop_instance_uid)
    }

    /// Whether whoever reads the header finds the bytes of an element there.
    fn is_found(&self, element: Element<'_>) -> bool {
        let is_before_bulk = self.bulk_start.is_none_or(|bulk| element.place().end <= bulk);
        is_before_bulk && !self.sop_instance_uid.is_empty() && !element.is_in_fragments()
    }

    /// Whether an element of the top level is described by the object at all.
    fn is_listed(&self, tag: Tag) -> bool {
        tag.group() > 2
            && tag.element() != 0
            && tag.group() != 0xFFFE
            && tag != tags::EXTENDED_OFFSET_TABLE
            && tag != tags::EXTENDED_OFFSET_TABLE_LENGTHS
            && self.pixels.is_none_or(|pixels| pixels.tag != tag)
    }
}

fn is_signed_or_not(tag: Tag) -> bool {
    StandardDataDictionary.by_tag(tag).is_some_and(|entry| entry.vr == VirtualVr::Xs)
}

/// One JSON object: the top level, or one item. Items nest no deeper than the scan allows.
struct Object<'d> {
    item: Item<'d>,
    /// Of an item: where it is.
    path: Option<BulkPath>,
    context: &'d Context<'d>,
}

impl Serialize for Object<'_> {
    /// Attributes are in the order of their tags (PS3.18 F.2.2). If an attribute occurs twice, the first one is
    /// written, as everywhere else.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut added = if self.path.is_none() { self.context.added() } else { Vec::new() };
        let is_added = |tag| added.iter().any(|(known, _)| *known == tag);
        let mut elements: Vec<Element<'_>> = self
            .item
            .elements()
            .filter(|e| self.context.is_listed(e.tag()) && e.tag() != tags::SPECIFIC_CHARACTER_SET)
            .filter(|e| !is_added(e.tag()))
            .collect();
        elements.sort_by_key(|element| element.tag());
        elements.dedup_by_key(|element| element.tag());
        let mut object = serializer.serialize_map(None)?;
        for element in elements {
            let before = added.iter().take_while(|(tag, _)| *tag < element.tag()).count();
            for (tag, added) in added.drain(..before) {
                object.serialize_entry(&Key(tag), &added)?;
            }
            let attribute = Attribute { element, parent: self.path.as_ref(), context: self.context };
            object.serialize_entry(&Key(element.tag()), &attribute)?;
        }
        for (tag, added) in added {
            object.serialize_entry(&Key(tag), &added)?;
        }
        object.end()
    }
}

/// Eight hexadecimal digits.
struct Key(Tag);

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:04X}{:04X}", self.0.group(), self.0.element()))
    }
}

/// An attribute that the header need not have.
enum Added<'t> {
    Text { vr: VR, text: &'t str },
    Bulk { vr: VR, uri: String },
    Number { vr: VR, value: u32 },
}

impl Added<'_> {
    fn number(vr: VR, value: u32) -> Self {
        Self::Number { vr, value }
    }
}

impl Serialize for Added<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        match self {
            Self::Text { vr, text } => {
                object.serialize_entry("vr", (*vr).to_string())?;
                object.serialize_entry("Value", &[text])?;
            }
            Self::Bulk { vr, uri } => {
                object.serialize_entry("vr", (*vr).to_string())?;
                object.serialize_entry("BulkDataURI", uri)?;
            }
            Self::Number { vr, value } => {
                object.serialize_entry("vr", (*vr).to_string())?;
                object.serialize_entry("Value", &[value])?;
            }
        }
        object.end()
    }
}

struct Attribute<'d> {
    element: Element<'d>,
    /// Of an element within an item: where that is.
    parent: Option<&'d BulkPath>,
    context: &'d Context<'d>,
}

impl Attribute<'_> {
    fn path(&self) -> BulkPath {
        self.parent.map_or_else(|| BulkPath::of(self.element.tag()), |path| path.element(self.element.tag()))
    }
}

impl Serialize for Attribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let element = self.element;
        // A value of undefined length that is not a sequence contains the fragments of an icon.
        let vr = self.context.vr(element);
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("vr", vr.to_string())?;
        match vr {
            VR::SQ if element.vr() == VR::SQ => {
                let items: Vec<Object<'_>> = element
                    .items()
                    .zip(1..)
                    .map(|(item, number)| Object {
                        item,
                        path: Some(self.path().item(number)),
                        context: self.context,
                    })
                    .collect();
                if !items.is_empty() {
                    object.serialize_entry("Value", &items)?;
                }
            }
            VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::UN | VR::SQ => {
                let bytes = element.bytes();
                if !bytes.is_empty() && bytes.len() <= INLINE_BINARY_BYTES_MAX {
                    object.serialize_entry("InlineBinary", &BASE64.encode(little_endian(element, vr)))?;
                } else if !bytes.is_empty() && self.context.is_found(element) {
                    object.serialize_entry("BulkDataURI", &self.context.uri(&self.path()))?;
                }
            }
            _ if element.bytes().is_empty() => {}
            _ => {
                let values = values(element, vr);
                if values.iter().any(|value| !matches!(value, Value::Empty)) {
                    object.serialize_entry("Value", &values)?;
                }
            }
        }
        object.end()
    }
}

/// Inline binary is little endian, whatever the file uses (PS3.18 F.2.7).
fn little_endian(element: Element<'_>, vr: VR) -> Vec<u8> {
    let mut bytes = element.bytes().to_vec();
    if element.is_big_endian() {
        swap_words(&mut bytes, vr);
    }
    bytes
}

/// One value (PS3.18 F.2.3 to F.2.5).
enum Value {
    Empty,
    Text(String),
    Signed(i64),
    Unsigned(u64),
    Number(f64),
    Person(String),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Signed(value) if value.unsigned_abs() > EXACT_INTEGER_MAX => serializer.collect_str(value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) if *value > EXACT_INTEGER_MAX => serializer.collect_str(value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            // JSON has no word for these; readers understand a string.
            Self::Number(value) if value.is_nan() => serializer.serialize_str("NaN"),
            Self::Number(value) if value.is_infinite() => {
                serializer.serialize_str(if *value > 0.0 { "inf" } else { "-inf" })
            }
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Person(name) => {
                let mut groups = serializer.serialize_map(None)?;
                for (key, group) in ["Alphabetic", "Ideographic", "Phonetic"].iter().zip(name.splitn(3, '='))
                {
                    let group = group.trim_end_matches([' ', '\0', '=']);
                    if !group.is_empty() {
                        groups.serialize_entry(key, group)?;
                    }
                }
                groups.end()
            }
        }
    }
}

fn values(element: Element<'_>, vr: VR) -> Vec<Value> {
    let text = |value: String| if value.is_empty() { Value::Empty } else { Value::Text(value) };
    match vr {
        VR::US | VR::SS | VR::UL | VR::SL | VR::SV => {
            element.with_vr(vr).ints().into_iter().map(Value::Signed).collect()
        }
        VR::UV => {
            element.with_vr(vr).ints().into_iter().map(|v| Value::Unsigned(v.cast_unsigned())).collect()
        }
        VR::FL | VR::FD => element.with_vr(vr).floats().into_iter().map(Value::Number).collect(),
        VR::AT => {
            let halves = element.with_vr(VR::US).ints();
            halves.chunks_exact(2).map(|tag| Value::Text(format!("{:04X}{:04X}", tag[0], tag[1]))).collect()
        }
        VR::ST | VR::LT | VR::UT => vec![text(charset::trim_end(&element.with_vr(vr).decoded()).to_owned())],
        VR::UR => vec![text(charset::trim(&element.with_vr(vr).decoded()).to_owned())],
        _ => {
            let whole = element.with_vr(vr).decoded();
            let value = |value: &str| match (vr, charset::trim(value)) {
                (_, "") => Value::Empty,
                (VR::PN, name) => Value::Person(name.to_owned()),
                (VR::IS, digits) => digits.parse().map_or_else(|_| decimal(digits), Value::Signed),
                (VR::DS, digits) => decimal(digits),
                (_, other) => Value::Text(other.to_owned()),
            };
            charset::trim(&whole).split('\\').map(value).collect()
        }
    }
}

/// An invalid decimal stays as written.
fn decimal(digits: &str) -> Value {
    match digits.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::Number(number),
        _ => Value::Text(digits.to_owned()),
    }
}

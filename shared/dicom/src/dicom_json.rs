//! The DICOM JSON Model of a data set (PS3.18 F), as in DICOMweb metadata.
//!
//! It is written element by element and never built in memory. It leaves out the file meta information, group lengths,
//! pixel data and the encapsulated document, which readers get elsewhere. Other binary values are inline up to
//! [`INLINE_BINARY_BYTES_MAX`]; longer ones appear with their VR only.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use dicom_core::dictionary::VirtualVr;
use dicom_core::{DataDictionary, Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::charset;
use crate::data_set::{Element, Item};
use crate::{DataSet, PixelElement};

/// Longest binary value that is written inline, in bytes.
pub const INLINE_BINARY_BYTES_MAX: usize = 4096;

/// Integers that a reader with double precision numbers can keep exactly (RFC 8259, 6).
const EXACT_INTEGER_MAX: u64 = 1 << 53;

/// The DICOM JSON Model of a data set, as one object.
#[must_use]
pub fn metadata_json(data_set: &DataSet<'_>) -> Vec<u8> {
    let mut json = Vec::new();
    // Writing to memory does not fail, and every key is a string.
    let _ = write_metadata_json(data_set, &mut json);
    json
}

/// Writes the DICOM JSON Model of a data set, as one object.
///
/// # Errors
/// If the writer fails.
pub fn write_metadata_json(data_set: &DataSet<'_>, writer: impl io::Write) -> io::Result<()> {
    let root = data_set.root();
    let context = Context {
        transfer_syntax_uid: data_set.transfer_syntax_uid(),
        signed: root.int(tags::PIXEL_REPRESENTATION) == Some(1),
        pixels: data_set.pixels(),
    };
    let object = Object { item: root, is_root: true, context: &context };
    let mut buffered = io::BufWriter::new(writer);
    serde_json::to_writer(&mut buffered, &object)?;
    io::Write::flush(&mut buffered)
}

struct Context<'d> {
    transfer_syntax_uid: &'d str,
    /// Pixel Representation (0028,0103), which decides between US and SS (PS3.5 A.1).
    signed: bool,
    pixels: Option<&'d PixelElement>,
}

impl Context<'_> {
    /// The VR of the file. If the scan took the dictionary's, whichever of US and SS fits.
    fn vr(&self, element: Element<'_>) -> VR {
        let (vr, tag) = (element.vr(), element.tag());
        let is_open = vr == VR::US && element.is_named_by_dictionary();
        if is_open && self.signed && is_signed_or_not(tag) { VR::SS } else { vr }
    }

    /// Whether a top-level element belongs into the object.
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
    is_root: bool,
    context: &'d Context<'d>,
}

impl Serialize for Object<'_> {
    /// Attributes are in the order of their tags (PS3.18 F.2.2). If an attribute occurs twice, the first one is
    /// written, as everywhere else.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut elements: Vec<Element<'_>> = self
            .item
            .elements()
            .filter(|e| self.context.is_listed(e.tag()) && e.tag() != tags::SPECIFIC_CHARACTER_SET)
            .collect();
        elements.sort_by_key(|element| element.tag());
        elements.dedup_by_key(|element| element.tag());
        let mut object = serializer.serialize_map(None)?;
        let mut added: &[(Tag, VR, &str)] = &[
            (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            (tags::AVAILABLE_TRANSFER_SYNTAX_UID, VR::UI, self.context.transfer_syntax_uid),
        ];
        added = if self.is_root { added } else { &[] };
        for element in elements {
            while let Some(((tag, vr, text), rest)) = added.split_first()
                && *tag <= element.tag()
            {
                object.serialize_entry(&Key(*tag), &Text { vr: *vr, text })?;
                added = rest;
            }
            if !(self.is_root && element.tag() == tags::AVAILABLE_TRANSFER_SYNTAX_UID) {
                object.serialize_entry(&Key(element.tag()), &Attribute { element, context: self.context })?;
            }
        }
        for (tag, vr, text) in added {
            object.serialize_entry(&Key(*tag), &Text { vr: *vr, text })?;
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

/// An attribute that may be missing from the file.
struct Text<'t> {
    vr: VR,
    text: &'t str,
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("vr", self.vr.to_string())?;
        object.serialize_entry("Value", &[self.text])?;
        object.end()
    }
}

struct Attribute<'d> {
    element: Element<'d>,
    context: &'d Context<'d>,
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
                    .map(|item| Object { item, is_root: false, context: self.context })
                    .collect();
                if !items.is_empty() {
                    object.serialize_entry("Value", &items)?;
                }
            }
            VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::UN | VR::SQ => {
                let bytes = element.bytes();
                if !bytes.is_empty() && bytes.len() <= INLINE_BINARY_BYTES_MAX {
                    object.serialize_entry("InlineBinary", &BASE64.encode(little_endian(element, vr)))?;
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
    let word = match vr {
        VR::OW => 2,
        VR::OF | VR::OL => 4,
        VR::OD | VR::OV => 8,
        _ => 1,
    };
    if element.is_big_endian() {
        bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
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

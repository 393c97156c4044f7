//! Coded concepts (PS3.3 8.8, PS3.16 annex D).

use dicom_core::VR;
use dicom_core::value::{DataSetSequence, PrimitiveValue};
use dicom_core::{DataElement, Tag};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    value: std::borrow::Cow<'static, str>,
    scheme: &'static str,
    meaning: std::borrow::Cow<'static, str>,
}

/// A concept that no published scheme has in the sense in which it is used here: a scheme of our own (PS3.3 8.2).
pub(crate) const OWN_SCHEME: &str = "99FILMLESS";

const fn code(value: &'static str, scheme: &'static str, meaning: &'static str) -> Code {
    Code { value: std::borrow::Cow::Borrowed(value), scheme, meaning: std::borrow::Cow::Borrowed(meaning) }
}

/// A code of DICOM itself.
pub(crate) const fn dcm(value: &'static str, meaning: &'static str) -> Code {
    code(value, "DCM", meaning)
}

/// A code of LOINC.
pub(crate) const fn ln(value: &'static str, meaning: &'static str) -> Code {
    code(value, "LN", meaning)
}

/// A code of SNOMED CT.
pub(crate) const fn sct(value: &'static str, meaning: &'static str) -> Code {
    code(value, "SCT", meaning)
}

/// A language (RFC 5646).
pub(crate) const fn language(value: &'static str, meaning: &'static str) -> Code {
    code(value, "RFC5646", meaning)
}

/// A code of [`OWN_SCHEME`].
pub(crate) const fn own(value: &'static str, meaning: &'static str) -> Code {
    code(value, OWN_SCHEME, meaning)
}

/// A unit of UCUM.
pub(crate) const fn ucum(value: &'static str, meaning: &'static str) -> Code {
    code(value, "UCUM", meaning)
}

/// A unit that UCUM has only as an annotation, which means "no unit" to a machine and this word to a person.
pub(crate) fn annotation(word: &str) -> Code {
    Code { value: format!("{{{word}}}").into(), scheme: "UCUM", meaning: word.to_owned().into() }
}

impl Code {
    /// A sequence with this code.
    pub fn in_sequence(&self, tag: Tag) -> DataElement<InMemDicomObject> {
        let mut item = InMemDicomObject::new_empty();
        item.put(text(tags::CODE_VALUE, VR::SH, &self.value));
        item.put(text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, self.scheme));
        item.put(text(tags::CODE_MEANING, VR::LO, &self.meaning));
        sequence(tag, vec![item])
    }
}

/// An element of text.
pub(crate) fn text(tag: Tag, vr: VR, value: &str) -> DataElement<InMemDicomObject> {
    let value = if value.is_empty() { PrimitiveValue::Empty } else { PrimitiveValue::from(value) };
    DataElement::new(tag, vr, value)
}

/// A sequence of these items.
pub(crate) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

//! What a directory says about one file, read without its pixels.

use std::fmt;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;
use filmless_dicom::{DataSet, Element, Item};

use crate::RecordKind;
use crate::keys::{Key, PATIENT, SERIES, STUDY, keys_of};

/// The attributes of one file that its records repeat. `Debug` hides the patient.
#[derive(Clone)]
pub struct FileHeader {
    pub(crate) kind: RecordKind,
    pub(crate) sop_class_uid: String,
    pub(crate) sop_instance_uid: String,
    pub(crate) transfer_syntax_uid: String,
    pub(crate) study_instance_uid: String,
    pub(crate) series_instance_uid: String,
    pub(crate) patient: InMemDicomObject,
    pub(crate) study: InMemDicomObject,
    pub(crate) series: InMemDicomObject,
    pub(crate) instance: InMemDicomObject,
    /// Another date of the file, should one be needed.
    pub(crate) any_date: Option<String>,
}

/// Dates that can stand for one another, the nearest to the examination first.
const DATES: [Tag; 7] = [
    tags::STUDY_DATE,
    tags::ACQUISITION_DATE,
    tags::SERIES_DATE,
    tags::CONTENT_DATE,
    tags::ACQUISITION_DATE_TIME,
    tags::PRESENTATION_CREATION_DATE,
    tags::INSTANCE_CREATION_DATE,
];

impl FileHeader {
    /// Reads them out of a scanned data set. Text becomes UTF-8, repaired where its character set was labelled wrongly.
    #[must_use]
    pub fn read(data_set: &DataSet<'_>) -> Self {
        let root = data_set.root();
        let uid = |tag: Tag| root.text(tag).unwrap_or_default();
        let or = |value: String, tag: Tag| if value.is_empty() { uid(tag) } else { value };
        let sop_class_uid = or(uid(tags::SOP_CLASS_UID), tags::MEDIA_STORAGE_SOP_CLASS_UID);
        let kind = RecordKind::of(&sop_class_uid, data_set.pixels().is_some());
        Self {
            kind,
            sop_class_uid,
            sop_instance_uid: or(uid(tags::SOP_INSTANCE_UID), tags::MEDIA_STORAGE_SOP_INSTANCE_UID),
            transfer_syntax_uid: data_set.transfer_syntax_uid().to_owned(),
            study_instance_uid: uid(tags::STUDY_INSTANCE_UID),
            series_instance_uid: uid(tags::SERIES_INSTANCE_UID),
            patient: values(root, PATIENT),
            study: values(root, STUDY),
            series: values(root, SERIES),
            instance: values(root, keys_of(kind)),
            any_date: DATES.into_iter().find_map(|tag| date(root.text(tag)?.get(..8)?)),
        }
    }

    /// The same file in another transfer syntax.
    #[must_use]
    pub fn in_transfer_syntax(self, uid: &str) -> Self {
        Self { transfer_syntax_uid: uid.to_owned(), ..self }
    }

    /// Which record stands for it.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Transfer Syntax UID (0002,0010).
    #[must_use]
    pub fn transfer_syntax_uid(&self) -> &str {
        &self.transfer_syntax_uid
    }
}

impl fmt::Debug for FileHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileHeader")
            .field("kind", &self.kind)
            .field("sop_instance_uid", &self.sop_instance_uid)
            .finish_non_exhaustive()
    }
}

/// The values of the file for these keys; a value that its VR does not allow counts as none.
fn values(root: Item<'_>, keys: &[Key]) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    for key in keys {
        if let Some(element) = value(root, key) {
            object.put(element);
        }
    }
    object
}

fn value(root: Item<'_>, key: &Key) -> Option<DataElement<InMemDicomObject>> {
    let tag = key.tag;
    let text = |text: String| Some(DataElement::new(tag, key.vr, PrimitiveValue::from(text)));
    // It lies behind the document, which is not read.
    if tag == tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT {
        let of_class = || media_type_of(&root.text(tags::SOP_CLASS_UID)?).map(str::to_owned);
        return text(root.text(tag).or_else(of_class)?);
    }
    // The date of a verification is that of its first observer (PS3.3 F.5.24).
    if tag == tags::VERIFICATION_DATE_TIME {
        return text(root.first_item(tags::VERIFYING_OBSERVER_SEQUENCE)?.text(tag)?);
    }
    match key.vr {
        VR::SQ => sequence(root.get(tag)?),
        VR::US => {
            Some(DataElement::new(tag, VR::US, PrimitiveValue::from(u16::try_from(root.int(tag)?).ok()?)))
        }
        VR::UL => {
            Some(DataElement::new(tag, VR::UL, PrimitiveValue::from(u32::try_from(root.int(tag)?).ok()?)))
        }
        VR::DA => text(date(&root.text(tag)?)?),
        VR::TM => text(time(&root.text(tag)?)?),
        VR::IS => text(root.text(tag).and_then(|text| integer(&text))?),
        _ => text(root.text(tag)?),
    }
}

/// The only media type of a class of encapsulated documents.
fn media_type_of(sop_class_uid: &str) -> Option<&'static str> {
    Some(match sop_class_uid {
        uids::ENCAPSULATED_PDF_STORAGE => "application/pdf",
        uids::ENCAPSULATED_CDA_STORAGE => "text/XML",
        uids::ENCAPSULATED_STL_STORAGE => "model/stl",
        uids::ENCAPSULATED_OBJ_STORAGE => "model/obj",
        uids::ENCAPSULATED_MTL_STORAGE => "model/mtl",
        _ => return None,
    })
}

/// A date as DA writes it; ACR-NEMA had points in it.
fn date(written: &str) -> Option<String> {
    let digits: String = written.chars().filter(|c| *c != '.').collect();
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let is_date = digits.len() == 8
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (1..=12).contains(&part(4..6)?)
        && (1..=31).contains(&part(6..8)?);
    is_date.then_some(digits)
}

/// A time as TM writes it; ACR-NEMA had colons in it.
fn time(written: &str) -> Option<String> {
    let digits: String = written.chars().filter(|c| *c != ':').collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_time = all_digits(whole)
        && all_digits(fraction)
        && [2, 4, 6].contains(&whole.len())
        && fraction.len() <= 6
        && whole.get(..2)? < "24";
    is_time.then_some(digits)
}

/// An integer as IS writes it.
fn integer(written: &str) -> Option<String> {
    written.parse::<i32>().ok().map(|number| number.to_string())
}

/// A sequence with all below it. Of the content of a document a record has the modifiers of its title alone (PS3.3 F.5.24).
fn sequence(element: Element<'_>) -> Option<DataElement<InMemDicomObject>> {
    let is_content = element.tag() == tags::CONTENT_SEQUENCE;
    let items: Vec<InMemDicomObject> = element
        .items()
        .filter(|item| {
            !is_content || item.text(tags::RELATIONSHIP_TYPE).as_deref() == Some("HAS CONCEPT MOD")
        })
        .map(item)
        .collect();
    (!items.is_empty()).then(|| DataElement::new(element.tag(), VR::SQ, DataSetSequence::from(items)))
}

/// Depth and number of elements were bounded when the file was scanned.
fn item(item: Item<'_>) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    for element in item.elements() {
        let primitive = |value: PrimitiveValue| DataElement::new(element.tag(), element.vr(), value);
        let copied = match element.vr() {
            VR::SQ => {
                let items: Vec<InMemDicomObject> = element.items().map(self::item).collect();
                DataElement::new(element.tag(), VR::SQ, DataSetSequence::from(items))
            }
            VR::FL => {
                primitive(PrimitiveValue::F32(element.floats().into_iter().map(|v| v as f32).collect()))
            }
            VR::FD => primitive(PrimitiveValue::F64(element.floats().into_iter().collect())),
            VR::US => primitive(PrimitiveValue::U16(integers(element).collect())),
            VR::SS => primitive(PrimitiveValue::I16(integers(element).collect())),
            VR::UL => primitive(PrimitiveValue::U32(integers(element).collect())),
            VR::SL => primitive(PrimitiveValue::I32(integers(element).collect())),
            VR::AT => primitive(PrimitiveValue::Tags(attributes(element))),
            vr if is_text(vr) => primitive(PrimitiveValue::from(element.text())),
            // Bulk has no place in a directory.
            _ => continue,
        };
        object.put(copied);
    }
    // The records are in one character set.
    object.remove_element(tags::SPECIFIC_CHARACTER_SET);
    object
}

fn integers<T: TryFrom<i64>>(element: Element<'_>) -> impl Iterator<Item = T> {
    element.ints().into_iter().filter_map(|value| T::try_from(value).ok())
}

fn attributes<C: FromIterator<Tag>>(element: Element<'_>) -> C {
    let numbers: Vec<u16> = integers(element).collect();
    numbers.chunks_exact(2).map(|pair| Tag(pair[0], pair[1])).collect()
}

fn is_text(vr: VR) -> bool {
    use VR::{AE, AS, CS, DA, DS, DT, IS, LO, LT, PN, SH, ST, TM, UC, UI, UR, UT};
    matches!(vr, AE | AS | CS | DA | DS | DT | IS | LO | LT | PN | SH | ST | TM | UC | UI | UR | UT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_numbers_are_the_standards_or_none() {
        for (written, expected) in [
            ("20260131", Some("20260131")),
            ("1997.04.24", Some("19970424")),
            ("20261301", None),
            ("2026", None),
            ("", None),
            ("ngày 1", None),
        ] {
            assert_eq!(date(written).as_deref(), expected, "{written}");
        }
        for (written, expected) in [
            ("0915", Some("0915")),
            ("09:15:00", Some("091500")),
            ("235959.999999", Some("235959.999999")),
            ("240000", None),
            ("9", None),
            ("09150", None),
        ] {
            assert_eq!(time(written).as_deref(), expected, "{written}");
        }
        for (written, expected) in
            [("12", Some("12")), ("+007", Some("7")), ("-1", Some("-1")), ("1.5", None)]
        {
            assert_eq!(integer(written).as_deref(), expected, "{written}");
        }
    }
}

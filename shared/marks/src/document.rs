//! What all objects of a save have in common.

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::code::{sequence, text};
use crate::context::MarksContext;
use crate::image::ImageRef;
use crate::origin::Origin;
use crate::text as typed;

/// UTF-8.
const CHARACTER_SET: &str = "ISO_IR 192";
/// Who made the file.
const MANUFACTURER: &str = "Filmless";

/// A kind of object that is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub modality: &'static str,
    pub sop_class_uid: &'static str,
    /// Behind the series of the hospital.
    pub series_number: &'static str,
    /// What the series is called if the reader says nothing.
    pub description: &'static str,
}

/// An object with patient, study, series, equipment and SOP common (PS3.3 C.7.1.1, C.7.2, C.7.3, C.7.5.1, C.12.1).
pub(crate) fn begin(
    origin: &Origin<'_>,
    kind: Kind,
    sop_instance_uid: &str,
    number: usize,
) -> InMemDicomObject {
    let mut object = origin.study.0.clone();
    let (date, time) = (origin.date(), origin.time());
    let described = origin.description.map(typed::line).filter(|line| !line.is_empty());
    let facility = typed::line(origin.facility);
    let series = origin.seed.uid(&format!("series {}", kind.modality));
    let number = number.to_string();
    for (tag, vr, value) in [
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, CHARACTER_SET),
        (tags::INSTANCE_CREATION_DATE, VR::DA, &date),
        (tags::INSTANCE_CREATION_TIME, VR::TM, &time),
        (tags::SOP_CLASS_UID, VR::UI, kind.sop_class_uid),
        (tags::SOP_INSTANCE_UID, VR::UI, sop_instance_uid),
        (tags::SERIES_DATE, VR::DA, &date),
        (tags::SERIES_TIME, VR::TM, &time),
        (tags::MODALITY, VR::CS, kind.modality),
        (tags::MANUFACTURER, VR::LO, MANUFACTURER),
        (tags::MANUFACTURER_MODEL_NAME, VR::LO, MANUFACTURER),
        (tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION")),
        (tags::INSTITUTION_NAME, VR::LO, &facility),
        (tags::SERIES_DESCRIPTION, VR::LO, described.as_deref().unwrap_or(kind.description)),
        (tags::SERIES_INSTANCE_UID, VR::UI, &series),
        (tags::SERIES_NUMBER, VR::IS, kind.series_number),
        (tags::INSTANCE_NUMBER, VR::IS, &number),
    ] {
        object.put(text(tag, vr, value));
    }
    object
}

/// Where a document comes from and when (PS3.3 C.17.2, C.17.6.2): both kinds of documents have it.
pub(crate) fn put_document_moment(origin: &Origin<'_>, object: &mut InMemDicomObject) {
    object.put(text(tags::CONTENT_DATE, VR::DA, &origin.date()));
    object.put(text(tags::CONTENT_TIME, VR::TM, &origin.time()));
    object.put(sequence(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE, Vec::new()));
}

/// Images, series by series (PS3.3 10.3, C.11.11, C.17.2): items of Referenced Series Sequence.
pub(crate) fn by_series(images: &[&ImageRef], of_images: Tag) -> Vec<InMemDicomObject> {
    let mut series: Vec<(&str, Vec<&ImageRef>)> = Vec::new();
    for image in images {
        let uid = image.series_instance_uid.as_str();
        match series.iter_mut().find(|(known, _)| *known == uid) {
            Some((_, members)) => members.push(image),
            None => series.push((uid, vec![image])),
        }
    }
    let item = |(uid, members): (&str, Vec<&ImageRef>)| {
        let mut item = InMemDicomObject::new_empty();
        item.put(text(tags::SERIES_INSTANCE_UID, VR::UI, uid));
        item.put(sequence(of_images, references(&members)));
        item
    };
    series.into_iter().map(item).collect()
}

/// References to images; the frames of one instance are named together.
pub(crate) fn references(images: &[&ImageRef]) -> Vec<InMemDicomObject> {
    let mut instances: Vec<(&ImageRef, Vec<u32>)> = Vec::new();
    for image in images {
        let known = instances.iter_mut().find(|(known, _)| known.sop_instance_uid == image.sop_instance_uid);
        match known {
            Some((_, frames)) => frames.extend(image.frame),
            None => instances.push((image, image.frame.into_iter().collect())),
        }
    }
    let item = |(image, mut frames): (&ImageRef, Vec<u32>)| {
        frames.sort_unstable();
        frames.dedup();
        let mut item = InMemDicomObject::new_empty();
        item.put(text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &image.sop_class_uid));
        item.put(text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &image.sop_instance_uid));
        if !frames.is_empty() {
            let frames: Vec<String> = frames.iter().map(u32::to_string).collect();
            let value = PrimitiveValue::Strs(frames.into());
            item.put(DataElement::new(tags::REFERENCED_FRAME_NUMBER, VR::IS, value));
        }
        item
    };
    instances.into_iter().map(item).collect()
}

/// Every image that a document refers to (Current Requested Procedure Evidence Sequence).
pub(crate) fn evidence(context: &MarksContext<'_>, images: &[&ImageRef]) -> Vec<InMemDicomObject> {
    // The evidence names instances, not frames.
    let whole: Vec<ImageRef> =
        images.iter().map(|&image| ImageRef { frame: None, ..image.clone() }).collect();
    let study = context.study.0.get(tags::STUDY_INSTANCE_UID).and_then(|uid| uid.to_str().ok());
    let mut item = InMemDicomObject::new_empty();
    item.put(text(tags::STUDY_INSTANCE_UID, VR::UI, study.as_deref().unwrap_or_default()));
    let series = by_series(&whole.iter().collect::<Vec<_>>(), tags::REFERENCED_SOP_SEQUENCE);
    item.put(sequence(tags::REFERENCED_SERIES_SEQUENCE, series));
    vec![item]
}

//! Key images: a Key Object Selection Document (PS3.3 A.35.4, PS3.16 TID 2010).

use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use crate::code::{dcm, sequence};
use crate::content::{CONTAINS, container, image, observer, words};
use crate::context::MarksContext;
use crate::document::{Kind, begin, evidence, put_document_moment};
use crate::image::ImageRef;
use crate::text as typed;

pub(crate) const KIND: Kind = Kind {
    modality: "KO",
    sop_class_uid: uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE,
    series_number: "9001",
    description: "Key images",
};

/// The selection, if any image is marked.
pub(crate) fn key_objects(context: &MarksContext<'_>) -> Option<InMemDicomObject> {
    let mut images: Vec<&ImageRef> = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    for key in &context.marks.key_images {
        let reference = &context.image(&key.image)?.reference;
        if !images.contains(&reference) {
            images.push(reference);
        }
        let place = images.iter().position(|known| *known == reference).unwrap_or_default() + 1;
        let note = key.note.as_deref().map(typed::paragraph).filter(|note| !note.is_empty());
        notes.extend(note.map(|note| format!("{place}. {note}")));
    }
    if images.is_empty() {
        return None;
    }
    let mut object =
        begin(&context.origin(), KIND, &context.seed.uid("instance KO"), context.instance_number(1));
    put_document_moment(&context.origin(), &mut object);
    object.put(sequence(tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE, evidence(context, &images)));
    let mut below = observer(&context.marks.author);
    // One description for all (TID 2010, row 6): it numbers the images in their order below.
    if !notes.is_empty() {
        let description = words(&dcm("113012", "Key Object Description"), &notes.join("\r\n"));
        below.push((CONTAINS, description));
    }
    below.extend(images.into_iter().map(|reference| (CONTAINS, image(reference))));
    container(&dcm("113000", "Of Interest"), Some("2010")).with(below).into_root(&mut object);
    Some(object)
}

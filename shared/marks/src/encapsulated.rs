//! A PDF as an instance of a study: Encapsulated PDF (PS3.3 A.45.1).

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;
use jiff::civil::DateTime;

use crate::bad_marks::{BadMarks, MarksFault};
use crate::code::{Code, ln, sequence, text};
use crate::document::{Kind, begin, references};
use crate::image::{ImageRef, MarkedImage, StudyHeader};
use crate::limits::{PDF_BYTES_MAX, VERSIONS_MAX};
use crate::origin::Origin;
use crate::seed::Seed;
use crate::text as typed;
use crate::write::{WrittenInstance, written};

const KIND: Kind = Kind {
    modality: "DOC",
    sop_class_uid: uids::ENCAPSULATED_PDF_STORAGE,
    series_number: "9004",
    description: "Document",
};
/// What the document is (PS3.16 CID 7020 takes document titles of LOINC).
const CONSULTATION_NOTE: Code = ln("11488-4", "Consultation Note");

/// The minutes of a consultation.
#[derive(Clone, Copy)]
pub struct EncapsulatedPdf<'a> {
    /// The PDF.
    pub pdf: &'a [u8],
    /// Document Title: which version it is.
    pub title: &'a str,
    /// Series Description.
    pub description: &'a str,
    /// The facility that made it.
    pub facility: &'a str,
    /// The version, from 1. Its Instance Number counts down, so that the newest comes first.
    pub number: u32,
    /// What the UID of its instance is made from, and that of the version before, which it replaces.
    pub instance: &'a Seed,
    /// The version before.
    pub replaces: Option<&'a Seed>,
    /// Whether everybody signed it who has to.
    pub is_verified: bool,
    /// When it was made, in the hospital's time.
    pub at: DateTime,
    /// Patient and study, as one of the images says them.
    pub study: &'a StudyHeader,
    /// The images that are printed in it.
    pub images: &'a [MarkedImage],
    /// What UIDs are made from: the same for all versions, which so are in one series.
    pub seed: &'a Seed,
}

/// Hides the patient.
impl std::fmt::Debug for EncapsulatedPdf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncapsulatedPdf").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Writes it. The same input gives the same bytes.
///
/// # Errors
/// [`BadMarks`]: `pdf` is none, or too long; `title` is empty or too long.
pub fn write_pdf(document: &EncapsulatedPdf<'_>) -> Result<WrittenInstance, BadMarks> {
    let EncapsulatedPdf { pdf, number, .. } = *document;
    if !pdf.starts_with(b"%PDF-") {
        return Err(BadMarks::new("pdf", MarksFault::NotAllowed));
    }
    if pdf.len() > PDF_BYTES_MAX {
        return Err(BadMarks::new("pdf", MarksFault::TooLong));
    }
    let title = typed::line(document.title);
    if title.is_empty() {
        return Err(BadMarks::new("title", MarksFault::Empty));
    }
    let origin = Origin {
        study: document.study,
        facility: document.facility,
        description: Some(document.description),
        at: document.at,
        seed: document.seed,
    };
    let uid = |seed: &Seed| seed.uid("instance DOC");
    let number = VERSIONS_MAX.saturating_sub(number) + 1;
    let mut object = begin(&origin, KIND, &uid(document.instance), number as usize);
    if let Some(replaced) = document.replaces {
        object
            .put(sequence(tags::PREDECESSOR_DOCUMENTS_SEQUENCE, vec![predecessor(&origin, &uid(replaced))]));
    }
    let moment = format!("{}{}", origin.date(), origin.time());
    for (tag, vr, value) in [
        (tags::CONVERSION_TYPE, VR::CS, "WSD"),
        (tags::CONTENT_DATE, VR::DA, &origin.date()),
        (tags::CONTENT_TIME, VR::TM, &origin.time()),
        (tags::ACQUISITION_DATE_TIME, VR::DT, &moment),
        // It names the patient.
        (tags::BURNED_IN_ANNOTATION, VR::CS, "YES"),
        (tags::DOCUMENT_TITLE, VR::ST, &title),
        (tags::VERIFICATION_FLAG, VR::CS, if document.is_verified { "VERIFIED" } else { "UNVERIFIED" }),
        (tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, VR::LO, "application/pdf"),
    ] {
        object.put(text(tag, vr, value));
    }
    object.put(CONSULTATION_NOTE.in_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE));
    // Source Instance Sequence names instances, not frames.
    let whole = |image: &MarkedImage| ImageRef { frame: None, ..image.reference.clone() };
    let images: Vec<ImageRef> = document.images.iter().map(whole).collect();
    if !images.is_empty() {
        let images: Vec<&ImageRef> = images.iter().collect();
        object.put(sequence(tags::SOURCE_INSTANCE_SEQUENCE, references(&images)));
    }
    put_bytes(&mut object, pdf);
    written(KIND, object)
}

/// The document that this one replaces (PS3.3 table 10-4).
fn predecessor(origin: &Origin<'_>, instance: &str) -> InMemDicomObject {
    let study = origin.study.0.get(tags::STUDY_INSTANCE_UID).and_then(|uid| uid.to_str().ok());
    let series = origin.seed.uid(&format!("series {}", KIND.modality));
    let mut reference = InMemDicomObject::new_empty();
    reference.put(text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, KIND.sop_class_uid));
    reference.put(text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, instance));
    let mut of_series = InMemDicomObject::new_empty();
    of_series.put(text(tags::SERIES_INSTANCE_UID, VR::UI, &series));
    of_series.put(sequence(tags::REFERENCED_SOP_SEQUENCE, vec![reference]));
    let mut item = InMemDicomObject::new_empty();
    item.put(text(tags::STUDY_INSTANCE_UID, VR::UI, study.as_deref().unwrap_or_default()));
    item.put(sequence(tags::REFERENCED_SERIES_SEQUENCE, vec![of_series]));
    item
}

/// An odd length is padded with a null byte; how long the document is without it is said beside it (PS3.3 C.24.2).
fn put_bytes(object: &mut InMemDicomObject, pdf: &[u8]) {
    let length = u32::try_from(pdf.len()).unwrap_or(u32::MAX);
    let mut bytes = pdf.to_vec();
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    let length = PrimitiveValue::from(length);
    object.put(DataElement::new(tags::ENCAPSULATED_DOCUMENT_LENGTH, VR::UL, length));
    object.put(DataElement::new(tags::ENCAPSULATED_DOCUMENT, VR::OB, PrimitiveValue::U8(bytes.into())));
}

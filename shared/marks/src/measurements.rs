//! Measurements: a Comprehensive SR (PS3.3 A.35.3) with PS3.16 TID 1500.

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use crate::bad_marks::{BadMarks, MarksFault};
use crate::code::{Code, dcm, language, sct, sequence, text};
use crate::content::{
    CONTAINS, HAS_CONCEPT_MOD, HAS_OBS_CONTEXT, INFERRED_FROM, Node, coded, container, coordinates, image,
    number, observer, uid, words,
};
use crate::context::MarksContext;
use crate::document::{Kind, begin, evidence, put_document_moment};
use crate::image::{ImageRef, MarkedImage};
use crate::quantity::{Quantity, unit_code};
use crate::request::{Measurement, Value};
use crate::shape::{Coordinates, MeasurementKind};
use crate::text as typed;

pub(crate) const KIND: Kind = Kind {
    modality: "SR",
    sop_class_uid: uids::COMPREHENSIVE_SR_STORAGE,
    series_number: "9003",
    description: "Measurements",
};

/// The report, if anything was measured.
pub(crate) fn measurement_report(context: &MarksContext<'_>) -> Result<Option<InMemDicomObject>, BadMarks> {
    let mut images: Vec<&ImageRef> = Vec::new();
    let mut groups = Vec::new();
    for (place, one) in context.marks.measurements.iter().enumerate() {
        let Some(marked) = context.image(&one.image) else { continue };
        let outside = one.points.iter().position(|point| !marked.contains(*point));
        if let Some(at) = outside {
            let field = format!("measurements[{place}].points[{at}]");
            return Err(BadMarks::new(field, MarksFault::Outside));
        }
        if !images.contains(&&marked.reference) {
            images.push(&marked.reference);
        }
        groups.push((CONTAINS, group(context, place, one, marked)));
    }
    if groups.is_empty() {
        return Ok(None);
    }
    let mut object =
        begin(&context.origin(), KIND, &context.seed.uid("instance SR"), context.instance_number(1));
    put_document_moment(&context.origin(), &mut object);
    // A reader's measurements are whole, but nobody signed them (PS3.3 C.17.2).
    object.put(text(tags::COMPLETION_FLAG, VR::CS, "COMPLETE"));
    object.put(text(tags::VERIFICATION_FLAG, VR::CS, "UNVERIFIED"));
    object.put(sequence(tags::PERFORMED_PROCEDURE_CODE_SEQUENCE, Vec::new()));
    object.put(sequence(tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE, evidence(context, &images)));
    let spoken =
        coded(&dcm("121049", "Language of Content Item and Descendants"), &language("en", "English"));
    let procedure = coded(&dcm("121058", "Procedure reported"), &sct("363679005", "Imaging procedure"));
    let measured = container(&dcm("126010", "Imaging Measurements"), None).with(groups);
    let mut below = vec![(HAS_CONCEPT_MOD, spoken)];
    below.extend(observer(&context.marks.author));
    below.extend([(HAS_CONCEPT_MOD, procedure), (CONTAINS, measured)]);
    let title = dcm("126000", "Imaging Measurement Report");
    container(&title, Some("1500")).with(below).into_root(&mut object);
    Ok(Some(object))
}

/// One measurement: a region with what was measured in it (TID 1410), or numbers with the points of each (TID 1501).
fn group(context: &MarksContext<'_>, place: usize, one: &Measurement, marked: &MarkedImage) -> Node {
    let label = one.label.as_deref().map(typed::line).filter(|label| !label.is_empty());
    let label = label.unwrap_or_else(|| format!("{} {}", one.kind.name(), place + 1));
    let tracking = context.seed.uid(&format!("measurement {place}"));
    let mut below = vec![
        (HAS_OBS_CONTEXT, words(&dcm("112039", "Tracking Identifier"), &label)),
        (HAS_OBS_CONTEXT, uid(&dcm("112040", "Tracking Unique Identifier"), &tracking)),
    ];
    let at = one.kind.coordinates(&one.points);
    let is_region = one.kind.is_region();
    if is_region {
        let name = dcm("111030", "Image Region");
        below.extend(at.iter().map(|at| (CONTAINS, coordinates(Some(&name), at, image(&marked.reference)))));
    }
    for value in &one.values {
        let places = if is_region { &[] } else { places_of(one.kind, value.quantity, &at) };
        below.push((CONTAINS, measured(one.kind, value, places, marked)));
    }
    let template = if is_region { "1410" } else { "1501" };
    container(&dcm("125007", "Measurement Group"), Some(template)).with(below)
}

/// Of two axes each length has its own line.
fn places_of(kind: MeasurementKind, quantity: Quantity, all: &[Coordinates]) -> &[Coordinates] {
    match (kind, quantity, all) {
        (MeasurementKind::Bidirectional, Quantity::Length, [long, ..]) => std::slice::from_ref(long),
        (MeasurementKind::Bidirectional, Quantity::ShortAxis, [.., short]) => std::slice::from_ref(short),
        _ => all,
    }
}

/// A number (TID 300).
fn measured(kind: MeasurementKind, value: &Value, places: &[Coordinates], marked: &MarkedImage) -> Node {
    let concept = value.quantity.concept(kind, &value.unit, &marked.modality);
    let mut below = Vec::new();
    if let Some(derivation) = &concept.derivation {
        below.push((HAS_CONCEPT_MOD, coded(&DERIVATION, derivation)));
    }
    let at = places.iter().map(|at| (INFERRED_FROM, coordinates(None, at, image(&marked.reference))));
    below.extend(at);
    let node = number(&concept.name, value.value, &unit_code(&value.unit));
    if below.is_empty() { node } else { node.with(below) }
}

const DERIVATION: Code = dcm("121401", "Derivation");

//! Items of a content tree (PS3.3 C.17.3).

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::code::{Code, dcm, sequence, text};
use crate::decimal::decimal;
use crate::document::references;
use crate::image::ImageRef;
use crate::request::Author;
use crate::shape::Coordinates;
use crate::text as typed;

pub(crate) const CONTAINS: &str = "CONTAINS";
pub(crate) const HAS_CONCEPT_MOD: &str = "HAS CONCEPT MOD";
pub(crate) const HAS_OBS_CONTEXT: &str = "HAS OBS CONTEXT";
pub(crate) const INFERRED_FROM: &str = "INFERRED FROM";
pub(crate) const SELECTED_FROM: &str = "SELECTED FROM";

/// A content item that is being made.
pub(crate) struct Node(InMemDicomObject);

fn node(value_type: &str, name: Option<&Code>) -> Node {
    let mut object = InMemDicomObject::new_empty();
    object.put(text(tags::VALUE_TYPE, VR::CS, value_type));
    if let Some(name) = name {
        object.put(name.in_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE));
    }
    Node(object)
}

/// A container, perhaps of a template of PS3.16.
pub(crate) fn container(name: &Code, template: Option<&str>) -> Node {
    let mut node = node("CONTAINER", Some(name));
    node.0.put(text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE"));
    if let Some(template) = template {
        let mut item = InMemDicomObject::new_empty();
        item.put(text(tags::MAPPING_RESOURCE, VR::CS, "DCMR"));
        item.put(text(tags::TEMPLATE_IDENTIFIER, VR::CS, template));
        node.0.put(sequence(tags::CONTENT_TEMPLATE_SEQUENCE, vec![item]));
    }
    node
}

/// A coded value.
pub(crate) fn coded(name: &Code, value: &Code) -> Node {
    let mut node = node("CODE", Some(name));
    node.0.put(value.in_sequence(tags::CONCEPT_CODE_SEQUENCE));
    node
}

/// Text.
pub(crate) fn words(name: &Code, value: &str) -> Node {
    let mut node = node("TEXT", Some(name));
    node.0.put(text(tags::TEXT_VALUE, VR::UT, value));
    node
}

/// A UID.
pub(crate) fn uid(name: &Code, value: &str) -> Node {
    let mut node = node("UIDREF", Some(name));
    node.0.put(text(tags::UID, VR::UI, value));
    node
}

/// A person.
fn person(name: &Code, value: &str) -> Node {
    let mut node = node("PNAME", Some(name));
    node.0.put(text(tags::PERSON_NAME, VR::PN, value));
    node
}

/// An image.
pub(crate) fn image(reference: &ImageRef) -> Node {
    let mut node = node("IMAGE", None);
    node.0.put(sequence(tags::REFERENCED_SOP_SEQUENCE, references(&[reference])));
    node
}

/// A number with its unit. If DS cannot hold all digits, they are repeated in binary (PS3.3 C.18.1).
pub(crate) fn number(name: &Code, value: f64, unit: &Code) -> Node {
    let (written, is_all) = decimal(value);
    let mut measured = InMemDicomObject::new_empty();
    measured.put(unit.in_sequence(tags::MEASUREMENT_UNITS_CODE_SEQUENCE));
    measured.put(text(tags::NUMERIC_VALUE, VR::DS, &written));
    if !is_all {
        let value = PrimitiveValue::from(value);
        measured.put(DataElement::new(tags::FLOATING_POINT_VALUE, VR::FD, value));
    }
    let mut node = node("NUM", Some(name));
    node.0.put(sequence(tags::MEASURED_VALUE_SEQUENCE, vec![measured]));
    node
}

/// Spatial coordinates in an image.
pub(crate) fn coordinates(name: Option<&Code>, at: &Coordinates, image: Node) -> Node {
    let mut node = node("SCOORD", name);
    let numbers: Vec<f32> = at.points.iter().flatten().map(|number| *number as f32).collect();
    node.0.put(DataElement::new(tags::GRAPHIC_DATA, VR::FL, PrimitiveValue::F32(numbers.into())));
    node.0.put(text(tags::GRAPHIC_TYPE, VR::CS, at.graphic_type));
    node.with(vec![(SELECTED_FROM, image)])
}

impl Node {
    /// Puts items below it, each with its relationship.
    pub(crate) fn with(mut self, below: Vec<(&'static str, Node)>) -> Self {
        let related = |(relationship, Node(mut object)): (&str, Node)| {
            object.put(text(tags::RELATIONSHIP_TYPE, VR::CS, relationship));
            object
        };
        self.0.put(sequence(tags::CONTENT_SEQUENCE, below.into_iter().map(related).collect()));
        self
    }

    /// Makes it the root of a document.
    pub(crate) fn into_root(self, document: &mut InMemDicomObject) {
        for element in self.0 {
            document.put(element);
        }
    }
}

/// Who observed (PS3.16 TID 1002, 1003).
pub(crate) fn observer(author: &Author) -> Vec<(&'static str, Node)> {
    let kind = coded(&dcm("121005", "Observer Type"), &dcm("121006", "Person"));
    let name = person(&dcm("121008", "Person Observer Name"), &typed::name(&author.name));
    let facility =
        words(&dcm("121009", "Person Observer's Organization Name"), &typed::line(&author.facility));
    vec![(HAS_OBS_CONTEXT, kind), (HAS_OBS_CONTEXT, name), (HAS_OBS_CONTEXT, facility)]
}

//! Key object selections (PS3.3 A.35.4, C.17.6): which images somebody marked, and why.

use std::collections::HashMap;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use filmless_domain::{KeyReference, SopInstanceUid};

use crate::DataSet;
use crate::code::Code;
use crate::data_set::{Element, Item};

/// Titles that mark images as not to be used (PS3.16 CID 7011), DCM: for quality, for patient safety, wrong worklist
/// entry, data retention expired.
const REJECTIONS: [&str; 4] = ["113001", "113037", "113038", "113039"];

/// The content of a key object selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyObjectSelection {
    /// Why the images were marked (PS3.16 CID 7010), such as "For Referring Provider".
    pub title: Option<Code>,
    /// Whether they were marked as not to be used.
    pub rejects: bool,
    /// The images.
    pub references: Vec<KeyReference>,
}

/// Reads a key object selection document. Any other data set gives one without references.
#[must_use]
pub fn key_object_selection(data_set: &DataSet<'_>) -> KeyObjectSelection {
    let root = data_set.root();
    let title = Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE);
    let rejects = title.as_ref().is_some_and(|title| title.is_dcm(&REJECTIONS));
    let mut references = content_references(root);
    // Writers that leave the content tree empty still list their images as evidence.
    if references.is_empty() {
        references = evidence_references(root);
    }
    KeyObjectSelection { title, rejects, references }
}

fn items(parent: Item<'_>, sequence: Tag) -> impl Iterator<Item = Item<'_>> {
    parent.get(sequence).into_iter().flat_map(Element::items)
}

/// The images in the content items; the tree of PS3.16 TID 2010 is flat.
fn content_references(root: Item<'_>) -> Vec<KeyReference> {
    let images = items(root, tags::CONTENT_SEQUENCE)
        .filter(|item| item.text(tags::VALUE_TYPE).as_deref() == Some("IMAGE"));
    collect(images.flat_map(|item| items(item, tags::REFERENCED_SOP_SEQUENCE)))
}

fn evidence_references(root: Item<'_>) -> Vec<KeyReference> {
    let series = items(root, tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE)
        .flat_map(|study| items(study, tags::REFERENCED_SERIES_SEQUENCE));
    collect(series.flat_map(|series| items(series, tags::REFERENCED_SOP_SEQUENCE)))
}

/// The series of each instance in the evidence.
pub(crate) fn series_of_evidence(root: Item<'_>) -> HashMap<String, String> {
    let series = items(root, tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE)
        .flat_map(|study| items(study, tags::REFERENCED_SERIES_SEQUENCE));
    let named = series.filter_map(|series| Some((series.text(tags::SERIES_INSTANCE_UID)?, series)));
    let instances = named.flat_map(|(uid, series)| {
        let sops = items(series, tags::REFERENCED_SOP_SEQUENCE);
        sops.filter_map(move |sop| Some((sop.text(tags::REFERENCED_SOP_INSTANCE_UID)?, uid.clone())))
    });
    instances.collect()
}

/// All references: the limits of the header bound their number, and nobody would notice a missing mark.
fn collect<'d>(sops: impl Iterator<Item = Item<'d>>) -> Vec<KeyReference> {
    let references = sops.filter_map(|sop| {
        let uid = sop.text(tags::REFERENCED_SOP_INSTANCE_UID)?;
        let sop_instance_uid = SopInstanceUid::parse(&uid).ok()?;
        let frames = sop.get(tags::REFERENCED_FRAME_NUMBER).map(Element::ints).unwrap_or_default();
        let frames: Vec<u32> = frames
            .into_iter()
            .filter_map(|frame| u32::try_from(frame).ok().filter(|frame| *frame > 0))
            .collect();
        Some(KeyReference { sop_instance_uid, frames })
    });
    references.collect()
}

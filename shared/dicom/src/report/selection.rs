//! A key object selection for people to read: its title, its text, and the selected images.

use std::collections::HashMap;

use super::document::{ReportAuthor, ReportDocument, SelectedImage};
use super::writer::Writer;
use crate::DataSet;
use crate::key_objects::{key_object_selection, series_of_evidence};
use crate::one_line::one_line;

/// Reads a key object selection (PS3.16 TID 2010): its Document Title, who marked the images, what they say about them
/// (Key Object Description), and the images, even if they are marked as not to be used.
#[must_use]
pub fn read_selection(data_set: &DataSet<'_>) -> ReportDocument {
    let selection = key_object_selection(data_set);
    let series: HashMap<String, String> = series_of_evidence(data_set.root());
    let mut writer = Writer::without_images();
    writer.write_content(data_set.root());
    let images = selection.references.into_iter().map(|reference| {
        let sop_instance_uid = reference.sop_instance_uid.as_str().to_owned();
        let series_instance_uid = series.get(&sop_instance_uid).cloned();
        SelectedImage { series_instance_uid, sop_instance_uid, frames: reference.frames }
    });
    ReportDocument {
        title: selection.title.map(|title| one_line(&title.readable())).unwrap_or_default(),
        lines: writer.into_lines(),
        images: images.collect(),
        author: ReportAuthor::Doctor,
    }
}

//! A key object selection as a person reads it: its title, its text, and the images that it selects.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{ReportAuthor, ReportDocument, Writer, value};
use crate::DataSet;
use crate::key_objects::{key_object_selection, series_of_evidence};

/// An image that is selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedImage {
    /// Series Instance UID, where the evidence names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_instance_uid: Option<String>,
    /// SOP Instance UID.
    pub sop_instance_uid: String,
    /// The frames, from 1; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<u32>,
}

/// Reads a key object selection (PS3.16 TID 2010): its Document Title, who marked the images and what they say of them
/// (Key Object Description), and the images, also where they are marked as not to be used.
#[must_use]
pub fn read_selection(data_set: &DataSet<'_>) -> ReportDocument {
    let selection = key_object_selection(data_set);
    let series: HashMap<String, String> = series_of_evidence(data_set.root());
    let mut writer = Writer { leaves_out_images: true, ..Writer::default() };
    writer.write_content(data_set.root());
    let images = selection.references.into_iter().map(|reference| {
        let sop_instance_uid = reference.sop_instance_uid.as_str().to_owned();
        let series_instance_uid = series.get(&sop_instance_uid).cloned();
        SelectedImage { series_instance_uid, sop_instance_uid, frames: reference.frames }
    });
    ReportDocument {
        title: selection.title.map(|title| value::one_line(&title.readable())).unwrap_or_default(),
        lines: writer.into_lines(),
        images: images.collect(),
        author: ReportAuthor::Doctor,
    }
}

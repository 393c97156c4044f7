//! Which sides of the patient an image shows, for objects without a position in space: X-rays and mammograms.

use filmless_dicom::{Item, tags};
use serde::{Deserialize, Serialize};

use crate::functional_groups::FrameAttributes;

/// Directions and view of one frame, as its object names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sides {
    /// Patient Orientation (PS3.3 C.7.6.1.1.1): the directions of the rows and of the columns, letters of `APRLHF`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_orientation: Option<[String; 2]>,
    /// View Position (PS3.3 C.8.1.1, C.8.11.3), else the meaning of the View Code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_position: Option<String>,
    /// `R`, `L` or `B` (both): Image Laterality, else the frame's, else the series'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laterality: Option<String>,
}

impl Sides {
    pub(crate) fn of_frame(frame: FrameAttributes<'_>) -> Self {
        Self {
            patient_orientation: patient_orientation(frame),
            view_position: frame.root.text(tags::VIEW_POSITION).or_else(|| coded_view(frame.root)),
            laterality: laterality(frame),
        }
    }
}

/// Two directions with up to three letters. Anything else, such as the words for animals, labels no edge.
fn patient_orientation(frame: FrameAttributes<'_>) -> Option<[String; 2]> {
    let holder = frame.holder(tags::PATIENT_ORIENTATION, tags::PATIENT_ORIENTATION_IN_FRAME_SEQUENCE)?;
    let directions: [String; 2] = holder.get(tags::PATIENT_ORIENTATION)?.texts().try_into().ok()?;
    let is_direction =
        |text: &String| (1..=3).contains(&text.len()) && text.chars().all(|c| "APRLHF".contains(c));
    directions.iter().all(is_direction).then_some(directions)
}

/// Views of mammography by their usual short names (PS3.16 CID 4014), other views by their meaning.
fn coded_view(root: Item<'_>) -> Option<String> {
    let view = root.first_item(tags::VIEW_CODE_SEQUENCE)?;
    match view.text(tags::CODE_VALUE).as_deref() {
        Some("R-10242" | "399162004") => Some("CC".to_owned()),
        Some("R-10226" | "399368009") => Some("MLO".to_owned()),
        _ => view.text(tags::CODE_MEANING),
    }
}

fn laterality(frame: FrameAttributes<'_>) -> Option<String> {
    let of_frame = || frame.group(tags::FRAME_ANATOMY_SEQUENCE)?.text(tags::FRAME_LATERALITY);
    let named = frame.root.text(tags::IMAGE_LATERALITY).or_else(of_frame);
    let named = named.or_else(|| frame.root.text(tags::LATERALITY))?;
    ["R", "L", "B"].contains(&named.as_str()).then_some(named)
}

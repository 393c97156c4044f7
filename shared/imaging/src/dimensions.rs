//! What distinguishes frames at one position: time, echo, b-value, gate, phase of the heart (PS3.3 C.7.6.16, C.8.3.1,
//! C.8.13); and the stack of a frame.

use filmless_dicom::{Item, Tag, tags};
use serde::{Deserialize, Serialize};

use crate::functional_groups::FrameAttributes;

/// The dimensions the object names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dimensions {
    /// Instance Number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_number: Option<i64>,
    /// Image Type, or Frame Type: magnitude and phase, water and fat share positions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Stack ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// In-Stack Position Number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_stack: Option<i64>,
    /// Slice Thickness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thickness_mm: Option<f64>,
    /// Temporal Position Identifier, or Index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal_position: Option<i64>,
    /// Acquisition Number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition: Option<i64>,
    /// Acquisition date and time, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Frame Reference Time of a PET.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_time_ms: Option<f64>,
    /// Echo Time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo_ms: Option<f64>,
    /// Inversion Time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inversion_ms: Option<f64>,
    /// Flip Angle, in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flip_angle: Option<f64>,
    /// Diffusion b-value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b_value: Option<f64>,
    /// Part of the breathing cycle, in percent or milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<f64>,
    /// Part of the heartbeat, in percent or milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<f64>,
    /// Dimension Index Values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub index: Vec<i64>,
    /// Those that mean neither position nor phase.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volume_index: Vec<i64>,
}

impl Dimensions {
    pub(crate) fn of_frame(frame: FrameAttributes<'_>) -> Self {
        let of = |tag: Tag, sequence: Tag| frame.holder(tag, sequence);
        let float = |tag: Tag, sequence: Tag| of(tag, sequence).and_then(|holder| holder.float(tag));
        let content = frame.group(tags::FRAME_CONTENT_SEQUENCE);
        let content_int = |tag| content.and_then(|item| item.int(tag));
        let heart = tags::CARDIAC_SYNCHRONIZATION_SEQUENCE;
        let breath = tags::RESPIRATORY_SYNCHRONIZATION_SEQUENCE;
        let root = frame.root;
        let (index, volume_index) = indexes(root, content);
        Self {
            instance_number: root.int(tags::INSTANCE_NUMBER),
            kind: kind(frame),
            stack: content.and_then(|item| item.text(tags::STACK_ID)),
            in_stack: content_int(tags::IN_STACK_POSITION_NUMBER),
            thickness_mm: float(tags::SLICE_THICKNESS, tags::PIXEL_MEASURES_SEQUENCE).filter(|mm| *mm > 0.0),
            temporal_position: content_int(tags::TEMPORAL_POSITION_INDEX)
                .or_else(|| root.int(tags::TEMPORAL_POSITION_IDENTIFIER)),
            acquisition: content_int(tags::FRAME_ACQUISITION_NUMBER)
                .or_else(|| root.int(tags::ACQUISITION_NUMBER)),
            time: time(root, content),
            reference_time_ms: root.float(tags::FRAME_REFERENCE_TIME),
            echo_ms: float(tags::EFFECTIVE_ECHO_TIME, tags::MR_ECHO_SEQUENCE)
                .or_else(|| root.float(tags::ECHO_TIME))
                .or_else(|| root.float(tags::ECHO_NUMBERS)),
            inversion_ms: root.float(tags::INVERSION_TIME),
            flip_angle: float(tags::FLIP_ANGLE, tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE),
            b_value: float(tags::DIFFUSION_B_VALUE, tags::MR_DIFFUSION_SEQUENCE),
            gate: float(tags::NOMINAL_PERCENTAGE_OF_RESPIRATORY_PHASE, breath)
                .or_else(|| float(tags::NOMINAL_RESPIRATORY_TRIGGER_DELAY_TIME, breath)),
            phase: float(tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME, heart)
                .or_else(|| float(tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE, heart))
                .or_else(|| root.float(tags::TRIGGER_TIME)),
            index,
            volume_index,
        }
    }
}

fn kind(frame: FrameAttributes<'_>) -> Option<String> {
    let of_frame = [
        tags::MR_IMAGE_FRAME_TYPE_SEQUENCE,
        tags::CT_IMAGE_FRAME_TYPE_SEQUENCE,
        tags::PET_FRAME_TYPE_SEQUENCE,
    ];
    let types = of_frame.into_iter().find_map(|sequence| frame.group(sequence)?.get(tags::FRAME_TYPE));
    let types = types.or_else(|| frame.root.get(tags::IMAGE_TYPE))?.texts().join("\\");
    Some(types).filter(|types| !types.is_empty())
}

fn time(root: Item<'_>, content: Option<Item<'_>>) -> Option<String> {
    let of_frame = |tag| content.and_then(|item| item.text(tag));
    let date = || root.text(tags::ACQUISITION_DATE).unwrap_or_default();
    of_frame(tags::FRAME_REFERENCE_DATE_TIME)
        .or_else(|| of_frame(tags::FRAME_ACQUISITION_DATE_TIME))
        .or_else(|| root.text(tags::ACQUISITION_TIME).map(|time| date() + &time))
        .or_else(|| root.text(tags::ACQUISITION_DATE_TIME))
}

/// Dimension Index Values (PS3.3 C.7.6.17): all of them, and those of dimensions that are neither positions nor phases.
fn indexes(root: Item<'_>, content: Option<Item<'_>>) -> (Vec<i64>, Vec<i64>) {
    let values = content.and_then(|item| item.get(tags::DIMENSION_INDEX_VALUES)).map(|e| e.ints());
    let all = values.unwrap_or_default();
    if all.is_empty() {
        return (all, Vec::new());
    }
    let pointers = root.get(tags::DIMENSION_INDEX_SEQUENCE).map(|sequence| {
        sequence.items().map(|item| item.get(tags::DIMENSION_INDEX_POINTER).map(|e| e.ints())).collect()
    });
    let pointers: Vec<Option<Vec<i64>>> = pointers.unwrap_or_default();
    // A missing pointer says nothing, so its dimension may be a position.
    let is_volume = |at: usize| match pointers.get(at) {
        Some(Some(words)) => match words[..] {
            [group, element] => !is_place_or_phase(Tag(group as u16, element as u16)),
            _ => false,
        },
        _ => false,
    };
    let volume = all.iter().enumerate().filter(|(at, _)| is_volume(*at)).map(|(_, value)| *value).collect();
    (all, volume)
}

fn is_place_or_phase(tag: Tag) -> bool {
    matches!(
        tag,
        tags::STACK_ID
            | tags::IN_STACK_POSITION_NUMBER
            | tags::IMAGE_POSITION_PATIENT
            | tags::IMAGE_ORIENTATION_PATIENT
            | tags::IMAGE_POSITION_VOLUME
            | tags::SLICE_LOCATION
            | tags::PLANE_POSITION_SEQUENCE
            | tags::PLANE_ORIENTATION_SEQUENCE
            | tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME
            | tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE
            | tags::TRIGGER_TIME
    )
}

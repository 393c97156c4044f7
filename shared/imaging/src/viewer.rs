//! What a viewer must know about a frame besides its pixels.

use filmless_dicom::{Item, Tag, geometry, tags};
use serde::{Deserialize, Serialize};

use crate::dimensions::Dimensions;
use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::measures::{Rescale, Spacing};
use crate::modality::{Modality, padding};
use crate::regions::{Region, regions};
use crate::run_position::RunPosition;
use crate::sides::Sides;
use crate::unit;
use crate::window::{VoiFunction, VoiWindow, Window};

/// Measurements and presentation of one frame.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FrameView {
    /// From stored values to modality values, if that is linear.
    pub rescale: Option<Rescale>,
    /// The default window.
    pub window: Option<Window>,
    /// No file named that window: it is the range of the values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_window_of_values: bool,
    /// All windows the modality proposes, with their names, if there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Window>,
    /// Lossy Image Compression (0028,2110): the stored image is not all that was acquired (PS3.3 C.7.6.1.1.5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_lossy: bool,
    /// Size of a pixel.
    pub spacing: Option<Spacing>,
    /// Image Position (Patient).
    pub position: Option<[f64; 3]>,
    /// Image Orientation (Patient).
    pub orientation: Option<[f64; 6]>,
    /// Position along the slice normal.
    pub slice_position: Option<f64>,
    /// How long the frame is shown, in milliseconds.
    pub frame_time_ms: Option<f64>,
    /// Lowest and highest stored value that is not a measurement (PS3.3 C.7.5.1.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<[f64; 2]>,
    /// Height of a pixel over its width, if they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<f64>,
    /// Frame of Reference UID: positions with the same UID can be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_of_reference_uid: Option<String>,
    /// Calibrated regions of an ultrasound image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// Position in a nuclear medicine run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_in_run: Option<RunPosition>,
    /// What distinguishes the frame from others at its position.
    #[serde(default)]
    pub dimensions: Dimensions,
    /// Sides of the patient, if the object names them.
    #[serde(flatten)]
    pub sides: Sides,
}

impl FrameView {
    pub(crate) fn of_frame(
        frame: FrameAttributes<'_>,
        image: &ImagePixel,
        number: u32,
        used: Option<VoiWindow>,
    ) -> Self {
        let position_in_run = RunPosition::of(frame.root, frame.index);
        let position = geometry_of(frame, tags::IMAGE_POSITION_PATIENT, tags::PLANE_POSITION_SEQUENCE);
        let orientation =
            geometry_of(frame, tags::IMAGE_ORIENTATION_PATIENT, tags::PLANE_ORIENTATION_SEQUENCE);
        let of_run = || position_in_run?.slice_place(frame.root);
        let (position, orientation) = match (position, orientation) {
            (None, _) | (_, None) => match of_run() {
                Some((position, orientation)) => (Some(position), Some(orientation)),
                None => (position, orientation),
            },
            stated => stated,
        };
        let along = position.zip(orientation).and_then(|(p, o)| geometry::slice_position(p, o));
        let proposed = VoiWindow::of_frame(frame);
        let name =
            proposed.first().filter(|(first, _)| Some(*first) == used).and_then(|(_, name)| name.clone());
        let is_named = !proposed.is_empty();
        let presets = if proposed.len() > 1 { proposed } else { Vec::new() };
        Self {
            rescale: rescale(frame, image),
            window: used.map(|window| Window::new(window, name)),
            is_window_of_values: !is_named
                && used.is_some_and(|window| window.function == VoiFunction::LinearExact),
            presets: presets.into_iter().map(|(window, name)| Window::new(window, name)).collect(),
            is_lossy: is_lossy(frame),
            spacing: spacing(frame),
            position,
            orientation,
            slice_position: along.or_else(|| frame.root.float(tags::SLICE_LOCATION)),
            frame_time_ms: (image.number_of_frames > 1)
                .then(|| {
                    let stated = frame_time_ms(frame.root, number);
                    stated.or_else(|| RunPosition::frame_time_ms(frame.root, position_in_run))
                })
                .flatten()
                .or_else(|| usual_frame_time_ms(frame.root, image)),
            padding: if image.samples_per_pixel == 1 { padding(frame.root, image) } else { None },
            aspect: Some(pixel_aspect(frame)).filter(|aspect| (aspect - 1.0).abs() > 1e-3),
            frame_of_reference_uid: frame.root.text(tags::FRAME_OF_REFERENCE_UID),
            regions: regions(frame.root),
            position_in_run,
            dimensions: Dimensions::of_frame(frame),
            sides: Sides::of_frame(frame),
        }
    }
}

fn geometry_of<const N: usize>(frame: FrameAttributes<'_>, tag: Tag, sequence: Tag) -> Option<[f64; N]> {
    frame.holder(tag, sequence).and_then(|holder| holder.floats(tag))
}

/// Once lossy, an image stays so, however it is stored now.
fn is_lossy(frame: FrameAttributes<'_>) -> bool {
    frame.root.text(tags::LOSSY_IMAGE_COMPRESSION).is_some_and(|text| text.trim() == "01")
}

fn rescale(frame: FrameAttributes<'_>, image: &ImagePixel) -> Option<Rescale> {
    if image.samples_per_pixel != 1 {
        return None;
    }
    let Modality::Rescale { slope, intercept } = Modality::of_frame(frame, image) else { return None };
    Some(Rescale { slope, intercept, unit: unit::of_frame(frame, image, slope, intercept) })
}

/// Pixel size with its source, because a size at the detector is not a size in the patient (PS3.3 10.7).
fn spacing(frame: FrameAttributes<'_>) -> Option<Spacing> {
    let pair = |item: Item<'_>, tag, source: &str| {
        let [row_mm, column_mm] = item.floats(tag)?;
        (row_mm > 0.0 && column_mm > 0.0).then(|| Spacing { row_mm, column_mm, source: source.to_owned() })
    };
    let at_detector = pair(frame.root, tags::IMAGER_PIXEL_SPACING, "imager-pixel-spacing");
    // Equal to the spacing at the detector and not said to be calibrated: not corrected for magnification (10.7.1.3).
    let is_uncorrected = |spacing: &Spacing| {
        let is_same =
            |detector: &Spacing| (detector.row_mm, detector.column_mm) == (spacing.row_mm, spacing.column_mm);
        at_detector.as_ref().is_some_and(is_same)
            && frame.root.text(tags::PIXEL_SPACING_CALIBRATION_TYPE).is_none_or(|kind| kind.trim().is_empty())
    };
    // What the correction is based on (10.7.1.3): known geometry, or an object of known size in the image.
    let source = match frame.root.text(tags::PIXEL_SPACING_CALIBRATION_TYPE).as_deref().map(str::trim) {
        Some("GEOMETRY") => "pixel-spacing-by-geometry",
        Some("FIDUCIAL") => "pixel-spacing-by-fiducial",
        _ => "pixel-spacing",
    };
    frame
        .holder(tags::PIXEL_SPACING, tags::PIXEL_MEASURES_SEQUENCE)
        .and_then(|holder| pair(holder, tags::PIXEL_SPACING, source))
        .filter(|spacing| !is_uncorrected(spacing))
        .or_else(|| at_detector.map(|spacing| at_object(frame.root, spacing)))
        .or_else(|| pair(frame.root, tags::NOMINAL_SCANNED_PIXEL_SPACING, "nominal-scanned-pixel-spacing"))
        .or_else(|| ultrasound_spacing(frame.root))
}

/// A size at the detector over Estimated Radiographic Magnification Factor (0018,1114) is the size at the object (PS3.3
/// C.8.7.5.1.3). A factor of 1 does not magnify, and nothing is closer to the detector than that.
fn at_object(root: Item<'_>, detector: Spacing) -> Spacing {
    const MAGNIFICATION_MAX: f64 = 20.0;
    let factor = root.float(tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR);
    match factor.filter(|factor| *factor > 1.0 && *factor <= MAGNIFICATION_MAX) {
        Some(factor) => Spacing {
            row_mm: detector.row_mm / factor,
            column_mm: detector.column_mm / factor,
            source: "imager-pixel-spacing-over-magnification".to_owned(),
        },
        None => detector,
    }
}

/// The first two-dimensional region whose axes are in centimetres (PS3.3 C.8.5.5).
fn ultrasound_spacing(root: Item<'_>) -> Option<Spacing> {
    const CENTIMETRES: i64 = 3;
    let regions = root.get(tags::SEQUENCE_OF_ULTRASOUND_REGIONS)?;
    let region = regions.items().find(|region| {
        [tags::PHYSICAL_UNITS_X_DIRECTION, tags::PHYSICAL_UNITS_Y_DIRECTION]
            .iter()
            .all(|tag| region.int(*tag) == Some(CENTIMETRES))
    })?;
    let millimetres = |tag| region.float(tag).map(|cm| cm.abs() * 10.0).filter(|mm| *mm > 0.0);
    Some(Spacing {
        row_mm: millimetres(tags::PHYSICAL_DELTA_Y)?,
        column_mm: millimetres(tags::PHYSICAL_DELTA_X)?,
        source: "ultrasound-region".to_owned(),
    })
}

/// Frame Time, else its vector, else a rate (PS3.3 C.7.6.5). Values that are not above 0 say nothing.
fn frame_time_ms(root: Item<'_>, number: u32) -> Option<f64> {
    let is_time = |ms: &f64| ms.is_finite() && *ms > 0.0;
    // The vector contains increments, the first of which is always 0 (C.7.6.5.1.2): a frame is shown for the increment
    // of the next one, and the last frame as long as the one before.
    let vector = || {
        let increments = root.get(tags::FRAME_TIME_VECTOR)?.floats();
        let next = increments.get(number as usize..).unwrap_or_default().iter().copied().find(is_time);
        next.or_else(|| increments.iter().rev().copied().find(is_time))
    };
    let rate = |tag| root.float(tag).filter(is_time).map(|rate| 1000.0 / rate);
    root.float(tags::FRAME_TIME)
        .filter(is_time)
        .or_else(vector)
        .or_else(|| rate(tags::RECOMMENDED_DISPLAY_FRAME_RATE))
        .or_else(|| rate(tags::CINE_RATE))
}

/// Films without a time play at the usual rate of their modality.
fn usual_frame_time_ms(root: Item<'_>, image: &ImagePixel) -> Option<f64> {
    let rate = match root.text(tags::MODALITY).as_deref() {
        Some("US" | "IVUS") => 25.0,
        Some("XA" | "RF") => 15.0,
        _ => return None,
    };
    (image.number_of_frames > 1).then_some(1000.0 / rate)
}

/// Height of a pixel over its width, as far as known (PS3.3 C.7.6.3.1.7, 10.7).
pub(crate) fn pixel_aspect(frame: FrameAttributes<'_>) -> f64 {
    let stated = frame.root.get(tags::PIXEL_ASPECT_RATIO).map(|e| e.floats()).and_then(|v| match v[..] {
        [vertical, horizontal] if vertical > 0.0 && horizontal > 0.0 => Some(vertical / horizontal),
        _ => None,
    });
    spacing(frame)
        .filter(|spacing| spacing.source != "ultrasound-region")
        .map(|spacing| spacing.row_mm / spacing.column_mm)
        .or(stated)
        .filter(|ratio| (0.1..=10.0).contains(ratio))
        .unwrap_or(1.0)
}

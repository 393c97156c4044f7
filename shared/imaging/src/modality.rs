//! From stored values to modality values (PS3.3 C.11.1), and the stored values that are not measurements.

use filmless_dicom::{Item, tags};

use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;
use crate::lut::Lut;

/// Converts stored values to modality values.
pub(crate) enum Modality {
    /// With a written slope of 0, no value is a measurement: the picture is that of a slope of 1.
    Rescale {
        slope: f64,
        intercept: f64,
    },
    Table(Lut),
}

impl Modality {
    /// Modality LUT Sequence (PS3.3 C.11.1), else Rescale Slope and Intercept, from the image or its Pixel Value
    /// Transformation macro (C.7.6.16.2.9).
    pub fn of_frame(frame: FrameAttributes<'_>, image: &ImagePixel) -> Self {
        let table = frame.root.first_item(tags::MODALITY_LUT_SEQUENCE).filter(|_| !leads_back(frame));
        if let Some(lut) = table.and_then(|item| Lut::from_item(item, image.signed)) {
            return Self::Table(lut);
        }
        let of = |tag| {
            frame.holder(tag, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE).and_then(|holder| holder.float(tag))
        };
        let slope = of(tags::RESCALE_SLOPE).unwrap_or(1.0);
        Self::Rescale { slope, intercept: of(tags::RESCALE_INTERCEPT).unwrap_or(0.0) }
    }

    /// The modality value of a stored value.
    pub fn apply(&self, value: f64) -> f64 {
        match self {
            // It would make every image flat; it is a writer's default.
            Self::Rescale { slope: 0.0, intercept } => value + intercept,
            Self::Rescale { slope, intercept } => value * slope + intercept,
            Self::Table(lut) => f64::from(lut.get(value)),
        }
    }

    /// Whether modality values can be negative, which decides how a VOI LUT's descriptor is read (C.11.2.1.1).
    pub(crate) fn is_signed(&self, image: &ImagePixel) -> bool {
        match self {
            Self::Rescale { intercept, .. } => image.signed || *intercept < 0.0,
            Self::Table(_) => false,
        }
    }
}

/// Whether the Modality LUT leads from values made for the eye back to the intensity of X-rays. The window of an
/// angiography then applies to stored values (PS3.3 C.8.7.1.1.2), and the table is for calculations.
fn leads_back(frame: FrameAttributes<'_>) -> bool {
    let relationship = frame.root.text(tags::PIXEL_INTENSITY_RELATIONSHIP);
    relationship.is_some_and(|relationship| matches!(relationship.trim(), "LOG" | "DISP"))
}

/// Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2): the lowest and highest stored value that is not a
/// measurement.
pub(crate) fn padding(root: Item<'_>, image: &ImagePixel) -> Option<[f64; 2]> {
    let value = |tag| {
        let word = root.int(tag)? as u16;
        Some(if image.signed { f64::from(word.cast_signed()) } else { f64::from(word) })
    };
    let first = value(tags::PIXEL_PADDING_VALUE)?;
    let last = value(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(first);
    Some([first.min(last), first.max(last)])
}

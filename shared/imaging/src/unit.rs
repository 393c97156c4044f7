//! What the values of a picture are measured in, as far as the file says.

use filmless_dicom::{Item, tags};

use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;

/// Hounsfield units, as Rescale Type writes them (PS3.3 C.11.1.1.2).
pub(crate) const HOUNSFIELD: &str = "HU";

/// The unit of modality values that a Rescale with this intercept leads to; `None` where nobody says.
pub(crate) fn of_frame(frame: FrameAttributes<'_>, image: &ImagePixel, intercept: f64) -> Option<String> {
    let named = frame
        .holder(tags::RESCALE_TYPE, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)
        .and_then(|holder| holder.text(tags::RESCALE_TYPE));
    // US says that nobody specified it (C.11.1.1.2).
    if let Some(named) = named {
        return Some(named).filter(|unit| unit.trim() != "US");
    }
    match frame.root.text(tags::MODALITY)?.as_str() {
        "CT" => is_hounsfield(frame, image, intercept).then(|| HOUNSFIELD.to_owned()),
        "PT" => of_uptake(frame.root),
        _ => None,
    }
}

/// Without a Rescale Type a CT means Hounsfield units (C.8.2.1.1.2). An intercept of 0 may as well be a writer's
/// default: then only slices as they were taken are believed, whose stored values can be below 0 as those of air are.
fn is_hounsfield(frame: FrameAttributes<'_>, image: &ImagePixel, intercept: f64) -> bool {
    let kinds = frame.root.get(tags::IMAGE_TYPE).map(|element| element.texts()).unwrap_or_default();
    let is_original = kinds.first().is_some_and(|kind| kind == "ORIGINAL");
    intercept != 0.0
        || (image.signed
            && is_original
            && !kinds.iter().any(|kind| kind == "LOCALIZER")
            && frame.root.float(tags::RESCALE_INTERCEPT).is_some())
}

/// Units of a PET, whose Rescale Type says nothing (PS3.3 C.8.9.1); standardized uptake values by what they are
/// normalized to, body weight where nobody says.
fn of_uptake(root: Item<'_>) -> Option<String> {
    let units = root.text(tags::UNITS)?;
    Some(match units.trim() {
        "BQML" => "Bq/ml".to_owned(),
        "CNTS" => "counts".to_owned(),
        "CM2ML" => "SUVbsa cm²/ml".to_owned(),
        "GML" => {
            let kind = root.text(tags::SUV_TYPE).map(|kind| kind.trim().to_lowercase());
            format!("SUV{} g/ml", kind.filter(|kind| !kind.is_empty()).as_deref().unwrap_or("bw"))
        }
        "" | "NONE" => return None,
        code => code.to_owned(),
    })
}

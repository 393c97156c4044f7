//! The unit of an image's values, as far as the file says.

use filmless_dicom::{Item, measurement_unit, tags};

use crate::functional_groups::FrameAttributes;
use crate::image_pixel::ImagePixel;

/// Hounsfield units, as Rescale Type writes them (PS3.3 C.11.1.1.2).
pub(crate) const HOUNSFIELD: &str = "HU";

/// The unit of modality values after a Rescale with this slope and intercept; `None` if the file does not say.
pub(crate) fn of_frame(
    frame: FrameAttributes<'_>,
    image: &ImagePixel,
    slope: f64,
    intercept: f64,
) -> Option<String> {
    // Every value would be the same: what is shown is not a measurement (C.11.1.1.2).
    if slope == 0.0 {
        return None;
    }
    let modality = frame.root.text(tags::MODALITY).unwrap_or_default();
    if modality == "PT"
        && let Some(unit) = of_uptake(frame.root)
    {
        return Some(unit);
    }
    let named = frame
        .holder(tags::RESCALE_TYPE, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)
        .and_then(|holder| holder.text(tags::RESCALE_TYPE));
    if let Some(named) = named {
        // Hounsfield units are for X-rays: elsewhere a writer just always writes them.
        let is_believed =
            named.trim() != HOUNSFIELD || !["MR", "PT", "NM", "US"].contains(&modality.as_str());
        if let Some(unit) = of_code(named.trim()).filter(|_| is_believed) {
            return Some(unit);
        }
        // A CT that says it has no unit has none.
        if modality == "CT" {
            return None;
        }
    }
    match modality.as_str() {
        "CT" if is_hounsfield(frame, image, intercept) => Some(HOUNSFIELD.to_owned()),
        _ => of_mapping(frame, slope, intercept),
    }
}

/// Units of a Real World Value Mapping (0040,9096) (PS3.3 C.7.6.16.2.11), if it leads to the same values as the
/// Rescale. Otherwise they are the units of other numbers than those shown.
fn of_mapping(frame: FrameAttributes<'_>, slope: f64, intercept: f64) -> Option<String> {
    let sequence = tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE;
    let mapping = frame.group(sequence).or_else(|| frame.root.first_item(sequence))?;
    let is_near = |tag, expected: f64| {
        let given: Option<f64> = mapping.float(tag);
        given.is_some_and(|given| (given - expected).abs() <= 1e-6 * expected.abs().max(1e-3))
    };
    let is_same =
        is_near(tags::REAL_WORLD_VALUE_SLOPE, slope) && is_near(tags::REAL_WORLD_VALUE_INTERCEPT, intercept);
    is_same.then(|| measurement_unit(mapping)).flatten()
}

/// Without a Rescale Type, a CT means Hounsfield units (C.8.2.1.1.2). But an intercept of 0 may be a writer's default.
/// Then we trust only original slices whose stored values can be negative, as those of air are.
fn is_hounsfield(frame: FrameAttributes<'_>, image: &ImagePixel, intercept: f64) -> bool {
    let kinds = frame.root.get(tags::IMAGE_TYPE).map(|element| element.texts()).unwrap_or_default();
    let is_original = kinds.first().is_some_and(|kind| kind == "ORIGINAL");
    intercept != 0.0
        || (image.signed
            && is_original
            && !kinds.iter().any(|kind| kind == "LOCALIZER")
            && frame.root.float(tags::RESCALE_INTERCEPT).is_some())
}

/// Units (0054,1001) of a PET (PS3.3 C.8.9.1.1.3), whose Rescale Type says nothing. Standardized uptake values are
/// named by what they are normalized to; body weight if the file does not say.
fn of_uptake(root: Item<'_>) -> Option<String> {
    let units = root.text(tags::UNITS)?;
    match units.trim() {
        "CM2ML" => Some("SUVbsa cm²/ml".to_owned()),
        "GML" => {
            let kind = root.text(tags::SUV_TYPE).map(|kind| kind.trim().to_lowercase());
            Some(format!("SUV{} g/ml", kind.filter(|kind| !kind.is_empty()).as_deref().unwrap_or("bw")))
        }
        code => of_code(code),
    }
}

/// Maps the codes of Units (0054,1001) and Rescale Type (0028,1054), as they are usually written; anything else stays.
fn of_code(code: &str) -> Option<String> {
    let unit = match code {
        // US means unspecified (C.11.1.1.2).
        "" | "NONE" | "US" | "UNSPECIFIED" | "NORMALIZED" => return None,
        "CNTS" => "counts",
        "CPS" => "counts/s",
        "PROPCNTS" => "relative counts",
        "PROPCPS" => "relative counts/s",
        "CM2" => "cm²",
        "CM2ML" => "cm²/ml",
        "PCNT" | "PCT" => "%",
        "BQML" => "Bq/ml",
        "MGMINML" => "mg/min/ml",
        "UMOLMINML" => "µmol/min/ml",
        "MLMING" => "ml/min/g",
        "MLG" => "ml/g",
        "1CM" => "1/cm",
        "UMOLML" => "µmol/ml",
        "MLMINML" => "ml/min/ml",
        "MLML" => "ml/ml",
        "GML" => "g/ml",
        "MGML" => "mg/ml",
        "STDDEV" => "SD",
        // Thousandths of an optical density.
        "OD" => "10⁻³ OD",
        "LOG_E REL" => "log E (rel.)",
        "Z_EFF" => "Zeff",
        "ED" => "10²³ e⁻/ml",
        "EDW" => "e⁻ (H₂O = 1)",
        "HU_MOD" => "HU (mod.)",
        other => other,
    };
    Some(unit.to_owned())
}

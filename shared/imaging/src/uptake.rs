//! The window of a PET whose files name none: by standardized uptake value (SUV), body weight, if the file allows
//! computing it.

use filmless_dicom::{Item, tags};

use crate::window::{VoiFunction, VoiWindow};

/// 0 is black and this is white, in g/ml: the usual window for a body.
const SUV_MAX: f64 = 7.0;
/// With a longer half-life, in seconds, a time of day could belong to any day.
const HALF_LIFE_OF_ONE_DAY_MAX: f64 = 6.0 * 3600.0;
const DAY: f64 = 86_400.0;
/// After so many half-lives there is nothing left to see: the injection was not that long ago, its time is wrong.
const HALF_LIVES_MAX: f64 = 6.0;
/// No PET is made with less, in Bq: a smaller dose is in MBq or kBq, whatever PS3.3 C.8.9.2 asks for.
const DOSE_MIN: f64 = 1e6;
/// Nobody weighs more, in kg: a greater weight is in grams.
const WEIGHT_MAX: f64 = 650.0;

/// 0 to [`SUV_MAX`], in the values of the image; `None` if they cannot be converted to SUV.
pub(crate) fn uptake_window(root: Item<'_>) -> Option<VoiWindow> {
    if root.text(tags::MODALITY)? != "PT" {
        return None;
    }
    let per_value = match root.text(tags::UNITS)?.as_str() {
        "GML" => 1.0,
        "BQML" => suv_of_one_becquerel(root)?,
        _ => return None,
    };
    let white = SUV_MAX / per_value;
    // LINEAR maps the values from center - width / 2 to one less than center + width / 2 (PS3.3 C.11.2.1.2.1).
    let window = VoiWindow { center: white / 2.0 + 0.5, width: white + 1.0, function: VoiFunction::Linear };
    white.is_finite().then_some(window)
}

/// SUV of 1 Bq/ml: body weight over the dose that was left at the time the image's values refer to (PS3.3 C.8.9.1).
/// `None` for a dose or weight that cannot be in its unit, which would give a window far from all values.
fn suv_of_one_becquerel(root: Item<'_>) -> Option<f64> {
    let positive = |item: Item<'_>, tag| item.float(tag).filter(|value| value.is_finite() && *value > 0.0);
    let tracer = root.first_item(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE)?;
    let grams = positive(root, tags::PATIENT_WEIGHT).filter(|kilograms| *kilograms <= WEIGHT_MAX)? * 1000.0;
    let dose = positive(tracer, tags::RADIONUCLIDE_TOTAL_DOSE).filter(|dose| *dose >= DOSE_MIN)?;
    let left = match root.text(tags::DECAY_CORRECTION)?.as_str() {
        "ADMIN" => dose,
        "START" => {
            let half_life = positive(tracer, tags::RADIONUCLIDE_HALF_LIFE)?;
            dose * (-decayed_seconds(root, tracer, half_life)? / half_life).exp2()
        }
        _ => return None,
    };
    Some(grams / left).filter(|suv| suv.is_finite() && *suv > 0.0)
}

/// From the injection to the start of the series. A Series Time after the acquisition is that of a later
/// reconstruction, and says nothing about decay.
fn decayed_seconds(root: Item<'_>, tracer: Item<'_>, half_life: f64) -> Option<f64> {
    let time = |item: Item<'_>, tag| seconds(&item.text(tag)?);
    let start = time(root, tags::SERIES_TIME)?;
    if time(root, tags::ACQUISITION_TIME).is_some_and(|acquired| acquired < start) {
        return None;
    }
    let date_time = tracer.text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME);
    let (day, injected) = match date_time.as_deref().and_then(|text| text.split_at_checked(8)) {
        Some((day, clock)) => (Some(day.to_owned()), seconds(clock)?),
        None => (None, time(tracer, tags::RADIOPHARMACEUTICAL_START_TIME)?),
    };
    let is_same_day = day.is_some() && day == root.text(tags::SERIES_DATE);
    let elapsed = match start - injected {
        elapsed if is_same_day => elapsed,
        elapsed if half_life <= HALF_LIFE_OF_ONE_DAY_MAX => elapsed.rem_euclid(DAY),
        _ => return None,
    };
    (0.0..=HALF_LIVES_MAX * half_life).contains(&elapsed).then_some(elapsed)
}

/// A TM, `HHMMSS.FFFFFF` with at least minutes (PS3.5 6.2), in seconds; an offset from UTC is the same for the whole
/// series.
fn seconds(text: &str) -> Option<f64> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<f64>().ok();
    Some(part(0..2)? * 3600.0 + part(2..4)? * 60.0 + part(4..6).unwrap_or(0.0))
}

//! What a value is, and in which unit.

use serde::Deserialize;

use crate::code::{Code, annotation, dcm, own, sct, ucum};
use crate::shape::MeasurementKind;

/// What a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Of a line; of two, the long axis.
    Length,
    /// The other of two axes.
    ShortAxis,
    /// Between two lines.
    Angle,
    /// Of a region.
    Area,
    /// Of the values in a region.
    Mean,
    /// Of the values in a region.
    StandardDeviation,
    /// Of the values in a region.
    Minimum,
    /// Of the values in a region.
    Maximum,
    /// Of one width to another.
    Ratio,
    /// The value at a point.
    Value,
    /// Of flow or tissue.
    Velocity,
    /// Of a Doppler shift.
    Frequency,
    /// Between two points of a curve.
    Time,
    /// A change over time.
    Slope,
}

/// A concept, and what modifies it.
pub(crate) struct Concept {
    pub name: Code,
    /// How it was derived from the values of a region (PS3.16 CID 7464).
    pub derivation: Option<Code>,
}

impl Quantity {
    /// What a value of this unit in an image of this modality means.
    pub(crate) fn concept(self, kind: MeasurementKind, unit: &str, modality: &str) -> Concept {
        let plain = |name| Concept { name, derivation: None };
        let of_values = |derivation| Concept { name: intensity(unit, modality), derivation };
        match self {
            Self::Length if kind == MeasurementKind::Bidirectional => plain(sct("103339001", "Long axis")),
            Self::Length => plain(sct("410668003", "Length")),
            Self::ShortAxis => plain(sct("103340004", "Short axis")),
            Self::Angle if kind == MeasurementKind::Cobb => plain(sct("285285000", "Cobb angle")),
            Self::Angle => plain(sct("1483009", "Angle")),
            Self::Area => plain(sct("42798000", "Area")),
            Self::Mean => of_values(Some(sct("373098007", "Mean"))),
            Self::StandardDeviation => of_values(Some(sct("386136009", "Standard Deviation"))),
            Self::Minimum => of_values(Some(sct("255605001", "Minimum"))),
            Self::Maximum => of_values(Some(sct("56851009", "Maximum"))),
            Self::Value => of_values(None),
            Self::Ratio => plain(sct("118586006", "Ratio")),
            Self::Velocity => plain(own("VELOCITY", "Velocity")),
            Self::Frequency => plain(own("FREQUENCY", "Frequency")),
            Self::Time => plain(sct("103335007", "Duration")),
            Self::Slope => plain(own("SLOPE", "Change over time")),
        }
    }
}

/// What the values of pixels are (PS3.16 CID 7469), as far as their unit or modality says.
fn intensity(unit: &str, modality: &str) -> Code {
    match (unit, modality) {
        ("HU" | "[hnsf'U]", _) => dcm("112031", "Attenuation Coefficient"),
        ("SUVbw" | "{SUVbw}g/ml", _) => dcm("126401", "SUVbw"),
        (_, "MR") => dcm("110852", "MR signal intensity"),
        _ => own("PIXELVALUE", "Pixel value"),
    }
}

/// The unit's code. One that neither UCUM nor the reading room has is kept as a word.
pub(crate) fn unit_code(unit: &str) -> Code {
    match unit {
        "" | "1" => ucum("1", "no units"),
        "mm" => ucum("mm", "millimeter"),
        "cm" => ucum("cm", "centimeter"),
        "m" => ucum("m", "meter"),
        "mm2" | "mm²" => ucum("mm2", "square millimeter"),
        "cm2" | "cm²" => ucum("cm2", "square centimeter"),
        "px" | "{pixels}" => ucum("{pixels}", "pixels"),
        "px2" | "px²" | "{pixels}2" => ucum("{pixels}2", "square pixels"),
        "deg" | "°" => ucum("deg", "degree"),
        "HU" | "[hnsf'U]" => ucum("[hnsf'U]", "Hounsfield unit"),
        "SUVbw" | "{SUVbw}g/ml" => ucum("{SUVbw}g/ml", "Standardized Uptake Value body weight"),
        "cm/s" => ucum("cm/s", "centimeter per second"),
        "m/s" => ucum("m/s", "meter per second"),
        "cm/s2" | "cm/s²" => ucum("cm/s2", "centimeter per square second"),
        "Hz" => ucum("Hz", "Hertz"),
        "Hz/s" => ucum("Hz/s", "Hertz per second"),
        "s" => ucum("s", "second"),
        "ms" => ucum("ms", "millisecond"),
        "%" => ucum("%", "percent"),
        "{ratio}" => ucum("{ratio}", "ratio"),
        word => annotation(word.trim_matches(['{', '}'])),
    }
}

/// Whether a unit can be written: printable ASCII without what UCUM itself means by braces (UCUM 6), or one of the known.
pub(crate) fn is_unit(unit: &str) -> bool {
    let is_known =
        matches!(unit, "mm²" | "cm²" | "px²" | "cm/s²" | "°" | "{pixels}" | "{pixels}2" | "{ratio}")
            || unit == "{SUVbw}g/ml";
    is_known || unit.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '{' | '}' | '\\'))
}

//! Units (PS3.16 CID 82 to 84) as they are usually written.

use dicom_dictionary_std::tags;

use crate::code::Code;
use crate::data_set::Item;
use crate::one_line::one_line;

/// Measurement Units Code Sequence (0040,08EA) of an item; `None` if absent, or for pure numbers.
#[must_use]
pub fn measurement_unit(item: Item<'_>) -> Option<String> {
    readable_unit(&Code::read(item, tags::MEASUREMENT_UNITS_CODE_SEQUENCE)?)
}

/// UCUM codes are usually what people write anyway (mm, cm/s, mGy.cm), except powers and codes that name things in
/// braces or brackets. "1" is not a unit.
pub(crate) fn readable_unit(unit: &Code) -> Option<String> {
    let is_plain = !unit.value.is_empty() && !unit.value.contains(['{', '[', '}', ']']);
    let text = match unit.value.as_str() {
        "1" => return None,
        "[hnsf'U]" => "HU".to_owned(),
        // A score's range, such as {0:10}, or the thing that was counted.
        value if value.starts_with('{') && value.contains(':') => return None,
        "{ratio}" | "{no units}" => return None,
        "Cel" => "°C".to_owned(),
        "deg" => "°".to_owned(),
        "{counts}" => "counts".to_owned(),
        "{counts}/s" => "counts/s".to_owned(),
        "{propcounts}" => "relative counts".to_owned(),
        "{propcounts}/s" => "relative counts/s".to_owned(),
        value if is_plain && unit.scheme == "UCUM" => written(value),
        value => match uptake(value) {
            Some((unit, kind)) => format!("{kind} {}", written(unit)),
            None => unit.readable(),
        },
    };
    Some(one_line(&text)).filter(|text| !text.is_empty() && text != "no units")
}

/// Standardized uptake values name their normalization (PS3.16 CID 85).
fn uptake(value: &str) -> Option<(&str, &str)> {
    let (unit, kind) = value.strip_suffix('}')?.split_once('{')?;
    (kind.starts_with("SUV") && !unit.is_empty()).then_some((unit, kind))
}

/// A plain UCUM code with its prefix, products and powers.
fn written(code: &str) -> String {
    let units = code.split('/').map(|product| product.split('.').map(power).collect::<Vec<_>>().join("·"));
    let units: Vec<String> = units.collect();
    match &units[..] {
        [first, rest @ ..] if first.is_empty() && !rest.is_empty() => format!("1/{}", rest.join("/")),
        _ => units.join("/"),
    }
}

fn power(unit: &str) -> String {
    let letters = unit.trim_end_matches(|c: char| c.is_ascii_digit());
    let letters = letters.strip_suffix('-').unwrap_or(letters);
    let exponent = &unit[letters.len()..];
    let base = match letters.strip_suffix('*') {
        Some("10") => "10".to_owned(),
        _ if letters.is_empty() => return unit.to_owned(),
        _ => match letters.strip_prefix('u') {
            Some(rest) if !rest.is_empty() => format!("µ{rest}"),
            _ => letters.to_owned(),
        },
    };
    base + &exponent.chars().map(superscript).collect::<String>()
}

fn superscript(c: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_written_as_usual() {
        for (value, meaning, expected) in [
            ("mm", "millimeter", Some("mm")),
            ("mGy.cm", "mGy.cm", Some("mGy·cm")),
            ("1", "no units", None),
            ("{ratio}", "ratio", None),
            ("{0:5}", "range: 0:5", None),
            ("{H.B.}/min", "beats per minute", Some("beats per minute")),
            ("[hnsf'U]", "Hounsfield unit", Some("HU")),
            ("mm[Hg]", "mmHg", Some("mmHg")),
            ("um2/s", "um2/s", Some("µm²/s")),
            ("10*-6.mm2/s", "10*-6.mm2/s", Some("10⁻⁶·mm²/s")),
            ("cm2/ml", "cm2/ml", Some("cm²/ml")),
            ("ug/ml", "ug/ml", Some("µg/ml")),
            ("{counts}/s", "counts per second", Some("counts/s")),
            ("g/ml{SUVbw}", "Standardized Uptake Value body weight", Some("SUVbw g/ml")),
            ("cm2/ml{SUVbsa}", "SUV body surface area", Some("SUVbsa cm²/ml")),
            ("/min", "per minute", Some("1/min")),
            ("deg", "degrees", Some("°")),
        ] {
            let unit = Code {
                value: value.to_owned(),
                scheme: "UCUM".to_owned(),
                meaning: Some(meaning.to_owned()),
            };
            assert_eq!(readable_unit(&unit).as_deref(), expected, "{value}");
        }
    }
}

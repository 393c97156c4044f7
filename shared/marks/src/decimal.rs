//! Numbers as DS writes them (PS3.5 6.2): at most 16 characters.

const DS_CHARS_MAX: usize = 16;

/// The number with as many digits as fit, and whether that is all of it.
pub(crate) fn decimal(value: f64) -> (String, bool) {
    let shortest = format!("{value}");
    if shortest.len() <= DS_CHARS_MAX {
        return (shortest, true);
    }
    let fitting = (0..DS_CHARS_MAX).rev().flat_map(|digits| {
        let fixed = format!("{value:.digits$}");
        [fixed, format!("{value:.digits$e}")].into_iter().filter(|text| text.len() <= DS_CHARS_MAX)
    });
    let error = |text: &String| (text.parse::<f64>().unwrap_or(f64::INFINITY) - value).abs();
    let best = fitting.min_by(|a, b| error(a).total_cmp(&error(b))).unwrap_or_default();
    let is_all = best.parse() == Ok(value);
    (best, is_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_string_has_at_most_sixteen_characters_and_as_many_digits_as_fit() {
        for (value, expected, is_all) in [
            (40.0, "40", true),
            (-1024.5, "-1024.5", true),
            (12.3, "12.3", true),
            (1.0 / 3.0, "0.33333333333333", false),
            (-2.0 / 3.0, "-0.6666666666667", false),
            (123_456.789_012_345_67, "123456.789012346", false),
            (1e12, "1000000000000", true),
            (1.234_567_890_123e-9, "1.234567890123e-9", false),
            (0.0, "0", true),
        ] {
            let (text, all) = decimal(value);
            assert!(text.len() <= DS_CHARS_MAX, "{text}");
            if expected.len() <= DS_CHARS_MAX {
                assert_eq!((text.as_str(), all), (expected, is_all), "{value}");
            }
            let difference = (text.parse::<f64>().unwrap() - value).abs();
            assert!(difference <= value.abs() * 1e-9, "{text} for {value}");
        }
    }
}

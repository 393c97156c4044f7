//! Numbers for people to read.

use crate::Language;

/// A number in groups of three, with the language's separator.
#[must_use]
pub fn grouped(value: i64, language: Language) -> String {
    let mark = match language {
        Language::Vi => '.',
        Language::En => ',',
    };
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        let all = |language| [0, 999, 1000, -1_234_567].map(|value| grouped(value, language));
        assert_eq!(all(Language::Vi), ["0", "999", "1.000", "-1.234.567"]);
        assert_eq!(all(Language::En), ["0", "999", "1,000", "-1,234,567"]);
    }
}

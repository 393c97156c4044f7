//! GSM's default alphabet (3GPP TS 23.038 6.2.1), in which one SMS part carries 160 septets.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Most septets of a message in one part.
pub(crate) const SINGLE_SEPTETS_MAX: usize = 160;
/// Most septets in each part of a longer message; the concatenation header takes the rest (3GPP TS 23.040 9.2.3.24.1).
pub(crate) const PART_SEPTETS_MAX: usize = 153;

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                     ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How many septets a character takes; `None` if it is not in the alphabet.
pub(crate) fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// Septets of a whole text. A character outside the alphabet counts as the `?` that replaces it.
pub(crate) fn len(text: &str) -> usize {
    text.chars().map(|c| septets(c).unwrap_or(1)).sum()
}

/// Number of parts that a text needs. The two septets of an extension character stay in one part.
pub(crate) fn parts(text: &str) -> u32 {
    if len(text) <= SINGLE_SEPTETS_MAX {
        return 1;
    }
    let (mut parts, mut used) = (1, 0);
    for c in text.chars() {
        let width = septets(c).unwrap_or(1);
        if used + width > PART_SEPTETS_MAX {
            (parts, used) = (parts + 1, 0);
        }
        used += width;
    }
    parts
}

/// Reduces a text to one line without marks, in the alphabet only: `Nguyễn Đức` becomes `Nguyen Duc`, `山田` becomes
/// `??`.
pub(crate) fn fold_line(text: &str) -> String {
    crate::clean::line(text)
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            '–' | '—' | '‐' | '−' => '-',
            '‘' | '’' | '`' => '\'',
            '“' | '”' => '"',
            '₫' => 'd',
            c => c,
        })
        .map(|c| if c != '\n' && c != '\r' && c != '\u{c}' && septets(c).is_some() { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vietnamese_loses_its_marks_and_nothing_else() {
        for (text, folded) in [
            ("Bệnh viện Đại học Y Dược", "Benh vien Dai hoc Y Duoc"),
            ("ắằẳẵặ ấầẩẫậ ếềểễệ ốồổỗộ ớờởỡợ ứừửữự ỷỹỵ đĐ", "aaaaa aaaaa eeeee ooooo ooooo uuuuu yyy dD"),
            ("A–B “x” 1₫", "A-B \"x\" 1d"),
            ("山田 🙂", "?? ?"),
            ("a\r\nb\u{c}c", "a b c"),
            ("[x]~€", "[x]~€"),
        ] {
            assert_eq!(fold_line(text), folded, "{text:?}");
        }
    }

    #[test]
    fn extension_characters_count_two() {
        assert_eq!(len("abc"), 3);
        assert_eq!(len("[€]"), 6);
    }

    #[test]
    fn parts_are_counted_as_a_handset_would() {
        for (text, expected) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            (format!("{}€{}", "a".repeat(152), "a".repeat(151)), 2),
            (format!("{}€{}", "a".repeat(152), "a".repeat(152)), 3),
        ] {
            assert_eq!(parts(&text), expected, "{} characters", text.len());
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_in_only_the_alphabet_goes_out(text in "\\PC*|[\\x00-\\u{2fff}]*") {
            prop_assert!(fold_line(&text).chars().all(|c| septets(c).is_some() && !c.is_control()));
        }
    }
}

//! Text that is looked for: wild cards (PS3.4 C.2.2.2.4), and names as people type them (PS3.18 8.3.4.2).

use deunicode::deunicode;
use unicode_normalization::UnicodeNormalization;

/// `*` stands for any characters, `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    text: String,
    is_case_sensitive: bool,
}

impl Pattern {
    pub fn new(text: &str, is_case_sensitive: bool) -> Self {
        Self { text: composed(text, is_case_sensitive), is_case_sensitive }
    }

    pub fn matches(&self, value: &str) -> bool {
        glob(&self.text, &composed(value, self.is_case_sensitive))
    }
}

/// Text in one form, however its marks were typed: Apple's keyboards and file names write them behind their letters (Unicode NFD).
fn composed(text: &str, is_case_sensitive: bool) -> String {
    let text: String = text.trim().nfc().collect();
    if is_case_sensitive { text } else { text.to_lowercase() }
}

/// A name without diacritics and capitals: every word that is typed begins a word of the name. `d` finds `đ`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FuzzyName {
    folded: String,
    words: Vec<String>,
}

impl FuzzyName {
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let words = words(&folded).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { folded, words }
    }

    pub fn matches(&self, name: &str) -> bool {
        let name = fold(name);
        let begins = |typed: &String| words(&name).any(|word| word.starts_with(typed.as_str()));
        self.words.iter().all(begins) || glob(&self.folded, &name)
    }
}

fn fold(text: &str) -> String {
    deunicode(text).trim().to_lowercase()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}

/// Steps back to the last `*` only, so that time grows with the product of the lengths at most.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, from)) => {
                    *from += 1;
                    (p, t) = (*at + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wild_cards_stand_for_any_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("A*", "Abc", true),
            ("a*", "Abc", true),
            ("*C", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("abc", "abcd", false),
            ("*ế*", "Nguyễn Thế", true),
            ("nguye\u{302}\u{303}n*", "NGUYỄN^THỊ HOÀ", true),
            ("NGUYỄN*", "Nguye\u{302}\u{303}n^Thi\u{323}", true),
            ("nguyê?", "Nguye\u{302}\u{303}n", false),
            ("", "", true),
            ("", "a", false),
            ("A[1]", "a[1]", true),
        ] {
            assert_eq!(Pattern::new(pattern, false).matches(text), expected, "{pattern} {text}");
        }
        assert!(!Pattern::new("ct", true).matches("CT") && Pattern::new("C?", true).matches("CT "));
    }

    #[test]
    fn wild_cards_that_take_for_ever_elsewhere_do_not_here() {
        let pattern = "*a".repeat(500);
        assert!(!Pattern::new(&pattern, true).matches(&"a".repeat(499)));
        assert!(!Pattern::new(&format!("{pattern}b"), true).matches(&"a".repeat(5000)));
    }

    #[test]
    fn names_are_found_without_diacritics_capitals_and_order() {
        for (typed, name, expected) in [
            ("nguyen", "NGUYỄN^THỊ HOÀ", true),
            ("hoa nguyen", "NGUYỄN^THỊ HOÀ", true),
            ("dang", "Đặng^Văn A", true),
            ("Đặng", "DANG^VAN A", true),
            ("dặng*", "DANG^VAN A", true),
            ("*ang*", "DANG^VAN A", true),
            ("ang", "DANG^VAN A", false),
            ("hoa^binh", "HOA^LAN", false),
            ("*", "anybody", true),
        ] {
            assert_eq!(FuzzyName::new(typed).matches(name), expected, "{typed} {name}");
        }
    }
}

//! Person names: shown as written; compared without accents, case, order and separators.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Whether a character is a mark on a Latin letter. Thai and Khmer vowels are marks, too, and must stay.
fn is_latin_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

/// Strips marks and case, maps `đ` to `d`: the letters that a caller and a keyboard agree on.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_latin_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// Whether a name was decoded with the wrong character set. Either bytes did not fit and became U+FFFD: GBK, Shift-JIS
/// or Latin 1 labelled as UTF-8, say. Or a word consists only of signs and accented letters of Latin 1, as in no
/// language: GBK, EUC-KR, TIS-620 or ISO 8859-5, labelled as Latin 1 or not at all.
#[must_use]
pub fn is_of_another_character_set(name: &str) -> bool {
    if name.contains(char::REPLACEMENT_CHARACTER) {
        return true;
    }
    let is_high = |c: char| matches!(c, '\u{a1}'..='\u{ff}');
    let words = name.split(|c: char| matches!(c, '^' | '=') || c.is_whitespace());
    words.filter(|word| word.chars().count() > 1).any(|word| word.chars().all(is_high))
}

/// A word of a name: its letters as [`fold`] leaves them, and the removed marks, sorted: `Hoà` and `Hòa` are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Letters and digits, folded.
    pub letters: String,
    /// Marks of Latin letters, including the stroke of `đ`.
    pub marks: Vec<char>,
}

/// The words of a name in their order.
#[must_use]
pub fn spell(text: &str) -> Vec<Spelling> {
    let mut words = Vec::new();
    for word in split(&text.nfd().collect::<String>()) {
        let mut marks: Vec<char> = word
            .chars()
            .filter(|c| is_latin_mark(*c) || matches!(c, 'đ' | 'Đ'))
            .map(|c| if c == 'Đ' { 'đ' } else { c })
            .collect();
        marks.sort_unstable();
        words.push(Spelling { letters: fold(word), marks });
    }
    words.retain(|word| !word.letters.is_empty());
    words
}

/// Splits at everything that is not a letter, a digit or a mark on one.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|w| !w.is_empty())
}

/// The name for people to read: `NGUYEN^THI HOA` becomes `NGUYEN THI HOA`, `YAMADA^TARO=山田^太郎` becomes
/// `YAMADA TARO = 山田 太郎`. See [`display_groups`].
#[must_use]
pub fn display(pn: &str) -> String {
    display_groups(pn, |group| {
        let words = group.split(|c: char| c == '^' || c.is_whitespace()).filter(|w| !w.is_empty());
        words.collect::<Vec<_>>().join(" ")
    })
}

/// All non-empty component groups of a name (PS3.5 6.2.1: alphabetic, ideographic, phonetic), each as `display_one`
/// writes it, joined by `=`. None is lost, nor text that somebody typed after an `=`. Repeated groups appear once.
#[must_use]
pub fn display_groups(pn: &str, display_one: impl Fn(&str) -> String) -> String {
    let mut shown: Vec<String> = Vec::new();
    for group in pn.split('=').filter(|group| group.chars().any(char::is_alphanumeric)) {
        let group: String = crate::invisible::one_line(&display_one(group)).nfc().collect();
        if !shown.contains(&group) {
            shown.push(group);
        }
    }
    shown.join(" = ")
}

/// The words of a name, folded and sorted.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> = split(&folded).map(str::to_owned).collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_marks_and_vowels_stay() {
        assert_eq!(words("Đặng^Thị Hoà"), ["dang", "hoa", "thi"]);
        assert_eq!(words("กินดี"), ["กินดี"]);
        assert_eq!(spell("Hoà"), spell("HÒA"));
    }

    #[test]
    fn letters_of_another_character_set_are_seen() {
        // 张三 in GBK, 김 in EUC-KR, สมชาย in TIS-620, read as Latin 1.
        for name in ["ÕÅ^Èý", "±è", "ÊÁªÒÂ", "NGUYEN^ÀîËÄ", "NGUYEN^\u{fffd}\u{fffd}"] {
            assert!(is_of_another_character_set(name), "{name}");
        }
        for name in ["MÜLLER^JÖRG", "Þóra", "Ö", "NGUYỄN^HOÀ", "ÉLÉONORE^D'ÎLE", "张^三", "Ý^NHI", ""]
        {
            assert!(!is_of_another_character_set(name), "{name}");
        }
    }

    #[test]
    fn display_joins_components() {
        assert_eq!(display("NGUYEN^THI HOA^^ "), "NGUYEN THI HOA");
        assert_eq!(display("=山田^太郎"), "山田 太郎");
        assert_eq!(display(""), "");
    }

    #[test]
    fn no_group_of_a_name_is_lost() {
        assert_eq!(display("YAMADA^TARO=山田^太郎=やまだ^たろう"), "YAMADA TARO = 山田 太郎 = やまだ たろう");
        assert_eq!(display("NGUYEN VAN A = B"), "NGUYEN VAN A = B");
        assert_eq!(display("NGUYEN^A=NGUYEN^A=^"), "NGUYEN A");
        assert_eq!(display("=^="), "");
    }
}

//! Person names: shown as written, compared blind to accents, case, order and separators.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Strips marks and case, maps `đ` to `d`: what remains are the letters a caller and a keyboard agree on.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// The name as a person reads it: `NGUYEN^THI HOA` becomes `NGUYEN THI HOA`; of several component groups
/// (PS3.5 6.2.1: alphabetic, ideographic, phonetic) the first that is not empty.
#[must_use]
pub fn display(pn: &str) -> String {
    let group = pn.split('=').find(|g| g.chars().any(char::is_alphanumeric)).unwrap_or("");
    let words: Vec<&str> =
        group.split(|c: char| c == '^' || c.is_whitespace()).filter(|w| !w.is_empty()).collect();
    crate::invisible::one_line(&words.join(" ")).nfc().collect()
}

/// Whether two names can be the same person's: the same words, in any order, blind to accents and case.
///
/// A DICOM name has up to three groups and five components (prefix and suffix last); any group may match, with
/// or without prefix and suffix. An empty name matches nothing.
#[must_use]
pub fn same_person(a: &str, b: &str) -> bool {
    let (a, b) = (spellings(a), spellings(b));
    a.iter().any(|words| b.contains(words))
}

fn spellings(pn: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for group in pn.split('=') {
        let components: Vec<&str> = group.split('^').collect();
        for taken in [components.len(), components.len().min(3)] {
            let words = words(&components[..taken].join(" "));
            if !words.is_empty() && !all.contains(&words) {
                all.push(words);
            }
        }
    }
    all
}

/// The words of a name, folded and sorted.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_woman_in_many_spellings() {
        for (a, b) in [
            ("Nguyễn Thị Hoà", "NGUYEN^THI HOA"),
            ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"),
            ("Đặng Đình Đức", "DANG^DINH^DUC"),
            ("Nguyễn Thị Hoà", "HOA^NGUYEN THI"),
            ("Yamada Tarou", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
            ("Trần Văn Bình", "TRAN^VAN^BINH^Mr.^Jr"),
        ] {
            assert!(same_person(a, b), "{a} / {b}");
            assert!(same_person(b, a), "{b} / {a}");
        }
    }

    #[test]
    fn another_name_or_no_name_does_not_match() {
        for (a, b) in [("Nguyễn Thị Hoà", "Nguyễn Thị Hoa Mai"), ("", ""), ("^^^", "A"), ("Lê Hà", "Lê Hải")]
        {
            assert!(!same_person(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn display_joins_components() {
        assert_eq!(display("NGUYEN^THI HOA^^ "), "NGUYEN THI HOA");
        assert_eq!(display("=山田^太郎"), "山田 太郎");
        assert_eq!(display(""), "");
    }
}

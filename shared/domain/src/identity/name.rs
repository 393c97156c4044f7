//! Names as hospitals, modalities and clerks write them.

use super::Agreement;
use crate::person_name::{Spelling, spell};

/// Compares two names (PS3.5 6.2.1). If they have several component groups, compares those in one script, and all must
/// agree.
#[must_use]
pub fn compare_names(a: &str, b: &str) -> Agreement {
    let (a, b) = (groups(a), groups(b));
    let mut worst = None;
    let is_in = |groups: &[(u32, Vec<Stated>)], place: usize, script: u32| {
        groups.get(place).is_some_and(|(other, _)| *other == script)
    };
    for (i, (script, left)) in a.iter().enumerate() {
        for (j, (_, right)) in b.iter().enumerate().filter(|(_, (other, _))| other == script) {
            // Compare two groups in one script with their counterparts, if the other side has two as well.
            if i != j && is_in(&b, i, *script) && is_in(&a, j, *script) {
                continue;
            }
            let found = left.iter().flat_map(|l| right.iter().map(move |r| compare_spellings(l, r))).min();
            worst = worst.max(found);
        }
    }
    worst.unwrap_or(Agreement::Unknown)
}

/// Each group with its script, with and without prefix and suffix (fourth and fifth component).
fn groups(pn: &str) -> Vec<(u32, Vec<Stated>)> {
    let mut all = Vec::new();
    for group in pn.split('=') {
        let components: Vec<&str> = group.split('^').collect();
        let mut readings: Vec<Stated> = Vec::new();
        for taken in [components.len(), components.len().min(3)] {
            let stated = Stated::read(&components[..taken].join(" "));
            if !stated.words.is_empty() && !readings.contains(&stated) {
                readings.push(stated);
            }
        }
        if let Some(first) = group.chars().find(|c| c.is_alphabetic()) {
            all.push((script_of(first), readings));
        }
    }
    all
}

/// The letters of one script share a number.
fn script_of(c: char) -> u32 {
    match u32::from(c) {
        0..=0x24f | 0x1e00..=0x1eff | 0xff21..=0xff5a => 0,
        0x3040..=0x30ff => 1,
        0x2e80..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff => 2,
        0xac00..=0xd7af | 0x1100..=0x11ff => 3,
        other => other >> 7,
    }
}

/// A name without titles and ages.
#[derive(Debug, PartialEq, Eq)]
struct Stated {
    words: Vec<Spelling>,
    /// "CB", "con bà": a newborn under its mother's name. It is not the mother.
    is_newborn: bool,
    /// Number of a twin, or of one of several newborns.
    number: Option<String>,
}

impl Stated {
    fn read(text: &str) -> Self {
        let mut words = spell(text);
        let mut stated = Self { words: Vec::new(), is_newborn: false, number: None };
        strip_labels(&mut words, &mut stated.is_newborn);
        let mut rest = words.into_iter().peekable();
        while let Some(word) = rest.next() {
            let is_number = word.letters.bytes().all(|b| b.is_ascii_digit());
            let is_unit = |word: &Spelling| {
                matches!(
                    word.letters.as_str(),
                    "t" | "tuoi" | "th" | "thang" | "ngay" | "y" | "yo" | "d" | "m"
                )
            };
            if is_number && rest.peek().is_some_and(is_unit) {
                rest.next();
            } else if is_number {
                stated.number = Some(word.letters.trim_start_matches('0').to_owned());
            } else if !is_age(&word.letters) {
                stated.words.push(word);
            }
        }
        stated
    }

    fn letters(&self) -> Vec<&str> {
        self.words.iter().map(|word| word.letters.as_str()).collect()
    }
}

/// Removes leading titles; notes whether one marks a newborn.
fn strip_labels(words: &mut Vec<Spelling>, is_newborn: &mut bool) {
    const NEWBORN: [&[&str]; 6] = [
        &["cb"],
        &["con", "ba"],
        &["be", "con", "ba"],
        &["tre", "cb"],
        &["so", "sinh", "con", "ba"],
        &["sscb"],
    ];
    const TITLES: [&[&str]; 9] =
        [&["bn"], &["benh", "nhan"], &["mr"], &["mrs"], &["ms"], &["miss"], &["dr"], &["ong"], &["ba"]];
    let starts = |words: &[Spelling], label: &[&str]| {
        words.len() > label.len() + 1 && words.iter().zip(label).all(|(word, label)| word.letters == *label)
    };
    while let Some((label, newborn)) = NEWBORN
        .iter()
        .map(|label| (label, true))
        .chain(TITLES.iter().map(|label| (label, false)))
        .find(|(label, _)| starts(words, label))
    {
        *is_newborn |= newborn;
        words.drain(..label.len());
    }
}

/// `62T`, `3TH`, `065Y` (AS, PS3.5 6.2).
fn is_age(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - unit.len();
    (1..=3).contains(&digits)
        && matches!(unit, "t" | "tuoi" | "th" | "thang" | "ngay" | "y" | "yo" | "m" | "w" | "d")
}

fn compare_spellings(a: &Stated, b: &Stated) -> Agreement {
    if a.is_newborn != b.is_newborn || matches!((&a.number, &b.number), (Some(a), Some(b)) if a != b) {
        return Agreement::Differs;
    }
    let has_marks = |stated: &Stated| stated.words.iter().any(|word| !word.marks.is_empty());
    let mut agreement = if a.letters() == b.letters() {
        // A side typed without marks says less, but nothing different.
        let is_same = a.words == b.words || !has_marks(a) || !has_marks(b);
        if is_same { Agreement::Agrees } else { Agreement::Weak }
    } else {
        let sorted = |stated: &Stated| {
            let mut words: Vec<String> = stated.letters().into_iter().map(str::to_owned).collect();
            words.sort();
            words
        };
        let is_like = sorted(a) == sorted(b) || a.letters().concat() == b.letters().concat();
        if is_like { Agreement::Weak } else { Agreement::Differs }
    };
    if a.number != b.number {
        agreement = agreement.max(Agreement::Weak);
    }
    agreement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Agreement, pairs: &[(&str, &str)]) {
        for (a, b) in pairs {
            assert_eq!(compare_names(a, b), expected, "{a} / {b}");
            assert_eq!(compare_names(b, a), expected, "{b} / {a}");
        }
    }

    #[test]
    fn the_same_name_in_many_spellings() {
        check(
            Agreement::Agrees,
            &[
                ("Nguyễn Thị Hoà", "NGUYEN^THI HOA"),
                ("Nguyễn Thị Hoà", "Nguyễn^Thị Hòa"),
                ("Đặng Đình Đức", "DANG^DINH^DUC"),
                ("Yamada Tarou", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
                ("山田太郎", "Yamada^Tarou=山田太郎=やまだ^たろう"),
                ("Trần Văn Bình", "TRAN^VAN^BINH^Mr.^Jr"),
                ("Trần Văn Bình", "BN TRAN VAN BINH 65 TUOI"),
                ("Trần Văn Bình", "Ong Tran Van Binh 065Y"),
                ("TRAN^VAN BINH=TRAN^BINH", "TRAN^VAN BINH=TRAN^BINH"),
                ("Con bà Trần Thị Mai 1", "CB TRAN THI MAI 01"),
                ("Nguyễn Văn Ba", "NGUYEN^VAN BA"),
            ],
        );
    }

    #[test]
    fn names_that_may_be_two_persons() {
        check(
            Agreement::Weak,
            &[
                ("Nguyễn Minh Anh", "NGUYEN^ANH MINH"),
                ("Nguyễn Thị Hoà", "Nguyễn Thị Hoa"),
                ("Nguyễn Thị Hoà", "HOA^NGUYEN THI"),
                ("Nguyễn Thị Hoà", "NGUYENTHIHOA"),
                ("CB Trần Thị Mai", "CB TRAN THI MAI 2"),
            ],
        );
    }

    #[test]
    fn other_names() {
        check(
            Agreement::Differs,
            &[
                ("Nguyễn Thị Hoà", "Nguyễn Thị Hoa Mai"),
                ("Lê Hà", "Lê Hải"),
                ("Trần Thị Mai", "CB TRAN THI MAI"),
                ("CB Trần Thị Mai 1", "CB TRAN THI MAI 2"),
                ("Nguyễn Thị Hoà", "TRAN^VAN BINH=NGUYEN^THI HOA"),
                ("กานดา", "กินดี"),
                ("មករា", "មីករី"),
                ("山田太郎", "Yamada^Tarou=山田花子"),
            ],
        );
        check(Agreement::Unknown, &[("", ""), ("^^^", "A"), ("Lê Hà", "山田")]);
    }
}

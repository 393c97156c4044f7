//! The values of content items (PS3.3 C.17.3.2), as a person writes them.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use filmless_domain::person_name::display_groups;

use super::words::ReportWord;
use crate::code::Code;
use crate::data_set::Item;
use crate::measurement_unit::readable_unit;
use crate::one_line::{VALUE_CHARS_MAX, one_line};

/// The value of a content item of this value type; `None` if it has no readable one.
pub(super) fn read(item: Item<'_>, kind: &str) -> Option<String> {
    let text = |tag: Tag| item.text(tag);
    let value = match kind {
        "TEXT" => text(tags::TEXT_VALUE).map(|text| paragraphs(&text)),
        "CODE" => Code::read(item, tags::CONCEPT_CODE_SEQUENCE).map(|code| one_line(&code.readable())),
        "NUM" => number(item),
        "DATE" => text(tags::DATE).map(|text| date(&text)),
        "TIME" => text(tags::TIME).map(|text| time(&text)),
        "DATETIME" => text(tags::DATE_TIME).map(|text| date_time(&text)),
        "PNAME" => text(tags::PERSON_NAME).map(|text| person(&text)),
        "UIDREF" => text(tags::UID).map(|text| one_line(&text)),
        _ => None,
    };
    value.filter(|value| !value.is_empty())
}

/// Any value in an item whose value type does not lead to it.
pub(super) fn any(item: Item<'_>) -> Option<String> {
    const KINDS: [&str; 8] = ["TEXT", "CODE", "NUM", "DATETIME", "DATE", "TIME", "PNAME", "UIDREF"];
    KINDS.iter().find_map(|kind| read(item, kind))
}

/// Measured Value (PS3.3 C.18.1): the number with its unit, or why it is missing.
fn number(item: Item<'_>) -> Option<String> {
    let measured = item.first_item(tags::MEASURED_VALUE_SEQUENCE);
    let number = measured.and_then(|m| m.text(tags::NUMERIC_VALUE)).map(|text| one_line(&text));
    let Some(number) = number.filter(|number| !number.is_empty()) else {
        let reason = Code::read(item, tags::NUMERIC_VALUE_QUALIFIER_CODE_SEQUENCE);
        // Keep the line, although nothing was measured.
        return reason
            .map(|code| one_line(&code.readable()))
            .or_else(|| item.get(tags::MEASURED_VALUE_SEQUENCE).map(|_| "–".to_owned()));
    };
    let unit = measured.and_then(|m| Code::read(m, tags::MEASUREMENT_UNITS_CODE_SEQUENCE));
    match unit.and_then(|unit| readable_unit(&unit)) {
        Some(unit) if unit.starts_with('%') => Some(format!("{number}{unit}")),
        Some(unit) => Some(format!("{number} {unit}")),
        None => Some(number),
    }
}

/// Writes `YYYYMMDD`, or its ACR-NEMA form `YYYY.MM.DD`, with hyphens, if it has at least a month; anything else as it
/// is.
pub(super) fn date(text: &str) -> String {
    let digits = text.replace('.', "");
    let is_date = digits.bytes().all(|b| b.is_ascii_digit());
    let is_within = |range: std::ops::Range<usize>, most: u8| {
        digits.get(range).and_then(|part| part.parse().ok()).is_some_and(|part| (1..=most).contains(&part))
    };
    match digits.len() {
        8 if is_date && is_within(4..6, 12) && is_within(6..8, 31) => {
            format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])
        }
        6 if is_date && is_within(4..6, 12) => format!("{}-{}", &digits[..4], &digits[4..]),
        _ => one_line(text),
    }
}

/// Writes `HHMMSS.FFFFFF` with colons and without fractions, as far as it goes; anything else as it is.
fn time(text: &str) -> String {
    let whole = text.split('.').next().unwrap_or(text);
    if whole.is_empty()
        || whole.len() % 2 == 1
        || whole.len() > 6
        || !whole.bytes().all(|b| b.is_ascii_digit())
    {
        return one_line(text);
    }
    let parts: Vec<&str> = (0..whole.len()).step_by(2).map(|at| &whole[at..at + 2]).collect();
    parts.join(":")
}

/// DT (PS3.5 6.2): date, time, and an offset from UTC.
pub(super) fn date_time(text: &str) -> String {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (stamp, offset) = text.split_at(digits);
    if stamp.len() == 6 {
        return date(text);
    }
    if stamp.len() < 8 || !stamp.bytes().take(8).all(|b| b.is_ascii_digit()) {
        return one_line(text);
    }
    let (day, clock) = stamp.split_at(8);
    let offset = match offset.as_bytes() {
        [sign @ (b'+' | b'-'), rest @ ..] if rest.len() == 4 && rest.iter().all(u8::is_ascii_digit) => {
            format!(" {}{}:{}", char::from(*sign), &offset[1..3], &offset[3..])
        }
        _ => String::new(),
    };
    if clock.is_empty() { date(day) } else { format!("{} {}{offset}", date(day), time(clock)) }
}

/// PN (PS3.5 6.2.1): every group with content, its components separated by blanks, prefix first.
pub(super) fn person(text: &str) -> String {
    display_groups(text, |group| {
        let components: Vec<&str> = group.split('^').map(str::trim).collect();
        let at = |index: usize| components.get(index).copied().unwrap_or_default();
        let ordered = [at(3), at(0), at(1), at(2), at(4)];
        ordered.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    })
}

/// The number of referenced things, in English.
pub(super) fn counted(referred: ReportWord, count: usize) -> String {
    format!("{count} {}{}", referred.english(), if count == 1 { "" } else { "s" })
}

/// DICOM's defined terms are in capitals; a person writes "Complete".
pub(super) fn sentence_case(text: &str) -> String {
    let text = one_line(text).replace('_', " ").to_lowercase();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Makes all line breaks alike: writers use CR, LF and both.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    kept.take(VALUE_CHARS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_names_are_readable() {
        for (read, expected) in [
            (date("20240131"), "2024-01-31"),
            (date("2024.01.31"), "2024-01-31"),
            (date("20241331"), "20241331"),
            (date("31.01.2024"), "31.01.2024"),
            (date_time("202401"), "2024-01"),
            (time("143005.120000"), "14:30:05"),
            (time("1430"), "14:30"),
            (time("14:30"), "14:30"),
            (date_time("20240131143005.12+0700"), "2024-01-31 14:30:05 +07:00"),
            (date_time("20240131"), "2024-01-31"),
            (date_time("2024"), "2024"),
            (person("Nguyễn^Thị^Hoà^BS.^CKII"), "BS. Nguyễn Thị Hoà CKII"),
            (person("=山田^太郎"), "山田 太郎"),
            (person("Yamada^Taro^^Dr.=山田^太郎"), "Dr. Yamada Taro = 山田 太郎"),
            (person("^^^^"), ""),
            (sentence_case("UNVERIFIED"), "Unverified"),
            (counted(ReportWord::Images, 1), "1 image"),
            (counted(ReportWord::Images, 12), "12 images"),
            (one_line("a\r\n  b\0"), "a b"),
            (paragraphs("a\r\nb\rc\u{7}\n"), "a\nb\nc"),
        ] {
            assert_eq!(read, expected);
        }
    }
}

//! The words people write in and around a date.

use unicode_normalization::UnicodeNormalization;

use crate::person_name::fold;

/// English month names.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// With fewer letters a month's name would be ambiguous.
const MONTH_LETTERS_MIN: usize = 3;

/// Digits of any width as ASCII, the month as a number, without the words people write around a date:
/// `ngày 2 tháng 3 năm 1958`, `March 2nd, 1958`.
pub(super) fn plain(text: &str) -> String {
    let text: String = text.nfkc().collect();
    if let Some(date) = day_first(&text) {
        return date;
    }
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    if !has_digit || !text.split_whitespace().any(is_around) {
        return text;
    }
    text.split_whitespace().filter(|word| !is_around(word)).collect::<Vec<_>>().join(" ")
}

fn is_around(word: &str) -> bool {
    matches!(fold(word).as_str(), "ngay" | "thang" | "nam" | "sinh" | "mung" | "born" | "on" | "of" | "the")
}

/// A date with an English month, as `2 3 1958`. Day and year cannot be confused if the year has four digits or is
/// last. No password reads as such a date: its ten characters contain no 1 or 2, with which every four-digit year
/// starts here; and with a two-digit year the month has six or seven letters, one of which no password contains.
fn day_first(text: &str) -> Option<String> {
    let words = tokens(text);
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is_around(word)).collect();
    let month = words.iter().find_map(|word| month_of(word))?;
    let numbers: Vec<&str> = match words.as_slice() {
        [d, m, y] if month_of(m).is_some() => vec![d, y],
        [m, d, y] if month_of(m).is_some() => vec![d, y],
        _ => return None,
    };
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_year = |text: &str| text.len() == 4 && (text.starts_with('1') || text.starts_with('2'));
    match numbers.as_slice() {
        [day, year] if !is_number(day) || !is_number(year) => None,
        [year, day] if is_year(year) && day.len() <= 2 => Some(format!("{day} {month} {year}")),
        [day, year] if day.len() <= 2 && (is_year(year) || year.len() == 2) => {
            Some(format!("{day} {month} {year}"))
        }
        _ => None,
    }
}

/// Splits into runs of letters and runs of digits; drops the ending of `2nd`.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let continues =
            c.is_alphanumeric() && last.is_alphanumeric() && c.is_ascii_digit() == last.is_ascii_digit();
        match tokens.last_mut() {
            Some(token) if continues => token.push(c),
            _ if c.is_alphanumeric() => tokens.push(c.to_string()),
            _ => {}
        }
        last = c;
    }
    tokens.retain(|token| !matches!(fold(token).as_str(), "st" | "nd" | "rd" | "th"));
    tokens
}

fn month_of(word: &str) -> Option<usize> {
    let word = word.to_ascii_lowercase();
    let place = MONTHS.iter().position(|month| month.starts_with(&word))?;
    (word.len() >= MONTH_LETTERS_MIN).then_some(place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_english_month_is_read_wherever_it_stands() {
        for text in [
            "2 Mar 1958",
            "2nd of March, 1958",
            "March 2, 1958",
            "Mar. 2nd 1958",
            "2-MAR-1958",
            "2mar1958",
            "1958 March 2",
            "born on the 2nd March 1958",
            "２ march １９５８",
        ] {
            assert_eq!(plain(text), "2 3 1958", "{text:?}");
        }
        assert_eq!(plain("2 Sept 58"), "2 9 58");
    }

    #[test]
    fn what_could_be_a_password_or_two_dates_stays_as_it_is() {
        for text in
            ["3MARCH7964", "3MARC-H7964", "34MAY-79346", "Ma 2 1958", "58 March 2", "March 1958", "May"]
        {
            assert_eq!(plain(text), text, "{text:?}");
        }
    }
}

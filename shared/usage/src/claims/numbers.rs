//! Numbers in claim files: `1000`, `1,000`, `1.000`, `1,5`. A number with two readings is not guessed.
//!
//! QĐ 130/QĐ-BYT writes `.` before decimals: at most three in `SO_LUONG`, `DON_GIA_BV` and `DON_GIA_BH`, at most two
//! in amounts (`THANH_TIEN_…`, `T_BHTT`). Spreadsheets separate thousands with either mark.

/// Thousandths, which hold three decimals exactly.
pub type Milli = i128;

/// One whole.
pub const ONE: Milli = 1000;
/// No number in the tables has more digits, and none overflows.
const DIGITS_MAX: usize = 18;

/// How a number can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It has one reading.
    One(Milli),
    /// The mark may precede decimals or separate thousands.
    Either {
        /// The value with decimals.
        decimal: Milli,
        /// The value with thousands.
        thousands: Milli,
    },
}

impl Reading {
    /// All its possible values.
    pub fn values(self) -> impl Iterator<Item = Milli> {
        let (first, second) = match self {
            Self::One(value) => (value, None),
            Self::Either { decimal, thousands } => (decimal, Some(thousands)),
        };
        std::iter::once(first).chain(second)
    }

    /// Its value, if it has only one.
    pub fn value(self) -> Option<Milli> {
        match self {
            Self::One(value) => Some(value),
            Self::Either { .. } => None,
        }
    }
}

/// Reads a number with at most this many decimals; `None` if it is not a number.
pub fn read(text: &str, decimals_max: usize) -> Option<Reading> {
    let marks: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    if text.chars().filter(char::is_ascii_digit).count() > DIGITS_MAX
        || marks.iter().any(|mark| !matches!(mark, '.' | ','))
    {
        return None;
    }
    let last = marks.last().copied();
    let Some(mark) = last else { return Some(Reading::One(whole(text)? * ONE)) };
    let others = marks.iter().filter(|other| **other != mark).count();
    match (marks.len() - others, others) {
        (1, 0) => alone(text.split_once(mark)?, decimals_max),
        (_, 0) => Some(Reading::One(grouped(text, mark)? * ONE)),
        (1, _) => {
            let (head, tail) = text.split_once(mark)?;
            let other = *marks.first()?;
            Some(Reading::One(grouped(head, other)? * ONE + fraction(tail)?))
        }
        _ => None,
    }
}

/// A number with a single mark.
fn alone((head, tail): (&str, &str), decimals_max: usize) -> Option<Reading> {
    let decimal = whole(head)? * ONE + fraction(tail)?;
    let may_be_thousands = tail.len() == 3 && head.len() <= 3 && !head.starts_with('0');
    if !may_be_thousands {
        return Some(Reading::One(decimal));
    }
    let thousands = (whole(head)? * 1000 + whole(tail)?) * ONE;
    Some(if decimals_max < 3 { Reading::One(thousands) } else { Reading::Either { decimal, thousands } })
}

fn whole(digits: &str) -> Option<Milli> {
    digits.parse().ok()
}

/// Decimals in thousandths. Zeros after the third are ignored.
fn fraction(digits: &str) -> Option<Milli> {
    let (kept, rest) = digits.split_at(digits.len().min(3));
    let is_exact = rest.bytes().all(|digit| digit == b'0');
    is_exact.then(|| format!("{kept:0<3}").parse().ok()).flatten().filter(|_| !digits.is_empty())
}

/// Thousands with a separator: `1.234.567`.
fn grouped(text: &str, mark: char) -> Option<Milli> {
    let groups: Vec<&str> = text.split(mark).collect();
    let (first, rest) = groups.split_first()?;
    let is_so =
        (1..=3).contains(&first.len()) && !first.starts_with('0') && rest.iter().all(|g| g.len() == 3);
    is_so.then(|| whole(&groups.concat())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_one_way_or_said_to_have_two() {
        let one = |value| Some(Reading::One(value));
        let either = |decimal, thousands| Some(Reading::Either { decimal, thousands });
        for (text, of_three, of_two) in [
            ("1", one(1_000), one(1_000)),
            ("512000", one(512_000_000), one(512_000_000)),
            ("512000.00", one(512_000_000), one(512_000_000)),
            ("512000,5", one(512_000_500), one(512_000_500)),
            ("512000.000", one(512_000_000), one(512_000_000)),
            ("1,5", one(1_500), one(1_500)),
            ("1.5", one(1_500), one(1_500)),
            ("0.333", one(333), one(333)),
            ("1,000", either(1_000, 1_000_000), one(1_000_000)),
            ("1.000", either(1_000, 1_000_000), one(1_000_000)),
            ("512.000", either(512_000, 512_000_000), one(512_000_000)),
            ("1.234.567", one(1_234_567_000), one(1_234_567_000)),
            ("1,234,567.50", one(1_234_567_500), one(1_234_567_500)),
            ("1.234.567,5", one(1_234_567_500), one(1_234_567_500)),
            ("1.0000", one(1_000), one(1_000)),
            ("1.0001", None, None),
            ("1.23.456", None, None),
            ("1,234.567.890", None, None),
            ("012.345", one(12_345), one(12_345)),
            ("1.", None, None),
            (".5", None, None),
            (".", None, None),
            ("", None, None),
            ("-1", None, None),
            ("1e3", None, None),
            ("1 000", None, None),
            ("١", None, None),
        ] {
            assert_eq!(read(text, 3), of_three, "{text} of three decimals");
            assert_eq!(read(text, 2), of_two, "{text} of two decimals");
        }
    }
}

//! The fields of XML3 and XML4 that concern imaging: types and lengths.

use jiff::civil::DateTime;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text of at most so many characters.
    Text(usize),
    /// A number of at most so many digits; a decimal point does not count.
    Number(usize),
    /// A time, `yyyymmddHHMM`.
    Time,
    /// Card numbers of 15 characters, joined by `;`.
    Cards,
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the tables, and in the header.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether header and rows must have it.
    pub is_required: bool,
}

const fn required(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, is_required: true }
}

const fn optional(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, is_required: false }
}

/// The fields, in the order in which they are written.
pub const FIELDS: &[Field] = &[
    required("MA_LK", FieldKind::Text(100)),
    required("STT", FieldKind::Number(10)),
    required("MA_DICH_VU", FieldKind::Text(50)),
    optional("MA_NHOM", FieldKind::Number(2)),
    required("TEN_DICH_VU", FieldKind::Text(1024)),
    required("SO_LUONG", FieldKind::Number(10)),
    optional("DON_GIA_BV", FieldKind::Number(15)),
    optional("DON_GIA_BH", FieldKind::Number(15)),
    optional("THANH_TIEN_BV", FieldKind::Number(15)),
    optional("MA_KHOA", FieldKind::Text(50)),
    optional("MA_BAC_SI", FieldKind::Text(255)),
    optional("NGUOI_THUC_HIEN", FieldKind::Text(255)),
    required("NGAY_YL", FieldKind::Time),
    required("NGAY_TH_YL", FieldKind::Time),
    required("NGAY_KQ", FieldKind::Time),
    required("MA_MAY", FieldKind::Text(1024)),
    optional("KET_LUAN", FieldKind::Text(100_000)),
    optional("MA_BS_DOC_KQ", FieldKind::Text(255)),
    optional("MA_BN", FieldKind::Text(100)),
    optional("MA_THE_BHYT", FieldKind::Cards),
];

impl Field {
    /// Whether a value fits; else why not, without repeating it.
    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return if self.is_required { Err("is empty".into()) } else { Ok(()) };
        }
        match self.kind {
            FieldKind::Text(most) if value.chars().count() > most => {
                Err(format!("has more than {most} characters"))
            }
            FieldKind::Text(_) => Ok(()),
            FieldKind::Number(most) => {
                let digits = value.chars().filter(char::is_ascii_digit).count();
                let is_number = digits > 0
                    && value.chars().all(|c| c.is_ascii_digit() || c == '.')
                    && value.chars().filter(|c| *c == '.').count() <= 1;
                match (is_number, digits <= most) {
                    (false, _) => Err("is no number".into()),
                    (true, false) => Err(format!("has more than {most} digits")),
                    (true, true) => Ok(()),
                }
            }
            FieldKind::Time => time(value).map(|_| ()).ok_or_else(|| "is no time yyyymmddHHMM".into()),
            FieldKind::Cards if value.split(';').all(|card| card.trim().chars().count() == 15) => Ok(()),
            FieldKind::Cards => Err("is not 15 characters for each card".into()),
        }
    }
}

/// A time as the tables write it: `202611240805`.
pub(super) fn time(text: &str) -> Option<DateTime> {
    let is_digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let small = |range| part(range).and_then(|n| i8::try_from(n).ok());
    if !is_digits {
        return None;
    }
    DateTime::new(part(0..4)?, small(4..6)?, small(6..8)?, small(8..10)?, small(10..12)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_lengths_are_those_of_the_tables() {
        let field = |name: &str| FIELDS.iter().find(|field| field.name == name).unwrap();
        for (name, value, fits) in [
            ("MA_LK", "LK-1", true),
            ("MA_LK", "", false),
            ("MA_DICH_VU", &"x".repeat(50), true),
            ("MA_DICH_VU", &"x".repeat(51), false),
            ("TEN_DICH_VU", &"ế".repeat(1024), true),
            ("TEN_DICH_VU", &"ế".repeat(1025), false),
            ("STT", "1234567890", true),
            ("STT", "12345678901", false),
            ("SO_LUONG", "1.5", true),
            ("SO_LUONG", "1,5", false),
            ("SO_LUONG", ".", false),
            ("DON_GIA_BV", "512000.00", true),
            ("DON_GIA_BV", "-1", false),
            ("NGAY_YL", "202611240805", true),
            ("NGAY_YL", "202611242405", false),
            ("NGAY_YL", "202602300805", false),
            ("NGAY_YL", "2026-11-24", false),
            ("MA_THE_BHYT", "DN4790312345678", true),
            ("MA_THE_BHYT", "DN4790312345678;HS4790312345678", true),
            ("MA_THE_BHYT", "DN47903123", false),
            ("MA_THE_BHYT", "", true),
        ] {
            assert_eq!(field(name).check(value).is_ok(), fits, "{name} {value}");
        }
    }
}

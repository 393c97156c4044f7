//! The imaging fields of XML1, XML3 and XML4, with types and lengths.

use jiff::civil::DateTime;

use super::numbers::{self, Reading};

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text of at most this many characters.
    Text(usize),
    /// A whole number of at most this many digits.
    Number(usize),
    /// A number of at most this many digits and decimals; separators do not count.
    Decimal(usize, usize),
    /// A time, `yyyymmddHHMM`.
    Time,
    /// Card numbers of 15 characters, joined by `;`.
    Cards,
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the tables and in the header.
    pub name: &'static str,
    /// Its type.
    pub kind: FieldKind,
    /// Whether the header and every row must have it.
    pub is_required: bool,
}

const fn required(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, is_required: true }
}

const fn optional(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, is_required: false }
}

/// The fields, in the order of output.
pub const FIELDS: &[Field] = &[
    required("MA_LK", FieldKind::Text(100)),
    required("STT", FieldKind::Number(10)),
    required("MA_DICH_VU", FieldKind::Text(50)),
    optional("MA_NHOM", FieldKind::Number(2)),
    required("TEN_DICH_VU", FieldKind::Text(1024)),
    required("SO_LUONG", FieldKind::Decimal(10, 3)),
    optional("DON_GIA_BV", FieldKind::Decimal(15, 3)),
    optional("DON_GIA_BH", FieldKind::Decimal(15, 3)),
    optional("THANH_TIEN_BV", FieldKind::Decimal(15, 2)),
    optional("THANH_TIEN_BH", FieldKind::Decimal(15, 2)),
    optional("T_BHTT", FieldKind::Decimal(15, 2)),
    optional("MA_KHOA", FieldKind::Text(50)),
    optional("MA_BAC_SI", FieldKind::Text(255)),
    optional("NGUOI_THUC_HIEN", FieldKind::Text(255)),
    required("NGAY_YL", FieldKind::Time),
    required("NGAY_TH_YL", FieldKind::Time),
    optional("NGAY_KQ", FieldKind::Time),
    required("MA_MAY", FieldKind::Text(1024)),
    optional("KET_LUAN", FieldKind::Text(100_000)),
    optional("MA_BS_DOC_KQ", FieldKind::Text(255)),
    optional("MA_BN", FieldKind::Text(100)),
    optional("MA_THE_BHYT", FieldKind::Cards),
    optional("NGAY_VAO", FieldKind::Time),
    optional("NGAY_RA", FieldKind::Time),
];

impl Field {
    /// Whether a value is valid; if not, says why without repeating it.
    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return if self.is_required { Err("bỏ trống".into()) } else { Ok(()) };
        }
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let of_number = |is_number: bool, most: usize| match (is_number, digits <= most) {
            (false, _) => Err("không phải là số".into()),
            (true, false) => Err(format!("dài quá {most} chữ số")),
            (true, true) => Ok(()),
        };
        match self.kind {
            FieldKind::Text(most) if value.chars().count() > most => Err(format!("dài quá {most} ký tự")),
            FieldKind::Text(_) => Ok(()),
            FieldKind::Number(most) => of_number(digits == value.len(), most),
            FieldKind::Decimal(most, decimals) => of_number(numbers::read(value, decimals).is_some(), most),
            FieldKind::Time => {
                time(value).map(|_| ()).ok_or_else(|| "không phải thời điểm yyyymmddHHMM".into())
            }
            FieldKind::Cards if value.split(';').all(|card| card.trim().chars().count() == 15) => Ok(()),
            FieldKind::Cards => Err("mỗi mã thẻ phải có 15 ký tự".into()),
        }
    }

    /// How its number can be read; `None` if it is blank or not a number.
    pub(super) fn reading(&self, value: &str) -> Option<Reading> {
        match self.kind {
            FieldKind::Decimal(_, decimals) => numbers::read(value, decimals),
            _ => None,
        }
    }
}

/// A time in the format of the tables: `202611240805`.
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
            ("SO_LUONG", "1,5", true),
            ("SO_LUONG", "1.2.3", false),
            ("STT", "1.5", false),
            ("THANH_TIEN_BV", "1.512.000", true),
            ("NGAY_KQ", "", true),
            ("NGAY_TH_YL", "", false),
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

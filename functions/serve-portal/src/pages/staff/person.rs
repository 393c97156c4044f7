//! Facts about a person, as the console writes them.

use filmless_domain::BirthDate;

/// A birth date as people write it.
pub(crate) fn birth_date(iso: &str) -> String {
    BirthDate::parse(iso).map_or_else(|_| iso.to_owned(), |date| date.to_day_first())
}

/// A phone number as dialled within the country.
pub(crate) fn local_phone(phone: &str) -> String {
    phone.strip_prefix("+84").map_or_else(|| phone.to_owned(), |rest| format!("0{rest}"))
}

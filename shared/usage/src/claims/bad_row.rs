//! A row that is not usable.

use serde::Serialize;

use crate::claims::fields::FIELDS;
use crate::claims::money::Money;
use crate::claims::place::Place;
use crate::claims::text;

/// A row that is not usable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// Episode, if readable.
    pub ma_lk: String,
    /// Service, if readable.
    pub ma_dich_vu: String,
    /// How many studies it claims, as far as that is readable.
    #[serde(skip)]
    pub(crate) count: usize,
    /// The field at fault, if it is one field.
    pub field: Option<&'static str>,
    /// What is wrong, in Vietnamese. Does not repeat the value.
    pub reason: String,
    /// The field, and what is wrong with it.
    #[serde(skip)]
    pub(crate) told: String,
}

impl BadRow {
    pub(crate) fn new(place: Place, field: Option<&'static str>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let told = format!("{} {reason}", field.unwrap_or_default()).trim_start().to_owned();
        Self { place, ma_lk: String::new(), ma_dich_vu: String::new(), count: 0, field, reason, told }
    }

    /// Adds what the row says about the study that it claims.
    pub(crate) fn naming<'a>(
        mut self,
        field: impl Fn(&'static str) -> Result<&'a str, &'static str>,
    ) -> Self {
        let known = |name: &str| FIELDS.iter().find(|known| known.name == name);
        let text = |name: &'static str| {
            let value = text::composed(field(name).unwrap_or_default()).into_owned();
            known(name).filter(|known| known.check(&value).is_ok()).map(|_| value).unwrap_or_default()
        };
        (self.ma_lk, self.ma_dich_vu) = (text("MA_LK"), text("MA_DICH_VU"));
        let quantity =
            Money::of(|name| known(name).filter(|_| name == "SO_LUONG")?.reading(field(name).ok()?));
        self.count = quantity.map_or(1, |money| money.count);
        self
    }
}

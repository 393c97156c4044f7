//! One claim line.

use std::borrow::Cow;

use jiff::civil::DateTime;

use crate::claims::fields::{self, FIELDS};
use crate::claims::money::Money;
use crate::claims::place::Place;
use crate::claims::text;

/// One usable claim line.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Where it is.
    pub place: Place,
    /// Its fields, in the order of [`FIELDS`] and in composed letters; empty if the file lacks the column.
    pub(crate) values: Vec<String>,
    pub(crate) money: Money,
    pub(crate) ordered_at: Option<DateTime>,
    pub(crate) performed_at: Option<DateTime>,
    pub(crate) result_at: Option<DateTime>,
    pub(crate) visit: (Option<DateTime>, Option<DateTime>),
}

impl Claim {
    /// The value of a field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        let position = FIELDS.iter().position(|field| field.name == name);
        position.and_then(|p| self.values.get(p)).map(String::as_str).unwrap_or_default()
    }

    /// What links it to its study: episode (`MA_LK`) and service code (`MA_DICH_VU`).
    pub(crate) fn key(&self) -> (Cow<'_, str>, Cow<'_, str>) {
        (self.value("MA_LK").into(), self.value("MA_DICH_VU").into())
    }

    /// Whether it is charged at the price without film, which the name says in brackets.
    #[must_use]
    pub fn is_without_film(&self) -> bool {
        let name = self.value("TEN_DICH_VU").to_lowercase();
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        ["không in phim", "khong in phim"].iter().any(|words| name.contains(words))
    }

    /// How many studies it claims.
    #[must_use]
    pub fn count(&self) -> usize {
        self.money.count
    }

    /// What it claims from the insurance, in whole dong, rounding half up: `T_BHTT`, else `THANH_TIEN_BH`, else
    /// `THANH_TIEN_BV`, else the quantity times `DON_GIA_BH` or `DON_GIA_BV`. `None` if the row names no amount.
    #[must_use]
    pub fn amount_vnd(&self) -> Option<i64> {
        self.money.amount_vnd
    }
}

impl Claim {
    pub(crate) fn of<'a>(
        place: &Place,
        field: impl Fn(&'static str) -> Result<&'a str, &'static str>,
    ) -> Result<Self, (&'static str, String)> {
        let mut values = Vec::with_capacity(FIELDS.len());
        for known in FIELDS {
            let value = field(known.name).map_err(|reason| (known.name, reason.to_owned()))?;
            let value = text::composed(value);
            known.check(&value).map_err(|reason| (known.name, reason))?;
            values.push(value.into_owned());
        }
        let money = Money::default();
        let place = place.clone();
        let visit = (None, None);
        let mut claim =
            Self { place, values, money, ordered_at: None, performed_at: None, result_at: None, visit };
        let time = |claim: &Self, name| fields::time(claim.value(name));
        claim.money = Money::of(|name| FIELDS.iter().find(|f| f.name == name)?.reading(claim.value(name)))?;
        claim.ordered_at = time(&claim, "NGAY_YL");
        claim.performed_at = time(&claim, "NGAY_TH_YL");
        claim.result_at = time(&claim, "NGAY_KQ");
        claim.visit = (time(&claim, "NGAY_VAO"), time(&claim, "NGAY_RA"));
        Ok(claim)
    }
}

//! Prices: what a film, a message or a gigabyte costs the hospital. `docs/USAGE.md` describes the file.

use jiff::civil::Date;

use crate::{Month, UsageError};

/// The header of a price file.
const HEADER: [&str; 7] = ["item", "modality", "valid_from", "price_vnd", "per", "unit", "note"];
/// Highest price, so that no sum overflows.
const PRICE_VND_MAX: i64 = 1_000_000_000;

/// The prices, unless the hospital sets others.
pub const DEFAULT_PRICES: &str = include_str!("prices.csv");

/// A price list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    rows: Vec<Price>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Price {
    item: String,
    modality: String,
    valid_from: Date,
    price_vnd: i64,
    per: i64,
}

impl Prices {
    /// Reads a price file.
    ///
    /// # Errors
    /// [`UsageError::Prices`] with the first line that is not usable.
    pub fn parse(text: &str) -> Result<Self, UsageError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let wrong = |line: u64, why| UsageError::Prices { line, why };
        if !reader.headers().is_ok_and(|header| header.iter().eq(HEADER)) {
            return Err(wrong(1, "the header is not item,modality,valid_from,price_vnd,per,unit,note"));
        }
        let mut rows = Vec::new();
        for (line, record) in (2..).zip(reader.records()) {
            let record = record.map_err(|_| wrong(line, "not seven fields"))?;
            let field = |n: usize| record.get(n).unwrap_or_default().trim().to_owned();
            let number = |n| field(n).parse::<i64>().ok().filter(|v| (0..=PRICE_VND_MAX * 8).contains(v));
            rows.push(Price {
                item: field(0),
                modality: field(1),
                valid_from: field(2).parse().map_err(|_| wrong(line, "valid_from is not YYYY-MM-DD"))?,
                price_vnd: number(3)
                    .filter(|vnd| *vnd <= PRICE_VND_MAX)
                    .ok_or(wrong(line, "price_vnd is not a whole number of dong"))?,
                per: number(4).filter(|per| *per > 0).ok_or(wrong(line, "per is not a number above 0"))?,
            });
            // Items counted singly are paid singly, so that rounded parts add up to their whole.
            if field(5) != "byte" && number(4) != Some(1) {
                return Err(wrong(line, "per is 1 for everything but bytes"));
            }
        }
        Ok(Self { rows })
    }

    /// The price of an item: dong, and for how many units. The latest one that is valid on the month's first day; one
    /// for the modality takes precedence over one for any.
    #[must_use]
    pub fn price(&self, item: &str, modality: &str, month: Month) -> Option<(i64, i64)> {
        let valid = self.rows.iter().filter(|price| {
            price.item == item
                && (price.modality.is_empty() || price.modality == modality)
                && price.valid_from <= month.first_day()
        });
        let price = valid.max_by_key(|p| (!p.modality.is_empty(), p.valid_from))?;
        Some((price.price_vnd, price.per))
    }

    /// What this many of an item cost in a month, in whole dong, rounding half up.
    #[must_use]
    pub fn cost(&self, item: &str, modality: &str, month: Month, quantity: i64) -> i64 {
        let Some((vnd, per)) = self.price(item, modality, month) else { return 0 };
        let (amount, per) = (i128::from(quantity) * i128::from(vnd), i128::from(per));
        let rounded = (2 * amount + per).div_euclid(2 * per);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}item,modality,valid_from,price_vnd,per,unit,note\n\
        film,,2026-01-01,100,1,film,\nfilm,CT,2026-01-01,300,1,film,\nfilm,CT,2026-06-01,400,1,film,\n\
        served,,2026-01-01,3,1000,byte,\n";

    #[test]
    fn the_latest_price_of_the_modality_counts_else_that_of_any() {
        let prices = Prices::parse(FILE).unwrap();
        let cost = |item, modality, month: &str, quantity| {
            prices.cost(item, modality, month.parse().unwrap(), quantity)
        };
        assert_eq!(cost("film", "CT", "2026-05", 2), 600);
        assert_eq!(cost("film", "CT", "2026-06", 2), 800);
        assert_eq!(cost("film", "MR", "2026-06", 2), 200);
        assert_eq!(cost("film", "MR", "2025-12", 2), 0);
        assert_eq!(cost("film", "CT", "2026-06", -2), -800);
        assert_eq!(cost("served", "", "2026-06", 499), 1);
        assert_eq!(cost("served", "", "2026-06", 500), 2);
        assert_eq!(cost("nothing", "", "2026-06", 5), 0);
    }

    #[test]
    fn the_prices_that_come_with_the_program_can_be_read() {
        let prices = Prices::parse(DEFAULT_PRICES).unwrap();
        let month = "2026-11".parse().unwrap();
        assert_eq!(prices.cost("sms", "", month, 2), 1200);
        assert_eq!(prices.cost("film", "CT", month, 3), 105_000);
        assert_eq!(prices.cost("film", "CT+PT", month, 1), 25_000);
    }

    #[test]
    fn a_line_that_cannot_be_used_is_named() {
        for (text, line) in [
            ("a,b\n", 1),
            ("item,modality,valid_from,price_vnd,per,unit,note\nfilm,,2026,1,1,film,\n", 2),
            ("item,modality,valid_from,price_vnd,per,unit,note\nfilm,,2026-01-01,-1,1,film,\n", 2),
            ("item,modality,valid_from,price_vnd,per,unit,note\nfilm,,2026-01-01,1,0,film,\n", 2),
            ("item,modality,valid_from,price_vnd,per,unit,note\nfilm,,2026-01-01\n", 2),
        ] {
            let error = Prices::parse(text).unwrap_err();
            assert!(matches!(error, UsageError::Prices { line: found, .. } if found == line), "{text}");
        }
    }
}

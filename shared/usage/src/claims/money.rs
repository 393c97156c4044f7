//! Count and amount of a claim line. A number with two readings is settled by the others of its row, or not at all.

use super::numbers::{Milli, ONE, Reading};

/// Amounts are rounded to two decimals (QĐ 130/QĐ-BYT, table 3), so a product may be off by half of one.
const ROUNDED: Milli = 5;

/// Count and amount of a claim line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Money {
    /// How many studies it claims.
    pub count: usize,
    /// What it claims.
    pub amount_vnd: Option<i64>,
}

impl Money {
    /// Reads the fields of a row; the error names the field with two readings.
    pub fn of(field: impl Fn(&'static str) -> Option<Reading>) -> Result<Self, (&'static str, String)> {
        let quantity = field("SO_LUONG").unwrap_or(Reading::One(ONE));
        let quantity = settled(quantity, &field)
            .ok_or_else(|| ("SO_LUONG", "đọc được hai cách: dấu thập phân hay dấu hàng nghìn".to_owned()))?;
        let amount = ["T_BHTT", "THANH_TIEN_BH", "THANH_TIEN_BV"]
            .iter()
            .find_map(|name| field(name).and_then(Reading::value));
        let amount = match amount {
            Some(amount) => Some(amount),
            None => priced(quantity, &field)?,
        };
        let dong = |milli: Milli| i64::try_from((milli + ONE / 2).div_euclid(ONE)).ok();
        let count = usize::try_from(quantity / ONE).unwrap_or(usize::MAX).max(1);
        Ok(Self { count, amount_vnd: amount.and_then(dong) })
    }
}

/// The quantity times the price for the insurance, else the hospital's.
fn priced(
    quantity: Milli,
    field: impl Fn(&'static str) -> Option<Reading>,
) -> Result<Option<Milli>, (&'static str, String)> {
    let Some((name, price)) = ["DON_GIA_BH", "DON_GIA_BV"].iter().find_map(|n| Some((*n, field(n)?))) else {
        return Ok(None);
    };
    let price = price
        .value()
        .ok_or_else(|| (name, "đọc được hai cách: dấu thập phân hay dấu hàng nghìn".to_owned()))?;
    Ok(Some(quantity * price / ONE))
}

/// The quantity. Of two readings, the one for which quantity times price gives the amount.
fn settled(quantity: Reading, field: impl Fn(&'static str) -> Option<Reading>) -> Option<Milli> {
    if let Some(value) = quantity.value() {
        return Some(value);
    }
    let (price, amount) = (field("DON_GIA_BV")?, field("THANH_TIEN_BV")?.value()?);
    let comes_to = |quantity: Milli, price: Milli| (quantity * price - amount * ONE).abs() <= ROUNDED * ONE;
    let mut fitting =
        quantity.values().filter(|quantity| price.values().any(|price| comes_to(*quantity, price)));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::read;
    use super::*;

    fn money(fields: &[(&'static str, &str)]) -> Result<(usize, Option<i64>), &'static str> {
        let field = |name: &'static str| {
            let (_, text) = fields.iter().find(|(known, _)| *known == name)?;
            read(text, if name.starts_with('T') { 2 } else { 3 })
        };
        Money::of(field).map(|money| (money.count, money.amount_vnd)).map_err(|(field, _)| field)
    }

    #[test]
    fn the_row_settles_a_number_of_two_readings_or_the_row_is_not_used() {
        let of = |quantity, price, amount| {
            money(&[("SO_LUONG", quantity), ("DON_GIA_BV", price), ("THANH_TIEN_BV", amount)])
        };
        assert_eq!(of("1.000", "512000.000", "512000.00"), Ok((1, Some(512_000))));
        assert_eq!(of("1", "512,000", "512,000"), Ok((1, Some(512_000))));
        assert_eq!(of("2", "512.000", "1.024.000"), Ok((2, Some(1_024_000))));
        assert_eq!(of("1.000", "512", "512000"), Ok((1000, Some(512_000))));
        // Either 1 at 512,000 or 1,000 at 512.
        assert_eq!(of("1.000", "512.000", "512.000"), Err("SO_LUONG"));
        assert_eq!(of("1.000", "7", "8"), Err("SO_LUONG"));
        assert_eq!(money(&[("SO_LUONG", "1.000")]), Err("SO_LUONG"));
        assert_eq!(money(&[("SO_LUONG", "1"), ("DON_GIA_BH", "512.000")]), Err("DON_GIA_BH"));
    }

    #[test]
    fn what_is_asked_of_the_insurance_goes_before_what_the_hospital_charges() {
        let all = [
            ("SO_LUONG", "2"),
            ("DON_GIA_BV", "600000"),
            ("DON_GIA_BH", "500000"),
            ("THANH_TIEN_BV", "1200000"),
            ("THANH_TIEN_BH", "1000000"),
            ("T_BHTT", "800000.50"),
        ];
        assert_eq!(money(&all), Ok((2, Some(800_001))));
        assert_eq!(money(&all[..5]), Ok((2, Some(1_000_000))));
        assert_eq!(money(&all[..4]), Ok((2, Some(1_200_000))));
        assert_eq!(money(&all[..3]), Ok((2, Some(1_000_000))));
        assert_eq!(money(&all[..2]), Ok((2, Some(1_200_000))));
        assert_eq!(money(&all[..1]), Ok((2, None)));
        assert_eq!(money(&[("SO_LUONG", "0.5"), ("DON_GIA_BV", "3")]), Ok((1, Some(2))));
    }
}

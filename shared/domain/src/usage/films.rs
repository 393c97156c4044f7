//! How many films a study needs.

use super::UsageContext;
use crate::Order;

/// How many films a study would need: as the order says (`service.films`), else the usual number (see
/// `docs/USAGE.md`).
#[must_use]
pub fn films_of(context: &UsageContext, order: &Order, images: u32) -> i64 {
    if let Some(films) = order_number(order, "films") {
        return films;
    }
    match context.modality.as_deref().unwrap_or_default() {
        modality if modality.contains("MR") => 4,
        modality if modality.contains("CT") => 3,
        "MG" => 4,
        "CR" | "DX" | "RG" | "PX" | "IO" => i64::from(images).clamp(1, 4),
        _ => 1,
    }
}

/// How many films were printed although the images are delivered: as the order says (`service.films_printed`), or at
/// the price with film the usual number.
#[must_use]
pub fn films_printed_of(context: &UsageContext, order: &Order, images: u32) -> i64 {
    match order_number(order, "films_printed") {
        Some(films) => films,
        None if context.price_variant.as_deref() == Some("film") => films_of(context, order, images),
        None => 0,
    }
}

fn order_number(order: &Order, name: &str) -> Option<i64> {
    const FILMS_MAX: i64 = 1000;
    order.service.as_ref()?.other.get(name)?.as_i64().filter(|number| (0..=FILMS_MAX).contains(number))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{context, order};
    use super::*;
    use serde_json::json;

    #[test]
    fn films_are_those_of_the_order_else_those_of_custom() {
        for (service, films, printed) in [
            (json!({ "price_variant": "pacs" }), 3, 0),
            (json!({ "price_variant": "film" }), 3, 3),
            (json!({ "price_variant": "pacs", "films": 2, "films_printed": 1 }), 2, 1),
            (json!({ "price_variant": "film", "films_printed": 0, "films": " " }), 3, 0),
        ] {
            let (context, order) = (context(&service), order(&service));
            assert_eq!(films_of(&context, &order, 300), films, "{service}");
            assert_eq!(films_printed_of(&context, &order, 300), printed, "{service}");
        }
    }
}

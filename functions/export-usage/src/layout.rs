//! Where exports lie in the usage bucket, and in a folder they are written to.

use filmless_usage::{Day, Month};

/// Prefix of everything that is exported.
pub const EXPORTS: &str = "exports/";
/// Prefix of the events.
pub const EVENTS: &str = "exports/events/";
/// The price file.
pub const PRICES: &str = "prices/prices.csv";
/// Prefix of the manifests.
pub const MONTHS: &str = filmless_delivery::staff::USAGE_MONTHS;

/// A Parquet file: `exports/events/month=2026-11/day=2026-11-24/part-00000.parquet`.
#[must_use]
pub fn events(month: Month, day: Day, part: u32) -> String {
    format!("{EVENTS}month={month}/day={day}/part-{part:05}.parquet")
}

/// The manifest of a month, written last.
#[must_use]
pub fn manifest(month: Month) -> String {
    format!("{MONTHS}{month}/manifest.json")
}

/// The table of a month.
#[must_use]
pub fn csv(month: Month) -> String {
    format!("{MONTHS}{month}/khong-in-phim-{month}.csv")
}

/// The workbook of a month.
#[must_use]
pub fn xlsx(month: Month) -> String {
    format!("{MONTHS}{month}/khong-in-phim-{month}.xlsx")
}

/// The month of an export, from a file's key.
#[must_use]
pub fn month_within(key: &str) -> Option<Month> {
    let rest = key.strip_prefix(MONTHS).or_else(|| key.strip_prefix(EVENTS)?.strip_prefix("month="))?;
    rest.split_once('/')?.0.parse().ok()
}

/// The media type of a file.
#[must_use]
pub fn media_type(key: &str) -> &'static str {
    match key.rsplit('.').next().unwrap_or_default() {
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/vnd.apache.parquet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_leads_back_to_its_month() {
        let month: Month = "2026-11".parse().unwrap();
        let day = Day::of_ms(month.starts_at_ms());
        for key in [manifest(month), csv(month), xlsx(month), events(month, day, 0)] {
            assert_eq!(month_within(&key), Some(month), "{key}");
        }
        for other in
            ["exports/months/2026-13/a", "exports/events/2026-11/a", "exports/a", PRICES, "2026-11/a"]
        {
            assert_eq!(month_within(other), None, "{other}");
        }
    }
}

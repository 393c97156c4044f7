//! Months side by side.

use std::collections::BTreeMap;

use filmless_delivery::staff::{FilmBudgets, Reconciled, UsageMonth};
use filmless_domain::hospital::HOSPITAL_TIME;
use jiff::ToSpan;

use super::table::sum;
use crate::pages::staff::console::Console;
use crate::pages::staff::trouble::Trouble;

/// Most months side by side: they fit on a sheet of paper and can be read within a request.
pub(crate) const MONTHS_MAX: usize = 6;

/// Months side by side, and what belongs to them.
pub(crate) struct Sides {
    /// Oldest first.
    pub(crate) months: Vec<UsageMonth>,
    /// The stored results of the months whose claims were compared.
    pub(crate) claims: BTreeMap<String, Reconciled>,
    pub(crate) budgets: FilmBudgets,
    /// The year of the newest month, and the films printed in all its exported months.
    pub(crate) year: Option<(String, i64)>,
}

impl Sides {
    pub(crate) async fn read(console: &Console) -> Result<Self, Trouble> {
        let names = console.desk.usage_months().await.map_err(console.trouble())?;
        let mut months = Vec::new();
        let mut claims = BTreeMap::new();
        for name in names.iter().take(MONTHS_MAX) {
            months.push(console.desk.usage_month(name).await.map_err(console.trouble())?);
            let reconciled = console.desk.reconciled(name).await.map_err(console.trouble())?;
            claims.extend(reconciled.map(|reconciled| (name.clone(), reconciled)));
        }
        let budgets = console.desk.film_budgets().await.map_err(console.trouble())?;
        let mut year = None;
        if let Some(newest) = names.first().and_then(|name| name.get(..4)) {
            let mut printed = 0;
            for name in names.iter().filter(|name| name.starts_with(newest)) {
                let known = months.iter().find(|month| month.month == *name);
                let films = match known {
                    Some(month) => sum(month, |_| true).films_printed,
                    None => {
                        let month = console.desk.usage_month(name).await.map_err(console.trouble())?;
                        sum(&month, |_| true).films_printed
                    }
                };
                printed += films;
            }
            year = Some((newest.to_owned(), printed));
        }
        months.reverse();
        Ok(Self { months, claims, budgets, year })
    }
}

/// The current month at the hospital and those before it, which can be exported or compared here.
pub(crate) fn latest_months() -> Vec<String> {
    let today = jiff::Timestamp::now().to_zoned(HOSPITAL_TIME).date();
    let month =
        |back: i32| today.first_of_month().saturating_sub(back.months()).strftime("%Y-%m").to_string();
    (0..12).map(month).collect()
}

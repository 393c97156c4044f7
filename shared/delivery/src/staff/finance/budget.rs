//! How many films may be printed: a number per month or year, set by finance.

use std::collections::BTreeMap;

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;

use super::super::{Desk, Refusal, StaffError};
use super::{is_month, read, write};

/// One object per period below it, so that two members who set different periods do not overwrite each other.
const BUDGETS: &str = "budget/films/";
const PERIODS_MAX: usize = 1_000;
/// Most films in a budget, to catch typing errors.
const FILMS_MAX: u64 = 100_000_000;

/// Films by period: `2026` or `2026-11`.
pub type FilmBudgets = BTreeMap<String, u64>;

fn is_period(text: &str) -> bool {
    is_month(text) || text.len() == 4 && is_month(&format!("{text}-01"))
}

impl Desk {
    /// The budgets set for the named periods.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn film_budgets(&self) -> Result<FilmBudgets, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        let mut budgets = FilmBudgets::new();
        for key in self.usage.list(BUDGETS, PERIODS_MAX).await? {
            let period = key.as_str().strip_prefix(BUDGETS).filter(|period| is_period(period));
            let Some(period) = period else { continue };
            if let Some(Some(films)) = read::<Option<u64>>(&self.usage, key.as_str()).await? {
                budgets.insert(period.to_owned(), films);
            }
        }
        Ok(budgets)
    }

    /// Sets or removes the budget of a period; audited.
    ///
    /// # Errors
    /// [`StaffError`]; `bad-budget` if it is not a period, or too many films.
    pub async fn set_film_budget(&self, period: &str, films: Option<u64>) -> Result<(), StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        if !is_period(period) || films.is_some_and(|films| films > FILMS_MAX) {
            return Err(Refusal::BadBudget.into());
        }
        let said = films.map_or_else(|| "none".to_owned(), |films| films.to_string());
        let detail = format!("film budget of {period}: {said}");
        self.record(AuditAction::ReadLog).detail(detail).write(&self.common).await?;
        Ok(write(&self.usage, &format!("{BUDGETS}{period}"), &films).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_year_or_a_month() {
        for (text, expected) in [
            ("2026", true),
            ("2026-11", true),
            ("2026-13", false),
            ("11/2026", false),
            ("26", false),
            ("", false),
        ] {
            assert_eq!(is_period(text), expected, "{text}");
        }
    }
}

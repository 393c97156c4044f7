//! How far back claims need the ledger: a claim comes at the end of a stay, its study with the order.

use std::collections::HashSet;

use jiff::civil::DateTime;

use crate::Month;
use crate::claims::claim::Claim;
use crate::claims::rows::Claims;

/// Most months before the claims' month for which the ledger is read. No stay that is claimed at once is longer, and a
/// mistyped year does not make us read decades of the ledger.
pub const LOOK_BACK_MONTHS_MAX: i32 = 24;

impl Claims {
    /// The first month whose ledger these claims need: that of the earliest `NGAY_VAO`, `NGAY_YL` or `NGAY_TH_YL`, at
    /// least the month before `month`, at most [`LOOK_BACK_MONTHS_MAX`] before it.
    #[must_use]
    pub fn first_month(&self, month: Month) -> Month {
        let earliest = self.lines.iter().filter_map(Claim::earliest).min();
        let reached = earliest.map_or(month, |at| Month::of_date(at.date()));
        reached.clamp(month.after(-LOOK_BACK_MONTHS_MAX), month.after(-1))
    }

    /// How many claims name a time of order or performance before the reach of [`Claims::first_month`].
    #[must_use]
    pub fn lines_before(&self, first: Month) -> u64 {
        let is_before = |at: Option<DateTime>| at.is_some_and(|at| at.date() < first.first_day());
        let lines = self.lines.iter();
        lines.filter(|claim| is_before(claim.ordered_at) || is_before(claim.performed_at)).count() as u64
    }

    /// The episodes (`MA_LK`) that the claims name.
    #[must_use]
    pub fn episodes(&self) -> HashSet<&str> {
        self.lines.iter().map(|claim| claim.value("MA_LK")).collect()
    }
}

impl Claim {
    fn earliest(&self) -> Option<DateTime> {
        [self.visit.0, self.ordered_at, self.performed_at].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(arrived: &str, ordered: &str, performed: &str) -> Claims {
        let header = "MA_LK,STT,MA_DICH_VU,TEN_DICH_VU,SO_LUONG,NGAY_YL,NGAY_TH_YL,MA_MAY,NGAY_VAO";
        let row = |ordered: &str, performed: &str, arrived: &str| {
            format!("LK1,1,18.1,CT,1,{ordered},{performed},CL.1,{arrived}")
        };
        let of_month = row("202612010800", "202612010830", "");
        let text = format!("{header}\n{of_month}\n{}\n", row(ordered, performed, arrived));
        let claims = Claims::read(text.as_bytes()).unwrap();
        assert_eq!(claims.bad_rows, []);
        claims
    }

    #[test]
    fn the_ledger_is_read_as_far_back_as_the_claims_reach_and_no_further_than_the_bound() {
        let december: Month = "2026-12".parse().unwrap();
        for (arrived, ordered, performed, first, before) in [
            ("", "202612240800", "202612240830", "2026-11", 0),
            ("", "202611300800", "202612010830", "2026-11", 0),
            ("", "202609300800", "202612010830", "2026-09", 0),
            ("", "202612010800", "202608310830", "2026-08", 0),
            ("202610312359", "202612010800", "202612010830", "2026-10", 0),
            ("202412010000", "202412010000", "202412010000", "2024-12", 0),
            ("202411302359", "202612010800", "202612010830", "2024-12", 0),
            ("", "202411302359", "202612010830", "2024-12", 1),
            ("192612010800", "192612010800", "192612010830", "2024-12", 1),
            ("", "202703010800", "202703010830", "2026-11", 0),
        ] {
            let claims = claims(arrived, ordered, performed);
            let found = claims.first_month(december);
            assert_eq!(found.to_string(), first, "{arrived} {ordered} {performed}");
            assert_eq!(claims.lines_before(found), before, "{arrived} {ordered} {performed}");
        }
    }
}

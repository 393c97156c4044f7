//! What was charged, what was claimed from the insurance, what of it was accepted, and what is still open.
//!
//! Open amounts are in the hospital's prices: charges to insured patients, less the studies whose claims have no
//! finding. So the open amount reaches zero, whatever share of a price the insurance pays.

use std::collections::BTreeSet;

use filmless_delivery::staff::{Reconciled, UsageMonth};

use super::sides::Sides;
use super::table::{Cell, Row, Table, lines_address, sum};
use crate::pages::staff::frame::StaffFrame;
use crate::pages::staff::usage::{or_unknown, payer_words};

const INSURED: &str = "insured";

/// The sums of a payer's claims, or of a department's for insured patients.
#[derive(Default)]
struct Claimed {
    claimed: i64,
    accepted: i64,
    settled: i64,
}

fn claimed(reconciled: &Reconciled, payer: &str, is_in: impl Fn(&str) -> bool) -> Claimed {
    let groups = reconciled.groups.iter().filter(|group| group.payer == payer && is_in(&group.department));
    groups.fold(Claimed::default(), |sum, group| Claimed {
        claimed: sum.claimed + group.claimed_vnd,
        accepted: sum.accepted + group.accepted_vnd,
        settled: sum.settled + group.settled_vnd,
    })
}

fn charged(month: &UsageMonth, payer: &str, is_in: impl Fn(&str) -> bool) -> i64 {
    sum(month, |group| group.payer == payer && is_in(&group.department)).charged_vnd
}

/// The page with the claims of a month.
fn claims_address(month: &str) -> String {
    format!("/staff/finance/claims?month={month}")
}

/// A row per month and payer: charged, claimed, accepted, open.
pub(super) fn by_payer(frame: &StaffFrame<'_>, sides: &Sides) -> Table {
    let (usage, words, language) = (frame.t.usage, frame.t.finance, frame.language);
    let mut rows = Vec::new();
    for month in &sides.months {
        let reconciled = sides.claims.get(&month.month);
        let mut payers: BTreeSet<&str> = month.groups.iter().map(|group| group.payer.as_str()).collect();
        payers.extend(reconciled.iter().flat_map(|r| &r.groups).map(|group| group.payer.as_str()));
        for payer in payers {
            let charged = charged(month, payer, |_| true);
            let mut cells =
                vec![Cell::dong(charged, language, &lines_address(&month.month, &[("payer", payer)]))];
            let url = claims_address(&month.month);
            let claims = reconciled.map(|reconciled| claimed(reconciled, payer, |_| true));
            cells.extend(match (claims, payer) {
                (Some(claims), INSURED) => [
                    Cell::dong(claims.claimed, language, &url),
                    Cell::dong(claims.accepted, language, &url),
                    Cell::dong(charged - claims.settled, language, &url),
                ],
                (None, INSURED) => [(); 3].map(|()| Cell::unknown(words.not_compared, &url)),
                // For other payers the insurance is not asked for money, and what a cashier took is unknown here.
                (Some(claims), _) if claims.claimed != 0 => [
                    Cell::dong(claims.claimed, language, &url),
                    Cell::dong(claims.accepted, language, &url),
                    Cell::unknown("–", ""),
                ],
                _ => [(); 3].map(|()| Cell::unknown("–", "")),
            });
            rows.push(Row { label: format!("{} – {}", month.month, payer_words(frame, payer)), cells });
        }
    }
    let label = format!("{} – {}", usage.month, usage.payer);
    let heads = [label.as_str(), words.charged, words.claimed, words.accepted, words.open].map(str::to_owned);
    Table { name: "receivables", title: words.receivables, heads: heads.into(), rows }
}

/// What insured patients still have open: a row per department, a column per month.
pub(super) fn open_by_department(frame: &StaffFrame<'_>, sides: &Sides) -> Table {
    let (usage, words, language) = (frame.t.usage, frame.t.finance, frame.language);
    let mut departments: BTreeSet<&str> = BTreeSet::new();
    for month in &sides.months {
        let of_ledger = month.groups.iter().filter(|g| g.payer == INSURED).map(|g| g.department.as_str());
        let of_claims = sides.claims.get(&month.month).into_iter().flat_map(|r| &r.groups);
        let of_claims = of_claims.filter(|g| g.payer == INSURED).map(|g| g.department.as_str());
        for department in of_ledger.chain(of_claims) {
            departments.insert(department);
        }
    }
    let open = |month: &UsageMonth, is_in: &dyn Fn(&str) -> bool| {
        let url = claims_address(&month.month);
        match sides.claims.get(&month.month) {
            Some(reconciled) => {
                let open = charged(month, INSURED, is_in) - claimed(reconciled, INSURED, is_in).settled;
                Cell::dong(open, language, &url)
            }
            None => Cell::unknown(words.not_compared, &url),
        }
    };
    let row = |label: String, is_in: &dyn Fn(&str) -> bool| Row {
        label,
        cells: sides.months.iter().map(|month| open(month, is_in)).collect(),
    };
    let mut rows: Vec<Row> =
        departments.iter().map(|name| row(or_unknown(frame, name), &|found| found == *name)).collect();
    rows.push(row(usage.total.to_owned(), &|_| true));
    let months = sides.months.iter().map(|month| month.month.clone());
    let heads = std::iter::once(usage.department.to_owned()).chain(months).collect();
    Table { name: "open", title: words.open_by_department, heads, rows }
}

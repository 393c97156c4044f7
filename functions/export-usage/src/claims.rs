//! Compares claims with the ledger of a running system, for the command line and the finance page.

use std::io::Write;

use filmless_delivery::staff::{ReceivableGroup, Reconciled, RiskLine};
use filmless_usage::Month;
use filmless_usage::UsageError;
use filmless_usage::claims::{
    AT_RISK_COLUMNS, Claims, FINDING_COLUMNS, PRINTED_FINDING_COLUMNS, Reconciliation, Sum, at_risk_lines,
    bad_row_lines, finding_lines, receivables,
};
use filmless_usage::workbook::{Table, write_tables};
use jiff::Timestamp;

pub use crate::claimed::read_claimed;

/// Writes the workbook of a comparison: the rows to correct and the amounts at risk.
///
/// # Errors
/// [`UsageError`].
pub fn write_list(
    sink: impl Write + Send,
    result: &Reconciliation<'_>,
    month: Month,
) -> Result<(), UsageError> {
    let lines = finding_lines(result).chain(bad_row_lines(result));
    let tables = vec![
        Table {
            name: "Dòng cần sửa",
            columns: &FINDING_COLUMNS,
            printed_columns: PRINTED_FINDING_COLUMNS,
            lines: Box::new(lines),
        },
        Table {
            name: "Tiền có rủi ro",
            columns: &AT_RISK_COLUMNS,
            printed_columns: AT_RISK_COLUMNS.len(),
            lines: Box::new(at_risk_lines(result).into_iter()),
        },
    ];
    write_tables(sink, month, tables)
}

/// What is kept of a comparison: totals, nothing about a single claim.
#[must_use]
pub fn kept(claims: &Claims, result: &Reconciliation<'_>, month: Month, at: Timestamp) -> Reconciled {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let risk = |name: &str, sum: &Sum| RiskLine {
        name: name.to_owned(),
        rows: sum.rows,
        rows_without_amount: sum.rows_without_amount,
        amount_vnd: sum.amount_vnd,
    };
    let sums = &result.at_risk;
    let groups = receivables(result, month).into_iter().map(|group| ReceivableGroup {
        department: group.department,
        payer: group.payer.as_str().to_owned(),
        claimed_vnd: group.claimed_vnd,
        accepted_vnd: group.accepted_vnd,
        settled_vnd: group.settled_vnd,
    });
    Reconciled {
        month: month.to_string(),
        at,
        dossiers: claims.dossiers,
        claims: count(result.claims),
        matched_claims: count(result.matched_claims),
        bad_rows: count(result.bad_rows.len()),
        other_rows: result.other_rows,
        other_files: count(claims.other_files.len()),
        groups: groups.collect(),
        findings: sums.findings.iter().map(|(kind, sum)| risk(kind.code(), sum)).collect(),
        departments: sums.departments.iter().map(|(name, sum)| risk(name, sum)).collect(),
        payers: sums.payers.iter().map(|(payer, sum)| risk(payer.as_str(), sum)).collect(),
        total: risk("", &sums.total),
        unclaimed: risk("", &sums.unclaimed),
    }
}

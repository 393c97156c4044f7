//! The findings in dong: money that the insurance may refuse or take back.

use std::collections::{BTreeMap, HashSet};

use filmless_domain::usage::{ClaimFinding, Payer};
use serde::Serialize;

use crate::claims::finding::Finding;

/// Rows and the amounts that they claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Number of rows.
    pub rows: u64,
    /// How many of them name no amount.
    pub rows_without_amount: u64,
    /// What the others claim.
    pub amount_vnd: i64,
}

/// Amounts at risk. A claim line with several findings counts in each of them, but once in every other sum, so the
/// findings may add up to more than the total.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AtRisk {
    /// By finding.
    pub findings: BTreeMap<ClaimFinding, Sum>,
    /// By department; empty if nothing names one.
    pub departments: BTreeMap<String, Sum>,
    /// By payer.
    pub payers: BTreeMap<Payer, Sum>,
    /// Every claim line with a finding, once.
    pub total: Sum,
    /// Studies that nobody claims, at their prices: money not asked for. Counts in its own finding, but in no other
    /// sum.
    pub unclaimed: Sum,
}

impl Sum {
    fn add(&mut self, amount_vnd: Option<i64>) {
        self.rows += 1;
        self.rows_without_amount += u64::from(amount_vnd.is_none());
        self.amount_vnd = self.amount_vnd.saturating_add(amount_vnd.unwrap_or_default());
    }
}

impl AtRisk {
    /// Sums up findings.
    pub(super) fn of(findings: &[Finding]) -> Self {
        let mut sums = Self::default();
        let (mut of_kind, mut counted) = (HashSet::new(), HashSet::new());
        for finding in findings {
            let amount = finding.amount_vnd;
            if finding.claim.is_none() || of_kind.insert((finding.claim, finding.kind)) {
                sums.findings.entry(finding.kind).or_default().add(amount);
            }
            let Some(claim) = finding.claim else {
                sums.unclaimed.add(amount);
                continue;
            };
            if counted.insert(claim) {
                sums.departments.entry(finding.department.clone()).or_default().add(amount);
                sums.payers.entry(finding.payer).or_default().add(amount);
                sums.total.add(amount);
            }
        }
        sums
    }
}

//! What is claimed for each department's and payer's studies, and how much of it stands: the basis of receivables.

use std::collections::{BTreeMap, HashSet};

use filmless_domain::usage::Payer;
use serde::Serialize;

use super::reconcile::Matched;
use super::{Reconciliation, reconcile};
use crate::Month;
use crate::book::Study;

/// Claims of one department and payer, in dong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receivable {
    /// Department of the study, as charged; for a claim without one, `MA_KHOA`. Empty if neither names one.
    pub department: String,
    /// Who pays the study; for a claim without one, the insurance if the claim names a card.
    pub payer: Payer,
    /// What the claims ask for from the insurance.
    pub claimed_vnd: i64,
    /// Of this, what claims without a finding ask for.
    pub accepted_vnd: i64,
    /// What was charged for their studies released in the month, which is no longer open.
    pub settled_vnd: i64,
}

/// Sums claims by department and payer. A claim counts in full under its first study.
#[must_use]
pub fn receivables(result: &Reconciliation<'_>, month: Month) -> Vec<Receivable> {
    let doubtful: HashSet<usize> = result.findings.iter().filter_map(|finding| finding.claim).collect();
    let mut sums: BTreeMap<(String, Payer), [i64; 3]> = BTreeMap::new();
    for matched in &result.matches {
        let amount = matched.claim.amount_vnd().unwrap_or_default();
        let stands = !doubtful.contains(&matched.index);
        let [claimed, accepted, _] = sums.entry(place_of(matched)).or_default();
        *claimed = claimed.saturating_add(amount);
        if !stands {
            continue;
        }
        *accepted = accepted.saturating_add(amount);
        for study in &matched.studies {
            if study.row.released_at().is_some_and(|at| month.holds(at)) {
                let [_, _, settled] = sums.entry(place_of_study(study)).or_default();
                *settled = settled.saturating_add(study.row.charged_vnd);
            }
        }
    }
    let receivable = |((department, payer), sums): ((String, Payer), [i64; 3])| {
        let [claimed_vnd, accepted_vnd, settled_vnd] = sums;
        Receivable { department, payer, claimed_vnd, accepted_vnd, settled_vnd }
    };
    sums.into_iter().map(receivable).collect()
}

fn place_of(matched: &Matched<'_>) -> (String, Payer) {
    match matched.studies.first() {
        Some(study) => place_of_study(study),
        None => (reconcile::department(matched), reconcile::payer(matched)),
    }
}

fn place_of_study(study: &Study<'_>) -> (String, Payer) {
    (study.department().unwrap_or_default().to_owned(), study.payer())
}

//! What is claimed for the studies of each department and payer, and how much of it stands: the input for receivables.

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
    /// Department charged for the study; for a claim without a study, `MA_KHOA`. Blank if neither names one.
    pub department: String,
    /// The study's payer; for a claim without a study, the insurance if the claim names a card.
    pub payer: Payer,
    /// The amount claimed from the insurance.
    pub claimed_vnd: i64,
    /// The part of it claimed without a finding.
    pub accepted_vnd: i64,
    /// The charges for those of these studies that were released in the month: no longer open.
    pub settled_vnd: i64,
}

/// Sums up claims by department and payer. A claim counts in full where its first study does.
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

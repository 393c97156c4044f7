//! Reports a violation: its trace, and the smallest part of the hospital that causes it.

use std::collections::BTreeSet;

use crate::hospital::{Outcome, live};
use crate::oracle::Violation;
use crate::plan::Size;
use crate::servers::servers;

/// Violations of a hospital that are reported in full.
const TOLD_MAX: usize = 6;
/// Most runs to shrink one violation.
const TRIES_MAX: usize = 12;

/// The report in words, with the shortest way to reproduce each kind.
pub fn told(size: &Size, outcome: &Outcome) -> Vec<String> {
    let mut kinds = BTreeSet::new();
    let mut told = Vec::new();
    for violation in &outcome.violations {
        let is_first = kinds.insert(violation.what);
        if told.len() < TOLD_MAX && is_first {
            told.push(tell(size, outcome, violation));
        } else {
            told.push(format!("seed {}: {violation:?}", size.seed));
        }
    }
    told
}

fn tell(size: &Size, outcome: &Outcome, violation: &Violation) -> String {
    let trace = |exam: &usize| outcome.traces.get(exam).map(|trace| trace.join("\n    ")).unwrap_or_default();
    let least = least(size, outcome, violation);
    let traces: Vec<String> =
        least.iter().map(|exam| format!("  examination {exam}:\n    {}", trace(exam))).collect();
    format!(
        "seed {}: {violation:?}\n  {} examinations are enough\n{}",
        size.seed,
        least.len(),
        traces.join("\n")
    )
}

/// A few examinations that suffice to cause it: those of the people concerned, without one after the other.
fn least(size: &Size, outcome: &Outcome, violation: &Violation) -> BTreeSet<usize> {
    let servers = servers();
    let holds = |exams: &BTreeSet<usize>| {
        let found = live(&servers, size, Some(exams)).violations;
        found.iter().any(|other| other.what == violation.what && other.exam == violation.exam)
    };
    let mut exams: BTreeSet<usize> = outcome
        .traces
        .iter()
        .filter(|(exam, trace)| {
            **exam == violation.exam
                || trace.iter().any(|line| {
                    line.contains(&format!("person {}:", violation.by))
                        || line.contains(&format!("person {}:", violation.of))
                })
        })
        .map(|(exam, _)| *exam)
        .collect();
    if !holds(&exams) {
        return exams;
    }
    let mut tries = 0;
    for exam in exams.clone() {
        if exam == violation.exam || tries == TRIES_MAX {
            continue;
        }
        tries += 1;
        let mut fewer = exams.clone();
        fewer.remove(&exam);
        if holds(&fewer) {
            exams = fewer;
        }
    }
    exams
}

//! The claim lines again, with the proof that each was delivered.

use std::borrow::Cow;

use super::{FIELDS, Reconciliation};
use crate::table::{local_time, payer_vi};

/// The columns added to the fields of a claim.
const EVIDENCE: [&str; 9] = [
    "FL_UID_CA_CHUP",
    "FL_SO_PHIEU",
    "FL_NHAN_ANH_LUC",
    "FL_TRA_KQ_LUC",
    "FL_GUI_TIN_LUC",
    "FL_MO_LAN_DAU_LUC",
    "FL_SO_PHIM_DA_IN",
    "FL_DOI_TUONG",
    "FL_SAI_LECH",
];

/// The header.
#[must_use]
pub fn evidence_headings() -> Vec<&'static str> {
    FIELDS.iter().map(|field| field.name).chain(EVIDENCE).collect()
}

/// One line per claim and study. A claim without a study gets one line without evidence.
#[must_use]
pub fn evidence_lines<'a>(result: &'a Reconciliation<'a>) -> Vec<Vec<Cow<'a, str>>> {
    let mut lines = Vec::new();
    // Findings are in the order of the claims.
    let of_claim = |index: usize| {
        let begin = result.findings.partition_point(|f| f.claim.is_some_and(|claim| claim < index));
        let findings = &result.findings[begin..];
        &findings[..findings.iter().take_while(|f| f.claim == Some(index)).count()]
    };
    for matched in &result.matches {
        let claim: Vec<Cow<'_, str>> =
            FIELDS.iter().map(|field| matched.claim.value(field.name).into()).collect();
        let findings = |uid: Option<&str>| {
            let here = of_claim(matched.index)
                .iter()
                .filter(|f| f.study_instance_uid.is_none() || f.study_instance_uid.as_deref() == uid);
            here.map(|f| f.kind.code()).collect::<Vec<_>>().join(" ")
        };
        if matched.studies.is_empty() {
            let mut line = claim.clone();
            line.extend(std::iter::repeat_n(Cow::Borrowed(""), EVIDENCE.len() - 1));
            line.push(findings(None).into());
            lines.push(line);
        }
        for study in &matched.studies {
            let row = study.row;
            let time = |at: Option<i64>| Cow::Owned(at.map(local_time).unwrap_or_default());
            let mut line = claim.clone();
            line.extend([
                Cow::Borrowed(study.uid),
                row.accession_number.as_deref().unwrap_or_default().into(),
                time(row.received_at()),
                time(row.released_at()),
                time(row.notified_at()),
                time(row.opened_at()),
                row.films_printed.to_string().into(),
                payer_vi(study.payer()).into(),
                findings(Some(study.uid)).into(),
            ]);
            lines.push(line);
        }
    }
    lines
}

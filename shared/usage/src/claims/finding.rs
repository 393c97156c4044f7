//! One difference between a claim and the ledger.

use filmless_domain::usage::{ClaimFinding, Payer};
use serde::Serialize;

use crate::claims::place::Place;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind of difference.
    pub kind: ClaimFinding,
    /// Where the claim is; `None` for a study that nobody claims.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// The index of the claim, in reading order.
    #[serde(skip)]
    pub(crate) claim: Option<usize>,
    /// Its number in the visit (`STT`).
    pub stt: String,
    /// Episode.
    pub ma_lk: String,
    /// Service.
    pub ma_dich_vu: String,
    /// Department of the claim (`MA_KHOA`), else of the study.
    pub department: String,
    /// Who pays: the insurance if the claim names a card, else the payer of the study.
    pub payer: Payer,
    /// What the claim asks for; for a study that nobody claims, its price.
    pub amount_vnd: Option<i64>,
    /// The study, if there is one.
    pub study_instance_uid: Option<String>,
    /// One sentence, in Vietnamese.
    pub detail: String,
}

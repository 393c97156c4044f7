//! One difference between a claim and the ledger.

use filmless_domain::usage::{ClaimFinding, Payer};
use serde::Serialize;

use crate::claims::place::Place;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How they differ.
    pub kind: ClaimFinding,
    /// Where the claim lies; a study that nobody claims has none.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// Which of the claims, in the order of their reading.
    #[serde(skip)]
    pub(crate) claim: Option<usize>,
    /// Its number in the visit (`STT`).
    pub stt: String,
    /// Episode.
    pub ma_lk: String,
    /// Service.
    pub ma_dich_vu: String,
    /// Department: of the claim (`MA_KHOA`), else of the study.
    pub department: String,
    /// Who pays: the insurance where the claim names a card, else who pays the study.
    pub payer: Payer,
    /// What the claim asks for; of a study that nobody claims, its price.
    pub amount_vnd: Option<i64>,
    /// The study, if there is one.
    pub study_instance_uid: Option<String>,
    /// One sentence, in Vietnamese.
    pub detail: String,
}

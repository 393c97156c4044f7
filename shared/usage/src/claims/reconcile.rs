//! Compares claim lines with the ledger: what does not match, and why.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};

use filmless_domain::usage::{ClaimFinding, Payer, UsageKind};
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};

use super::at_risk::AtRisk;
use super::machines::{self, Judgement};
use super::text;
use crate::Month;
use crate::book::{Book, Study};
use crate::claims::bad_row::BadRow;
use crate::claims::claim::Claim;
use crate::claims::finding::Finding;
use crate::claims::rows::Claims;

const HOSPITAL_TIME: TimeZone = TimeZone::fixed(offset(7));
/// How long before their order (`NGAY_YL`) images may come: in an emergency the order is written afterwards.
const BEFORE_ORDER: SignedDuration = SignedDuration::from_hours(24);

/// A claim with its studies.
#[derive(Debug)]
pub struct Matched<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// The index of the claim, in reading order.
    pub(super) index: usize,
    /// Its studies, in order of arrival.
    pub studies: Vec<Study<'a>>,
}

/// The result.
#[derive(Debug)]
pub struct Reconciliation<'a> {
    /// Number of usable claim lines.
    pub claims: usize,
    /// Number of claims with studies.
    pub matched_claims: usize,
    /// Rows that are not usable.
    pub bad_rows: &'a [BadRow],
    /// Rows of other groups.
    pub other_rows: u64,
    /// What does not match.
    pub findings: Vec<Finding>,
    /// The findings as amounts.
    pub at_risk: AtRisk,
    /// Machine groups that the decision does not list, and how many claims name them.
    pub unknown_machines: BTreeMap<String, u64>,
    /// Every claim with its studies.
    pub matches: Vec<Matched<'a>>,
}

/// Matches claims to studies of a book (which may reach beyond the month) by episode and service code, several of one
/// kind in order of time. If there are more studies than claims, skips those from long before the claim's order, which
/// belong to claims of other months. Unclaimed studies released in `month` are findings, too.
#[must_use]
pub fn reconcile<'a>(claims: &'a Claims, book: &'a Book, month: Month) -> Reconciliation<'a> {
    let mut open: HashMap<(Cow<'a, str>, Cow<'a, str>), VecDeque<Study<'a>>> = HashMap::new();
    for study in book.studies() {
        if let Some(key) = key_of(&study) {
            open.entry(key).or_default().push_back(study);
        }
    }
    // A study that was taken back cannot be claimed, so prefer others.
    for studies in open.values_mut() {
        studies.make_contiguous().sort_by_key(|study| !study.is_released());
    }
    let mut in_order: Vec<(usize, &Claim)> = claims.lines.iter().enumerate().collect();
    in_order.sort_by_key(|(index, claim)| (claim.ordered_at, *index));
    let mut asked: HashMap<_, usize> = HashMap::new();
    for claim in &claims.lines {
        let asked = asked.entry(claim.key()).or_default();
        *asked = asked.saturating_add(claim.count());
    }
    let mut matches: Vec<Matched<'a>> = Vec::new();
    for (index, claim) in in_order {
        let still_asked = asked.get_mut(&claim.key()).map(|asked| {
            *asked = asked.saturating_sub(claim.count());
            claim.count().saturating_add(*asked)
        });
        let found = open.get_mut(&claim.key());
        let studies = found.map(|found| studies_of(claim, found, still_asked.unwrap_or_default()));
        matches.push(Matched { claim, index, studies: studies.unwrap_or_default() });
    }
    matches.sort_by_key(|matched| matched.index);
    let mut findings: Vec<Finding> = matches.iter().flat_map(findings_of).collect();
    let mut unclaimed: Vec<Study<'_>> = open.into_values().flatten().collect();
    unclaimed.extend(
        book.studies()
            .into_iter()
            .filter(|study| study.row.episode.is_none() || study.service_code().is_none()),
    );
    unclaimed.retain(|study| {
        study.payer() == Payer::Insured
            && study.is_released()
            && study.row.released_at().is_some_and(|at| month.holds(at))
    });
    unclaimed.sort_by_key(|study| (study.row.released_at(), study.uid));
    // A row that is not usable is still a claim: it must be corrected, not written anew.
    let mut unusable: HashMap<(Cow<'_, str>, Cow<'_, str>), usize> = HashMap::new();
    for row in claims.bad_rows.iter().filter(|row| !row.ma_lk.is_empty() && !row.ma_dich_vu.is_empty()) {
        let count = unusable.entry((row.ma_lk.as_str().into(), row.ma_dich_vu.as_str().into())).or_default();
        *count = count.saturating_add(row.count);
    }
    unclaimed.retain(|study| {
        let count = key_of(study).and_then(|key| unusable.get_mut(&key)).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_none()
    });
    findings.extend(unclaimed.iter().map(unclaimed_finding));
    let matched_claims = matches.iter().filter(|matched| !matched.studies.is_empty()).count();
    Reconciliation {
        claims: claims.lines.len(),
        matched_claims,
        bad_rows: &claims.bad_rows,
        other_rows: claims.other_rows,
        at_risk: AtRisk::of(&findings),
        unknown_machines: unknown_machines(claims),
        findings,
        matches,
    }
}

/// Takes a claim's studies from the unclaimed ones; this and later claims ask for `still_asked` of them.
fn studies_of<'a>(claim: &Claim, found: &mut VecDeque<Study<'a>>, still_asked: usize) -> Vec<Study<'a>> {
    let released = found.iter().filter(|study| study.is_released()).count();
    let is_of_before = |study: &&Study<'_>| {
        let came = study.row.received_at().and_then(local);
        let latest = came.and_then(|came| came.checked_add(BEFORE_ORDER).ok());
        claim.ordered_at.is_some_and(|ordered| latest.is_none_or(|latest| latest < ordered))
    };
    // Released studies come first.
    let older = found.iter().take(released.saturating_sub(still_asked)).take_while(is_of_before).count();
    let end = older.saturating_add(claim.count()).min(found.len());
    found.drain(older..end).collect()
}

/// What links a study to its claim: episode and service code, spelled as in claims.
fn key_of<'a>(study: &Study<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    Some((text::composed(study.row.episode.as_deref()?), text::composed(study.service_code()?)))
}

fn unknown_machines(claims: &Claims) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for group in claims.lines.iter().flat_map(|claim| machines::unknown_groups(claim.value("MA_MAY"))) {
        *found.entry(group).or_default() += 1;
    }
    found
}

fn unclaimed_finding(study: &Study<'_>) -> Finding {
    Finding {
        kind: ClaimFinding::StudyWithoutClaim,
        place: None,
        claim: None,
        stt: String::new(),
        ma_lk: study.row.episode.as_deref().unwrap_or_default().to_owned(),
        ma_dich_vu: study.service_code().unwrap_or_default().to_owned(),
        department: study.department().unwrap_or_default().to_owned(),
        payer: study.payer(),
        amount_vnd: study.row.unit_price_vnd,
        study_instance_uid: Some(study.uid.to_owned()),
        detail: "Đã trả kết quả cho người bệnh BHYT, không có dòng đề nghị nào.".to_owned(),
    }
}

fn findings_of(matched: &Matched<'_>) -> Vec<Finding> {
    let claim = matched.claim;
    let finding = |kind, study: Option<&Study<'_>>, detail: String| Finding {
        kind,
        place: Some(claim.place.clone()),
        claim: Some(matched.index),
        stt: claim.value("STT").to_owned(),
        ma_lk: claim.value("MA_LK").to_owned(),
        ma_dich_vu: claim.value("MA_DICH_VU").to_owned(),
        department: department(matched),
        payer: payer(matched),
        amount_vnd: claim.amount_vnd(),
        study_instance_uid: study.map(|study| study.uid.to_owned()),
        detail,
    };
    let mut found = Vec::new();
    if matched.studies.len() < claim.count() {
        let detail = format!("Đề nghị {} ca, tìm thấy {}.", claim.count(), matched.studies.len());
        found.push(finding(ClaimFinding::ClaimWithoutStudy, None, detail));
    }
    if let Some(detail) = claimed_times(claim) {
        found.push(finding(ClaimFinding::TimesOutOfOrder, matched.studies.first(), detail.to_owned()));
    }
    for study in &matched.studies {
        let row = study.row;
        if claim.is_without_film() && row.films_printed > 0 {
            let detail = format!("Tên ghi \"[Không in phim]\", đã in {} phim.", row.films_printed);
            found.push(finding(ClaimFinding::PacsPriceWithFilm, Some(study), detail));
        }
        if !claim.is_without_film() && row.films_printed <= 0 {
            let detail = "Tên không ghi \"[Không in phim]\", không in phim nào.".to_owned();
            found.push(finding(ClaimFinding::FilmPriceWithoutFilm, Some(study), detail));
        }
        if let Some(detail) = missing_evidence(study) {
            found.push(finding(ClaimFinding::NoDeliveryEvidence, Some(study), detail.to_owned()));
        }
        let released = row.released_at().and_then(local);
        if let (Some(performed), Some(released)) = (claim.performed_at, released)
            && released < performed
        {
            let detail = "Trả kết quả trước khi thực hiện (NGAY_TH_YL).".to_owned();
            found.push(finding(ClaimFinding::TimesOutOfOrder, Some(study), detail));
        }
        if let Some(modality) = study.modality()
            && let Judgement::Differs(group) = machines::judge(claim.value("MA_MAY"), modality)
        {
            let detail = format!("Mã máy {group}…, ảnh {modality}.");
            found.push(finding(ClaimFinding::MachineAgainstModality, Some(study), detail));
        }
    }
    found
}

pub(super) fn department(matched: &Matched<'_>) -> String {
    let claimed = Some(matched.claim.value("MA_KHOA")).filter(|code| !code.is_empty());
    let of_study = || matched.studies.first().and_then(Study::department);
    text::composed(claimed.or_else(of_study).unwrap_or_default()).into_owned()
}

pub(super) fn payer(matched: &Matched<'_>) -> Payer {
    if !matched.claim.value("MA_THE_BHYT").is_empty() {
        return Payer::Insured;
    }
    matched.studies.first().map_or(Payer::Unknown, Study::payer)
}

fn claimed_times(claim: &Claim) -> Option<&'static str> {
    let later = |a: Option<DateTime>, b: Option<DateTime>| matches!((a, b), (Some(a), Some(b)) if a > b);
    let (arrived, left) = claim.visit;
    if later(claim.ordered_at, claim.performed_at) {
        Some("Thực hiện (NGAY_TH_YL) trước y lệnh (NGAY_YL).")
    } else if later(claim.performed_at, claim.result_at) {
        Some("Có kết quả (NGAY_KQ) trước khi thực hiện (NGAY_TH_YL).")
    } else if later(arrived, claim.ordered_at) {
        Some("Y lệnh (NGAY_YL) trước khi vào viện (NGAY_VAO).")
    } else if later(claim.ordered_at, left) {
        Some("Y lệnh (NGAY_YL) sau khi ra viện (NGAY_RA).")
    } else {
        None
    }
}

fn missing_evidence(study: &Study<'_>) -> Option<&'static str> {
    let row = study.row;
    match row.state {
        Some(UsageKind::StudyRecalled) => return Some("Kết quả đã bị thu hồi."),
        Some(UsageKind::StudyHeld) if !row.is_erased => return Some("Kết quả đang bị giữ lại."),
        _ => {}
    }
    if row.released_at().is_none() {
        return Some("Chưa trả kết quả lần nào.");
    }
    if !study.is_released() {
        return Some("Kết quả đã bị thu hồi.");
    }
    let is_told = row.notified_at().is_some() || row.slips > 0;
    (!is_told && row.opened_at().is_none()).then_some("Đã trả, nhưng không phiếu, không tin, không ai mở.")
}

fn local(at_ms: i64) -> Option<DateTime> {
    let minute = at_ms - at_ms.rem_euclid(60_000) + 59_999;
    Timestamp::from_millisecond(minute).ok().map(|at| at.to_zoned(HOSPITAL_TIME).datetime())
}

//! Claim lines against the ledger: what does not fit, and why.

use std::collections::{HashMap, VecDeque};

use filmless_domain::usage::{Payer, UsageKind};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use serde::Serialize;

use super::{BadRow, Claim, Claims};
use crate::Month;
use crate::book::{Book, Study};
use crate::table::Cell;

const HOSPITAL_TIME: TimeZone = TimeZone::fixed(offset(7));

/// What the first letters of a machine code (`MA_MAY`) say of the modality. A code that is not listed is not judged.
const MACHINES: [(&str, &[&str]); 10] = [
    ("CT", &["CT"]),
    ("CL", &["CT"]),
    ("MR", &["MR"]),
    ("CH", &["MR"]),
    ("XQ", &["CR", "DX", "RF", "RG", "PX", "IO", "MG"]),
    ("MG", &["MG"]),
    ("SA", &["US"]),
    ("DS", &["XA"]),
    ("XA", &["XA"]),
    ("PT", &["PT"]),
];

/// How a claim and the ledger differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// No study with this episode and service.
    ClaimWithoutStudy,
    /// A released study of an insured patient that nobody claims.
    StudyWithoutClaim,
    /// Charged without film, but a film was printed.
    PacsPriceWithFilm,
    /// Charged with film, but none was printed.
    FilmPriceWithoutFilm,
    /// Nothing shows that the images reached the patient.
    NoDeliveryEvidence,
    /// Ordered, performed, reported, released: not in this order.
    TimesOutOfOrder,
    /// The machine makes no such images.
    MachineAgainstModality,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How they differ.
    pub kind: FindingKind,
    /// Line of the claim in its file.
    pub line: Option<u64>,
    /// Episode.
    pub ma_lk: String,
    /// Service.
    pub ma_dich_vu: String,
    /// The study, if there is one.
    pub study_instance_uid: Option<String>,
    /// One sentence.
    pub detail: String,
}

/// A claim with the studies it is for.
#[derive(Debug)]
pub struct Matched<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its studies, in the order of their arrival.
    pub studies: Vec<Study<'a>>,
}

/// What came out.
#[derive(Debug)]
pub struct Reconciliation<'a> {
    /// Number of usable claim lines.
    pub claims: usize,
    /// Number of claims that found their studies.
    pub matched_claims: usize,
    /// Rows that cannot be used.
    pub bad_rows: &'a [BadRow],
    /// Rows of other groups.
    pub other_rows: u64,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// Every claim with its studies.
    pub matches: Vec<Matched<'a>>,
}

impl FindingKind {
    /// The code in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClaimWithoutStudy => "claim-without-study",
            Self::StudyWithoutClaim => "study-without-claim",
            Self::PacsPriceWithFilm => "pacs-price-with-film",
            Self::FilmPriceWithoutFilm => "film-price-without-film",
            Self::NoDeliveryEvidence => "no-delivery-evidence",
            Self::TimesOutOfOrder => "times-out-of-order",
            Self::MachineAgainstModality => "machine-against-modality",
        }
    }

    const fn words_vi(self) -> &'static str {
        match self {
            Self::ClaimWithoutStudy => "Có đề nghị thanh toán, không có ca chụp",
            Self::StudyWithoutClaim => "Có ca chụp, không có đề nghị thanh toán",
            Self::PacsPriceWithFilm => "Giá không in phim nhưng đã in phim",
            Self::FilmPriceWithoutFilm => "Giá có in phim nhưng không in phim",
            Self::NoDeliveryEvidence => "Không có bằng chứng đã trả kết quả",
            Self::TimesOutOfOrder => "Thời điểm không theo thứ tự",
            Self::MachineAgainstModality => "Mã máy không hợp phương thức chụp",
        }
    }
}

/// Joins claims to the studies of a book (which may reach beyond the month) by episode and service code; several of one
/// kind are joined in the order of their times. Studies released in `month` that nobody claims are findings too.
#[must_use]
pub fn reconcile<'a>(claims: &'a Claims, book: &'a Book, month: Month) -> Reconciliation<'a> {
    let mut open: HashMap<(&str, &str), VecDeque<Study<'a>>> = HashMap::new();
    for study in book.studies() {
        if let (Some(episode), Some(code)) = (study.row.episode.as_deref(), study.service_code()) {
            open.entry((episode, code)).or_default().push_back(study);
        }
    }
    let mut in_order: Vec<&Claim> = claims.lines.iter().collect();
    in_order.sort_by_key(|claim| (claim.ordered_at, claim.line));
    let mut matches: Vec<Matched<'a>> = Vec::new();
    for claim in in_order {
        let key = (claim.value("MA_LK"), claim.value("MA_DICH_VU"));
        let studies = open.get_mut(&key).map(|found| found.drain(..claim.count().min(found.len())).collect());
        matches.push(Matched { claim, studies: studies.unwrap_or_default() });
    }
    matches.sort_by_key(|matched| matched.claim.line);
    let mut findings: Vec<Finding> = matches.iter().flat_map(findings_of).collect();
    let mut unclaimed: Vec<Study<'_>> = open.into_values().flatten().collect();
    unclaimed.extend(
        book.studies()
            .into_iter()
            .filter(|study| study.row.episode.is_none() || study.service_code().is_none()),
    );
    unclaimed.retain(|study| {
        study.payer() == Payer::Insured && study.row.released_at().is_some_and(|at| month.holds(at))
    });
    unclaimed.sort_by_key(|study| (study.row.released_at(), study.uid));
    findings.extend(unclaimed.iter().map(unclaimed_finding));
    let matched_claims = matches.iter().filter(|matched| !matched.studies.is_empty()).count();
    Reconciliation {
        claims: claims.lines.len(),
        matched_claims,
        bad_rows: &claims.bad_rows,
        other_rows: claims.other_rows,
        findings,
        matches,
    }
}

fn unclaimed_finding(study: &Study<'_>) -> Finding {
    Finding {
        kind: FindingKind::StudyWithoutClaim,
        line: None,
        ma_lk: study.row.episode.as_deref().unwrap_or_default().to_owned(),
        ma_dich_vu: study.service_code().unwrap_or_default().to_owned(),
        study_instance_uid: Some(study.uid.to_owned()),
        detail: "The study of an insured patient was released, and no claim line names it.".to_owned(),
    }
}

fn findings_of(matched: &Matched<'_>) -> Vec<Finding> {
    let claim = matched.claim;
    let finding = |kind, study: Option<&Study<'_>>, detail: String| Finding {
        kind,
        line: Some(claim.line),
        ma_lk: claim.value("MA_LK").to_owned(),
        ma_dich_vu: claim.value("MA_DICH_VU").to_owned(),
        study_instance_uid: study.map(|study| study.uid.to_owned()),
        detail,
    };
    let mut found = Vec::new();
    if matched.studies.len() < claim.count() {
        let detail = format!("{} claimed, {} found.", claim.count(), matched.studies.len());
        found.push(finding(FindingKind::ClaimWithoutStudy, None, detail));
    }
    if let Some(detail) = claimed_times(claim) {
        found.push(finding(FindingKind::TimesOutOfOrder, matched.studies.first(), detail.to_owned()));
    }
    for study in &matched.studies {
        let row = study.row;
        if claim.is_without_film() && row.films_printed > 0 {
            let detail = format!("{} films were printed.", row.films_printed);
            found.push(finding(FindingKind::PacsPriceWithFilm, Some(study), detail));
        }
        if !claim.is_without_film() && row.films_printed == 0 {
            let detail = "The name lacks \"[Không in phim]\", and no film was printed.".to_owned();
            found.push(finding(FindingKind::FilmPriceWithoutFilm, Some(study), detail));
        }
        if let Some(detail) = missing_evidence(study) {
            found.push(finding(FindingKind::NoDeliveryEvidence, Some(study), detail.to_owned()));
        }
        let released = row.released_at().and_then(local);
        if let (Some(performed), Some(released)) = (claim.performed_at, released)
            && released < performed
        {
            let detail = "Released before it was performed (NGAY_TH_YL).".to_owned();
            found.push(finding(FindingKind::TimesOutOfOrder, Some(study), detail));
        }
        if let Some(detail) = wrong_machine(claim, study) {
            found.push(finding(FindingKind::MachineAgainstModality, Some(study), detail));
        }
    }
    found
}

fn claimed_times(claim: &Claim) -> Option<&'static str> {
    let later = |a: Option<DateTime>, b: Option<DateTime>| matches!((a, b), (Some(a), Some(b)) if a > b);
    if later(claim.ordered_at, claim.performed_at) {
        Some("Performed (NGAY_TH_YL) before it was ordered (NGAY_YL).")
    } else if later(claim.performed_at, claim.result_at) {
        Some("Reported (NGAY_KQ) before it was performed (NGAY_TH_YL).")
    } else {
        None
    }
}

fn missing_evidence(study: &Study<'_>) -> Option<&'static str> {
    let row = study.row;
    match row.state {
        Some(UsageKind::StudyRecalled | UsageKind::StudyErased) => return Some("The study was taken back."),
        Some(UsageKind::StudyHeld) => return Some("The study is held."),
        _ => {}
    }
    if row.released_at().is_none() {
        return Some("The study was never released.");
    }
    let is_told = row.notified_at().is_some() || row.slips > 0;
    (!is_told && row.opened_at().is_none()).then_some("Released, but neither told nor opened.")
}

fn wrong_machine(claim: &Claim, study: &Study<'_>) -> Option<String> {
    let modality = study.modality()?;
    let machine = claim.value("MA_MAY");
    let mut judged = machine.split(';').filter_map(|code| {
        let prefix = code.trim().split('.').next().unwrap_or_default().to_uppercase();
        MACHINES.iter().find(|(known, _)| *known == prefix)
    });
    let fits = |modalities: &[&str]| modality.split('+').any(|m| modalities.contains(&m));
    let first = judged.next()?;
    let any = fits(first.1) || judged.any(|(_, modalities)| fits(modalities));
    (!any).then(|| format!("Machine code {}… and images of {modality}.", first.0))
}

fn local(at_ms: i64) -> Option<DateTime> {
    let minute = at_ms - at_ms.rem_euclid(60_000) + 59_999;
    Timestamp::from_millisecond(minute).ok().map(|at| at.to_zoned(HOSPITAL_TIME).datetime())
}

/// Columns of the list of findings: heading and width.
pub const FINDING_COLUMNS: [(&str, u8); 6] = [
    ("Sai lệch", 40),
    ("Dòng trong tệp", 10),
    ("MA_LK", 22),
    ("MA_DICH_VU", 18),
    ("Diễn giải", 60),
    ("Mã ca chụp (Study Instance UID)", 48),
];

/// The list of findings, bad rows at its end.
pub fn finding_lines<'a>(result: &'a Reconciliation<'_>) -> impl Iterator<Item = Vec<Cell<'a>>> {
    let number = |line: Option<u64>| Cell::Number(line.and_then(|line| i64::try_from(line).ok()));
    let findings = result.findings.iter().map(move |finding| {
        vec![
            Cell::Text(finding.kind.words_vi()),
            number(finding.line),
            Cell::Text(&finding.ma_lk),
            Cell::Text(&finding.ma_dich_vu),
            Cell::Text(&finding.detail),
            Cell::Text(finding.study_instance_uid.as_deref().unwrap_or_default()),
        ]
    });
    let bad = result.bad_rows.iter().map(move |row| {
        vec![
            Cell::Text("Dòng không dùng được"),
            number(Some(row.line)),
            Cell::Text(row.field.unwrap_or_default()),
            Cell::Text(""),
            Cell::Text(&row.reason),
            Cell::Text(""),
        ]
    });
    findings.chain(bad)
}

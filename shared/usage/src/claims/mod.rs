//! The hospital's claims to social insurance (QĐ 130/QĐ-BYT as amended by 4750 and 3176) against what was delivered.
//!
//! Claims come as bytes: XML as it is sent, CSV, TSV, or a ZIP of them; [`Claims::add`] tells them apart.

mod archive;
mod at_risk;
mod evidence;
mod fields;
mod limits;
mod machines;
mod money;
mod numbers;
mod reach;
mod receivable;
mod reconcile;
mod report;
mod table;
mod text;
mod walk;
mod xml;

use std::borrow::Cow;
use std::fmt;

use jiff::civil::DateTime;
use serde::Serialize;

use crate::UsageError;
use money::Money;

pub use archive::{is_of_macos, may_be_claims};
pub use at_risk::{AtRisk, Sum};
pub use evidence::{evidence_headings, evidence_lines};
pub use fields::{FIELDS, Field, FieldKind};
pub use filmless_domain::usage::ClaimFinding;
pub use limits::ClaimLimits;
pub use reach::LOOK_BACK_MONTHS_MAX;
pub use receivable::{Receivable, receivables};
pub use reconcile::{Finding, Matched, Reconciliation, reconcile};
pub use report::{
    AT_RISK_COLUMNS, FINDING_COLUMNS, PRINTED_FINDING_COLUMNS, UNUSABLE, at_risk_lines, bad_row_lines,
    finding_lines, findings_text,
};
pub use text::composed;

/// The group of imaging among claim lines (`MA_NHOM`).
const IMAGING_GROUP: &str = "2";

/// Where a row lies.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Name of the file, as it was given.
    pub file: String,
    /// Of XML: which `HOSO`, from 1.
    pub dossier: Option<u64>,
    /// Of a table: the line in the file, from 1 (the header). Of XML: the line in the inner table, or in the file where
    /// the inner table cannot be read.
    pub line: u64,
}

/// One claim line that can be used.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Where it lies.
    pub place: Place,
    /// Its fields, in the order of [`FIELDS`] and in composed letters; empty where the file has no such column.
    values: Vec<String>,
    money: Money,
    ordered_at: Option<DateTime>,
    performed_at: Option<DateTime>,
    result_at: Option<DateTime>,
    visit: (Option<DateTime>, Option<DateTime>),
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Where it lies.
    #[serde(flatten)]
    pub place: Place,
    /// Episode, where it can be read.
    pub ma_lk: String,
    /// Service, where it can be read.
    pub ma_dich_vu: String,
    /// How many studies it is for, as far as that can be read.
    #[serde(skip)]
    count: usize,
    /// Which field, if it is one.
    pub field: Option<&'static str>,
    /// What is wrong, in Vietnamese. The value is not repeated.
    pub reason: String,
    /// The field, and what is wrong with it.
    #[serde(skip)]
    told: String,
}

/// Claim files that were read.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// The lines of imaging that can be used.
    pub lines: Vec<Claim>,
    /// The rows that cannot.
    pub bad_rows: Vec<BadRow>,
    /// Rows of other groups, which are passed over.
    pub other_rows: u64,
    /// Number of `HOSO`.
    pub dossiers: u64,
    /// Files of archives that are no claims by their names.
    pub other_files: Vec<String>,
    limits: ClaimLimits,
    rows: u64,
    unpacked_bytes: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}, ", self.file)?;
        }
        if let Some(dossier) = self.dossier {
            write!(f, "HOSO {dossier}, ")?;
        }
        write!(f, "dòng {}", self.line)
    }
}

impl BadRow {
    fn new(place: Place, field: Option<&'static str>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let told = format!("{} {reason}", field.unwrap_or_default()).trim_start().to_owned();
        Self { place, ma_lk: String::new(), ma_dich_vu: String::new(), count: 0, field, reason, told }
    }

    /// Adds what it says of the study that it is for.
    fn naming<'a>(mut self, field: impl Fn(&'static str) -> Result<&'a str, &'static str>) -> Self {
        let known = |name: &str| FIELDS.iter().find(|known| known.name == name);
        let text = |name: &'static str| {
            let value = text::composed(field(name).unwrap_or_default()).into_owned();
            known(name).filter(|known| known.check(&value).is_ok()).map(|_| value).unwrap_or_default()
        };
        (self.ma_lk, self.ma_dich_vu) = (text("MA_LK"), text("MA_DICH_VU"));
        let quantity =
            Money::of(|name| known(name).filter(|_| name == "SO_LUONG")?.reading(field(name).ok()?));
        self.count = quantity.map_or(1, |money| money.count);
        self
    }
}

impl Claim {
    /// One of its fields.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        let position = FIELDS.iter().position(|field| field.name == name);
        position.and_then(|p| self.values.get(p)).map(String::as_str).unwrap_or_default()
    }

    /// What joins it to its study: episode (`MA_LK`) and service code (`MA_DICH_VU`).
    fn key(&self) -> (Cow<'_, str>, Cow<'_, str>) {
        (self.value("MA_LK").into(), self.value("MA_DICH_VU").into())
    }

    /// Whether it is charged at the price without film: the name says so in brackets.
    #[must_use]
    pub fn is_without_film(&self) -> bool {
        let name = self.value("TEN_DICH_VU").to_lowercase();
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        ["không in phim", "khong in phim"].iter().any(|words| name.contains(words))
    }

    /// How many studies it is for.
    #[must_use]
    pub fn count(&self) -> usize {
        self.money.count
    }

    /// What it asks of the insurance, in whole dong, halves up: `T_BHTT`, else `THANH_TIEN_BH`, else `THANH_TIEN_BV`,
    /// else the quantity at `DON_GIA_BH` or `DON_GIA_BV`. Nothing where the row names no amount.
    #[must_use]
    pub fn amount_vnd(&self) -> Option<i64> {
        self.money.amount_vnd
    }
}

impl Claims {
    /// Nothing yet, to be read within limits.
    #[must_use]
    pub fn within(limits: ClaimLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Reads one file of which there is no name.
    ///
    /// # Errors
    /// [`UsageError::Claims`].
    pub fn read(bytes: &[u8]) -> Result<Self, UsageError> {
        let mut claims = Self::default();
        claims.add("", bytes)?;
        Ok(claims)
    }

    /// Whether nothing of a claim was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dossiers == 0 && self.lines.is_empty() && self.bad_rows.is_empty() && self.other_rows == 0
    }

    /// Adds a file: XML, CSV, TSV, or a ZIP of them. A row that cannot be used is listed, and the others go on.
    ///
    /// # Errors
    /// [`UsageError::Claims`] names file, `HOSO` and line: the file is no such thing, or larger than the limits.
    pub fn add(&mut self, file: &str, bytes: &[u8]) -> Result<(), UsageError> {
        if bytes.len() as u64 > self.limits.file_bytes_max {
            return Err(UsageError::Claims { why: format!("{file}: tệp quá lớn") });
        }
        if bytes.starts_with(archive::MAGIC) {
            return archive::read(self, file, bytes);
        }
        self.add_text(file, bytes)
    }

    fn add_text(&mut self, file: &str, bytes: &[u8]) -> Result<(), UsageError> {
        let start = text::without_utf16(bytes.get(..bytes.len().min(64) & !1).unwrap_or_default());
        let is_xml = start.is_some_and(|start| start.trim_ascii_start().starts_with(b"<"));
        if !is_xml {
            return table::read(self, file, bytes);
        }
        let why = || format!("{file}: mã ký tự không đúng như khai báo");
        let text = text::of_xml(bytes).ok_or_else(|| UsageError::Claims { why: why() })?;
        xml::read(self, file, &text)
    }

    fn count_dossier(&mut self) -> Result<(), UsageError> {
        self.dossiers += 1;
        if self.dossiers > self.limits.dossiers_max {
            return Err(UsageError::Claims { why: "quá nhiều hồ sơ (HOSO)".into() });
        }
        Ok(())
    }

    /// Takes a row in. Rows of other groups are passed over before anything else of them is looked at.
    fn take<'a>(
        &mut self,
        place: Place,
        field: impl Fn(&'static str) -> Result<&'a str, &'static str>,
    ) -> Result<(), UsageError> {
        self.rows += 1;
        if self.rows > self.limits.rows_max {
            return Err(UsageError::Claims { why: format!("{place}: quá nhiều dòng") });
        }
        let group = field("MA_NHOM").unwrap_or_default();
        let number = group.trim_start_matches('0');
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && number != IMAGING_GROUP {
            self.other_rows += 1;
            return Ok(());
        }
        match Claim::of(&place, &field) {
            Ok(claim) => self.lines.push(claim),
            Err((name, reason)) => {
                self.bad_rows.push(BadRow::new(place, Some(name), reason).naming(field));
            }
        }
        Ok(())
    }
}

impl Claim {
    fn of<'a>(
        place: &Place,
        field: impl Fn(&'static str) -> Result<&'a str, &'static str>,
    ) -> Result<Self, (&'static str, String)> {
        let mut values = Vec::with_capacity(FIELDS.len());
        for known in FIELDS {
            let value = field(known.name).map_err(|reason| (known.name, reason.to_owned()))?;
            let value = text::composed(value);
            known.check(&value).map_err(|reason| (known.name, reason))?;
            values.push(value.into_owned());
        }
        let money = Money::default();
        let place = place.clone();
        let visit = (None, None);
        let mut claim =
            Self { place, values, money, ordered_at: None, performed_at: None, result_at: None, visit };
        let time = |claim: &Self, name| fields::time(claim.value(name));
        claim.money = Money::of(|name| FIELDS.iter().find(|f| f.name == name)?.reading(claim.value(name)))?;
        claim.ordered_at = time(&claim, "NGAY_YL");
        claim.performed_at = time(&claim, "NGAY_TH_YL");
        claim.result_at = time(&claim, "NGAY_KQ");
        claim.visit = (time(&claim, "NGAY_VAO"), time(&claim, "NGAY_RA"));
        Ok(claim)
    }
}

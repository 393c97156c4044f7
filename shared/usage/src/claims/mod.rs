//! The hospital's claim lines to social insurance (XML3/XML4 of QĐ 130, 4750, 3176), as CSV, against what was delivered.

mod evidence;
mod fields;
mod reconcile;

use std::collections::HashMap;
use std::io::Read;

use jiff::civil::DateTime;
use serde::Serialize;

use crate::UsageError;

pub use evidence::{evidence_headings, evidence_lines};
pub use fields::{FIELDS, Field, FieldKind};
pub use reconcile::{FINDING_COLUMNS, Finding, FindingKind, Reconciliation, finding_lines, reconcile};

/// The group of imaging among claim lines (`MA_NHOM`).
const IMAGING_GROUP: &str = "2";
/// Longest line that is read, in fields: a wrong file is told from a table.
const COLUMNS_MAX: usize = 200;

/// One claim line that can be used.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Its line in the file, from 1 (the header).
    pub line: u64,
    /// Its fields, in the order of [`FIELDS`]; empty where the file has no such column.
    values: Vec<String>,
    ordered_at: Option<DateTime>,
    performed_at: Option<DateTime>,
    result_at: Option<DateTime>,
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Its line in the file, from 1 (the header).
    pub line: u64,
    /// Which field, if it is one.
    pub field: Option<&'static str>,
    /// What is wrong. The value is not repeated.
    pub reason: String,
}

/// A claim file that was read.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// The lines of imaging that can be used.
    pub lines: Vec<Claim>,
    /// The rows that cannot.
    pub bad_rows: Vec<BadRow>,
    /// Rows of other groups, which are passed over.
    pub other_rows: u64,
}

impl Claim {
    /// One of its fields.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        let position = FIELDS.iter().position(|field| field.name == name);
        position.and_then(|p| self.values.get(p)).map(String::as_str).unwrap_or_default()
    }

    /// Whether it is charged at the price without film: the name says so in brackets.
    #[must_use]
    pub fn is_without_film(&self) -> bool {
        let name = self.value("TEN_DICH_VU").to_lowercase();
        ["không in phim", "khong in phim"].iter().any(|words| name.contains(words))
    }

    /// How many studies it is for.
    #[must_use]
    pub fn count(&self) -> usize {
        self.value("SO_LUONG").parse::<f64>().map_or(1, |n| if n > 1.0 { n as usize } else { 1 })
    }
}

/// Where a record begins. The reader's own position may be before the line feed of the line above.
fn begin_of(record: &csv::ByteRecord, bytes: &[u8]) -> usize {
    let at = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
    let at = at.min(bytes.len());
    at + bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

impl Claims {
    /// Reads a claim file. Columns are found by their names, in any order; a row that cannot be used is listed, and the
    /// others go on.
    ///
    /// # Errors
    /// [`UsageError::Claims`]: the file is no such table.
    pub fn read(mut file: impl Read) -> Result<Self, UsageError> {
        let unusable = |why: String| UsageError::Claims { why };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(UsageError::Io)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let semicolons = bytes.split(|b| *b == b'\n').next().unwrap_or_default().contains(&b';');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if semicolons { b';' } else { b',' })
            .flexible(true)
            .from_reader(bytes);
        let header = reader.headers().map_err(|_| unusable("the header is not UTF-8".into()))?.clone();
        if header.len() > COLUMNS_MAX {
            return Err(unusable("the header has too many columns".into()));
        }
        let columns: HashMap<String, usize> =
            header.iter().enumerate().map(|(n, name)| (name.trim().to_uppercase(), n)).collect();
        for field in FIELDS.iter().filter(|field| field.is_required) {
            if !columns.contains_key(field.name) {
                return Err(unusable(format!("the header lacks {}", field.name)));
            }
        }
        let mut claims = Self::default();
        let mut record = csv::ByteRecord::new();
        let (mut line, mut counted) = (1, 0);
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => return Ok(claims),
                Ok(true) => {
                    let begins = begin_of(&record, bytes);
                    line += bytes[counted..begins].iter().filter(|byte| **byte == b'\n').count() as u64;
                    counted = begins;
                    claims.take(&record, line, header.len(), &columns);
                }
                Err(_) => return Err(unusable("it is no CSV".into())),
            }
        }
    }

    fn take(&mut self, record: &csv::ByteRecord, line: u64, width: usize, columns: &HashMap<String, usize>) {
        let bad = |field, reason: &str| BadRow { line, field, reason: reason.to_owned() };
        if record.len() != width {
            let reason = format!("{} fields instead of {width}", record.len());
            return self.bad_rows.push(bad(None, &reason));
        }
        let mut values = Vec::with_capacity(FIELDS.len());
        for field in FIELDS {
            let raw = columns.get(field.name).and_then(|n| record.get(*n)).unwrap_or_default();
            let Ok(value) = std::str::from_utf8(raw) else {
                return self.bad_rows.push(bad(Some(field.name), "not UTF-8"));
            };
            if let Err(reason) = field.check(value.trim()) {
                return self.bad_rows.push(bad(Some(field.name), &reason));
            }
            values.push(value.trim().to_owned());
        }
        let mut claim = Claim { line, values, ordered_at: None, performed_at: None, result_at: None };
        if !["", IMAGING_GROUP].contains(&claim.value("MA_NHOM").trim_start_matches('0')) {
            self.other_rows += 1;
            return;
        }
        claim.ordered_at = fields::time(claim.value("NGAY_YL"));
        claim.performed_at = fields::time(claim.value("NGAY_TH_YL"));
        claim.result_at = fields::time(claim.value("NGAY_KQ"));
        self.lines.push(claim);
    }
}

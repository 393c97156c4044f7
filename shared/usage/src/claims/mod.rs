//! Compares claims to social insurance (QĐ 130/QĐ-BYT as amended by 4750 and 3176) with what was delivered.
//!
//! Claims come as bytes: XML as sent to the insurance, CSV, TSV, or a ZIP of these. [`Claims::add`] tells them apart.

mod archive;
mod at_risk;
mod bad_row;
mod claim;
mod evidence;
mod fields;
mod finding;
mod limits;
mod machines;
mod money;
mod numbers;
mod place;
mod plain;
mod reach;
mod receivable;
mod reconcile;
mod report;
mod rows;
mod table;
mod text;
mod walk;
mod xml;

use crate::UsageError;

pub use archive::{is_of_macos, may_be_claims};
pub use at_risk::{AtRisk, Sum};
pub use bad_row::BadRow;
pub use claim::Claim;
pub use evidence::{evidence_headings, evidence_lines};
pub use fields::{FIELDS, Field, FieldKind};
pub use filmless_domain::usage::ClaimFinding;
pub use finding::Finding;
pub use limits::ClaimLimits;
pub use place::Place;
pub use reach::LOOK_BACK_MONTHS_MAX;
pub use receivable::{Receivable, receivables};
pub use reconcile::{Matched, Reconciliation, reconcile};
pub use report::{
    AT_RISK_COLUMNS, FINDING_COLUMNS, PRINTED_FINDING_COLUMNS, UNUSABLE, at_risk_lines, bad_row_lines,
    finding_lines, findings_text,
};
pub use rows::Claims;
pub use text::composed;

impl Claims {
    /// Reads one file without a name.
    ///
    /// # Errors
    /// [`UsageError::Claims`].
    pub fn read(bytes: &[u8]) -> Result<Self, UsageError> {
        let mut claims = Self::default();
        claims.add("", bytes)?;
        Ok(claims)
    }

    /// Adds a file: XML, CSV, TSV, or a ZIP of these. Lists a row that is not usable, and goes on with the others.
    ///
    /// # Errors
    /// [`UsageError::Claims`] with file, `HOSO` and line, if the file is none of these or exceeds the limits.
    pub fn add(&mut self, file: &str, bytes: &[u8]) -> Result<(), UsageError> {
        if bytes.len() as u64 > self.limits.file_bytes_max {
            return Err(UsageError::Claims { why: format!("{file}: tệp quá lớn") });
        }
        if bytes.starts_with(archive::MAGIC) {
            return archive::read(self, file, bytes);
        }
        plain::read(self, file, bytes)
    }
}

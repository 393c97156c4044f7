//! The rows of claim files, usable or not.

use crate::UsageError;
use crate::claims::bad_row::BadRow;
use crate::claims::claim::Claim;
use crate::claims::limits::ClaimLimits;
use crate::claims::place::Place;

/// The imaging group of claim lines (`MA_NHOM`).
const IMAGING_GROUP: &str = "2";

/// The claim files read so far.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// The usable imaging lines.
    pub lines: Vec<Claim>,
    /// The rows that are not usable.
    pub bad_rows: Vec<BadRow>,
    /// Rows of other groups, which are skipped.
    pub other_rows: u64,
    /// Number of `HOSO`.
    pub dossiers: u64,
    /// Files in archives that are no claims, judged by their names.
    pub other_files: Vec<String>,
    pub(crate) limits: ClaimLimits,
    pub(crate) rows: u64,
    pub(crate) unpacked_bytes: u64,
}

impl Claims {
    /// No claims yet, to be read within these limits.
    #[must_use]
    pub fn within(limits: ClaimLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Whether no claim was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dossiers == 0 && self.lines.is_empty() && self.bad_rows.is_empty() && self.other_rows == 0
    }

    pub(crate) fn count_dossier(&mut self) -> Result<(), UsageError> {
        self.dossiers += 1;
        if self.dossiers > self.limits.dossiers_max {
            return Err(UsageError::Claims { why: "quá nhiều hồ sơ (HOSO)".into() });
        }
        Ok(())
    }

    /// Takes in a row. Skips rows of other groups before it looks at anything else in them.
    pub(crate) fn take<'a>(
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

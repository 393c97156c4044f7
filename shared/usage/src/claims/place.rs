//! Where a row is in a claim file.

use std::fmt;

use serde::Serialize;

/// Where a row is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Name of the file, as given.
    pub file: String,
    /// In XML: which `HOSO`, from 1.
    pub dossier: Option<u64>,
    /// In a table: the line of the file, from 1 (the header). In XML: the line of the inner table, or of the file if
    /// the inner table is unreadable.
    pub line: u64,
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

//! The position of a row in a claim file.

use std::fmt;

use serde::Serialize;

/// The position of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Name of the file, as given.
    pub file: String,
    /// In XML: the `HOSO`, from 1.
    pub dossier: Option<u64>,
    /// In a table: the line in the file, from 1 (the header). In XML: the line in the inner table, or in the file if
    /// the inner table cannot be read.
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

//! Where a row of a claim file lies.

use std::fmt;

use serde::Serialize;

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

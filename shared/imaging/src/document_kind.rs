//! Kinds of what is read or played, and not scrolled through.

use serde::{Deserialize, Serialize};

/// What kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// What a doctor reports: a structured report as lines of text (`application/json`).
    Report,
    /// What a machine notes (marks of software, log of a procedure), as lines of text too.
    Record,
    /// What a machine notes of the radiation dose, in the same way.
    Dose,
    /// A key object selection, as lines of text and the images that it selects.
    Selection,
    /// Encapsulated PDF.
    Pdf,
    /// Encapsulated CDA.
    Cda,
    /// Encapsulated text, as UTF-8 (`text/plain`). Nobody vouches for it as a report.
    Text,
    /// MPEG-2, MPEG-4, HEVC.
    Video,
}

impl DocumentKind {
    /// Whether it may be what the doctor says of the images.
    #[must_use]
    pub const fn is_report(self) -> bool {
        matches!(self, Self::Report | Self::Pdf | Self::Cda)
    }
}

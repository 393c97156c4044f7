//! Kinds of documents, which are read or played instead of scrolled through.

use serde::{Deserialize, Serialize};

/// The kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A doctor's report: a structured report as lines of text (`application/json`).
    Report,
    /// Measurements, or a machine's record (marks of software, log of a procedure), also as lines of text.
    Record,
    /// A machine's record of the radiation dose, in the same form.
    Dose,
    /// A key object selection, as lines of text and the images it selects.
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
    /// Whether it may be what a doctor says about the images.
    #[must_use]
    pub const fn is_report(self) -> bool {
        matches!(self, Self::Report | Self::Pdf | Self::Cda)
    }
}

//! Kinds of instances.

use serde::{Deserialize, Serialize};

/// What an instance is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceKind {
    /// Pixels that can be shown.
    Image,
    /// A video stream.
    Video,
    /// A readable report: see [`ReportKind`].
    Report,
    /// A key object selection: it marks images.
    KeyObjects,
    /// Anything else: presentation state, segmentation, radiotherapy object, waveform.
    Other,
}

/// The readable form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportKind {
    /// A structured report.
    Structured,
    /// An encapsulated PDF.
    Pdf,
    /// An encapsulated CDA document.
    Cda,
    /// Encapsulated text.
    Text,
}

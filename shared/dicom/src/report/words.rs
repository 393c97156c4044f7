//! The words in a report that are ours and not its author's, for programs that say them in another language.

use serde::{Deserialize, Serialize};

/// What the name or the value of a line is, where it is not the author's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportWord {
    /// A name: Completion Flag, with a value that the standard does not know.
    Completion,
    /// A name: Preliminary Flag, in the same way.
    Preliminary,
    /// A name: Verification Flag, in the same way.
    Verification,
    /// A name: the line refers to images.
    ImageReference,
    /// A name: the line refers to waveforms.
    WaveformReference,
    /// A name: the line refers to other documents.
    Reference,
    /// So many images.
    Images,
    /// So many waveforms.
    Waveforms,
    /// So many documents.
    Documents,
    /// A table, which is not shown.
    Table,
    /// A range of time.
    TimeRange,
    /// A region of an image.
    Region,
    /// Graphic Type (PS3.3 C.18.6, C.18.9).
    Point,
    /// Graphic Type.
    Multipoint,
    /// Graphic Type.
    Polyline,
    /// Graphic Type.
    Polygon,
    /// Graphic Type.
    Circle,
    /// Graphic Type.
    Ellipse,
    /// Graphic Type.
    Ellipsoid,
    /// The value is, or ends with, a date, a time or both: `YYYY-MM-DD HH:MM:SS +HH:MM` as far as they are known.
    Moment,
}

impl ReportWord {
    /// What a line of references is called that its author gave no name.
    pub(super) fn of_reference(kind: &str) -> Self {
        match kind {
            "IMAGE" => Self::ImageReference,
            "WAVEFORM" => Self::WaveformReference,
            _ => Self::Reference,
        }
    }

    /// What is counted.
    pub(super) fn of_referred(kind: &str) -> Self {
        match kind {
            "IMAGE" => Self::Images,
            "WAVEFORM" => Self::Waveforms,
            _ => Self::Documents,
        }
    }

    /// Graphic Type (0070,0023) of a spatial region, or that a range of time is meant (PS3.3 C.18.6, C.18.7, C.18.9).
    pub(super) fn of_region(kind: &str, graphic_type: &str) -> Self {
        match (kind, graphic_type) {
            ("TCOORD", _) => Self::TimeRange,
            (_, "POINT") => Self::Point,
            (_, "MULTIPOINT") => Self::Multipoint,
            (_, "POLYLINE") => Self::Polyline,
            (_, "POLYGON") => Self::Polygon,
            (_, "CIRCLE") => Self::Circle,
            (_, "ELLIPSE") => Self::Ellipse,
            (_, "ELLIPSOID") => Self::Ellipsoid,
            _ => Self::Region,
        }
    }

    /// In English, for programs that know no other; of things that are counted, one of them.
    pub(super) fn english(self) -> &'static str {
        match self {
            Self::Completion => "Completion",
            Self::Preliminary => "Preliminary",
            Self::Verification => "Verification",
            Self::ImageReference => "Image reference",
            Self::WaveformReference => "Waveform reference",
            Self::Reference => "Reference",
            Self::Images => "image",
            Self::Waveforms => "waveform",
            Self::Documents => "document",
            Self::Table => "Table",
            Self::TimeRange => "Range of time",
            Self::Region => "Region",
            Self::Point => "Point",
            Self::Multipoint => "Points",
            Self::Polyline => "Line",
            Self::Polygon => "Polygon",
            Self::Circle => "Circle",
            Self::Ellipse => "Ellipse",
            Self::Ellipsoid => "Ellipsoid",
            Self::Moment => "",
        }
    }
}

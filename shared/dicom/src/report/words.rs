//! The words in a report that are ours, not its author's, for programs that say them in another language.

use serde::{Deserialize, Serialize};

/// The meaning of a line's name or value, if it is not the author's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportWord {
    /// A name: Completion Flag, with a value that the standard does not define.
    Completion,
    /// A name: Preliminary Flag, likewise.
    Preliminary,
    /// A name: Verification Flag, likewise.
    Verification,
    /// A name: the line refers to images.
    ImageReference,
    /// A name: the line refers to waveforms.
    WaveformReference,
    /// A name: the line refers to other documents.
    Reference,
    /// This many images.
    Images,
    /// This many waveforms.
    Waveforms,
    /// This many documents.
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
    /// The value is, or ends with, a date, a time or both: `YYYY-MM-DD HH:MM:SS +HH:MM`, as far as they are known.
    Moment,
}

impl ReportWord {
    /// The name of a line of references whose author gave none.
    pub(super) fn of_reference(kind: &str) -> Self {
        match kind {
            "IMAGE" => Self::ImageReference,
            "WAVEFORM" => Self::WaveformReference,
            _ => Self::Reference,
        }
    }

    /// The kind of thing that is counted.
    pub(super) fn of_referred(kind: &str) -> Self {
        match kind {
            "IMAGE" => Self::Images,
            "WAVEFORM" => Self::Waveforms,
            _ => Self::Documents,
        }
    }

    /// Graphic Type (0070,0023) of a spatial region, or a range of time (PS3.3 C.18.6, C.18.7, C.18.9).
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

    /// In English, for programs that know no other language; in the singular for things that are counted.
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

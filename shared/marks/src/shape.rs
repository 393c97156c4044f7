//! Kinds of shapes, and how many points each has.

use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::limits::POINTS_MAX;

/// Column and row, from the outer corner of the first pixel.
pub(crate) type Point = [f64; 2];

/// What can be drawn (PS3.3 C.10.5.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphicKind {
    /// A point.
    Point,
    /// Straight lines.
    Polyline,
    /// A curve through the points.
    Interpolated,
    /// A circle: its centre, and a point on it.
    Circle,
    /// An ellipse: the ends of its long axis, then of its short one.
    Ellipse,
}

impl GraphicKind {
    /// How many points it has.
    pub(crate) const fn points(self) -> RangeInclusive<usize> {
        match self {
            Self::Point => 1..=1,
            Self::Polyline | Self::Interpolated => 2..=POINTS_MAX,
            Self::Circle => 2..=2,
            Self::Ellipse => 4..=4,
        }
    }

    /// Graphic Type (0070,0023).
    pub(crate) const fn graphic_type(self) -> &'static str {
        match self {
            Self::Point => "POINT",
            Self::Polyline => "POLYLINE",
            Self::Interpolated => "INTERPOLATED",
            Self::Circle => "CIRCLE",
            Self::Ellipse => "ELLIPSE",
        }
    }

    /// Whether these points close it, so that it can be filled.
    pub(crate) fn is_closed(self, points: &[Point]) -> bool {
        match self {
            Self::Circle | Self::Ellipse => true,
            Self::Polyline | Self::Interpolated => points.len() > 2 && points.first() == points.last(),
            Self::Point => false,
        }
    }
}

/// With which tool something was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasurementKind {
    /// Two ends.
    Length,
    /// The ends of the long axis, then of the short one.
    Bidirectional,
    /// An end, the vertex, the other end.
    Angle,
    /// The ends of one end plate, then of the other.
    Cobb,
    /// The ends of the long axis, then of the short one.
    Ellipse,
    /// Four corners, in order.
    Rectangle,
    /// All along the outline.
    Freehand,
    /// One point.
    Probe,
    /// The ends of the width of the heart, then of the chest.
    Cardiothoracic,
    /// A point of a spectrum.
    Doppler,
    /// Two points of a curve over time.
    Slope,
}

/// Spatial coordinates (PS3.3 C.18.6).
pub(crate) struct Coordinates {
    pub graphic_type: &'static str,
    pub points: Vec<Point>,
}

impl MeasurementKind {
    /// How many points it has.
    pub(crate) const fn points(self) -> RangeInclusive<usize> {
        match self {
            Self::Probe | Self::Doppler => 1..=1,
            Self::Length | Self::Slope => 2..=2,
            Self::Angle => 3..=3,
            Self::Bidirectional | Self::Cobb | Self::Ellipse | Self::Rectangle | Self::Cardiothoracic => {
                4..=4
            }
            // One more closes it.
            Self::Freehand => 3..=POINTS_MAX - 1,
        }
    }

    /// What it is called where the reader gives it no name of its own.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Length => "Length",
            Self::Bidirectional => "Bidirectional",
            Self::Angle => "Angle",
            Self::Cobb => "Cobb angle",
            Self::Ellipse => "Ellipse",
            Self::Rectangle => "Rectangle",
            Self::Freehand => "Freehand",
            Self::Probe => "Probe",
            Self::Cardiothoracic => "Cardiothoracic ratio",
            Self::Doppler => "Doppler",
            Self::Slope => "Slope",
        }
    }

    /// Whether it is a region, of which one speaks as a whole (TID 1410).
    pub(crate) const fn is_region(self) -> bool {
        matches!(self, Self::Ellipse | Self::Rectangle | Self::Freehand)
    }

    /// Where it is, in the graphics that a report knows. Two axes are two lines.
    pub(crate) fn coordinates(self, points: &[Point]) -> Vec<Coordinates> {
        let one = |graphic_type, points: &[Point]| Coordinates { graphic_type, points: points.to_vec() };
        match self {
            Self::Probe | Self::Doppler => vec![one("POINT", points)],
            Self::Ellipse => vec![one("ELLIPSE", points)],
            Self::Length | Self::Angle | Self::Slope => vec![one("POLYLINE", points)],
            Self::Bidirectional | Self::Cobb | Self::Cardiothoracic => {
                points.chunks(2).map(|ends| one("POLYLINE", ends)).collect()
            }
            Self::Rectangle | Self::Freehand => {
                let mut outline = one("POLYLINE", points);
                if outline.points.first() != outline.points.last() {
                    outline.points.extend(points.first());
                }
                vec![outline]
            }
        }
    }
}

//! What a mark says, as the reading room writes it. The room itself passes marks on unread.

use serde::Deserialize;

use crate::mark::Mark;

/// The kind of a mark that says nothing but that its image matters.
pub const KEY_IMAGE: &str = "key-image";
/// The kind of a mark between whose two points there is a length.
const LENGTH: &str = "length";
/// How kinds begin that say how large pixels are, of an image or of its series.
const CALIBRATE: &str = "calibrate";

/// A mark, read. What else its author's screen says of it, as what it measured there, is not trusted and left out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Drawn {
    /// The name of its tool.
    pub kind: String,
    /// `series/instance/frame`; another form on a reconstructed plane.
    pub image: String,
    /// Column, row, column, row… in pixels of the image, from the outer corner of its first pixel.
    #[serde(default)]
    pub points: Vec<f64>,
    /// What its author wrote.
    #[serde(default)]
    pub text: Option<String>,
}

impl Drawn {
    /// Reads a mark. `None` if it is none of the reading room, or its points are no pairs.
    #[must_use]
    pub fn read(mark: &Mark) -> Option<Self> {
        let drawn: Self = serde_json::from_value(serde_json::to_value(mark).ok()?).ok()?;
        let is_drawn =
            drawn.points.len().is_multiple_of(2) && drawn.points.iter().all(|place| place.is_finite());
        is_drawn.then_some(drawn)
    }

    /// Whether it is a length, between two points.
    pub(crate) fn is_length(&self) -> bool {
        self.kind == LENGTH && self.points.len() == 4
    }

    /// Whether it says how large the pixels of a series are, or of one of its images.
    pub(crate) fn calibrates(&self, series: &str) -> bool {
        self.kind.starts_with(CALIBRATE) && self.image.split('/').next() == Some(series)
    }

    /// Its points.
    #[must_use]
    pub fn pairs(&self) -> Vec<[f64; 2]> {
        self.points.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
    }
}

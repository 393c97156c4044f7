//! What the reading room sends.

use filmless_domain::{SeriesInstanceUid, SopInstanceUid};
use serde::Deserialize;

use crate::quantity::Quantity;
use crate::shape::{GraphicKind, MeasurementKind, Point};

/// One save.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// The sender's name of this save; a save that is repeated has the same one. It tells two saves of the same marks apart.
    #[serde(default)]
    pub id: Option<String>,
    /// Who marked.
    pub author: Author,
    /// What it is about: Series Description.
    #[serde(default)]
    pub description: Option<String>,
    /// Images worth looking at.
    #[serde(default)]
    pub key_images: Vec<KeyImage>,
    /// Images as they were shown, with what was drawn on them.
    #[serde(default)]
    pub presentations: Vec<Presentation>,
    /// What was measured.
    #[serde(default)]
    pub measurements: Vec<Measurement>,
}

/// Who marked, in their own words.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// Name, with title.
    pub name: String,
    /// Where they work.
    pub facility: String,
}

/// Hides who it is.
impl std::fmt::Debug for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Author")
    }
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedImage {
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Its instance.
    pub sop_instance_uid: SopInstanceUid,
    /// From 1; absent for an instance with a single frame.
    #[serde(default)]
    pub frame: Option<u32>,
}

/// An image worth looking at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyImage {
    /// Which.
    pub image: NamedImage,
    /// Why.
    #[serde(default)]
    pub note: Option<String>,
}

/// An image as it was shown.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// Which.
    pub image: NamedImage,
    /// In units of the modality; as the image says if it is absent.
    #[serde(default)]
    pub window: Option<Window>,
    /// Whether dark and light were exchanged, compared with what the image says.
    #[serde(default)]
    pub inverted: bool,
    /// Clockwise, in degrees, before it was flipped.
    #[serde(default)]
    pub rotation: u16,
    /// Whether left and right were exchanged.
    #[serde(default)]
    pub flipped: bool,
    /// Shapes.
    #[serde(default)]
    pub graphics: Vec<Graphic>,
    /// Texts.
    #[serde(default)]
    pub texts: Vec<Text>,
}

/// A window (PS3.3 C.11.2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its centre.
    pub center: f64,
    /// Its width, at least 1 for whole numbers.
    pub width: f64,
}

/// A shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphic {
    /// Which.
    pub kind: GraphicKind,
    /// Its points.
    pub points: Vec<Point>,
    /// Whether it is filled, if it is closed.
    #[serde(default)]
    pub filled: bool,
    /// Graphic Layer.
    #[serde(default)]
    pub layer: Option<String>,
}

/// A text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Where.
    pub anchor: Point,
    /// What.
    pub text: String,
    /// Graphic Layer.
    #[serde(default)]
    pub layer: Option<String>,
}

/// What was measured in one place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// In which image.
    pub image: NamedImage,
    /// With which tool.
    pub kind: MeasurementKind,
    /// The tool's points.
    pub points: Vec<Point>,
    /// What the reader calls it.
    #[serde(default)]
    pub label: Option<String>,
    /// What came out.
    pub values: Vec<Value>,
}

/// One number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// What it is.
    pub quantity: Quantity,
    /// How much.
    pub value: f64,
    /// In UCUM, or as the reading room writes it; empty without a unit.
    pub unit: String,
}

impl Marks {
    /// All images that are named, with the field that names each.
    pub fn images(&self) -> impl Iterator<Item = (String, &NamedImage)> {
        let of = |list: &'static str| move |place: usize| format!("{list}[{place}].image");
        let (key, shown, measured) = (of("key_images"), of("presentations"), of("measurements"));
        let keys = self.key_images.iter().enumerate().map(move |(place, one)| (key(place), &one.image));
        let shown = self.presentations.iter().enumerate().map(move |(place, one)| (shown(place), &one.image));
        let measured =
            self.measurements.iter().enumerate().map(move |(place, one)| (measured(place), &one.image));
        keys.chain(shown).chain(measured)
    }
}

//! What must hold of a request before any image is looked at.

use std::collections::BTreeSet;

use crate::bad_marks::{BadMarks, MarksFault};
use crate::limits::{
    COORDINATE_MAX, GRAPHICS_MAX, INSTANCES_MAX, KEY_IMAGES_MAX, LABEL_CHARS_MAX, MEASUREMENTS_MAX,
    NAME_CHARS_MAX, PRESENTATIONS_MAX, TEXT_CHARS_MAX, UNIT_CHARS_MAX, VALUE_MAX, VALUES_MAX,
};
use crate::quantity::is_unit;
use crate::request::{Marks, Measurement, Presentation};
use crate::shape::Point;
use crate::text;

/// Longest name of a layer (CS).
const LAYER_CHARS_MAX: usize = 16;

impl Marks {
    /// Reads a request.
    ///
    /// # Errors
    /// [`BadMarks`]: the first field that cannot be saved.
    pub fn parse(body: &[u8]) -> Result<Self, BadMarks> {
        let reader = &mut serde_json::Deserializer::from_slice(body);
        let marks: Self = serde_path_to_error::deserialize(reader)
            .map_err(|error| BadMarks::new(error.path().to_string(), MarksFault::Unreadable))?;
        // Something behind the object.
        serde_json::from_slice::<serde::de::IgnoredAny>(body)
            .map_err(|_| BadMarks::new(".", MarksFault::Unreadable))?;
        marks.check().map(|()| marks)
    }

    fn check(&self) -> Result<(), BadMarks> {
        short("id", self.id.as_deref().unwrap_or_default(), NAME_CHARS_MAX)?;
        named("author.name", &text::name(&self.author.name), NAME_CHARS_MAX)?;
        named("author.facility", &text::line(&self.author.facility), NAME_CHARS_MAX)?;
        if let Some(description) = &self.description {
            short("description", &text::line(description), NAME_CHARS_MAX)?;
        }
        few("key_images", self.key_images.len(), KEY_IMAGES_MAX)?;
        few("presentations", self.presentations.len(), PRESENTATIONS_MAX)?;
        few("measurements", self.measurements.len(), MEASUREMENTS_MAX)?;
        if self.key_images.is_empty() && self.presentations.is_empty() && self.measurements.is_empty() {
            return Err(BadMarks::new(".", MarksFault::Empty));
        }
        let instances: BTreeSet<_> = self.images().map(|(_, image)| &image.sop_instance_uid).collect();
        few(".", instances.len(), INSTANCES_MAX)?;
        for (place, one) in self.key_images.iter().enumerate() {
            if let Some(note) = &one.note {
                short(&format!("key_images[{place}].note"), &text::paragraph(note), TEXT_CHARS_MAX)?;
            }
        }
        for (place, one) in self.presentations.iter().enumerate() {
            check_presentation(&format!("presentations[{place}]"), one)?;
        }
        for (place, one) in self.measurements.iter().enumerate() {
            check_measurement(&format!("measurements[{place}]"), one)?;
        }
        Ok(())
    }
}

fn check_presentation(field: &str, one: &Presentation) -> Result<(), BadMarks> {
    if !matches!(one.rotation, 0 | 90 | 180 | 270) {
        return Err(BadMarks::new(format!("{field}.rotation"), MarksFault::NotAllowed));
    }
    if let Some(window) = one.window {
        within(&format!("{field}.window.center"), window.center)?;
        within(&format!("{field}.window.width"), window.width)?;
        if window.width <= 0.0 {
            return Err(BadMarks::new(format!("{field}.window.width"), MarksFault::Outside));
        }
    }
    few(&format!("{field}.graphics"), one.graphics.len(), GRAPHICS_MAX)?;
    few(&format!("{field}.texts"), one.texts.len(), GRAPHICS_MAX)?;
    for (place, graphic) in one.graphics.iter().enumerate() {
        let field = format!("{field}.graphics[{place}]");
        let (fewest, most) = graphic.kind.points().into_inner();
        points(&field, &graphic.points, fewest, most)?;
        layer(&field, graphic.layer.as_deref())?;
    }
    for (place, written) in one.texts.iter().enumerate() {
        let field = format!("{field}.texts[{place}]");
        named(&format!("{field}.text"), &text::paragraph(&written.text), TEXT_CHARS_MAX)?;
        point(&format!("{field}.anchor"), written.anchor)?;
        layer(&field, written.layer.as_deref())?;
    }
    Ok(())
}

fn check_measurement(field: &str, one: &Measurement) -> Result<(), BadMarks> {
    let (fewest, most) = one.kind.points().into_inner();
    points(field, &one.points, fewest, most)?;
    if let Some(label) = &one.label {
        short(&format!("{field}.label"), &text::line(label), LABEL_CHARS_MAX)?;
    }
    let values = format!("{field}.values");
    few(&values, one.values.len(), VALUES_MAX)?;
    if one.values.is_empty() {
        return Err(BadMarks::new(values, MarksFault::TooFew));
    }
    for (place, value) in one.values.iter().enumerate() {
        within(&format!("{values}[{place}].value"), value.value)?;
        let unit = format!("{values}[{place}].unit");
        short(&unit, &value.unit, UNIT_CHARS_MAX)?;
        if !is_unit(&value.unit) {
            return Err(BadMarks::new(unit, MarksFault::NotAllowed));
        }
    }
    Ok(())
}

fn few(field: &str, count: usize, most: usize) -> Result<(), BadMarks> {
    if count > most { Err(BadMarks::new(field, MarksFault::TooMany)) } else { Ok(()) }
}

/// Text that may be empty, as it is stored.
fn short(field: &str, stored: &str, chars_max: usize) -> Result<(), BadMarks> {
    if stored.chars().count() > chars_max {
        return Err(BadMarks::new(field, MarksFault::TooLong));
    }
    Ok(())
}

/// Text that must say something.
fn named(field: &str, stored: &str, chars_max: usize) -> Result<(), BadMarks> {
    if stored.is_empty() {
        return Err(BadMarks::new(field, MarksFault::Empty));
    }
    short(field, stored, chars_max)
}

fn within(field: &str, value: f64) -> Result<(), BadMarks> {
    if value.is_finite() && value.abs() <= VALUE_MAX {
        return Ok(());
    }
    Err(BadMarks::new(field, MarksFault::Outside))
}

fn points(field: &str, points: &[Point], fewest: usize, most: usize) -> Result<(), BadMarks> {
    let field = format!("{field}.points");
    if points.len() < fewest {
        return Err(BadMarks::new(field, MarksFault::TooFew));
    }
    few(&field, points.len(), most)?;
    points.iter().enumerate().try_for_each(|(place, at)| point(&format!("{field}[{place}]"), *at))
}

/// Within the largest image there can be; the image itself is looked at later.
fn point(field: &str, [column, row]: Point) -> Result<(), BadMarks> {
    if [column, row].iter().all(|at| (0.0..=COORDINATE_MAX).contains(at)) {
        return Ok(());
    }
    Err(BadMarks::new(field, MarksFault::Outside))
}

fn layer(field: &str, layer: Option<&str>) -> Result<(), BadMarks> {
    let Some(layer) = layer else { return Ok(()) };
    let field = format!("{field}.layer");
    named(&field, layer.trim(), LAYER_CHARS_MAX)?;
    let is_cs = |c: char| matches!(c, 'A'..='Z' | '0'..='9' | '_' | ' ');
    if layer.chars().all(is_cs) { Ok(()) } else { Err(BadMarks::new(field, MarksFault::NotAllowed)) }
}

//! What a PDF says of itself.

use filmless_domain::Language;
use jiff::Timestamp;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::{Document, SerializeSettings};

use crate::SlipError;

/// A document that screen readers can read (PDF/UA-1).
pub(super) fn new() -> Result<Document, SlipError> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| SlipError::Pdf)?;
    Ok(Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() }))
}

/// Title, author and language only: a file name in a print queue or a search index must not name the patient.
pub(super) fn describe(
    document: &mut Document,
    title: &str,
    author: String,
    at: Timestamp,
    language: Language,
) {
    // PDF/UA-1 requires an outline if there are headings: one entry, the first page itself.
    let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(title.to_owned(), top));
    document.set_outline(outline);
    let at = jiff::tz::Offset::UTC.to_datetime(at);
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let created = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0);
    let metadata = Metadata::new()
        .title(title.to_owned())
        .authors(vec![author])
        .language(language.tag().to_owned())
        .creator("Filmless".to_owned())
        .creation_date(created);
    document.set_metadata(metadata);
}

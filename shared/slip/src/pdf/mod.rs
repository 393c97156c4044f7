//! The slip as A5 pages. Lays out a list of items first, then draws it.

mod canvas;
mod layout;
mod paper;
mod result;
mod section;
mod typeset;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::{Document, SerializeSettings};

use crate::{SlipContent, SlipError, clean, words};

/// Draws the slip, tagged for screen readers (PDF/UA-1): one A5 page, then the result. Same content, same bytes.
///
/// # Errors
/// [`SlipError::BadLink`] or [`SlipError::QrTooLong`] if the link cannot be printed as a QR code. No other content
/// makes it fail: texts are wrapped, shrunk, cut and replaced as needed.
pub fn slip_pdf(content: &SlipContent<'_>) -> Result<Vec<u8>, SlipError> {
    let fonts = typeset::Fonts::load()?;
    let mut pages = vec![layout::page(content, &fonts)?];
    pages.extend(result::pages(content, &fonts));
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| SlipError::Pdf)?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    canvas::draw(&mut document, pages, content.language)?;
    document.set_outline(outline(content));
    document.set_metadata(metadata(content));
    document.finish().map_err(|_| SlipError::Pdf)
}

/// PDF/UA-1 requires an outline if there are headings: one entry, the page itself.
fn outline(content: &SlipContent<'_>) -> Outline {
    let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(words::SLIP_TITLE.main(content.language).to_owned(), top));
    outline
}

/// Title and language only: a file name in a print queue or a search index must not name the patient.
fn metadata(content: &SlipContent<'_>) -> Metadata {
    let issued = jiff::tz::Offset::UTC.to_datetime(content.issued_at);
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let created = DateTime::new(u16::try_from(issued.year()).unwrap_or_default())
        .month(part(issued.month()))
        .day(part(issued.day()))
        .hour(part(issued.hour()))
        .minute(part(issued.minute()))
        .second(part(issued.second()))
        .utc_offset_hour(0);
    Metadata::new()
        .title(words::SLIP_TITLE.main(content.language).to_owned())
        .authors(vec![clean::line(content.hospital.name(content.language))])
        .language(content.language.tag().to_owned())
        .creator("Filmless".to_owned())
        .creation_date(created)
}

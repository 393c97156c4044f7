//! The slip as A5 pages, and the minutes of a consultation as A4 pages. Lays out a list of items first, then draws it.

mod canvas;
mod document;
mod layout;
mod minutes;
mod paper;
mod paragraph;
mod result;
mod section;
mod typeset;

use crate::{SlipContent, SlipError, clean, words};

pub use minutes::{MinutesContent, MinutesPicture, minutes_pdf};
pub use typeset::unprintable;

/// Draws the slip, tagged for screen readers (PDF/UA-1): one A5 page, then the result. Same content, same bytes.
///
/// # Errors
/// [`SlipError::BadLink`] or [`SlipError::QrTooLong`] if the link cannot be printed as a QR code. No other content
/// makes it fail: texts are wrapped, shrunk, cut and replaced as needed.
pub fn slip_pdf(content: &SlipContent<'_>) -> Result<Vec<u8>, SlipError> {
    let fonts = typeset::Fonts::load()?;
    let mut pages = vec![layout::page(content, &fonts)?];
    pages.extend(result::pages(content, &fonts));
    let mut document = document::new()?;
    canvas::draw(&mut document, pages, paper::PAGE, content.language)?;
    let title = words::SLIP_TITLE.main(content.language);
    let author = clean::line(content.hospital.name(content.language));
    document::describe(&mut document, title, author, content.issued_at, content.language);
    document.finish().map_err(|_| SlipError::Pdf)
}

//! The minutes of a consultation as A4 pages: the form of Circular 49/2017/TT-BYT, Annex I, in full.

mod content;
mod flow;
mod form;
mod picture;
mod signatures;

use filmless_domain::Language;

pub use self::content::{MinutesContent, MinutesPicture};
use super::paper::A4;
use super::typeset::Fonts;
use super::{canvas, document};
use crate::minutes_words as words;
use crate::{SlipError, clean};

/// Draws the minutes, tagged for screen readers (PDF/UA-1). The same content gives the same bytes. Every word is printed,
/// on as many pages as it takes.
///
/// # Errors
/// [`SlipError::BadPicture`] for a picture that is no PNG, JPEG or WebP, has more than 4 million pixels, or belongs to no key image.
pub fn minutes_pdf(content: &MinutesContent<'_>) -> Result<Vec<u8>, SlipError> {
    let fonts = Fonts::load()?;
    let pages = form::pages(content, &fonts)?;
    let mut document = document::new()?;
    canvas::draw(&mut document, pages, A4, Language::Vi)?;
    let author = clean::line(&content.minutes.written.text.facility);
    document::describe(
        &mut document,
        words::TITLE.main(Language::Vi),
        author,
        content.minutes.written.at,
        Language::Vi,
    );
    document.finish().map_err(|_| SlipError::Pdf)
}

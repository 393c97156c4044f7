//! The minutes of a consultation as A4 pages: the form of Circular 49/2017/TT-BYT, Annex I, in full.

mod flow;
mod form;
mod picture;
mod signatures;

use filmless_consult::{Minutes, MinutesSignature};
use filmless_domain::Language;

use super::paper::A4;
use super::typeset::Fonts;
use super::{canvas, document};
use crate::minutes_words as words;
use crate::{SlipError, clean};

/// What the minutes are made from.
pub struct MinutesContent<'a> {
    /// The version.
    pub minutes: &'a Minutes,
    /// The signatures below it; those below other versions are left out.
    pub signatures: &'a [MinutesSignature],
    /// The key images, in their order, as far as there are pictures of them.
    pub pictures: &'a [MinutesPicture<'a>],
    /// Whether English stands beside the Vietnamese words of the form.
    pub has_english: bool,
}

/// The picture of a key image.
pub struct MinutesPicture<'a> {
    /// Which of the version's key images, from 0.
    pub key_image: usize,
    /// A PNG or a JPEG.
    pub bytes: &'a [u8],
}

/// Draws the minutes, tagged for screen readers (PDF/UA-1). The same content gives the same bytes. Every word is printed,
/// on as many pages as it takes.
///
/// # Errors
/// [`SlipError::BadPicture`] for a picture that is no PNG or JPEG, has more than 4 million pixels, or belongs to no key image.
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

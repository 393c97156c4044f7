//! What the minutes of a consultation are printed from.

use filmless_consult::{Minutes, MinutesSignature};

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
    /// A PNG, a JPEG or a WebP.
    pub bytes: &'a [u8],
}

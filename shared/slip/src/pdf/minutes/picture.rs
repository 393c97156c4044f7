//! Pictures of key images, as they are given: a JPEG is not encoded again.

use krilla::image::Image;

use crate::SlipError;

/// Most pixels of a picture.
const PIXELS_MAX: u32 = 4_000_000;

/// Reads a PNG or a JPEG. Its pixels are decoded later, so its size is looked at now.
pub(super) fn read(bytes: &[u8]) -> Result<Image, SlipError> {
    let read = if bytes.starts_with(b"\x89PNG") { Image::from_png } else { Image::from_jpeg };
    let image = read(bytes.to_vec().into(), false).map_err(|_| SlipError::BadPicture)?;
    let (width, height) = image.size();
    let is_within = width.checked_mul(height).is_some_and(|pixels| (1..=PIXELS_MAX).contains(&pixels));
    if is_within { Ok(image) } else { Err(SlipError::BadPicture) }
}

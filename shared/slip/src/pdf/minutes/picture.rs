//! Pictures of key images, as they are given: a JPEG is not encoded again, previews of packs are WebP.

use krilla::image::Image;

use crate::SlipError;

/// Most pixels of a picture.
const PIXELS_MAX: u32 = 4_000_000;

/// Reads a PNG, a JPEG or a WebP. Its pixels are decoded later, so its size is looked at now.
pub(super) fn read(bytes: &[u8]) -> Result<Image, SlipError> {
    let read = match bytes {
        [0x89, b'P', b'N', b'G', ..] => Image::from_png,
        [b'R', b'I', b'F', b'F', ..] => Image::from_webp,
        _ => Image::from_jpeg,
    };
    let image = read(bytes.to_vec().into(), false).map_err(|_| SlipError::BadPicture)?;
    let (width, height) = image.size();
    let is_within = width.checked_mul(height).is_some_and(|pixels| (1..=PIXELS_MAX).contains(&pixels));
    if is_within { Ok(image) } else { Err(SlipError::BadPicture) }
}

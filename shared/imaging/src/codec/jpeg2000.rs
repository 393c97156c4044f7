//! JPEG 2000 and high-throughput JPEG 2000 (ITU-T T.800, T.814).

use jpeg2k::{Image, ImageComponent};

use super::Decoded;
use super::codestream::{Bare, bare_codestream};
use super::decoded::check;
use super::plausible;
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::markers::{Jpeg2000Header, jpeg2000_header};
use crate::samples::{Samples, WordFormat};

/// More tiles than any scanner writes; each costs memory before its first pixel.
const TILES_MAX: u64 = 16_384;

pub(crate) fn decode(codestream: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let Bare { bytes: codestream, is_cut } = bare_codestream(codestream)?;
    // A part decodes to a complete picture of lower quality, which would be misleading.
    if is_cut {
        return Err(ImagingError::CutPixelData);
    }
    let header = jpeg2000_header(&codestream).ok_or(ImagingError::CorruptPixelData)?;
    check(header.frame, image)?;
    if header.tiles > TILES_MAX {
        return Err(ImagingError::ImageTooLarge);
    }
    plausible::check(&codestream, image.samples())?;
    let decoded = Image::from_bytes(&codestream).map_err(|_| ImagingError::CorruptPixelData)?;
    let planes: Vec<Vec<u16>> = decoded
        .components()
        .iter()
        .map(|component| plane(component, image))
        .collect::<Option<_>>()
        .ok_or(ImagingError::CorruptPixelData)?;
    if planes.len() != image.samples_per_pixel {
        return Err(ImagingError::CorruptPixelData);
    }
    let words: Vec<u16> = match planes.as_slice() {
        [one] => one.clone(),
        many => (0..image.pixels()).flat_map(|i| many.iter().map(move |plane| plane[i])).collect(),
    };
    Ok(Decoded::new(samples(words, header, image), header.multiple_component_transform))
}

/// The samples of a component as words; a subsampled component is stretched (T.800 B.2).
fn plane(component: &ImageComponent, image: &ImagePixel) -> Option<Vec<u16>> {
    let (width, height) = (component.width() as usize, component.height() as usize);
    let data = component.data();
    if width == 0 || height == 0 || data.len() < width * height {
        return None;
    }
    if (width, height) == (image.columns, image.rows) {
        return Some(data.iter().map(|v| *v as u16).collect());
    }
    let (across, down) = (image.columns.div_ceil(width), image.rows.div_ceil(height));
    let at = |row: usize, column: usize| data.get((row / down) * width + column / across).map(|v| *v as u16);
    (0..image.rows).flat_map(|row| (0..image.columns).map(move |column| at(row, column))).collect()
}

/// The position of the sign bit comes from the codestream, but Pixel Representation says whether there is one: in files
/// of several manufacturers the two contradict each other.
fn samples(words: Vec<u16>, header: Jpeg2000Header, image: &ImagePixel) -> Samples {
    let precision = header.frame.precision.min(16);
    if precision <= 8 && !image.signed && !header.signed {
        return Samples::Bytes(words.into_iter().map(|word| word as u8).collect());
    }
    let bits_stored =
        if header.signed == image.signed { precision.max(image.bits_stored.min(16)) } else { precision };
    // The decoder extends signs into bits that belong to no value.
    let used = u16::MAX >> (16 - bits_stored);
    Samples::Words {
        words: words.into_iter().map(|word| word & used).collect(),
        format: WordFormat { bits_stored, high_bit: bits_stored - 1, signed: image.signed },
    }
}

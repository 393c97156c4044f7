//! What the frames of an image say of themselves, where its header says something else.

use filmless_dicom::{PixelCorrections, tags};

use crate::open_image::OpenImage;

impl OpenImage<'_> {
    /// Bits Allocated and Bits Stored of decoded samples. A codestream may hold more bits than the header admits: then they are
    /// values, not something else beside them. With fewer, its samples are merely small.
    pub fn bits(&self) -> (u32, u32) {
        let image = &self.image;
        let Some(precision) = self.precision.filter(|_| image.bits_allocated > 1) else {
            return (image.bits_allocated, image.bits_stored);
        };
        let bits_stored = precision.min(16).max(image.bits_stored);
        let bytes = image.bytes_per_sample().max(bits_stored.div_ceil(8) as usize).next_power_of_two();
        (bytes as u32 * 8, bits_stored)
    }

    /// What the header has to say instead, to be true of what is decoded. Its words stay what they are where no codestream
    /// speaks.
    pub fn corrections(&self) -> PixelCorrections {
        let (root, image) = (self.data_set.root(), &self.image);
        let mut words = Vec::new();
        if self.precision.is_some() && image.bits_allocated > 1 {
            let (bits_allocated, bits_stored) = self.bits();
            words.extend([
                (tags::SAMPLES_PER_PIXEL, image.samples_per_pixel as u16),
                (tags::ROWS, image.rows as u16),
                (tags::COLUMNS, image.columns as u16),
                (tags::BITS_ALLOCATED, bits_allocated as u16),
                (tags::BITS_STORED, bits_stored as u16),
                (tags::HIGH_BIT, bits_stored.saturating_sub(1) as u16),
            ]);
        }
        words.retain(|(tag, word)| root.int(*tag) != Some(i64::from(*word)));
        let is_recoloured = words.iter().any(|(tag, _)| *tag == tags::SAMPLES_PER_PIXEL);
        let frames = image.number_of_frames;
        let stated = root.int(tags::NUMBER_OF_FRAMES).unwrap_or(1);
        PixelCorrections {
            words,
            photometric_interpretation: is_recoloured.then(|| image.photometric.clone()),
            number_of_frames: (stated != i64::from(frames)).then_some(frames),
        }
    }
}

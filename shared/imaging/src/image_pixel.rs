//! The Image Pixel Module (PS3.3 C.7.6.3), checked against the limits before anything is allocated.

use filmless_dicom::{DataSet, Item, tags};
use filmless_domain::Limits;

use crate::ImagingError;
use crate::markers::FrameHeader;

/// How the samples of a frame are laid out and what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImagePixel {
    pub rows: usize,
    pub columns: usize,
    pub samples_per_pixel: usize,
    pub bits_allocated: u32,
    pub bits_stored: u32,
    pub high_bit: u32,
    pub signed: bool,
    /// Colour planes follow each other instead of being interleaved.
    pub planar: bool,
    pub photometric: String,
    pub number_of_frames: u32,
}

impl ImagePixel {
    pub fn from_data_set(data_set: &DataSet<'_>, limits: &Limits) -> Result<Self, ImagingError> {
        let root = data_set.root();
        let count = |tag| root.int(tag).and_then(|v| u32::try_from(v).ok());
        let required = |tag| count(tag).filter(|v| *v > 0).ok_or(ImagingError::IncompleteImageAttributes);
        let (rows, columns) = (required(tags::ROWS)?, required(tags::COLUMNS)?);
        let samples_per_pixel = count(tags::SAMPLES_PER_PIXEL).unwrap_or(1).max(1);
        let number_of_frames = count(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1);
        let samples = u64::from(rows) * u64::from(columns) * u64::from(samples_per_pixel);
        if rows > limits.side_pixels_max
            || columns > limits.side_pixels_max
            || samples > limits.frame_samples_max
        {
            return Err(ImagingError::ImageTooLarge);
        }
        if number_of_frames > limits.frames_max {
            return Err(ImagingError::TooManyFrames);
        }
        let bits_allocated = count(tags::BITS_ALLOCATED)
            .or_else(|| bits_by_length(data_set, samples * u64::from(number_of_frames)))
            .ok_or(ImagingError::IncompleteImageAttributes)?;
        let bits_stored = count(tags::BITS_STORED).unwrap_or(bits_allocated);
        if !matches!(bits_allocated, 1 | 8 | 16 | 32 | 64) || !matches!(samples_per_pixel, 1 | 3 | 4) {
            return Err(ImagingError::UnsupportedPixelFormat);
        }
        let photometric = photometric(root, samples_per_pixel);
        // Retired (PS3.3-2001 C.7.6.3.1.2): read as RGB, they would show false colours.
        if matches!(photometric.as_str(), "HSV" | "ARGB" | "CMYK") {
            return Err(ImagingError::UnsupportedPixelFormat);
        }
        if bits_stored == 0 || bits_stored > bits_allocated {
            return Err(ImagingError::IncompleteImageAttributes);
        }
        let high_bit = count(tags::HIGH_BIT).filter(|h| *h < bits_allocated && *h + 1 >= bits_stored);
        Ok(Self {
            rows: rows as usize,
            columns: columns as usize,
            samples_per_pixel: samples_per_pixel as usize,
            bits_allocated,
            bits_stored,
            high_bit: high_bit.unwrap_or(bits_stored - 1),
            signed: root.int(tags::PIXEL_REPRESENTATION) == Some(1),
            planar: samples_per_pixel > 1 && root.int(tags::PLANAR_CONFIGURATION) == Some(1),
            photometric,
            number_of_frames,
        })
    }

    /// Takes size and components from a codestream, which takes precedence over the header (PS3.5 8.2.1), within the
    /// limits. Returns whether anything differed.
    pub fn follow(&mut self, header: FrameHeader, is_dct: bool, limits: &Limits) -> bool {
        let samples = u64::from(header.rows) * u64::from(header.columns) * u64::from(header.components);
        let (rows, columns, components) =
            (header.rows as usize, header.columns as usize, header.components as usize);
        let is_same = (rows, columns, components) == (self.rows, self.columns, self.samples_per_pixel);
        let is_allowed = samples > 0
            && samples <= limits.frame_samples_max
            && header.rows.max(header.columns) <= limits.side_pixels_max
            && matches!(components, 1 | 3);
        if is_same || !is_allowed {
            return false;
        }
        if components != self.samples_per_pixel {
            let photometric = match (components, is_dct) {
                (1, _) => "MONOCHROME2",
                (_, true) => "YBR_FULL_422",
                (_, false) => "RGB",
            };
            photometric.clone_into(&mut self.photometric);
        }
        (self.rows, self.columns, self.samples_per_pixel) = (rows, columns, components);
        true
    }

    /// A single grey picture that uses all its bits.
    pub fn of_grey(rows: u32, columns: u32, bits_stored: u32, signed: bool) -> Self {
        Self {
            rows: rows as usize,
            columns: columns as usize,
            samples_per_pixel: 1,
            bits_allocated: if bits_stored > 8 { 16 } else { 8 },
            bits_stored,
            high_bit: bits_stored.saturating_sub(1),
            signed,
            planar: false,
            photometric: "MONOCHROME2".to_owned(),
            number_of_frames: 1,
        }
    }

    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }

    pub fn samples(&self) -> usize {
        self.pixels() * self.samples_per_pixel
    }

    pub fn bytes_per_sample(&self) -> usize {
        self.bits_allocated.div_ceil(8) as usize
    }
}

/// Photometric Interpretation. Presentation LUT Shape INVERSE belongs to MONOCHROME1 and says the same (PS3.3
/// C.8.11.3); beside MONOCHROME2 it is trusted, because nobody writes it by default.
fn photometric(root: Item<'_>, samples_per_pixel: u32) -> String {
    let stated = root.text(tags::PHOTOMETRIC_INTERPRETATION).map(|text| text.to_ascii_uppercase());
    let inverse = || root.text(tags::PRESENTATION_LUT_SHAPE).as_deref() == Some("INVERSE");
    match stated {
        Some(stated) if stated == "MONOCHROME2" && inverse() => "MONOCHROME1".to_owned(),
        Some(stated) => stated,
        None if samples_per_pixel >= 3 => "RGB".to_owned(),
        None => "MONOCHROME2".to_owned(),
    }
}

/// Recovers a missing Bits Allocated from the length of the native pixels.
fn bits_by_length(data_set: &DataSet<'_>, samples: u64) -> Option<u32> {
    let length = data_set.pixels()?.length?;
    [8, 16, 32].into_iter().find(|bits| samples * u64::from(bits / 8) == length)
}

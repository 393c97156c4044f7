//! JPEG XL (ISO/IEC 18181; PS3.5 A.4.11).

use jxl_oxide::image::BitDepth;
use jxl_oxide::{AllocTracker, InitializeResult, JpegReconstructionStatus, JxlImage, JxlThreadPool};

use super::Decoded;
use super::decoded::{check, decoded_format};
use crate::ImagingError;
use crate::image_pixel::ImagePixel;
use crate::markers::FrameHeader;
use crate::samples::Samples;

/// Most memory the decoder may allocate: a few buffers with four bytes per sample, and tables.
const BYTES_PER_SAMPLE_MAX: usize = 48;
const TABLE_BYTES_MAX: usize = 64 << 20;

pub(crate) fn decode(codestream: &[u8], image: &ImagePixel) -> Result<Decoded, ImagingError> {
    let memory = image.samples().saturating_mul(BYTES_PER_SAMPLE_MAX).saturating_add(TABLE_BYTES_MAX);
    let mut opening = JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(memory))
        // Sixteen bits, exactly.
        .force_wide_buffers(true)
        .build_uninit();
    opening.feed_bytes(codestream).map_err(|_| ImagingError::CorruptPixelData)?;
    let InitializeResult::Initialized(opened) =
        opening.try_init().map_err(|_| ImagingError::CorruptPixelData)?
    else {
        // The decoder wants more bytes.
        return Err(ImagingError::CutPixelData);
    };
    let metadata = &opened.image_header().metadata;
    let BitDepth::IntegerSample { bits_per_sample: precision } = metadata.bit_depth else {
        return Err(ImagingError::UnsupportedPixelFormat);
    };
    let header = FrameHeader {
        rows: opened.height(),
        columns: opened.width(),
        components: if opened.pixel_format().is_grayscale() { 1 } else { 3 },
        precision,
    };
    check(header, image)?;
    super::plausible::check(codestream, image.samples())?;
    if !opened.is_loading_done() {
        return Err(ImagingError::CutPixelData);
    }
    // Restore a JPEG that was recompressed, so that it looks as in any JPEG reader.
    if opened.jpeg_reconstruction_status() == JpegReconstructionStatus::Available {
        let mut jpeg = Vec::new();
        opened.reconstruct_jpeg(&mut jpeg).map_err(|_| ImagingError::CorruptPixelData)?;
        return super::jpeg::decode(&jpeg, image);
    }
    let first = opened.frame_header(0).ok_or(ImagingError::CorruptPixelData)?;
    let is_rgb = header.components == 3 && (metadata.xyb_encoded || first.do_ycbcr);
    let rendered = opened.render_frame(0).map_err(|_| ImagingError::CorruptPixelData)?;
    let mut stream = rendered.stream_no_alpha();
    let size = (stream.height() as usize, stream.width() as usize, stream.channels() as usize);
    if size != (image.rows, image.columns, image.samples_per_pixel) {
        return Err(ImagingError::CorruptPixelData);
    }
    let mut values = vec![0.0_f32; image.samples()];
    if stream.write_to_buffer(&mut values) != values.len() {
        return Err(ImagingError::CorruptPixelData);
    }
    Ok(Decoded::new(samples(&values, precision, image), is_rgb))
}

/// The decoder returns fractions of the largest value.
fn samples(values: &[f32], precision: u32, image: &ImagePixel) -> Samples {
    let largest = ((1_u32 << precision) - 1) as f32;
    let word = |value: &f32| (value * largest).round().clamp(0.0, largest) as u16;
    if precision == 8 && image.bits_stored == 8 && !image.signed {
        return Samples::Bytes(values.iter().map(|value| word(value) as u8).collect());
    }
    Samples::Words { words: values.iter().map(word).collect(), format: decoded_format(precision, image) }
}

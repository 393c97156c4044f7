//! The pixels of a segmentation (PS3.3 C.8.20), which are no picture, but outlines over other images.

use std::ops::ControlFlow;

use filmless_dicom::{DataSet, RangedBytes};
use filmless_domain::Limits;
use serde_bytes::ByteBuf;

use crate::ImagingError;
use crate::open_image::OpenImage;
use crate::overlay::{deflated, packed};
use crate::part::{RenderedPart, SegmentFrame};
use crate::samples::Samples;

/// Segmentation Storage, and Label Map Segmentation Storage.
const SOP_CLASSES: [&str; 2] = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"];

pub(crate) fn is_segmentation(sop_class_uid: &str) -> bool {
    SOP_CLASSES.contains(&sop_class_uid)
}

/// Hands on each frame in the order of the file. Without readable pixels there are none.
pub(crate) fn segment_frames(
    data_set: &DataSet<'_>,
    bytes: &dyn RangedBytes,
    limits: &Limits,
    sink: &mut dyn FnMut(RenderedPart) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Ok(image) = OpenImage::new(data_set, bytes, limits) else { return ControlFlow::Continue(()) };
    let bits_allocated = image.image.bits_allocated;
    if image.image.samples_per_pixel != 1 || !matches!(bits_allocated, 1 | 8 | 16) {
        return ControlFlow::Continue(());
    }
    for index in 0..image.image.number_of_frames {
        let frame = frame_bytes(&image, index).ok().and_then(|bytes| deflated(&bytes)).unwrap_or_default();
        sink(RenderedPart::Segment(SegmentFrame { bits_allocated, deflated: ByteBuf::from(frame) }))?;
    }
    ControlFlow::Continue(())
}

fn frame_bytes(image: &OpenImage<'_>, index: u32) -> Result<Vec<u8>, ImagingError> {
    match image.decode(index)?.samples {
        Samples::Bytes(values) if image.image.bits_allocated == 1 => {
            Ok(packed(values.len(), |place| values[place] != 0))
        }
        Samples::Bytes(values) if image.image.bits_allocated == 8 => Ok(values),
        Samples::Words { words, format } if image.image.bits_allocated == 16 => {
            Ok(words.into_iter().flat_map(|word| (format.value(word) as u16).to_le_bytes()).collect())
        }
        _ => Err(ImagingError::CorruptPixelData),
    }
}

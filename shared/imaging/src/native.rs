//! Frames as native little endian samples, exactly as they were stored: what Explicit VR Little Endian holds.
//!
//! Nothing is shown here, and nothing mended: of a frame that ends early there is none. Pixels that are stored native
//! stay as they are, but for their byte order. Samples of a codestream lie at the bottom of their words, with their sign
//! extended. A codec that undoes a colour transform gives RGB, and the layout says so.

mod bytes;

use std::ops::ControlFlow;

use filmless_dicom::{PixelEncoding, PixelLayout, RangedBytes, SampleKind, tags};
use filmless_domain::Limits;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use self::bytes::{pack_bits, planes, to_bytes};
use crate::ImagingError;
use crate::codec::{Decoded, frame_bytes, inflated_frame, is_422, is_cut, swapped};
use crate::frame_source::{FrameSource, NativePixels, encoding_of};
use crate::head::{read_needed, rescan};
use crate::image_pixel::ImagePixel;
use crate::open_image::OpenImage;
use crate::part::{FrameFailure, NativePiece, RenderedPart};
use crate::samples::Samples;

/// Bytes of one piece: what a frame takes of whoever passes it on, however large it is. Divisible by every width.
const PIECE_BYTES: usize = 1 << 20;

/// Frames of a list are decoded ahead up to so many bytes: what cannot be given is said before the first byte goes out.
const AHEAD_BYTES: usize = 32 << 20;

/// Which frames are wanted native.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NativeJob {
    /// Their numbers, from 1; all where it is none.
    pub frames: Option<Vec<u32>>,
}

type Sink<'s> = dyn FnMut(RenderedPart) -> ControlFlow<()> + 's;

/// Gives the layout, then the pieces of each frame. It ends with the first frame that cannot be given, and says why.
pub(crate) fn native_frames(
    file: &dyn RangedBytes,
    limits: &Limits,
    job: &NativeJob,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let no_picture = |error: ImagingError| RenderedPart::NoPicture { code: error.code().to_owned() };
    let scanned = read_needed(file, limits);
    let data_set =
        match scanned.as_ref().map_err(|error| *error).and_then(|b| rescan(b, file.total(), limits)) {
            Ok(data_set) => data_set,
            Err(error) => return sink(no_picture(error)),
        };
    let inflated = data_set.bytes();
    let bytes: &dyn RangedBytes = if data_set.transfer_syntax().deflated { &inflated } else { file };
    match OpenImage::new(&data_set, bytes, limits) {
        Ok(image) => Frames { image: &image, job }.give_all(sink),
        Err(error) => sink(no_picture(error)),
    }
}

struct Frames<'i, 'd> {
    image: &'i OpenImage<'d>,
    job: &'i NativeJob,
}

/// A frame before it is cut into pieces.
enum Frame<'d> {
    /// A range of stored pixels.
    Stored {
        pixels: NativePixels<'d>,
        start: usize,
        length: usize,
    },
    Bytes(Vec<u8>),
}

impl Frame<'_> {
    fn held_bytes(&self) -> usize {
        if let Self::Bytes(bytes) = self { bytes.len() } else { 0 }
    }
}

impl Frames<'_, '_> {
    fn give_all(&self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let failed = |(frame, error)| RenderedPart::Failure(FrameFailure { frame, error });
        let count = self.image.image.number_of_frames;
        // Where the file ends within its last frame, that one is looked at first.
        let is_end_cut = self.job.frames.is_none() && self.image.source.ends_within(count.saturating_sub(1));
        if let Some(Err(error)) = is_end_cut.then(|| self.frame(count)) {
            return sink(failed((count, error)));
        }
        let wanted = self.job.frames.clone().unwrap_or_else(|| (1..=count).collect());
        let mut described: Option<PixelLayout> = None;
        let mut frames = wanted.into_iter().map(|number| {
            let (layout, frame) = self.frame(number).map_err(|error| (number, error))?;
            // One header describes all frames.
            if *described.get_or_insert_with(|| layout.clone()) != layout {
                return Err((number, ImagingError::UnsupportedPixelFormat));
            }
            Ok((number, layout, frame))
        });
        let most = if self.job.frames.is_some() { AHEAD_BYTES } else { 1 };
        let (mut ahead, mut held) = (Vec::new(), 0);
        while held < most
            && let Some(frame) = frames.next()
        {
            match frame {
                Ok((number, layout, frame)) => {
                    held += frame.held_bytes();
                    ahead.push((number, layout, frame));
                }
                Err(failure) => return sink(failed(failure)),
            }
        }
        if let Some((_, layout, _)) = ahead.first() {
            sink(RenderedPart::Layout(Box::new(layout.clone())))?;
        }
        for frame in ahead.into_iter().map(Ok).chain(frames) {
            let given = match frame {
                Ok((number, _, frame)) => self.give(number, &frame, sink)?.map_err(|error| (number, error)),
                Err(failure) => Err(failure),
            };
            if let Err(failure) = given {
                return sink(failed(failure));
            }
        }
        ControlFlow::Continue(())
    }

    fn give(
        &self,
        frame: u32,
        bytes: &Frame<'_>,
        sink: &mut Sink<'_>,
    ) -> ControlFlow<(), Result<(), ImagingError>> {
        let mut piece =
            |bytes: &[u8]| sink(RenderedPart::Native(NativePiece { frame, bytes: ByteBuf::from(bytes) }));
        match bytes {
            Frame::Bytes(bytes) => {
                for part in bytes.chunks(PIECE_BYTES) {
                    piece(part)?;
                }
            }
            Frame::Stored { pixels, start, length } => {
                let end = start + length;
                for from in (*start..end).step_by(PIECE_BYTES) {
                    match self.stored(*pixels, from..end.min(from + PIECE_BYTES)) {
                        Some(part) => piece(&part)?,
                        None => return ControlFlow::Continue(Err(ImagingError::CorruptPixelData)),
                    }
                }
            }
        }
        ControlFlow::Continue(Ok(()))
    }

    /// A range of stored pixels, little endian.
    fn stored(&self, pixels: NativePixels<'_>, range: std::ops::Range<usize>) -> Option<Vec<u8>> {
        let start = range.start;
        let mut bytes = pixels.get(range)?.into_owned();
        if !self.image.data_set.transfer_syntax().big_endian_pixels {
            return Some(bytes);
        }
        match self.image.image.bytes_per_sample() {
            1 => swapped(self.image.data_set, pixels, start, &bytes).map(std::borrow::Cow::into_owned),
            width => {
                bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
                Some(bytes)
            }
        }
    }

    fn frame(&self, frame: u32) -> Result<(PixelLayout, Frame<'_>), ImagingError> {
        let index = frame.checked_sub(1).filter(|index| *index < self.image.image.number_of_frames);
        let index = index.ok_or(ImagingError::CutPixelData)?;
        if let FrameSource::Native(pixels) = &self.image.source {
            return self.stored_frame(*pixels, index);
        }
        let codestream = self.image.source.encapsulated_frame(index).ok_or(ImagingError::CorruptPixelData)?;
        let encoding = encoding_of(&codestream, self.image.data_set.transfer_syntax());
        if matches!(encoding, PixelEncoding::Native | PixelEncoding::DeflatedFrames) {
            return self.frame_of_bytes(&codestream, encoding);
        }
        let decoded = self.image.decode(index)?;
        if decoded.is_cut() {
            return Err(ImagingError::CutPixelData);
        }
        self.decoded_frame(decoded, encoding)
    }

    fn stored_frame(
        &self,
        pixels: NativePixels<'_>,
        index: u32,
    ) -> Result<(PixelLayout, Frame<'_>), ImagingError> {
        let image = &self.image.image;
        let (count, index) = (image.number_of_frames as usize, index as usize);
        let is_422 = is_422(pixels, image);
        let length = frame_bytes(image, is_422);
        let layout = self.layout_of_stored(is_422);
        let FrameSource::Native(pixels) = &self.image.source else { return Err(ImagingError::NoPixelData) };
        if image.bits_allocated == 1 {
            // All frames are one string of bits; a frame by itself begins at a byte.
            if (image.samples() * count).div_ceil(8) > pixels.length {
                return Err(ImagingError::CutPixelData);
            }
            if self.job.frames.is_some() {
                let bits = crate::codec::unpack_bits(*pixels, image, index as u32)?;
                return Ok((layout, Frame::Bytes(pack_bits(&bits))));
            }
            let byte_of = |frame: usize| (image.samples() * frame).div_ceil(8);
            let start = byte_of(index);
            return Ok((
                layout,
                Frame::Stored { pixels: *pixels, start, length: byte_of(index + 1) - start },
            ));
        }
        let start = length * index;
        if is_cut(*pixels, image, index as u32) {
            return Err(ImagingError::CutPixelData);
        }
        Ok((layout, Frame::Stored { pixels: *pixels, start, length }))
    }

    /// A frame that is native within its fragments.
    fn frame_of_bytes(
        &self,
        codestream: &[u8],
        encoding: PixelEncoding,
    ) -> Result<(PixelLayout, Frame<'_>), ImagingError> {
        let image = &self.image.image;
        let (bytes, is_422) = match encoding {
            PixelEncoding::DeflatedFrames => inflated_frame(codestream, image)?,
            _ => (codestream.to_vec(), codestream.len() < frame_bytes(image, false)),
        };
        let is_422 = is_422 && image.photometric == "YBR_FULL_422" && image.bits_allocated == 8;
        let bytes = bytes.get(..frame_bytes(image, is_422)).ok_or(ImagingError::CutPixelData)?.to_vec();
        self.check_bits()?;
        Ok((self.layout_of_stored(is_422), Frame::Bytes(bytes)))
    }

    fn decoded_frame(
        &self,
        decoded: Decoded,
        encoding: PixelEncoding,
    ) -> Result<(PixelLayout, Frame<'_>), ImagingError> {
        let image = &self.image.image;
        if !decoded.is_rgb && image.photometric.starts_with("YBR_PARTIAL") {
            return Err(ImagingError::UnsupportedPixelFormat);
        }
        let mut layout = self.layout_of_stored(false);
        match (decoded.is_rgb, image.photometric.as_str()) {
            // What is labelled so and was not transformed is RGB.
            (true, _) | (_, "YBR_RCT" | "YBR_ICT") => {
                "RGB".clone_into(&mut layout.photometric_interpretation)
            }
            _ => {}
        }
        if image.bits_allocated == 1
            && let Samples::Bytes(bits) = &decoded.samples
        {
            self.check_bits()?;
            return Ok((layout, Frame::Bytes(pack_bits(bits))));
        }
        let is_raw = encoding == PixelEncoding::Rle;
        let (_, described) = self.image.bits();
        let bits_stored = match &decoded.samples {
            _ if is_raw => image.bits_stored,
            Samples::Words { format, .. } => format.bits_stored.max(described),
            _ => described,
        };
        if !is_raw {
            layout.bits_stored = bits_stored as u16;
            layout.high_bit = layout.bits_stored - 1;
        }
        let width = image.bytes_per_sample().max(bits_stored.div_ceil(8) as usize).next_power_of_two();
        layout.bits_allocated = width as u16 * 8;
        let mut bytes = to_bytes(&decoded.samples, width, is_raw)?;
        if image.planar && image.samples_per_pixel > 1 {
            bytes = planes(&bytes, width, image.samples_per_pixel);
        }
        Ok((self.settled(layout, false), Frame::Bytes(bytes)))
    }

    /// Frames of bits that begin within a byte cannot be put behind one another here.
    fn check_bits(&self) -> Result<(), ImagingError> {
        let image = &self.image.image;
        let is_unaligned = image.bits_allocated == 1
            && !image.samples().is_multiple_of(8)
            && image.number_of_frames > 1
            && self.job.frames.is_none();
        if is_unaligned { Err(ImagingError::UnsupportedPixelFormat) } else { Ok(()) }
    }

    fn layout_of_stored(&self, is_422: bool) -> PixelLayout {
        let image = &self.image.image;
        let kind = match self.image.data_set.pixels().map(|pixels| pixels.tag) {
            Some(tags::FLOAT_PIXEL_DATA) => SampleKind::Float,
            Some(tags::DOUBLE_FLOAT_PIXEL_DATA) => SampleKind::Double,
            _ => SampleKind::Integer,
        };
        // Presentation LUT Shape is not looked at: what the header says stays as it is.
        let stated = self.image.data_set.root().text(tags::PHOTOMETRIC_INTERPRETATION);
        let photometric_interpretation = match image.photometric.as_str() {
            "YBR_FULL_422" if !is_422 => "YBR_FULL".to_owned(),
            "MONOCHROME1" => stated.unwrap_or_else(|| image.photometric.clone()),
            _ => image.photometric.clone(),
        };
        let layout = PixelLayout {
            kind,
            rows: image.rows as u32,
            columns: image.columns as u32,
            samples_per_pixel: image.samples_per_pixel as u16,
            bits_allocated: image.bits_allocated as u16,
            bits_stored: image.bits_stored as u16,
            high_bit: image.high_bit as u16,
            signed: image.signed,
            photometric_interpretation,
            planar: image.planar,
            frames: image.number_of_frames,
            frame_bytes: 0,
            value_bytes: 0,
            is_as_described: false,
        };
        self.settled(layout, is_422)
    }

    /// A layout with what follows from the others.
    fn settled(&self, mut layout: PixelLayout, is_422: bool) -> PixelLayout {
        let ImagePixel { number_of_frames, .. } = self.image.image;
        let samples =
            u64::from(layout.rows) * u64::from(layout.columns) * u64::from(layout.samples_per_pixel);
        let bits = samples * u64::from(layout.bits_allocated);
        let bits = if is_422 { bits / 3 * 2 } else { bits };
        layout.frame_bytes = bits.div_ceil(8);
        layout.value_bytes = (bits * u64::from(number_of_frames)).div_ceil(8);
        layout.is_as_described = self.is_as_described(&layout);
        layout
    }

    fn is_as_described(&self, layout: &PixelLayout) -> bool {
        let (root, corrections) = (self.image.data_set.root(), self.image.corrections());
        let said = |tag| corrections.word(tag).map(i64::from).or_else(|| root.int(tag));
        let is = |tag, value: u32| said(tag) == Some(i64::from(value));
        let stated = corrections.photometric_interpretation.clone();
        let stated = stated.or_else(|| root.text(tags::PHOTOMETRIC_INTERPRETATION)).unwrap_or_default();
        let stated = stated.to_ascii_uppercase();
        let is_same_depth =
            said(tags::BITS_STORED).is_none_or(|stated| stated == i64::from(layout.bits_stored));
        // Viewers know that native pixels are never of these two, and take them for RGB.
        let is_known_as_rgb = matches!(stated.as_str(), "YBR_RCT" | "YBR_ICT");
        let is_same_colour = stated == layout.photometric_interpretation
            || is_known_as_rgb && layout.photometric_interpretation == "RGB";
        is(tags::ROWS, layout.rows)
            && is(tags::COLUMNS, layout.columns)
            && is(tags::BITS_ALLOCATED, u32::from(layout.bits_allocated))
            && is_same_colour
            && is_same_depth
            && said(tags::SAMPLES_PER_PIXEL).unwrap_or(1) == i64::from(layout.samples_per_pixel)
    }
}

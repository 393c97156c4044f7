//! Reads the dimensions of a codestream from its marker segments, without decoding it.

use filmless_dicom::PixelEncoding;

/// End of image in JPEG and JPEG-LS; end of codestream in JPEG 2000.
pub(crate) const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

/// Whether an end marker ends a codestream, ignoring padding.
pub(crate) fn has_end(codestream: &[u8]) -> bool {
    let padding = codestream.iter().rev().take_while(|byte| **byte == 0).count();
    codestream[..codestream.len() - padding].ends_with(&END_OF_IMAGE)
}

/// What a codestream says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub rows: u32,
    pub columns: u32,
    pub components: u32,
    pub precision: u32,
}

/// The start-of-frame segment of JPEG or JPEG-LS (ITU-T T.81 B.2.2, T.87 C.2.2), with its marker byte.
pub(crate) fn jpeg_frame_header(codestream: &[u8]) -> Option<(u8, FrameHeader)> {
    let mut segments = segments(codestream);
    let (marker, body) = segments.find(|(marker, _)| is_start_of_frame(*marker))?;
    let &[precision, r1, r0, c1, c0, components, ..] = body else { return None };
    let header = FrameHeader {
        rows: u32::from(u16::from_be_bytes([r1, r0])),
        columns: u32::from(u16::from_be_bytes([c1, c0])),
        components: u32::from(components),
        precision: u32::from(precision),
    };
    Some((marker, header))
}

/// The marker segments of a JPEG codestream up to its first scan.
pub(crate) fn segments(codestream: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        let (marker, body, end) = segment_at(codestream, at)?;
        at = end;
        Some((marker, body))
    })
}

/// The next marker segment, and where it ends; `None` at the end of the image.
pub(crate) fn segment_at(codestream: &[u8], mut at: usize) -> Option<(u8, &[u8], usize)> {
    loop {
        let [0xFF, marker, rest @ ..] = codestream.get(at..)? else { return None };
        match marker {
            // Fill bytes may precede any marker.
            0xFF => at += 1,
            // These have no segment.
            0x01 | 0xD0..=0xD8 => at += 2,
            0xD9 => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
                let body = rest.get(2..length.max(2))?;
                return Some((*marker, body, at + 2 + length.max(2)));
            }
        }
    }
}

fn is_start_of_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF | 0xF7) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// The JPEG family of a codestream, by its start-of-frame marker.
pub(crate) fn jpeg_family(codestream: &[u8]) -> Option<PixelEncoding> {
    match jpeg_frame_header(codestream)?.0 {
        0xC3 | 0xC7 | 0xCB | 0xCF => Some(PixelEncoding::JpegLossless),
        0xF7 => Some(PixelEncoding::JpegLs),
        _ => Some(PixelEncoding::JpegDct),
    }
}

/// What the SIZ and COD segments of JPEG 2000 say (ITU-T T.800 A.5.1, A.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Jpeg2000Header {
    pub frame: FrameHeader,
    pub signed: bool,
    pub tiles: u64,
    /// The codestream mixes its first three components; the decoder turns them back into RGB.
    pub multiple_component_transform: bool,
}

/// Reads the main header at the beginning of a codestream without a box of a file around it.
pub(crate) fn jpeg2000_header(main: &[u8]) -> Option<Jpeg2000Header> {
    main.strip_prefix(&[0xFF, 0x4F, 0xFF, 0x51])?;
    let siz = main.get(6..)?;
    let long = |at: usize| siz.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    let components = u32::from(u16::from_be_bytes(siz.get(34..36)?.try_into().ok()?));
    let depth = *siz.get(36)?;
    let (width, height) = (long(2)?.checked_sub(long(10)?)?, long(6)?.checked_sub(long(14)?)?);
    let (tile_width, tile_height) = (u64::from(long(18)?), u64::from(long(22)?));
    if tile_width == 0 || tile_height == 0 {
        return None;
    }
    let cod = segments(main).find(|(marker, _)| *marker == 0x52);
    Some(Jpeg2000Header {
        frame: FrameHeader {
            rows: height,
            columns: width,
            components,
            precision: u32::from(depth & 0x7F) + 1,
        },
        signed: depth & 0x80 != 0,
        tiles: u64::from(width).div_ceil(tile_width) * u64::from(height).div_ceil(tile_height),
        multiple_component_transform: cod.is_some_and(|(_, body)| body.get(4) == Some(&1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_of_frame_is_found_behind_other_segments() {
        let stream = [
            &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xC3][..],
            &[0, 11, 16, 0x01, 0x00, 0x02, 0x00, 1, 1, 0x11, 0],
        ]
        .concat();
        let header = FrameHeader { rows: 256, columns: 512, components: 1, precision: 16 };
        assert_eq!(jpeg_frame_header(&stream), Some((0xC3, header)));
        assert_eq!(jpeg_family(&stream), Some(PixelEncoding::JpegLossless));
        for cut in 0..stream.len() - 5 {
            assert_eq!(jpeg_frame_header(&stream[..cut]), None);
        }
    }

    #[test]
    fn siz_gives_the_size_and_nonsense_gives_nothing() {
        let mut stream = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
        for value in [70_u32, 50, 6, 2, 32, 32, 0, 0] {
            stream.extend(value.to_be_bytes());
        }
        stream.extend([0, 1, 0x8B, 1, 1, 0xFF, 0x52, 0, 12, 0, 0, 0, 1, 1, 5, 4, 4, 0, 0]);
        let header = jpeg2000_header(&stream).unwrap();
        assert_eq!((header.frame.columns, header.frame.rows), (64, 48));
        assert_eq!((header.frame.precision, header.signed, header.tiles), (12, true, 4));
        assert!(header.multiple_component_transform);
        for cut in 0..40 {
            assert_eq!(jpeg2000_header(&stream[..cut]), None, "{cut}");
        }
    }
}

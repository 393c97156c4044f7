//! Whether a codestream is long enough for its picture. A short one costs as much time and memory as a complete one,
//! and shows nothing.

use crate::ImagingError;
use crate::markers::{FrameHeader, segments};

/// A frame may have this many samples in any number of bytes: a blank picture compresses to almost nothing, and this
/// many decode in a second.
const SAMPLES_OF_ANY_BYTE: usize = 32 << 20;
/// Most samples per byte of a larger frame, if a coder has no lower bound.
const SAMPLES_PER_BYTE_MAX: usize = 65_536;

/// For coders without a lower bound: JPEG 2000, JPEG-LS, JPEG XL.
///
/// # Errors
/// [`ImagingError::CutPixelData`].
pub(super) fn check(codestream: &[u8], samples: usize) -> Result<(), ImagingError> {
    let enough = codestream.len().saturating_mul(SAMPLES_PER_BYTE_MAX).max(SAMPLES_OF_ANY_BYTE);
    if samples <= enough { Ok(()) } else { Err(ImagingError::CutPixelData) }
}

/// For Huffman-coded JPEG, where every symbol has at least one bit: a sample of the lossless processes is one symbol
/// (T.81 H.1.2), a block is two (F.1.2), or one if later scans bring the second (G.1.2).
///
/// # Errors
/// [`ImagingError::CutPixelData`].
pub(super) fn check_jpeg(codestream: &[u8], marker: u8, header: FrameHeader) -> Result<(), ImagingError> {
    let frame = segments(codestream).find(|(found, _)| *found == marker).map_or(&[][..], |(_, body)| body);
    let sampling: Vec<(u64, u64)> = frame
        .get(6..)
        .unwrap_or_default()
        .chunks_exact(3)
        .take(header.components as usize)
        .map(|component| (u64::from(component[1] >> 4).max(1), u64::from(component[1] & 15).max(1)))
        .collect();
    let most = |side: fn(&(u64, u64)) -> u64| sampling.iter().map(side).max().unwrap_or(1);
    let (across, down) = (most(|s| s.0), most(|s| s.1));
    let (unit, bits) = match marker {
        0xC3 => (1, 1),
        0xC2 => (8, 1),
        _ => (8, 2),
    };
    let units = sampling.iter().map(|(horizontal, vertical)| {
        let columns = (u64::from(header.columns) * horizontal).div_ceil(across * unit);
        columns * (u64::from(header.rows) * vertical).div_ceil(down * unit)
    });
    let needed = units.sum::<u64>() * bits;
    if needed <= scan_bytes(codestream) as u64 * 8 { Ok(()) } else { Err(ImagingError::CutPixelData) }
}

/// Number of bytes after the header of the first scan.
pub(super) fn scan_bytes(codestream: &[u8]) -> usize {
    let scan = segments(codestream).find(|(marker, _)| *marker == 0xDA).map(|(_, body)| body);
    // A segment is a slice of its codestream, so the distance between their ends is what follows it.
    scan.map_or(0, |body| (codestream.as_ptr_range().end as usize) - (body.as_ptr_range().end as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_picture_may_be_a_few_bytes_and_a_giant_one_may_not() {
        assert_eq!(check(&[0; 100], 5_000 * 6_000), Ok(()));
        assert_eq!(check(&[0; 700], 20_000 * 20_000), Err(ImagingError::CutPixelData));
        assert_eq!(check(&[0; 7_000], 20_000 * 20_000), Ok(()));
    }

    #[test]
    fn every_symbol_of_a_jpeg_has_a_bit() {
        let stream = |marker: u8, scan: usize| {
            let frame = [8, 0, 64, 0, 64, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
            let scan_header = [3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
            let segment =
                |marker: u8, body: &[u8]| [&[0xFF, marker, 0, body.len() as u8 + 2][..], body].concat();
            [&[0xFF, 0xD8][..], &segment(marker, &frame), &segment(0xDA, &scan_header), &vec![1; scan]]
                .concat()
        };
        let header = FrameHeader { rows: 64, columns: 64, components: 3, precision: 8 };
        // 64 blocks of luminance and 2 × 16 of chrominance; 4096 and 2 × 1024 samples.
        for (marker, bytes) in [(0xC0, 24), (0xC2, 12), (0xC3, 768)] {
            assert_eq!(check_jpeg(&stream(marker, bytes), marker, header), Ok(()), "{marker:x}");
            let cut = check_jpeg(&stream(marker, bytes - 1), marker, header);
            assert_eq!(cut, Err(ImagingError::CutPixelData), "{marker:x}");
        }
    }
}

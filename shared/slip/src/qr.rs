//! The QR code of a link.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, EcLevel, QrCode};

use crate::{SlipError, clean};

/// Width in modules of the white border that readers need (ISO/IEC 18004 5.3.8).
pub(crate) const QUIET_ZONE_MODULES: usize = 4;

/// Pixels per module of [`qr_png`]: sharp on a phone, small in an email.
const MODULE_PIXELS: usize = 8;

/// The modules of a QR code, row by row.
pub(crate) struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Encodes a link. Level M repairs 15% of the symbol: enough for a fold or a stamp, and coarse enough for a worn
    /// office printer.
    pub(crate) fn of(link: &str) -> Result<Self, SlipError> {
        let link = clean::check_link(link)?;
        let code =
            QrCode::with_error_correction_level(link.as_bytes(), EcLevel::M).map_err(SlipError::QrTooLong)?;
        let dark = code.to_colors().into_iter().map(|c| c == Color::Dark).collect();
        Ok(Self { width: code.width(), dark })
    }

    /// Modules per side, without the quiet zone.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.width && self.dark.get(y * self.width + x) == Some(&true)
    }

    /// Horizontal runs of dark modules: `(x, y, length)`.
    pub(crate) fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for y in 0..self.width {
            for x in (0..self.width).filter(|x| self.is_dark(*x, y)) {
                match runs.last_mut() {
                    Some((start, row, length)) if *row == y && *start + *length == x => *length += 1,
                    _ => runs.push((x, y, 1)),
                }
            }
        }
        runs
    }
}

/// The link's QR code as a black and white PNG with its quiet zone.
///
/// # Errors
/// [`SlipError::BadLink`] or [`SlipError::QrTooLong`] if the link cannot be encoded.
pub fn qr_png(link: &str) -> Result<Vec<u8>, SlipError> {
    let modules = Modules::of(link)?;
    // A QR code has at most 177 modules per side.
    let side = ((modules.width() + 2 * QUIET_ZONE_MODULES) * MODULE_PIXELS) as u32;
    let module = |pixel: u32| (pixel as usize / MODULE_PIXELS).wrapping_sub(QUIET_ZONE_MODULES);
    let picture = GrayImage::from_fn(side, side, |x, y| {
        Luma([if modules.is_dark(module(x), module(y)) { 0 } else { 255 }])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(SlipError::QrPicture)?;
    Ok(bytes.into_inner())
}

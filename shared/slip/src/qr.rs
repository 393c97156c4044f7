//! The QR code of a link.

use qrcode::{Color, EcLevel, QrCode};

use crate::{SlipError, clean};

/// Width of the white border that a reader needs, in modules (ISO/IEC 18004 5.3.8).
pub(crate) const QUIET_ZONE_MODULES: usize = 4;

/// Pixels per module of [`qr_png`]: sharp on a phone, small in a mail.
const MODULE_PIXELS: usize = 8;

/// The modules of a QR code, row by row.
pub(crate) struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Encodes a link. Level M repairs 15% of the symbol: enough for a fold or a stamp, and coarse enough for a
    /// worn office printer.
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

/// The QR code of a link as a black and white PNG with its quiet zone.
///
/// # Errors
/// [`SlipError::BadLink`] or [`SlipError::QrTooLong`] when the link cannot be encoded.
pub fn qr_png(link: &str) -> Result<Vec<u8>, SlipError> {
    let modules = Modules::of(link)?;
    let side = (modules.width() + 2 * QUIET_ZONE_MODULES) * MODULE_PIXELS;
    let module = |pixel: usize| (pixel / MODULE_PIXELS).wrapping_sub(QUIET_ZONE_MODULES);
    let mut rows = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..side {
        for byte in 0..side.div_ceil(8) {
            let white = |bit: usize| !modules.is_dark(module(byte * 8 + bit), module(y));
            rows.push((0..8).fold(0u8, |bits, bit| bits << 1 | u8::from(white(bit))));
        }
    }
    write_png(side, &rows).map_err(SlipError::QrPicture)
}

fn write_png(side: usize, rows: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let side = u32::try_from(side).map_err(|_| png::EncodingError::LimitsExceeded)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()?;
    Ok(bytes)
}

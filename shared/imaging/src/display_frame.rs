//! A frame, as shown.

/// One frame as shown, at its stored size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayFrame {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1: grey, 3: RGB.
    pub channels: u8,
    /// Interleaved, one byte per channel.
    pub pixels: Vec<u8>,
}

//! Resolutions of a frame.

use serde::{Deserialize, Serialize};

/// A prefix of a codestream that decodes to a smaller picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Width of the picture.
    pub width: u32,
    /// Height of the picture.
    pub height: u32,
    /// Bytes of the prefix.
    pub length: u64,
}

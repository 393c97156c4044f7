//! Bounded inflation of raw deflate streams (RFC 1951), for data sets and frames.

use std::io::Read;

use filmless_domain::Limits;
use flate2::read::DeflateDecoder;

use crate::HeaderError;

/// Most bytes that any deflated stream may unpack to, whatever its ratio allows.
const INFLATED_BYTES_MAX: u64 = 1 << 30;

pub(crate) struct Inflated {
    pub bytes: Vec<u8>,
    /// Whether the stream ended within the limit.
    pub complete: bool,
}

/// How much a stream of `packed_bytes` may unpack to: a ratio, but never less than the longest header.
pub(crate) fn inflated_bytes_max(packed_bytes: u64, limits: &Limits) -> u64 {
    packed_bytes.saturating_mul(limits.zip_ratio_max).max(limits.header_bytes_max).min(INFLATED_BYTES_MAX)
}

/// Inflates at most `allowed` bytes. A broken stream returns what came before the break: an image without its last rows
/// is detected by its length.
pub(crate) fn inflate(packed: &[u8], allowed: u64) -> Result<Inflated, HeaderError> {
    let mut bytes = Vec::new();
    let mut decoder = DeflateDecoder::new(packed);
    match decoder.by_ref().take(allowed).read_to_end(&mut bytes) {
        Ok(_) => {
            let complete = (bytes.len() as u64) < allowed;
            Ok(Inflated { bytes, complete })
        }
        Err(_) => Err(HeaderError::CorruptDeflate),
    }
}

/// Inflates one frame of a codestream with separately deflated frames (PS3.5 A.4.13), to exactly `frame_bytes`.
///
/// # Errors
/// [`HeaderError::CorruptDeflate`] if the stream is broken or contains less.
pub fn inflate_frame(packed: &[u8], frame_bytes: u64) -> Result<Vec<u8>, HeaderError> {
    let inflated = inflate(packed, frame_bytes)?;
    if inflated.bytes.len() as u64 == frame_bytes {
        Ok(inflated.bytes)
    } else {
        Err(HeaderError::CorruptDeflate)
    }
}

//! The one video stream of an instance (PS3.5 8.2.5, 8.2.7 and following; A.4.5 and following).

use std::ops::Range;

use crate::frames::{FrameError, frame_ranges};
use crate::{DataSet, PixelEncoding};

/// Bytes needed to recognise a stream: two packets of a transport stream.
const SNIFFED_BYTES: usize = 400;

/// A video, cut into the fragments of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoStream {
    /// The type of the stream, by its bytes: browsers play `video/mp4`; `video/mpeg` and `application/octet-stream` (a
    /// bare H.264 or HEVC stream) are for other players.
    pub media_type: &'static str,
    /// The parts of the stream in [`DataSet::bytes`], to be joined in this order.
    pub ranges: Vec<Range<usize>>,
}

/// The video of a completely scanned file; `None` if its pixels are not a video.
///
/// # Errors
/// [`FrameError`] if the fragments lie about their length, or there are none.
pub fn video_stream(data_set: &DataSet<'_>) -> Result<Option<VideoStream>, FrameError> {
    let Some(pixels) = data_set.pixels() else { return Ok(None) };
    if data_set.transfer_syntax().pixels != PixelEncoding::Video {
        return Ok(None);
    }
    let bytes = data_set.bytes();
    let ranges = match pixels.length {
        None => {
            let parts = frame_ranges(&bytes, pixels.value_start, bytes.len() as u64, 1, &[])?;
            // A film that stops in the middle looks as if that were its end.
            if parts.is_last_cut {
                return Err(FrameError::Fragments);
            }
            parts.frames.into_iter().flatten().collect()
        }
        Some(length) => {
            let end = usize::try_from(pixels.value_start as u64 + length).unwrap_or(usize::MAX);
            let range = pixels.value_start..end;
            bytes.get(range.clone()).filter(|value| !value.is_empty()).ok_or(FrameError::Fragments)?;
            Vec::from([range])
        }
    };
    let head: Vec<u8> =
        ranges.iter().flat_map(|range| &bytes[range.clone()]).take(SNIFFED_BYTES).copied().collect();
    Ok(Some(VideoStream { media_type: media_type(&head), ranges }))
}

fn media_type(head: &[u8]) -> &'static str {
    let is_transport_stream =
        |packet: usize, sync: usize| head.get(sync) == Some(&0x47) && head.get(sync + packet) == Some(&0x47);
    match head {
        // An ISO base media file begins with its file type box.
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
        // Pack header of a program stream, sequence header of an MPEG-2 elementary stream.
        [0, 0, 1, 0xBA | 0xB3, ..] => "video/mpeg",
        _ if is_transport_stream(188, 0) || is_transport_stream(192, 4) => "video/mpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_told_apart_by_their_bytes() {
        let mut transport = vec![0xFF; SNIFFED_BYTES];
        (transport[0], transport[188]) = (0x47, 0x47);
        let mut with_times = vec![0xFF; SNIFFED_BYTES];
        (with_times[4], with_times[196]) = (0x47, 0x47);
        for (head, expected) in [
            (&b"\0\0\0\x20ftypisom"[..], "video/mp4"),
            (&transport, "video/mpeg"),
            (&with_times, "video/mpeg"),
            (b"\0\0\x01\xba\x44", "video/mpeg"),
            (b"\0\0\x01\xb3\x14", "video/mpeg"),
            (b"\0\0\0\x01\x67\x64", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(media_type(head), expected);
        }
    }
}

//! Finds the frames of encapsulated pixel data (PS3.5 A.4).

use std::ops::Range;

use thiserror::Error;

use crate::{HeaderError, RangedBytes};

/// Why frames cannot be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Items do not follow each other, or end after the object does.
    #[error("the fragments of the pixel data do not fit into the file")]
    Fragments,
    /// Neither offsets nor start markers divide the fragments into the declared number of frames.
    #[error("the fragments of the pixel data cannot be assigned to frames")]
    Assignment,
}

const ITEM: [u8; 4] = [0xFE, 0xFF, 0x00, 0xE0];
const SEQUENCE_DELIMITATION: [u8; 4] = [0xFE, 0xFF, 0xDD, 0xE0];

/// The fragments of each frame, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameRanges {
    /// By frame.
    pub frames: Vec<Vec<Range<usize>>>,
    /// Whether the file ends within the last fragment.
    pub is_last_cut: bool,
}

enum Fragment {
    At(Range<usize>),
    End,
    /// The object ends within it; this many bytes are missing.
    Short(Range<usize>, u64),
    /// The available bytes end first.
    Cut,
}

fn fragment_at(bytes: &dyn RangedBytes, at: usize, total: u64) -> Result<Fragment, FrameError> {
    // If the writer forgot the delimiter, the last fragment is the end.
    if at as u64 >= total {
        return Ok(Fragment::End);
    }
    let head = bytes.range(at as u64..at as u64 + 8);
    let Some(&[t0, t1, t2, t3, l0, l1, l2, l3]) = head.as_deref() else {
        return if bytes.total() < total { Ok(Fragment::Cut) } else { Ok(Fragment::End) };
    };
    match [t0, t1, t2, t3] {
        ITEM => {
            let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
            let end = at as u64 + 8 + length;
            if end > total {
                let here = usize::try_from(total).map_err(|_| FrameError::Fragments)?;
                return Ok(Fragment::Short(at + 8..here, end - total));
            }
            usize::try_from(end).map(|end| Fragment::At(at + 8..end)).map_err(|_| FrameError::Fragments)
        }
        // Some writers leave zeros in place of the delimiter.
        SEQUENCE_DELIMITATION | [0, 0, 0, 0] => Ok(Fragment::End),
        _ => Err(FrameError::Fragments),
    }
}

/// Whether a cut value is worth showing: at least half of its known length is here, not counting the offset table.
fn is_mostly_here(value_start: usize, fragment: &Range<usize>, missing: u64) -> bool {
    fragment.start > value_start + 8 && (fragment.end - value_start) as u64 >= missing
}

/// Follows the fragments to the end of their sequence, or as far as the available bytes reach (`None`). A fragment that
/// ends after the object proves a cut, which is an error unless it `may_be_cut` and most of it is here.
pub(crate) fn end_of_fragments(
    bytes: &[u8],
    value_start: usize,
    total: u64,
    may_be_cut: bool,
) -> Result<Option<usize>, HeaderError> {
    let mut at = value_start;
    loop {
        match fragment_at(&bytes, at, total) {
            Ok(Fragment::At(range)) => at = range.end,
            Ok(Fragment::End) => return Ok(Some((at + 8).min(bytes.len()))),
            Ok(Fragment::Cut) => return Ok(None),
            Ok(Fragment::Short(..)) if at == value_start => {
                return Err(HeaderError::Malformed { offset: at as u64 });
            }
            Ok(Fragment::Short(range, missing)) => {
                let is_shown = may_be_cut && is_mostly_here(value_start, &range, missing);
                return if is_shown {
                    Ok(Some(range.end.min(bytes.len())))
                } else {
                    Err(HeaderError::Truncated)
                };
            }
            Err(_) if at == value_start => return Err(HeaderError::Malformed { offset: at as u64 }),
            Err(_) => return Err(HeaderError::Truncated),
        }
    }
}

/// First byte after fragments that are all there, and have a delimiter.
pub(crate) fn end_of_whole_fragments(file: &dyn RangedBytes, value_start: usize, total: u64) -> Option<u64> {
    let mut at = value_start;
    loop {
        match fragment_at(file, at, total) {
            Ok(Fragment::At(range)) => at = range.end,
            Ok(Fragment::End) => return Some(at as u64 + 8),
            Ok(Fragment::Short(..) | Fragment::Cut) | Err(_) => return None,
        }
    }
}

/// A document of undefined length.
pub(crate) struct DocumentParts {
    /// Its parts, to be joined, as far as available.
    pub parts: Vec<Range<usize>>,
    /// First byte after its delimiter; `None` if the available bytes end first.
    pub end: Option<usize>,
}

/// Follows a document of undefined length to its end: fragments, with or without an offset table; or, if the writer
/// only omitted the length, bytes up to a delimiter or the end of the object.
pub(crate) fn document_parts(
    bytes: &[u8],
    value_start: usize,
    total: u64,
) -> Result<DocumentParts, HeaderError> {
    let rest = bytes.get(value_start..).unwrap_or_default();
    if !rest.starts_with(&ITEM) {
        let delimiter = [&SEQUENCE_DELIMITATION[..], &[0; 4]].concat();
        let found = rest.windows(delimiter.len()).position(|window| window == delimiter);
        let is_all_here = bytes.len() as u64 >= total;
        let length = found.unwrap_or(rest.len());
        let end = found.map(|at| value_start + at + delimiter.len()).or(is_all_here.then_some(bytes.len()));
        let only = value_start..value_start + length;
        return Ok(DocumentParts { parts: Vec::from([only]), end });
    }
    let (mut parts, mut at) = (Vec::new(), value_start);
    let end = loop {
        match fragment_at(&bytes, at, total) {
            Ok(Fragment::At(range)) => {
                at = range.end;
                parts.push(range);
            }
            Ok(Fragment::End) => break Some((at + 8).min(bytes.len())),
            Ok(Fragment::Cut) => break None,
            Ok(Fragment::Short(..)) | Err(_) => return Err(HeaderError::Truncated),
        }
    };
    // The offset table of one frame: empty, or one zero.
    let is_table = |part: &Range<usize>| matches!(bytes.get(part.clone()), Some([] | [0, 0, 0, 0]));
    if parts.len() > 1 && parts.first().is_some_and(is_table) {
        parts.remove(0);
    }
    Ok(DocumentParts { parts, end })
}

/// Whether only padding of a frame is missing: it has its end of image, or of codestream.
#[must_use]
pub fn ends_with_marker(bytes: &dyn RangedBytes, frame: Option<&Vec<Range<usize>>>) -> bool {
    let Some(end) = frame.and_then(|fragments| fragments.last()) else { return false };
    let tail = bytes.range(end.end.saturating_sub(3).max(end.start) as u64..end.end as u64);
    tail.is_some_and(|tail| tail.strip_suffix(&[0]).unwrap_or(&tail).ends_with(&[0xFF, 0xD9]))
}

/// Divides encapsulated pixel data into the fragments of each frame. The basic offset table begins at `value_start`,
/// and fragments must end by `total`; `offsets` is Extended Offset Table (7FE0,0001), empty if there is none. If the
/// file ends within its last fragment, that fragment is what is left of it.
///
/// # Errors
/// [`FrameError`] if fragments lie about their length, most of them are missing, or they cannot be assigned.
pub fn frame_ranges(
    bytes: &dyn RangedBytes,
    value_start: usize,
    total: u64,
    frames: usize,
    offsets: &[u64],
) -> Result<FrameRanges, FrameError> {
    let mut at = value_start;
    let (mut items, mut is_last_cut) = (Vec::new(), false);
    loop {
        match fragment_at(bytes, at, total)? {
            Fragment::At(range) => {
                at = range.end;
                items.push(range);
            }
            Fragment::Short(range, missing) if is_mostly_here(value_start, &range, missing) => {
                // An empty fragment shows nothing, so its frame counts as missing.
                is_last_cut = !range.is_empty();
                items.push(range);
                break;
            }
            Fragment::Short(..) => return Err(FrameError::Fragments),
            Fragment::End | Fragment::Cut => break,
        }
    }
    if items.is_empty() {
        return Err(FrameError::Fragments);
    }
    let table = items.remove(0);
    let frames = assign(bytes, items, table, frames, offsets)?;
    Ok(FrameRanges { frames, is_last_cut })
}

fn assign(
    bytes: &dyn RangedBytes,
    mut items: Vec<Range<usize>>,
    table: Range<usize>,
    frames: usize,
    offsets: &[u64],
) -> Result<Vec<Vec<Range<usize>>>, FrameError> {
    items.retain(|range| !range.is_empty());
    let begins = by_start_markers(bytes, &items);
    // Every fragment begins a codestream: this is the number of frames, whatever Number of Frames says.
    let is_one_each = |begins: &Vec<_>| begins.len() == items.len() && items.len() > 1;
    if items.len() == frames && frames > 1 || begins.as_ref().is_some_and(is_one_each) {
        return Ok(items.into_iter().map(|range| vec![range]).collect());
    }
    if frames <= 1 {
        let several = begins.filter(|begins| begins.len() > 1);
        return if items.is_empty() {
            Err(FrameError::Assignment)
        } else {
            Ok(several.unwrap_or(vec![items]))
        };
    }
    let table = bytes.range(table.start as u64..table.end as u64).ok_or(FrameError::Fragments)?;
    let basic: Vec<u64> =
        table.chunks_exact(4).map(|b| u64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect();
    by_offsets(&items, offsets, frames)
        .or_else(|| by_offsets(&items, &basic, frames))
        // Fewer or more frames than declared: whatever begins a frame is one.
        .or(begins)
        .ok_or(FrameError::Assignment)
}

/// Offsets count from the first byte of the first fragment's item tag (PS3.5 A.4).
fn by_offsets(items: &[Range<usize>], offsets: &[u64], frames: usize) -> Option<Vec<Vec<Range<usize>>>> {
    if offsets.len() != frames || offsets.first() != Some(&0) || !offsets.is_sorted() {
        return None;
    }
    let origin = items.first()?.start as u64;
    let mut parted = vec![Vec::new(); frames];
    for item in items {
        let offset = item.start as u64 - origin;
        let frame = offsets.partition_point(|start| *start <= offset).checked_sub(1)?;
        parted.get_mut(frame)?.push(item.clone());
    }
    parted.iter().all(|frame| !frame.is_empty()).then_some(parted)
}

/// A frame begins with a JPEG (FFD8 FF) or JPEG 2000 (FF4F FF51) codestream, or with an RLE header: the number of
/// segments, the first of which begins after the header (PS3.5 G.5).
fn by_start_markers(bytes: &dyn RangedBytes, items: &[Range<usize>]) -> Option<Vec<Vec<Range<usize>>>> {
    let mut parted: Vec<Vec<Range<usize>>> = Vec::new();
    for item in items {
        let start = bytes.range(item.start as u64..item.end.min(item.start + 8) as u64);
        if matches!(
            start.as_deref(),
            Some([0xFF, 0xD8, 0xFF, ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] | [1..=15, 0, 0, 0, 64, 0, 0, 0, ..])
        ) {
            parted.push(Vec::new());
        }
        parted.last_mut()?.push(item.clone());
    }
    (!parted.is_empty()).then_some(parted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encapsulate(table: &[u32], fragments: &[&[u8]]) -> Vec<u8> {
        let table: Vec<u8> = table.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut bytes = Vec::new();
        for fragment in std::iter::once(&table[..]).chain(fragments.iter().copied()) {
            bytes.extend(ITEM);
            bytes.extend((fragment.len() as u32).to_le_bytes());
            bytes.extend(fragment);
        }
        bytes.extend(SEQUENCE_DELIMITATION);
        bytes.extend([0; 4]);
        bytes
    }

    fn lengths(bytes: &[u8], frames: usize) -> Result<Vec<Vec<usize>>, FrameError> {
        let parted = frame_ranges(&bytes, 0, bytes.len() as u64, frames, &[])?;
        Ok(parted.frames.iter().map(|f| f.iter().map(Range::len).collect()).collect())
    }

    #[test]
    fn fragments_are_assigned_by_count_offsets_or_start_markers() {
        let a: &[u8] = &[0xFF, 0xD8, 0xFF, 1];
        let b: &[u8] = &[2, 2, 2, 2, 2, 2];
        assert_eq!(lengths(&encapsulate(&[], &[a, b]), 1), Ok(vec![vec![4, 6]]));
        assert_eq!(lengths(&encapsulate(&[], &[a, b]), 2), Ok(vec![vec![4], vec![6]]));
        assert_eq!(lengths(&encapsulate(&[0, 12], &[a, b, b]), 2), Ok(vec![vec![4], vec![6, 6]]));
        assert_eq!(lengths(&encapsulate(&[], &[a, b, a]), 2), Ok(vec![vec![4, 6], vec![4]]));
        // Number of Frames is too small, missing, or too large.
        for frames in [1, 2, 9] {
            assert_eq!(lengths(&encapsulate(&[0, 24], &[a, a, a, a]), frames), Ok(vec![vec![4]; 4]));
            assert_eq!(lengths(&encapsulate(&[], &[a, b, a]), frames), Ok(vec![vec![4, 6], vec![4]]));
        }
    }

    #[test]
    fn a_value_that_ends_within_a_fragment_has_what_is_there_unless_that_is_little() {
        let (a, b): (&[u8], &[u8]) = (&[0xFF, 0xD8, 0xFF, 1, 1, 1, 1, 1], &[0xFF, 0xD8, 0xFF, 2, 2, 2]);
        let whole = encapsulate(&[], &[a, b]);
        let cut = |bytes: usize| {
            let parted =
                frame_ranges(&&whole[..whole.len() - 8 - bytes], 0, (whole.len() - 8 - bytes) as u64, 2, &[]);
            parted.map(|parted| (parted.frames.len(), parted.is_last_cut))
        };
        assert_eq!(cut(0), Ok((2, false)));
        assert_eq!(cut(1), Ok((2, true)));
        assert_eq!(cut(3), Ok((2, true)));
        // Nothing is left of the second frame: one frame is missing.
        assert_eq!(cut(6), Ok((1, false)));
        let one = encapsulate(&[], &[&[7; 100]]);
        let cut = |left: usize| {
            frame_ranges(&&one[..left], 0, left as u64, 1, &[]).map(|parted| parted.is_last_cut)
        };
        assert_eq!((cut(59), cut(57)), (Ok(true), Err(FrameError::Fragments)));
        assert_eq!(end_of_fragments(&one[..59], 0, 59, true), Ok(Some(59)));
        assert_eq!(end_of_fragments(&one[..59], 0, 59, false), Err(HeaderError::Truncated));
        assert_eq!(end_of_fragments(&one[..57], 0, 57, true), Err(HeaderError::Truncated));
    }

    #[test]
    fn fragments_that_lie_are_refused() {
        assert_eq!(lengths(&encapsulate(&[], &[&[1, 1], &[2, 2], &[3, 3]]), 2), Err(FrameError::Assignment));
        let mut lying = encapsulate(&[], &[&[1, 1]]);
        lying[12..16].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
        assert_eq!(lengths(&lying, 1), Err(FrameError::Fragments));
        assert_eq!(lengths(&encapsulate(&[], &[]), 1), Err(FrameError::Assignment));
        assert_eq!(lengths(b"", 1), Err(FrameError::Fragments));
    }
}

//! Bytes that need not all be in memory.

use std::borrow::Cow;
use std::ops::Range;

/// A file read in ranges, wherever it is: in memory, on a disk, at the other end of a pipe.
pub trait RangedBytes: Sync {
    /// The total number of bytes.
    fn total(&self) -> u64;

    /// The bytes of a range; `None` if it ends after the file, or cannot be read.
    fn range(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>>;
}

impl RangedBytes for &[u8] {
    fn total(&self) -> u64 {
        self.len() as u64
    }

    fn range(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        self.get(start..end).map(Cow::Borrowed)
    }
}

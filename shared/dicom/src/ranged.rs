//! Bytes that need not all be in memory.

use std::borrow::Cow;
use std::ops::Range;

/// A file that is read in ranges, wherever it is: in memory, on a disk, at the other end of a pipe.
pub trait RangedBytes: Sync {
    /// How many bytes there are.
    fn total(&self) -> u64;

    /// The bytes of a range; `None` when it reaches past the end, or cannot be read.
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

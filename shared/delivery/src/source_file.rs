//! The file to render.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use filmless_dicom::RangedBytes;

/// A file of a study: in memory if it is small, else on disk, already unlinked.
#[derive(Debug)]
pub enum SourceFile {
    /// All of it.
    Memory(Bytes),
    /// An open file.
    Disk {
        /// The file.
        file: File,
        /// Its length.
        bytes: u64,
    },
}

impl SourceFile {
    /// Its length in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Memory(all) => all.len() as u64,
            Self::Disk { bytes, .. } => *bytes,
        }
    }

    /// Reads a range, off the async threads.
    ///
    /// # Errors
    /// The range is outside the file, or the disk fails.
    pub async fn read(self: &Arc<Self>, range: Range<u64>) -> io::Result<Bytes> {
        if let Self::Memory(all) = &**self {
            let outside = |_| io::Error::from(io::ErrorKind::InvalidInput);
            let start = usize::try_from(range.start).map_err(outside)?;
            let end = usize::try_from(range.end).map_err(outside)?;
            let inside = start <= end && end <= all.len();
            return if inside { Ok(all.slice(start..end)) } else { Err(io::ErrorKind::InvalidInput.into()) };
        }
        let file = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || {
            file.range(range).map(|bytes| Bytes::from(bytes.into_owned()))
        });
        read.await.map_err(io::Error::other)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl From<Bytes> for SourceFile {
    fn from(all: Bytes) -> Self {
        Self::Memory(all)
    }
}

impl RangedBytes for SourceFile {
    fn total(&self) -> u64 {
        self.bytes()
    }

    fn range(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        if range.start > range.end || range.end > self.bytes() {
            return None;
        }
        let length = usize::try_from(range.end - range.start).ok()?;
        match self {
            Self::Memory(all) => {
                let start = usize::try_from(range.start).ok()?;
                all.get(start..start + length).map(Cow::Borrowed)
            }
            Self::Disk { file, .. } => {
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, range.start).ok()?;
                Some(Cow::Owned(bytes))
            }
        }
    }
}

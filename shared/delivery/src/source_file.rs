//! The file to render.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use filmless_dicom::RangedBytes;
use filmless_domain::ObjectKey;
use filmless_store::{Bucket, ObjectVersion};
use tokio::runtime::Handle;

/// Of a file in a bucket, so much is read where little is wanted: what is wanted next stands behind it.
const BLOCK_BYTES: u64 = 1 << 20;
/// First bytes of a file that are read before anybody asks for them: nearly all files are no longer.
const HEAD_BYTES: u64 = 16 << 20;

/// A file of a study: in memory when it is small, else on disk, where it has no name any more, or where it was uploaded.
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
    /// An object of a bucket, of which ranges are read.
    Remote(Box<RemoteFile>),
}

/// An object of a bucket, as a file.
#[derive(Debug)]
pub struct RemoteFile {
    bucket: Bucket,
    key: ObjectKey,
    version_id: Option<String>,
    bytes: u64,
    /// Where the last block begins, and the block.
    block: Mutex<(u64, Bytes)>,
}

impl RemoteFile {
    /// One version of an object of so many bytes.
    #[must_use]
    pub fn new(bucket: Bucket, key: ObjectKey, version_id: Option<String>, bytes: u64) -> Self {
        Self { bucket, key, version_id, bytes, block: Mutex::default() }
    }

    async fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        if range.start > range.end || range.end > self.bytes {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if let Some(known) = self.of_block(&range) {
            return Ok(known);
        }
        let end = range.end.max(range.start + BLOCK_BYTES).min(self.bytes);
        let object = ObjectVersion { key: &self.key, version_id: self.version_id.as_deref() };
        let read = self.bucket.get_range(object, range.start..end).await.map_err(io::Error::other)?;
        if read.bytes.len() as u64 != end - range.start {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let wanted = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let bytes = read.bytes.slice(..wanted);
        if read.bytes.len() as u64 <= BLOCK_BYTES {
            *self.block.lock().unwrap_or_else(PoisonError::into_inner) = (range.start, read.bytes);
        }
        Ok(bytes)
    }

    fn of_block(&self, range: &Range<u64>) -> Option<Bytes> {
        let block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        let start = usize::try_from(range.start.checked_sub(block.0)?).ok()?;
        let end = usize::try_from(range.end.checked_sub(block.0)?).ok()?;
        (end <= block.1.len()).then(|| block.1.slice(start..end))
    }
}

impl SourceFile {
    /// How many of its first bytes are worth reading at once.
    #[must_use]
    pub fn head_bytes(&self) -> u64 {
        let most = if matches!(self, Self::Remote(_)) { BLOCK_BYTES } else { HEAD_BYTES };
        self.bytes().min(most)
    }

    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Memory(all) => all.len() as u64,
            Self::Disk { bytes, .. } => *bytes,
            Self::Remote(file) => file.bytes,
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
        if let Self::Remote(file) = &**self {
            return file.read(range).await;
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
            // Whoever reads like this stands on a thread that may wait.
            Self::Remote(remote) => {
                Handle::try_current().ok()?.block_on(remote.read(range)).ok().map(|b| Cow::Owned(b.to_vec()))
            }
        }
    }
}

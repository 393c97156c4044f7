//! Where the frames of an uploaded file are, so that one of them is a ranged read. What was found of a version of an object
//! is remembered: viewers ask for frame after frame.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use filmless_delivery::{RemoteFile, SourceFile};
use filmless_dicom::{
    DataSet, FrameError, HeaderError, PixelElement, PixelEncoding, Scan, TransferSyntax, ends_with_marker,
    frame_ranges, scan_prefix, tags,
};
use filmless_dicomweb::Refusal;
use filmless_domain::{Limits, ObjectKey};
use filmless_store::Bucket;
use filmless_store::index::InstanceRecord;
use tokio::sync::OnceCell;

use crate::error::DicomwebError;

/// Files that are remembered.
const FILES_MAX: usize = 256;
/// Fragments of all of them, each of which takes 16 bytes or a little more.
const FRAGMENTS_MAX: usize = 200_000;

/// An uploaded file, in its bucket.
pub(crate) fn source_of(bucket: &Bucket, record: &InstanceRecord) -> SourceFile {
    let (key, version) = (record.key.clone(), record.version_id.clone());
    SourceFile::Remote(Box::new(RemoteFile::new(bucket.clone(), key, version, record.bytes)))
}

/// Where the frames of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frames {
    /// It has no pixels.
    None,
    /// Native and little endian, one behind the other.
    Native { start: u64, frame_bytes: u64, count: u32 },
    /// Each in its fragments. The file may end within the last one.
    Fragments { frames: Vec<Vec<Range<u64>>>, is_last_cut: bool },
    /// Only the decoder can give them; so many are declared.
    Decoder { count: u32 },
}

impl Frames {
    pub fn count(&self) -> u32 {
        match self {
            Self::None => 0,
            Self::Native { count, .. } | Self::Decoder { count } => *count,
            Self::Fragments { frames, .. } => u32::try_from(frames.len()).unwrap_or(u32::MAX),
        }
    }

    fn fragments(&self) -> usize {
        if let Self::Fragments { frames, .. } = self { frames.iter().map(Vec::len).sum() } else { 1 }
    }
}

/// What is known of a file.
#[derive(Debug)]
pub(crate) struct FileIndex {
    pub transfer_syntax_uid: String,
    pub syntax: TransferSyntax,
    pixels: Option<PixelElement>,
    declared: u32,
    /// Bytes of a native frame; none where frames are not aligned.
    frame_bytes: Option<u64>,
    offsets: Vec<u64>,
    frames: OnceCell<Frames>,
}

impl FileIndex {
    /// Reads the header of a file.
    async fn read(file: &Arc<SourceFile>, limits: &Limits) -> Result<Self, DicomwebError> {
        let total = file.bytes();
        for step in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max]
        {
            let bytes = file.read(0..step.min(total)).await.map_err(unavailable)?;
            match scan_prefix(&bytes, total, limits).map_err(|error| no_picture(error.code()))? {
                Scan::Complete(data_set) => return Ok(Self::of(&data_set)),
                Scan::NeedMore if bytes.len() as u64 == total => break,
                Scan::NeedMore => {}
            }
        }
        Err(no_picture(HeaderError::HeaderTooLong.code()))
    }

    fn of(data_set: &DataSet<'_>) -> Self {
        let root = data_set.root();
        let count = |tag| root.int(tag).and_then(|value| u64::try_from(value).ok());
        let samples = || {
            let per_pixel = count(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
            count(tags::ROWS)?.checked_mul(count(tags::COLUMNS)?)?.checked_mul(per_pixel)
        };
        let bits = samples().and_then(|samples| samples.checked_mul(count(tags::BITS_ALLOCATED)?));
        let offsets = root.get(tags::EXTENDED_OFFSET_TABLE).map(|e| e.ints()).unwrap_or_default();
        Self {
            transfer_syntax_uid: data_set.transfer_syntax_uid().to_owned(),
            syntax: data_set.transfer_syntax(),
            pixels: data_set.pixels().copied(),
            declared: count(tags::NUMBER_OF_FRAMES).and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1),
            frame_bytes: bits.filter(|bits| *bits > 0 && bits.is_multiple_of(8)).map(|bits| bits / 8),
            offsets: offsets.into_iter().filter_map(|offset| u64::try_from(offset).ok()).collect(),
            frames: OnceCell::new(),
        }
    }

    /// Whether frames are in a form that a decoder of ours reads.
    pub fn is_decodable(&self) -> bool {
        !matches!(self.syntax.pixels, PixelEncoding::Video | PixelEncoding::Unknown)
    }

    /// About how many bytes a file of so many is in Explicit VR Little Endian.
    pub fn explicit_bytes(&self, stored_bytes: u64) -> u64 {
        match (&self.pixels, self.frame_bytes) {
            (Some(pixels), Some(frame_bytes)) if pixels.length.is_none() || self.syntax.deflated => {
                pixels.value_start as u64 + frame_bytes.saturating_mul(u64::from(self.declared))
            }
            _ => stored_bytes,
        }
    }

    /// Whether there are frames behind the first that may turn out not to be decodable.
    pub async fn has_frames_in_doubt(&self, file: &Arc<SourceFile>) -> bool {
        self.declared > 1
            && self.has_pixels()
            && !matches!(self.frames(file).await, Ok(Frames::Native { .. }))
    }

    pub fn has_pixels(&self) -> bool {
        self.pixels.is_some_and(|pixels| !pixels.is_empty())
    }

    /// Where the frames are; fragments are followed once.
    pub async fn frames(&self, file: &Arc<SourceFile>) -> Result<&Frames, DicomwebError> {
        self.frames.get_or_try_init(|| self.find_frames(file)).await
    }

    async fn find_frames(&self, file: &Arc<SourceFile>) -> Result<Frames, DicomwebError> {
        let Some(pixels) = self.pixels else { return Ok(Frames::None) };
        let by_decoder = Frames::Decoder { count: self.declared };
        if self.syntax.deflated {
            return Ok(by_decoder);
        }
        if let Some(length) = pixels.length {
            let whole = self.frame_bytes.filter(|bytes| {
                let all = bytes.saturating_mul(u64::from(self.declared));
                !self.syntax.big_endian_pixels && all.next_multiple_of(2) == length.next_multiple_of(2)
            });
            let start = pixels.value_start as u64;
            return Ok(match whole {
                Some(frame_bytes) if start + length <= file.bytes() => {
                    Frames::Native { start, frame_bytes, count: self.declared }
                }
                _ => by_decoder,
            });
        }
        // A video is one stream, however many frames it shows.
        let is_video = self.syntax.pixels == PixelEncoding::Video;
        let count = if is_video { 1 } else { self.declared as usize };
        let (file, offsets) = (Arc::clone(file), self.offsets.clone());
        let found = tokio::task::spawn_blocking(move || {
            let total = pixels.total.min(file.bytes());
            let found = frame_ranges(&*file, pixels.value_start, total, count, &offsets)?;
            let is_last_cut = found.is_last_cut && !ends_with_marker(&*file, found.frames.last());
            Ok::<_, FrameError>((found.frames, is_last_cut))
        });
        let found = found.await.map_err(|_| Refusal::Failed)?;
        let (found, is_last_cut) =
            found.map_err(|_| no_picture(filmless_imaging::NoPicture::CorruptPixelData.code()))?;
        let wide = |range: Range<usize>| range.start as u64..range.end as u64;
        let frames: Vec<Vec<_>> =
            found.into_iter().map(|frame| frame.into_iter().map(wide).collect()).collect();
        let frames = if is_video { vec![frames.concat()] } else { frames };
        Ok(Frames::Fragments { frames, is_last_cut })
    }
}

fn unavailable(error: std::io::Error) -> DicomwebError {
    tracing::error!(code = filmless_domain::LogCode::StorageFailed.code(), cause = %error, "a file cannot be read");
    Refusal::Unavailable.into()
}

fn no_picture(code: &str) -> DicomwebError {
    Refusal::NoPicture { code: code.to_owned() }.into()
}

type Version = (ObjectKey, Option<String>, String);

/// What is remembered of files, the one used last in front.
#[derive(Debug, Default)]
pub(crate) struct IndexCache(Mutex<VecDeque<(Version, Arc<FileIndex>)>>);

impl IndexCache {
    /// What is known of a file; read where nothing is.
    pub async fn of(
        &self,
        file: &Arc<SourceFile>,
        record: &InstanceRecord,
        limits: &Limits,
    ) -> Result<Arc<FileIndex>, DicomwebError> {
        let version = (record.key.clone(), record.version_id.clone(), record.etag.clone());
        if let Some(known) = self.get(&version) {
            return Ok(known);
        }
        let read = Arc::new(FileIndex::read(file, limits).await?);
        self.put(version, Arc::clone(&read));
        Ok(read)
    }

    fn get(&self, version: &Version) -> Option<Arc<FileIndex>> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = files.iter().position(|(known, _)| known == version)?;
        let found = files.remove(place)?;
        let index = Arc::clone(&found.1);
        files.push_front(found);
        Some(index)
    }

    fn put(&self, version: Version, index: Arc<FileIndex>) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.push_front((version, index));
        let mut fragments = 0;
        let is_kept = |file: &(Version, Arc<FileIndex>)| {
            fragments += file.1.frames.get().map_or(1, Frames::fragments);
            fragments <= FRAGMENTS_MAX
        };
        let kept = files.iter().take(FILES_MAX).map(is_kept).take_while(|is_kept| *is_kept).count();
        files.truncate(kept.max(1));
    }
}

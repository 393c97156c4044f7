//! An instance in Explicit VR Little Endian, whatever its source is encoded in, as a stream.

use std::sync::Arc;

use bytes::Bytes;
use filmless_dicom::{Behind, DataSet, HeaderError, PixelLayout, Scan, scan_file, scan_prefix};
use filmless_domain::Limits;
use filmless_imaging::{Job, NativeJob, NoPicture, RenderedPart};
use filmless_media::{ExplicitError, ExplicitInstance};
use thiserror::Error;

use crate::renderer::{FileOwner, InstanceRenderer, RenderedParts};
use crate::source_file::SourceFile;

/// Why an instance cannot be given in Explicit VR Little Endian: a code of `docs/ERRORS.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the instance cannot be given in Explicit VR Little Endian ({0})")]
pub struct NotNative(pub String);

/// A whole Part-10 file, made while it is read: its header, then its frames as they are decoded. What is in memory does
/// not depend on how many there are.
pub struct ExplicitFile {
    instance: ExplicitInstance,
    /// Where the pixels come from; none where there are none.
    parts: Option<RenderedParts>,
    next: Next,
    /// Bytes of pixels that are still to come.
    left: u64,
}

enum Next {
    Head,
    Pixels,
    End,
}

impl ExplicitFile {
    /// Opens a file, which is decoded for its owner. Whoever gets it knows its length, and that its first frame can be
    /// decoded.
    ///
    /// # Errors
    /// [`NotNative`].
    pub async fn open(
        renderer: &dyn InstanceRenderer,
        owner: &FileOwner,
        file: SourceFile,
        limits: &Limits,
    ) -> Result<Self, NotNative> {
        let file = Arc::new(file);
        let head = read_header(&file, limits).await?;
        let is_whole = head.len() as u64 == file.bytes();
        let data_set = scanned(&head, file.bytes(), limits)?;
        if data_set.pixels().is_none() && !is_whole {
            return Err(NotNative(HeaderError::ObjectTooLarge.code().to_owned()));
        }
        let behind = read_behind(&file, &head, limits).await?;
        let data_set = behind.join(data_set, limits);
        let mut parts = None;
        let mut layout = None;
        if data_set.pixels().is_some_and(|pixels| !pixels.is_empty()) {
            let file = Arc::into_inner(file).ok_or_else(failed)?;
            let mut begun = renderer.render(owner, file, limits, Job::Native(NativeJob::default())).await;
            layout = Some(first_layout(&mut begun).await?);
            parts = Some(begun);
        }
        let instance = ExplicitInstance::new(&data_set, layout.as_ref()).map_err(|error| {
            NotNative(match error {
                ExplicitError::TooLarge => NoPicture::ImageTooLarge.code().to_owned(),
                _ => NoPicture::IncompleteImageAttributes.code().to_owned(),
            })
        })?;
        let left = instance.value_bytes();
        Ok(Self { instance, parts, next: Next::Head, left })
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.instance.total_bytes()
    }

    /// The next bytes; `None` behind the last.
    ///
    /// # Errors
    /// [`NotNative`]: what was read so far is no whole file.
    pub async fn next(&mut self) -> Result<Option<Bytes>, NotNative> {
        if let Next::Head = self.next {
            self.next = Next::Pixels;
            return Ok(Some(Bytes::copy_from_slice(self.instance.head())));
        }
        if let Next::Pixels = self.next {
            if let Some(piece) = next_piece(self.parts.as_mut()).await? {
                let length = piece.len() as u64;
                self.left = self.left.checked_sub(length).ok_or_else(failed)?;
                return Ok(Some(piece));
            }
            if self.left > 0 {
                return Err(failed());
            }
            self.next = Next::End;
            let tail = self.instance.tail();
            return Ok((!tail.is_empty()).then(|| Bytes::copy_from_slice(tail)));
        }
        Ok(None)
    }
}

fn failed() -> NotNative {
    NotNative(NoPicture::DecoderFailed.code().to_owned())
}

async fn first_layout(parts: &mut RenderedParts) -> Result<PixelLayout, NotNative> {
    match parts.recv().await {
        Some(RenderedPart::Layout(layout)) => Ok(*layout),
        Some(part) => Err(why(&part)),
        None => Err(failed()),
    }
}

async fn next_piece(parts: Option<&mut RenderedParts>) -> Result<Option<Bytes>, NotNative> {
    let Some(parts) = parts else { return Ok(None) };
    match parts.recv().await {
        Some(RenderedPart::Native(piece)) => Ok(Some(Bytes::from(piece.bytes.into_vec()))),
        Some(part) => Err(why(&part)),
        None => Ok(None),
    }
}

fn why(part: &RenderedPart) -> NotNative {
    match part {
        RenderedPart::NoPicture { code } => NotNative(code.clone()),
        RenderedPart::Failure(failure) => NotNative(failure.error.code().to_owned()),
        _ => failed(),
    }
}

fn scanned<'h>(head: &'h [u8], total: u64, limits: &Limits) -> Result<Box<DataSet<'h>>, NotNative> {
    let scanned = if head.len() as u64 == total {
        scan_file(head, limits)
    } else {
        scan_prefix(head, total, limits).and_then(|scan| match scan {
            Scan::Complete(data_set) => Ok(data_set),
            Scan::NeedMore => Err(HeaderError::HeaderTooLong),
        })
    };
    scanned.map_err(|error| NotNative(error.code().to_owned()))
}

/// What stands behind the pixels, which is read where it may take its time.
async fn read_behind(file: &Arc<SourceFile>, head: &Bytes, limits: &Limits) -> Result<Behind, NotNative> {
    let (file, head, limits) = (Arc::clone(file), head.clone(), limits.clone());
    let read = tokio::task::spawn_blocking(move || {
        scanned(&head, file.bytes(), &limits).map(|data_set| Behind::read(&data_set, &*file, &limits))
    });
    read.await.map_err(|_| failed())?
}

/// The header of an instance with pixels, all of one without.
async fn read_header(file: &Arc<SourceFile>, limits: &Limits) -> Result<Bytes, NotNative> {
    let total = file.bytes();
    let mut bytes = Bytes::new();
    for step in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max] {
        let is_more = step.min(total) > bytes.len() as u64;
        if is_more {
            bytes = file.read(0..step.min(total)).await.map_err(|_| failed())?;
        }
        let scan = scan_prefix(&bytes, total, limits);
        let scan = scan.map_err(|error| NotNative(error.code().to_owned()))?;
        let is_enough = match &scan {
            Scan::NeedMore => false,
            Scan::Complete(data_set) => data_set.pixels().is_some(),
        };
        if is_enough || bytes.len() as u64 == total {
            return Ok(bytes);
        }
    }
    Ok(bytes)
}

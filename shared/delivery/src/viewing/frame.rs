//! Single frames of a series that is in sight, and their quick previews, as the pack has them. Nothing is decoded here.

use std::io::Read;

use filmless_domain::{ObjectKey, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use filmless_store::{ObjectVersion, StoreError};
use flate2::read::GzDecoder;
use serde::Deserialize;

use super::access::OpenedWith;
use super::{Portal, Session};
use crate::DeliveryError;
use crate::shown_series::{keys_of, shown_series};

/// Largest index that is read, packed and unpacked.
const INDEX_BYTES_MAX: u64 = 64 << 20;

/// The frames of a series, in their order.
#[derive(Debug, Clone)]
pub(crate) struct SeriesFrames {
    /// What the series is called; may be empty.
    pub description: String,
    frames: Vec<FrameAt>,
    pack: ObjectKey,
}

/// What is read of the index of a pack (`docs/SERIES-PACK.md`).
#[derive(Deserialize)]
struct PackIndex {
    frames: Vec<FrameAt>,
}

/// One frame.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FrameAt {
    /// Its instance.
    pub sop_instance_uid: SopInstanceUid,
    /// From 1.
    pub frame: u32,
    rows: u32,
    columns: u32,
    preview: PreviewAt,
    #[serde(default)]
    spacing: Option<SpacingAt>,
}

#[derive(Debug, Clone, Deserialize)]
struct SpacingAt {
    row_mm: f64,
    column_mm: f64,
    source: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct PreviewAt {
    offset: u64,
    length: u64,
}

impl FrameAt {
    /// Rows and columns.
    pub const fn size(&self) -> [u32; 2] {
        [self.rows, self.columns]
    }

    /// Millimetres in the patient between rows, and between columns. `None` where the file says only what they are elsewhere, as at
    /// the detector, or nothing.
    pub fn pixel_mm(&self) -> Option<[f64; 2]> {
        let spacing = self.spacing.as_ref().filter(|spacing| spacing.source == "pixel-spacing");
        spacing.map(|spacing| [spacing.row_mm, spacing.column_mm])
    }
}

impl SeriesFrames {
    /// Where a frame is in the series, from 0.
    pub fn place_of(&self, instance: &SopInstanceUid, frame: u32) -> Option<usize> {
        self.frames.iter().position(|at| at.sop_instance_uid == *instance && at.frame == frame)
    }

    /// The frame at a place.
    pub fn at(&self, place: usize) -> Option<&FrameAt> {
        self.frames.get(place)
    }
}

impl Portal {
    /// The frames of a series, for somebody who sees its study; `None` for any other, and for a series without pictures.
    pub(crate) async fn series_frames(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        series: &SeriesInstanceUid,
    ) -> Result<Option<SeriesFrames>, DeliveryError> {
        let Some(record) = self.common.index.study(study).await? else { return Ok(None) };
        if self.seen(session, &record).await?.is_none() {
            return Ok(None);
        }
        let shown = shown_series(&self.common.index, &record).await?;
        let shown = shown.into_iter().find(|one| one.series_instance_uid == *series && one.frames > 0);
        let Some(shown) = shown else { return Ok(None) };
        let keys = keys_of(&record, &shown);
        let index = self.derived.get(version(&keys.index), INDEX_BYTES_MAX).await;
        let Some(packed) = found(index)? else { return Ok(None) };
        let mut text = Vec::new();
        let read = GzDecoder::new(&packed[..]).take(INDEX_BYTES_MAX).read_to_end(&mut text);
        read.map_err(DeliveryError::internal("the index of a pack"))?;
        let index: PackIndex =
            serde_json::from_slice(&text).map_err(DeliveryError::internal("the index of a pack"))?;
        let description = shown.attributes.description.or(shown.title).unwrap_or_default();
        Ok(Some(SeriesFrames { description, frames: index.frames, pack: keys.pack }))
    }

    /// The quick preview of a frame, at most so many bytes; `None` if it is larger, or not there. Whoever asks has opened the study.
    pub(crate) async fn preview(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        frames: &SeriesFrames,
        place: usize,
        bytes_max: usize,
    ) -> Result<Option<Vec<u8>>, DeliveryError> {
        let Some(PreviewAt { offset, length }) = frames.at(place).map(|at| at.preview) else {
            return Ok(None);
        };
        if length == 0 || length > bytes_max as u64 {
            return Ok(None);
        }
        self.record_opening(session, study, OpenedWith::Pages).await?;
        let range = offset..offset.saturating_add(length);
        let Some(read) = found(self.derived.get_range(version(&frames.pack), range).await)? else {
            return Ok(None);
        };
        Ok(Some(read.bytes.to_vec()).filter(|bytes| bytes.len() as u64 == length))
    }
}

/// What was taken away meanwhile is not there.
fn found<T>(read: Result<T, StoreError>) -> Result<Option<T>, DeliveryError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

const fn version(key: &ObjectKey) -> ObjectVersion<'_> {
    ObjectVersion { key, version_id: None }
}

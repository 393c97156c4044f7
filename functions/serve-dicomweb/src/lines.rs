//! The metadata of a series, instance by instance: one line each, as `shared/delivery` wrote them when the series was rendered;
//! of a series that changed since, as its files say now. So metadata never describe another file than the one that frames come
//! from.

use std::io::Write;

use axum::body::Bytes;
use bytes::BytesMut;
use filmless_delivery::DeliveryError;
use filmless_delivery::viewing::software::{Software, SoftwareSeries, SoftwareStudy};
use filmless_dicom::{Scan, metadata_json, scan_file, scan_prefix};
use filmless_domain::object_key::SeriesKeys;
use filmless_domain::{Limits, ObjectKey};
use filmless_store::index::InstanceRecord;
use filmless_store::{Bucket, ObjectStream, ObjectVersion, StoreError};
use flate2::write::GzDecoder;
use futures::stream::{self, BoxStream, StreamExt};

/// Headers of files that are read at a time.
const HEADERS_AT_ONCE: usize = 16;

/// Where the metadata of a series is.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// In an object that was written when the series was rendered.
    Rendered(ObjectKey),
    /// In its files: instances came, went or were corrected since. The key is that of the object that will say the same.
    Files { instances: Vec<InstanceRecord>, key: ObjectKey },
}

impl Origin {
    pub async fn of(
        software: &Software,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
    ) -> Result<Self, DeliveryError> {
        let Some(digest) = software.changed_since_rendered(study, series).await? else {
            return Ok(Self::Rendered(series.keys.metadata.clone()));
        };
        let instances = software.instances(study).await?;
        let of_series = |i: &&InstanceRecord| i.series_instance_uid == series.record.series_instance_uid;
        let (of_study, uid) = (&study.record.study_instance_uid, &series.record.series_instance_uid);
        let key = SeriesKeys::new(of_study, uid, &digest).metadata;
        Ok(Self::Files { instances: instances.iter().filter(of_series).cloned().collect(), key })
    }

    /// Names the series and its contents.
    pub fn key(&self) -> &ObjectKey {
        match self {
            Self::Rendered(key) | Self::Files { key, .. } => key,
        }
    }
}

/// The metadata of one series on its way.
pub(crate) enum Lines {
    Rendered(Box<Stored>),
    Files(BoxStream<'static, Result<Option<Bytes>, StoreError>>),
}

impl Lines {
    pub async fn open(software: &Software, limits: &Limits, origin: Origin) -> Result<Self, StoreError> {
        match origin {
            Origin::Rendered(key) => {
                Ok(Self::Rendered(Box::new(Stored::open(software.derived_bucket(), &key).await?)))
            }
            Origin::Files { instances, .. } => {
                let (bucket, limits) = (software.studies_bucket().clone(), limits.clone());
                let read = move |record: InstanceRecord| {
                    let (bucket, limits) = (bucket.clone(), limits.clone());
                    async move { told_by_file(&bucket, &limits, &record).await }
                };
                Ok(Self::Files(stream::iter(instances).map(read).buffered(HEADERS_AT_ONCE).boxed()))
            }
        }
    }

    /// The attributes of the next instance, one JSON object.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        match self {
            Self::Rendered(stored) => stored.next().await,
            Self::Files(files) => loop {
                match files.next().await.transpose()? {
                    Some(Some(line)) => return Ok(Some(line)),
                    // As when it is rendered: what cannot be read is described by nothing.
                    Some(None) => {}
                    None => return Ok(None),
                }
            },
        }
    }
}

/// What the header of a file says; none where it cannot be read, or where the file is gone.
async fn told_by_file(
    bucket: &Bucket,
    limits: &Limits,
    record: &InstanceRecord,
) -> Result<Option<Bytes>, StoreError> {
    let object = ObjectVersion { key: &record.key, version_id: record.version_id.as_deref() };
    for step in [limits.header_first_read_bytes, limits.header_second_read_bytes, limits.header_bytes_max] {
        let head = match bucket.get_range(object, 0..step.min(record.bytes)).await {
            Ok(read) => read.bytes,
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_whole = head.len() as u64 >= record.bytes;
        let told = match scan_prefix(&head, record.bytes, limits) {
            Ok(Scan::Complete(data_set)) => Some(metadata_json(&data_set)),
            Ok(Scan::NeedMore) if !is_whole => continue,
            Ok(Scan::NeedMore) => scan_file(&head, limits).ok().map(|data_set| metadata_json(&data_set)),
            Err(_) => None,
        };
        return Ok(told.map(Bytes::from));
    }
    Ok(None)
}

/// A stored object, inflated piece by piece.
pub(crate) struct Stored {
    object: ObjectStream,
    decoder: GzDecoder<Vec<u8>>,
    inflated: BytesMut,
    /// So many bytes of `inflated` hold no end of a line.
    looked_at: usize,
    has_begun: bool,
    has_ended: bool,
}

impl Stored {
    async fn open(bucket: &Bucket, key: &ObjectKey) -> Result<Self, StoreError> {
        let object = bucket.stream(ObjectVersion { key, version_id: None }, None).await?;
        Ok(Self {
            object,
            decoder: GzDecoder::new(Vec::new()),
            inflated: BytesMut::new(),
            looked_at: 0,
            has_begun: false,
            has_ended: false,
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        loop {
            let end = self.inflated[self.looked_at..].iter().position(|byte| *byte == b'\n');
            let line = match end {
                Some(end) => self.inflated.split_to(self.looked_at + end + 1),
                None if self.has_ended => self.inflated.split(),
                None => {
                    self.looked_at = self.inflated.len();
                    self.read_more().await?;
                    continue;
                }
            };
            self.looked_at = 0;
            if line.is_empty() {
                return Ok(None);
            }
            let mut object = line.freeze();
            let is_sign = |byte: u8| matches!(byte, b',' | b'\n');
            if !self.has_begun && object.first() == Some(&b'[') {
                object = object.slice(1..);
            }
            self.has_begun = true;
            while object.last().is_some_and(|last| is_sign(*last)) {
                object.truncate(object.len() - 1);
            }
            if self.has_ended && self.inflated.is_empty() && object.last() == Some(&b']') {
                object.truncate(object.len() - 1);
            }
            return Ok((!object.is_empty()).then_some(object));
        }
    }

    async fn read_more(&mut self) -> Result<(), StoreError> {
        let is_gzip = match self.object.next().await {
            Some(piece) => self.decoder.write_all(&piece?),
            None => {
                self.has_ended = true;
                self.decoder.try_finish()
            }
        };
        is_gzip.map_err(|_| StoreError::Damaged)?;
        self.inflated.extend_from_slice(self.decoder.get_ref());
        self.decoder.get_mut().clear();
        Ok(())
    }
}

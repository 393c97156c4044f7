//! What searches look at: of each series the few attributes that answers have, out of its metadata.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use filmless_dicomweb::{Attributes, Level};
use filmless_store::{Bucket, ObjectVersion, StoreError};
use flate2::write::GzDecoder;

use crate::lines::Lines;
use crate::remembered::Remembered;
use crate::software::SoftwareSeries;

/// So many first bytes of a series' metadata hold what its study and its series are.
const HEAD_BYTES: u64 = 64 << 10;
/// Series whose head is remembered.
const HEADS_MAX: usize = 2000;
/// Instances that are remembered, of all series together.
const INSTANCES_MAX: usize = 50_000;

/// An instance may have another one than its series.
const MODALITY: u32 = 0x0008_0060;
const SOP_INSTANCE_UID: u32 = 0x0008_0018;

/// Attributes of the instances of a series, by SOP Instance UID.
pub(crate) type Instances = HashMap<String, Attributes>;

pub(crate) struct Briefs {
    heads: Remembered<Attributes>,
    instances: Remembered<Instances>,
}

impl Briefs {
    pub fn new() -> Self {
        Self { heads: Remembered::new(HEADS_MAX), instances: Remembered::new(INSTANCES_MAX) }
    }

    /// What the first instance of a series says of its patient, study and series; nothing where its metadata is being erased.
    pub async fn head(
        &self,
        derived: &Bucket,
        series: &SoftwareSeries,
    ) -> Result<Arc<Attributes>, StoreError> {
        let key = &series.keys.metadata;
        if let Some(head) = self.heads.get(key.as_str()) {
            return Ok(head);
        }
        let packed = match derived.get_range(ObjectVersion { key, version_id: None }, 0..HEAD_BYTES).await {
            Ok(read) => read.bytes,
            Err(StoreError::NotFound) => return Ok(Arc::default()),
            Err(error) => return Err(error),
        };
        let mut decoder = GzDecoder::new(Vec::new());
        decoder.write_all(&packed).and_then(|()| decoder.flush()).map_err(|_| StoreError::Damaged)?;
        let inflated = decoder.get_ref();
        let object = inflated.strip_prefix(b"[").unwrap_or(inflated);
        let head = Arc::new(Attributes::read(object, |tag| Level::of(tag) != Level::Instance));
        self.heads.keep(key.as_str(), Arc::clone(&head), 1);
        Ok(head)
    }

    /// What every answer about an instance has.
    pub async fn instances(
        &self,
        derived: &Bucket,
        series: &SoftwareSeries,
    ) -> Result<Arc<Instances>, StoreError> {
        let key = series.keys.metadata.as_str();
        if let Some(instances) = self.instances.get(key) {
            return Ok(instances);
        }
        let instances =
            Arc::new(read(derived, series, |tag| Level::Instance.returns(tag) || tag == MODALITY).await?);
        self.instances.keep(key, Arc::clone(&instances), instances.len() + 1);
        Ok(instances)
    }

    /// All that belongs to the instances of a series.
    pub async fn whole_instances(
        &self,
        derived: &Bucket,
        series: &SoftwareSeries,
    ) -> Result<Arc<Instances>, StoreError> {
        read(derived, series, |tag| Level::of(tag) == Level::Instance || tag == MODALITY).await.map(Arc::new)
    }
}

async fn read(
    derived: &Bucket,
    series: &SoftwareSeries,
    is_wanted: impl Fn(u32) -> bool,
) -> Result<Instances, StoreError> {
    let mut lines = match Lines::open(derived, &series.keys.metadata).await {
        Ok(lines) => lines,
        Err(StoreError::NotFound) => return Ok(Instances::new()),
        Err(error) => return Err(error),
    };
    let mut instances = Instances::new();
    while let Some(line) = lines.next().await? {
        let attributes = Attributes::read(&line, &is_wanted);
        if let Some(uid) = attributes.text(SOP_INSTANCE_UID) {
            instances.insert(uid.to_owned(), attributes);
        }
    }
    Ok(instances)
}

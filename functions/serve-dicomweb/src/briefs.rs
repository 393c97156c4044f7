//! What searches look at: of each series the few attributes that answers have, out of its metadata.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use filmless_delivery::viewing::software::Software;
use filmless_dicomweb::{Attributes, Level};
use filmless_domain::{Limits, ObjectKey};
use filmless_store::{Bucket, ObjectVersion, StoreError};
use flate2::write::GzDecoder;

use crate::lines::{Lines, Origin};
use crate::remembered::Remembered;

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
        software: &Software,
        limits: &Limits,
        origin: Origin,
    ) -> Result<Arc<Attributes>, StoreError> {
        let name = origin.key().as_str().to_owned();
        if let Some(head) = self.heads.get(&name) {
            return Ok(head);
        }
        let is_above = |tag| Level::of(tag) != Level::Instance;
        let head = match &origin {
            Origin::Rendered(key) => {
                let Some(object) = first_object(software.derived_bucket(), key).await? else {
                    return Ok(Arc::default());
                };
                Attributes::read(&object, is_above)
            }
            Origin::Files { .. } => match Lines::open(software, limits, origin).await?.next().await? {
                Some(line) => Attributes::read(&line, is_above),
                None => return Ok(Arc::default()),
            },
        };
        let head = Arc::new(head);
        self.heads.keep(&name, Arc::clone(&head), 1);
        Ok(head)
    }

    /// What every answer about an instance has.
    pub async fn instances(
        &self,
        software: &Software,
        limits: &Limits,
        origin: Origin,
    ) -> Result<Arc<Instances>, StoreError> {
        let name = origin.key().as_str().to_owned();
        if let Some(instances) = self.instances.get(&name) {
            return Ok(instances);
        }
        let instances = Arc::new(
            read(software, limits, origin, |tag| Level::Instance.returns(tag) || tag == MODALITY).await?,
        );
        self.instances.keep(&name, Arc::clone(&instances), instances.len() + 1);
        Ok(instances)
    }
}

/// All that belongs to the instances of a series.
pub(crate) async fn whole_instances(
    software: &Software,
    limits: &Limits,
    origin: Origin,
) -> Result<Arc<Instances>, StoreError> {
    read(software, limits, origin, |tag| Level::of(tag) == Level::Instance || tag == MODALITY)
        .await
        .map(Arc::new)
}

/// The beginning of the first object of the stored metadata; none where it is gone.
async fn first_object(derived: &Bucket, key: &ObjectKey) -> Result<Option<Vec<u8>>, StoreError> {
    let packed = match derived.get_range(ObjectVersion { key, version_id: None }, 0..HEAD_BYTES).await {
        Ok(read) => read.bytes,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(&packed).and_then(|()| decoder.flush()).map_err(|_| StoreError::Damaged)?;
    let inflated = decoder.get_ref();
    Ok(Some(inflated.strip_prefix(b"[").unwrap_or(inflated).to_vec()))
}

async fn read(
    software: &Software,
    limits: &Limits,
    origin: Origin,
    is_wanted: impl Fn(u32) -> bool,
) -> Result<Instances, StoreError> {
    let mut lines = match Lines::open(software, limits, origin).await {
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

//! What every parcel needs while it is made: its files in their places, and the turn to make it.

use std::path::{Path, PathBuf};

use filmless_domain::{Parcel, StudyInstanceUid};
use filmless_store::ObjectVersion;
use filmless_store::index::{InstanceRecord, PackingProgress};
use jiff::{SignedDuration, Timestamp};

use crate::DeliveryError;
use crate::parts::Prepare;

/// How long nobody else begins to pack a study after its packer was last heard of.
pub(super) const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How often the packer says that it goes on, and how far it is.
const TELL_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// Brings one file into the folder, in place of the one before.
pub(super) async fn fetch(
    prepare: &Prepare,
    folder: &Path,
    instance: &InstanceRecord,
) -> Result<PathBuf, DeliveryError> {
    let file = folder.join("file");
    let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
    let limit = prepare.common.settings.limits.object_bytes_max;
    prepare.studies.download(object, &file, limit).await?;
    Ok(file)
}

/// Where a file lies: its series and itself, both from 1. Names made of it tell nothing about the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub series: usize,
    pub number: usize,
}

pub(super) fn places(sorted: &[InstanceRecord]) -> Vec<Place> {
    let (mut series, mut number) = (0, 0);
    let mut before = None;
    sorted
        .iter()
        .map(|instance| {
            if before.replace(&instance.series_instance_uid) == Some(&instance.series_instance_uid) {
                number += 1;
            } else {
                (series, number) = (series + 1, 1);
            }
            Place { series, number }
        })
        .collect()
}

/// Keeps the turn, and says how far the work is.
pub(super) struct Teller<'p> {
    pub prepare: &'p Prepare,
    study: &'p StudyInstanceUid,
    parcel: &'p Parcel,
    progress: PackingProgress,
    told_at: Option<Timestamp>,
}

impl<'p> Teller<'p> {
    pub fn new(prepare: &'p Prepare, study: &'p StudyInstanceUid, parcel: &'p Parcel, files: usize) -> Self {
        let files = u32::try_from(files).unwrap_or(u32::MAX);
        Self { prepare, study, parcel, progress: PackingProgress { files_done: 0, files }, told_at: None }
    }

    pub async fn file_done(&mut self) -> Result<(), DeliveryError> {
        self.progress.files_done += 1;
        self.go_on().await
    }

    pub async fn go_on(&mut self) -> Result<(), DeliveryError> {
        let now = self.prepare.common.clock.now();
        if self.told_at.is_none_or(|told_at| now > told_at + TELL_EVERY) {
            let index = &self.prepare.common.index;
            index.renew_packing(self.study, self.parcel, now, LEASE, self.progress).await?;
            self.told_at = Some(now);
        }
        Ok(())
    }
}

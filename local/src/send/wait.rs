//! Waits for the result of an upload.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use filmless_delivery::staff::refusals::refusals;
use filmless_delivery::staff::status::{Status, status};
use filmless_dicom::{HeaderRead, read_header};
use filmless_domain::{Limits, StudyInstanceUid, StudyState};
use filmless_store::{Bucket, Index};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::upload::Upload;
use crate::instance::{INDEX_TABLE, Running, STUDIES_BUCKET};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// No list shows files that were sent before or skipped: after this long without a change, nothing more will come.
const STILL_AFTER: Duration = Duration::from_secs(20);
const REFUSALS_MAX: usize = 10_000;

/// Studies, and refused files.
#[derive(Debug, Serialize)]
pub struct Became {
    /// Each study, and each refused file.
    pub status: Status,
    /// Whether everything came to rest in time.
    pub is_complete: bool,
}

/// One look at the state.
#[derive(PartialEq, Eq)]
struct Look {
    studies: BTreeMap<String, &'static str>,
    /// Files that are in the index or in quarantine.
    files: usize,
}

struct Watch<'a> {
    /// Studies named in the files themselves: a file may belong to a study from an earlier day.
    named: BTreeSet<StudyInstanceUid>,
    index: Index,
    bucket: Bucket,
    keys: BTreeSet<&'a str>,
    started: Timestamp,
}

pub async fn until_at_rest(
    running: &Running,
    uploads: &[Upload],
    started: Timestamp,
    seconds: u64,
    is_quiet: bool,
) -> anyhow::Result<Became> {
    let connection = running.connection()?;
    let watch = Watch {
        named: uploads.iter().filter_map(|upload| study_of(&upload.file)).collect(),
        index: connection.index(INDEX_TABLE),
        bucket: connection.bucket(STUDIES_BUCKET),
        keys: uploads.iter().map(|upload| upload.key.as_str()).collect(),
        started,
    };
    let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} studies done, {elapsed}") {
        bar.set_style(style);
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut earlier, mut changed): (Option<Look>, Instant) = (None, Instant::now());
    let is_complete = loop {
        let look = watch.look().await.context("the system does not answer; is `filmless up` running?")?;
        if earlier.as_ref() != Some(&look) {
            changed = Instant::now();
        }
        let done = look.studies.values().filter(|state| is_at_rest(state)).count();
        bar.set_length(look.studies.len() as u64);
        bar.set_position(done as u64);
        let is_all_in = look.files >= uploads.len() || changed.elapsed() >= STILL_AFTER;
        let is_over = is_all_in && done == look.studies.len();
        earlier = Some(look);
        if is_over || Instant::now() >= end {
            break is_over;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    bar.finish_and_clear();
    let studies = earlier.map(|look| look.studies.into_keys().collect::<Vec<_>>()).unwrap_or_default();
    Ok(Became { status: watch.status(&studies).await?, is_complete })
}

fn is_at_rest(state: &str) -> bool {
    [StudyState::Held, StudyState::Released, StudyState::Recalled].iter().any(|rest| rest.as_str() == state)
}

/// The study a file names, if it is DICOM and its header has the usual length.
fn study_of(file: &Path) -> Option<StudyInstanceUid> {
    let limits = Limits::default();
    let mut head = Vec::new();
    let mut opened = File::open(file).ok()?;
    let bytes = opened.metadata().ok()?.len();
    opened.by_ref().take(limits.header_first_read_bytes).read_to_end(&mut head).ok()?;
    match read_header(&head, bytes, &limits).ok()? {
        HeaderRead::Complete(header) => Some(header.study_instance_uid),
        HeaderRead::NeedMore => None,
    }
}

impl Watch<'_> {
    async fn look(&self) -> anyhow::Result<Look> {
        let mut look = Look { studies: BTreeMap::new(), files: 0 };
        let mut zips: BTreeSet<String> = BTreeSet::new();
        // Around midnight the day may have changed.
        let first = self.started.to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut studies = Vec::new();
        for day in [first, first.saturating_add(1.day())] {
            studies.extend(self.index.studies_of_day(day).await?);
        }
        for uid in &self.named {
            if !studies.iter().any(|study| study.study_instance_uid == *uid) {
                studies.extend(self.index.study(uid).await?);
            }
        }
        studies.retain(|study| study.last_received_at >= self.started);
        for study in studies {
            let mut is_ours = false;
            for instance in self.index.instances(&study.study_instance_uid).await? {
                let key = instance.key.as_str();
                let zip = key.strip_prefix("unpacked/").and_then(|k| k.split('/').next());
                if self.keys.contains(key) {
                    (is_ours, look.files) = (true, look.files + 1);
                } else if let Some(zip) = zip
                    && !zips.contains(zip)
                    && let Some(unpacked) = self.index.unpacked(zip).await?
                    && self.keys.contains(unpacked.upload.key.as_str())
                {
                    zips.insert(zip.to_owned());
                    (is_ours, look.files) = (true, look.files + 1);
                }
                is_ours |= zip.is_some_and(|zip| zips.contains(zip));
            }
            if is_ours {
                look.studies.insert(study.study_instance_uid.to_string(), study.state.as_str());
            }
        }
        let orders = self.keys.iter().filter(|key| key.starts_with("orders/")).count();
        look.files += orders + self.refused().await?.len();
        Ok(look)
    }

    async fn refused(&self) -> anyhow::Result<Vec<filmless_delivery::staff::refusals::RefusedUpload>> {
        let since = self.started.saturating_sub(jiff::SignedDuration::from_secs(60))?;
        let found = refusals(&self.bucket, Some(since), REFUSALS_MAX).await?;
        Ok(found.refused.into_iter().filter(|refusal| self.keys.contains(refusal.key.as_str())).collect())
    }

    async fn status(&self, studies: &[String]) -> anyhow::Result<Status> {
        let mut all = Status { studies: Vec::new(), quarantined: self.refused().await?, quarantined_more: 0 };
        for study in studies {
            let study = StudyInstanceUid::parse(study)?;
            all.studies.extend(status(&self.index, &self.bucket, Some(&study), 0).await?.studies);
        }
        Ok(all)
    }
}

//! The objects that the index knows, day by day, in a few bytes each.

use std::collections::{BTreeSet, HashMap};

use filmless_domain::StudyInstanceUid;
use filmless_store::index::InstanceRecord;
use filmless_store::{Index, ListedVersion};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};

use crate::DeliveryError;

/// Most days in memory: an hour's walk through the bucket meets few, but they need not be consecutive.
const DAYS_MAX: usize = 62;

/// Half a SHA-256 of key and ETag: small, and enough to tell objects apart.
type Name = [u8; 16];

/// The objects of the studies of several days.
#[derive(Default)]
pub(super) struct KnownObjects {
    days: BTreeSet<Date>,
    objects: HashMap<Name, Known>,
    studies: Vec<StudyInstanceUid>,
}

struct Known {
    study: usize,
    is_seen: bool,
    /// Whether a complete listing must show it.
    is_expected: bool,
}

fn name_of(key: &str, etag: &str) -> Name {
    let digest = Sha256::digest(format!("{key}\n{etag}"));
    let mut name = Name::default();
    name.copy_from_slice(&digest[..16]);
    name
}

impl KnownObjects {
    /// Remembers that every study of a day was added.
    pub fn add_day(&mut self, day: Date) {
        self.days.insert(day);
    }

    /// Adds a study's objects; `is_expected` says which of them the listings must show.
    pub fn add_study(
        &mut self,
        study: &StudyInstanceUid,
        instances: &[InstanceRecord],
        is_expected: impl Fn(&str) -> bool,
    ) {
        let place = self.studies.len();
        self.studies.push(study.clone());
        for instance in instances {
            let is_expected = is_expected(instance.key.as_str());
            let known = Known { study: place, is_seen: false, is_expected };
            self.objects.insert(name_of(instance.key.as_str(), &instance.etag), known);
        }
    }

    /// Whether the index knows an object as an instance's; remembers that it was seen. A study is listed on the day of
    /// its first instance, which is taken in soon after it was written. If not, the header will tell.
    pub async fn knows(&mut self, index: &Index, version: &ListedVersion) -> Result<bool, DeliveryError> {
        let name = name_of(version.key.as_str(), &version.etag);
        if self.see(&name) {
            return Ok(true);
        }
        let written = day_of(version.written_at);
        for day in [written, written.saturating_add(1.day())] {
            self.load(index, day).await?;
        }
        Ok(self.see(&name))
    }

    fn see(&mut self, name: &Name) -> bool {
        self.objects.get_mut(name).map(|known| known.is_seen = true).is_some()
    }

    async fn load(&mut self, index: &Index, day: Date) -> Result<(), DeliveryError> {
        if self.days.contains(&day) {
            return Ok(());
        }
        if self.days.len() >= DAYS_MAX {
            // Keep what the listings must show.
            self.days.clear();
            self.objects.retain(|_, known| known.is_expected);
        }
        for study in index.studies_of_day(day).await? {
            let instances = index.instances(&study.study_instance_uid).await?;
            self.add_study(&study.study_instance_uid, &instances, |_| false);
        }
        self.days.insert(day);
        Ok(())
    }

    /// How many expected objects were not seen, by study.
    pub fn unseen(&self) -> Vec<(&StudyInstanceUid, usize)> {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for known in self.objects.values().filter(|known| known.is_expected && !known.is_seen) {
            *counts.entry(known.study).or_default() += 1;
        }
        let mut unseen: Vec<_> =
            counts.into_iter().filter_map(|(study, count)| Some((self.studies.get(study)?, count))).collect();
        unseen.sort();
        unseen
    }
}

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

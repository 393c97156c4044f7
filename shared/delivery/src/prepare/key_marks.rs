//! What the key object selections of a study mark.

use std::collections::BTreeMap;

use filmless_domain::object_key::Upload;
use filmless_domain::{KeyFrames, SopInstanceUid};
use filmless_store::index::InstanceRecord;

/// The images that the key object selections of the hospital mark. Those that readers save change no series: they are
/// their opinion, and the poster of the study stays what the hospital meant.
#[derive(Debug, Default)]
pub(crate) struct KeyMarks(BTreeMap<SopInstanceUid, KeyFrames>);

impl KeyMarks {
    pub fn of_study(instances: &[InstanceRecord]) -> Self {
        let mut marks: BTreeMap<SopInstanceUid, KeyFrames> = BTreeMap::new();
        let hospital = instances.iter().filter(|instance| instance.key.upload() != Upload::Marks);
        for reference in hospital.flat_map(|i| &i.key_references) {
            let mark = marks.entry(reference.sop_instance_uid.clone()).or_default();
            match mark {
                _ if reference.frames.is_empty() => *mark = KeyFrames::All,
                KeyFrames::All => {}
                KeyFrames::None => *mark = KeyFrames::Numbers(reference.frames.clone()),
                KeyFrames::Numbers(numbers) => numbers.extend(&reference.frames),
            }
        }
        for mark in marks.values_mut() {
            if let KeyFrames::Numbers(numbers) = mark {
                numbers.sort_unstable();
                numbers.dedup();
            }
        }
        Self(marks)
    }

    pub fn of_instance(&self, instance: &InstanceRecord) -> KeyFrames {
        self.0.get(&instance.sop_instance_uid).cloned().unwrap_or_default()
    }
}

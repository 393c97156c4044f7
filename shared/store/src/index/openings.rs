//! How often a study was opened, kept beside the accesses (`ACCESS#…`), to answer quickly for many studies at once.

use std::collections::BTreeSet;

use filmless_domain::StudyInstanceUid;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::study::study_pk;
use super::{Change, Index, ItemKey, Transaction};
use crate::StoreError;

/// How many studies from before openings were counted are read at a time.
const STUDIES_AT_ONCE: usize = 16;

/// How often a study was opened since its first release. A study released before this was counted gets a count when
/// somebody opens it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OpeningsRecord {
    study_instance_uid: StudyInstanceUid,
    times: u32,
}

fn openings_key(study: &StudyInstanceUid) -> ItemKey {
    ItemKey::new(study_pk(study), "OPENINGS")
}

impl Transaction {
    /// Starts the count at the first release, when nobody can have opened the study.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn begin_openings(self, study: &StudyInstanceUid) -> Result<Self, StoreError> {
        let none = OpeningsRecord { study_instance_uid: study.clone(), times: 0 };
        self.put(&openings_key(study), &none, Change::new())
    }

    /// Counts one opening.
    #[must_use]
    pub fn count_opening(self, study: &StudyInstanceUid) -> Self {
        let change = Change::new().set("study_instance_uid", study).add("times", 1);
        self.update(openings_key(study), change)
    }
}

impl Index {
    /// Which of these studies anybody has opened.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn opened_among(
        &self,
        studies: impl IntoIterator<Item = &StudyInstanceUid>,
    ) -> Result<BTreeSet<StudyInstanceUid>, StoreError> {
        let mut uncounted: BTreeSet<StudyInstanceUid> = studies.into_iter().cloned().collect();
        let counted: Vec<OpeningsRecord> =
            self.get_many(uncounted.iter().map(openings_key).collect()).await?;
        let mut opened = BTreeSet::new();
        for record in counted {
            uncounted.remove(&record.study_instance_uid);
            if record.times > 0 {
                opened.insert(record.study_instance_uid);
            }
        }
        // Released before openings were counted.
        let looked: Vec<Option<StudyInstanceUid>> = stream::iter(uncounted)
            .map(|study| async move {
                let (looks, _) = self.query_start::<Value>(&study_pk(&study), "ACCESS#", 1).await?;
                Ok::<_, StoreError>((!looks.is_empty()).then_some(study))
            })
            .buffered(STUDIES_AT_ONCE)
            .try_collect()
            .await?;
        opened.extend(looked.into_iter().flatten());
        Ok(opened)
    }
}

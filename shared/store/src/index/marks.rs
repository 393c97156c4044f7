//! Saves of marks: one item each, beside the instances that came of it.

use filmless_consult::ConsultationId;
use filmless_domain::audit::Actor;
use filmless_domain::{SeriesInstanceUid, StudyInstanceUid};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// One save of marks in a study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarksRecord {
    /// Names it: the same for a save that is repeated.
    pub name: String,
    /// With which share.
    pub actor: Actor,
    /// Who marked, in their own words.
    pub author: String,
    /// Where they work, in their own words.
    pub facility: String,
    /// When.
    #[serde(with = "millisecond::required")]
    pub saved_at: Timestamp,
    /// What was made of it.
    pub series: Vec<SavedSeries>,
    /// Of minutes of a consultation: which version. Whoever is the author signed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// And of which consultation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<ConsultationId>,
    /// And which later version counts in their place, wherever in the consultation that one is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<u32>,
}

/// A series of marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSeries {
    /// Which.
    pub series_instance_uid: SeriesInstanceUid,
    /// KO, PR or SR.
    pub modality: String,
}

impl MarksRecord {
    /// The key of a save.
    #[must_use]
    pub fn key(study: &StudyInstanceUid, name: &str) -> ItemKey {
        ItemKey::new(study_pk(study), format!("MARKS#{name}"))
    }

    /// The change that says which version of minutes counts in the place of a saved one.
    #[must_use]
    pub fn replaced_change(by: u32) -> Change {
        Change::new().set("replaced_by", by).when(&Condition::Present("name"))
    }
}

impl Index {
    /// All saves of marks in a study, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn marks(&self, study: &StudyInstanceUid) -> Result<Vec<MarksRecord>, StoreError> {
        let mut found: Vec<MarksRecord> = self.query(&study_pk(study), "MARKS#").await?;
        found.sort_by_key(|saved| saved.saved_at);
        Ok(found)
    }
}

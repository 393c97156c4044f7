//! Changes by staff to a study.

use filmless_domain::{HoldReason, PatientId, StudyInstanceUid, StudyState};

use super::study::{patient_pk, series_key, study_key};
use super::study_record::{StaffRelease, StudyRecord};
use super::{Change, Condition, Index, ItemKey, SeriesRecord};
use crate::StoreError;

/// The study is still in the state in which the decision was made.
fn in_state_of(study: &StudyRecord) -> Condition {
    Condition::is_text("state", study.state.as_str())
}

impl Index {
    /// The change that gives a study its next link.
    #[must_use]
    pub fn link_version_change(study: &StudyRecord, version: u32) -> (ItemKey, Change) {
        let before = Condition::is_number("link_version", i64::from(study.link_version));
        let change = Change::new().set("link_version", version).when(&in_state_of(study)).when(&before);
        (study_key(&study.study_instance_uid), change)
    }

    /// The change by which staff release a study: it goes to the gate, which lets it pass.
    #[must_use]
    pub fn staff_release_change(study: &StudyRecord, release: &StaffRelease) -> (ItemKey, Change) {
        let mut change = Change::new()
            .set("staff_release", release)
            .remove("reason")
            .remove("two_patients")
            .when(&in_state_of(study));
        if study.state == StudyState::Recalled {
            change = change.set("state", StudyState::Receiving);
        }
        (study_key(&study.study_instance_uid), change)
    }

    /// The change by which staff hold a study. A study on its way continues, and stops at the gate.
    #[must_use]
    pub fn staff_hold_change(study: &StudyRecord, reason: HoldReason) -> (ItemKey, Change) {
        let mut change =
            Change::new().set("reason", reason).remove("staff_release").when(&in_state_of(study));
        if matches!(study.state, StudyState::Rendered | StudyState::Released | StudyState::Held) {
            change = change.set("state", StudyState::Held);
        }
        (study_key(&study.study_instance_uid), change)
    }

    /// The change that recalls a study, whatever its state.
    #[must_use]
    pub fn recall_change(study: &StudyRecord) -> (ItemKey, Change) {
        let change = Change::new()
            .set("state", StudyState::Recalled)
            .remove("staff_release")
            .remove("settle_due_ms")
            .remove("derived_bytes")
            .when(&Condition::Present("state"));
        (study_key(&study.study_instance_uid), change)
    }

    /// The change that moves a study from one account to another.
    #[must_use]
    pub fn account_change(study: &StudyRecord, from: &str, into: &str) -> (ItemKey, Change) {
        let change = Change::new().set("account_key", into).when(&Condition::is_text("account_key", from));
        (study_key(&study.study_instance_uid), change)
    }

    /// Forgets the rendering of a study, because it was deleted: the next settle renders all of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_rendering(&self, study: &StudyInstanceUid) -> Result<(), StoreError> {
        for series in self.series(study).await? {
            let change = Change::new()
                .remove("rendered_digest")
                .remove("derived_bytes")
                .when(&Condition::Present("content_digest"));
            self.update::<SeriesRecord>(&series_key(study, &series.series_instance_uid), change).await?;
        }
        Ok(())
    }

    /// The account opened for this patient, even if it was merged into another since.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn own_account_key(&self, patient: &PatientId) -> Result<Option<String>, StoreError> {
        let pointer: Option<super::account::AccountPointer> =
            self.get(&ItemKey::new(patient_pk(patient), "ACCOUNT")).await?;
        Ok(pointer.map(|pointer| pointer.account_key))
    }
}

//! Who saved marks in a study, for its patient to read.

use filmless_domain::audit::Actor;
use filmless_domain::{SeriesInstanceUid, StudyInstanceUid};
use filmless_store::index::MarksRecord;
use jiff::Timestamp;
use serde::Serialize;

use super::{MinutesSeries, Portal, Session};
use crate::DeliveryError;

/// Marks that somebody saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedLine {
    /// When.
    pub at: Timestamp,
    /// With which share, by the name that the patient gave it.
    pub share: String,
    /// Who they say they are.
    pub author: String,
    /// Where they say they work.
    pub facility: String,
    /// Of minutes of a consultation: which version. Then the author is who signed them last.
    pub minutes: Option<u32>,
    /// And which later version counts in its place.
    pub replaced_by: Option<u32>,
}

/// Which versions of minutes a series holds; `None` for any other series, and for one without a version that was replaced.
pub(super) fn minutes_in(saved: &[MarksRecord], series: &SeriesInstanceUid) -> Option<MinutesSeries> {
    let is_in = |saved: &&MarksRecord| saved.series.iter().any(|one| one.series_instance_uid == *series);
    let of_series: Vec<&MarksRecord> = saved.iter().filter(is_in).collect();
    let (replaced, kept): (Vec<&MarksRecord>, Vec<&MarksRecord>) = of_series
        .into_iter()
        .filter(|saved| saved.minutes.is_some())
        .partition(|saved| saved.replaced_by.is_some());
    let counts = replaced.iter().filter_map(|saved| saved.replaced_by).max()?;
    let mut versions: Vec<u32> = replaced.iter().filter_map(|saved| saved.minutes).collect();
    versions.sort_unstable();
    Some(MinutesSeries { replaced: versions, counts, is_here: !kept.is_empty() })
}

impl Portal {
    /// Who saved marks in a study, newest first, for its patient; `None` for any other study and for a share.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn who_saved(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<Option<Vec<SavedLine>>, DeliveryError> {
        if session.share.is_some() || !self.may_see_study(session, study).await? {
            return Ok(None);
        }
        let shares = self.common.index.shares(&session.account_key).await?;
        let label = |actor: &Actor| match actor {
            Actor::Share { share } => shares.iter().find(|s| s.id == *share).map(|s| s.label.clone()),
            _ => None,
        };
        let marks = self.common.index.marks(study).await?.into_iter().rev();
        let lines = marks.map(|saved| SavedLine {
            at: saved.saved_at,
            share: label(&saved.actor).unwrap_or_default(),
            author: saved.author,
            minutes: saved.minutes,
            replaced_by: saved.replaced_by,
            facility: saved.facility,
        });
        Ok(Some(lines.collect()))
    }
}

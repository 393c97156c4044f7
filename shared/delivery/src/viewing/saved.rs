//! Who saved marks in a study, for its patient to read.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::Actor;
use jiff::Timestamp;
use serde::Serialize;

use super::{Portal, Session};
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
            facility: saved.facility,
        });
        Ok(Some(lines.collect()))
    }
}

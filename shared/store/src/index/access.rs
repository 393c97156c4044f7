//! Who opened a study: one item per session and study, and one per viewer token and study.

use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::Actor;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::study::study_pk;
use super::{Change, Condition, Index, ItemKey};
use crate::StoreError;

/// One session's access to one study.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessRecord {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub source: String,
    /// When they opened it.
    #[serde(with = "millisecond::required")]
    pub opened_at: Timestamp,
    /// When the first image was on their screen.
    #[serde(default, with = "millisecond::optional")]
    pub first_image_at: Option<Timestamp>,
    /// When they first fetched all its files.
    #[serde(default, with = "millisecond::optional")]
    pub downloaded_at: Option<Timestamp>,
    /// Whether they looked with their own software.
    #[serde(default)]
    pub is_software: bool,
}

/// A moment of an access, recorded once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMoment {
    /// The first image was on screen.
    FirstImage,
    /// All files were downloaded.
    Download,
}

impl AccessMoment {
    const fn attribute(self) -> &'static str {
        match self {
            Self::FirstImage => "first_image_at",
            Self::Download => "downloaded_at",
        }
    }
}

impl AccessRecord {
    /// The key of a session's access to a study; `session_digest` is the digest the session is stored under.
    #[must_use]
    pub fn key(study: &StudyInstanceUid, session_digest: &str) -> ItemKey {
        let short = session_digest.get(..32).unwrap_or(session_digest);
        ItemKey::new(study_pk(study), format!("ACCESS#{short}"))
    }

    /// The change that records a moment once, for an access that exists.
    #[must_use]
    pub fn moment_change(moment: AccessMoment, at: Timestamp) -> Change {
        Change::new()
            .set(moment.attribute(), at.as_millisecond())
            .when(&Condition::Present("opened_at"))
            .when(&Condition::Absent(moment.attribute()))
    }
}

impl Index {
    /// Whether this session has opened this study before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn access(
        &self,
        study: &StudyInstanceUid,
        session_digest: &str,
    ) -> Result<Option<AccessRecord>, StoreError> {
        self.get(&AccessRecord::key(study, session_digest)).await
    }

    /// Everybody who opened this study, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accesses(&self, study: &StudyInstanceUid) -> Result<Vec<AccessRecord>, StoreError> {
        let mut found: Vec<AccessRecord> = self.query(&study_pk(study), "ACCESS#").await?;
        found.sort_by_key(|access| access.opened_at);
        Ok(found)
    }
}

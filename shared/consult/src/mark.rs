//! A mark: what a member drew. The room passes it on as it is.

use filmless_domain::StudyInstanceUid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::MARK_BYTES_MAX;
use crate::refusal::Refusal;

/// A mark: a JSON object. The room reads only its `study_instance_uid`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(Map<String, Value>);

impl Mark {
    /// The study in which it is.
    #[must_use]
    pub fn study(&self) -> Option<StudyInstanceUid> {
        StudyInstanceUid::parse(self.0.get("study_instance_uid")?.as_str()?).ok()
    }

    /// Whether it may be shown to the others.
    ///
    /// # Errors
    /// `too_large`, `malformed` without a study, `unknown_study` if the study is not among `opened`.
    pub fn check(&self, opened: &[StudyInstanceUid]) -> Result<(), Refusal> {
        if serde_json::to_vec(self).map_or(true, |json| json.len() > MARK_BYTES_MAX) {
            return Err(Refusal::TooLarge);
        }
        let study = self.study().ok_or(Refusal::Malformed)?;
        if opened.contains(&study) { Ok(()) } else { Err(Refusal::UnknownStudy) }
    }
}

//! A mark: what a member drew. The room passes it on as it is.

use filmless_domain::{SeriesInstanceUid, StudyInstanceUid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contents::Contents;
use crate::limits::MARK_BYTES_MAX;
use crate::refusal::Refusal;

/// A mark: a JSON object. The room reads only its `study_instance_uid`, and the series that its `image` begins with.
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
    /// `too_large`, `malformed` without a study, `unknown_study` if the study is not among `opened`,
    /// `unknown_image` if it has no such series, or the series no such image.
    pub fn check(&self, opened: &[StudyInstanceUid], contents: &Contents) -> Result<(), Refusal> {
        if serde_json::to_vec(self).map_or(true, |json| json.len() > MARK_BYTES_MAX) {
            return Err(Refusal::TooLarge);
        }
        let study = self.study().ok_or(Refusal::Malformed)?;
        if !opened.contains(&study) {
            return Err(Refusal::UnknownStudy);
        }
        let Some(image) = self.0.get("image") else { return Ok(()) };
        let name = image.as_str().ok_or(Refusal::Malformed)?;
        let (series, image) = name.split_once('/').unwrap_or((name, ""));
        let series = SeriesInstanceUid::parse(series).map_err(|_| Refusal::Malformed)?;
        contents.demand_of(&study, &series)?;
        // Longer names are of planes through the series.
        if image.split('/').count() > 2 { Ok(()) } else { contents.demand_image(&series, image) }
    }
}

//! What the studies of a consultation hold, so that nobody shows what is not there.

use std::collections::BTreeMap;

use filmless_domain::{SeriesInstanceUid, StudyInstanceUid};

use crate::refusal::Refusal;
use crate::view_state::ViewState;

/// The series of the studies that a consultation opens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents(BTreeMap<SeriesInstanceUid, Content>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    study: StudyInstanceUid,
    /// How many places a pane can show: frames, documents, and what has no picture.
    places: u32,
}

impl Contents {
    /// Adds a series, with how many places a pane can show of it.
    pub fn add(&mut self, study: &StudyInstanceUid, series: SeriesInstanceUid, places: u32) {
        self.0.insert(series, Content { study: study.clone(), places });
    }

    /// Demands a series of any of the studies.
    pub(crate) fn demand_series(&self, series: &SeriesInstanceUid) -> Result<(), Refusal> {
        if self.0.contains_key(series) { Ok(()) } else { Err(Refusal::UnknownImage) }
    }

    /// Demands a series of this study.
    pub(crate) fn demand_of(
        &self,
        study: &StudyInstanceUid,
        series: &SeriesInstanceUid,
    ) -> Result<(), Refusal> {
        let is_of = self.0.get(series).is_some_and(|content| content.study == *study);
        if is_of { Ok(()) } else { Err(Refusal::UnknownImage) }
    }

    /// Demands everything that a view shows. A plane has no place, and keeps the one that it was made from.
    pub(crate) fn demand_view(&self, view: &ViewState) -> Result<(), Refusal> {
        for pane in view.panes.iter().flatten() {
            self.demand_of(&pane.study_instance_uid, &pane.series_instance_uid)?;
            let places = self.0.get(&pane.series_instance_uid).map_or(0, |content| content.places);
            if pane.frame >= places {
                return Err(Refusal::UnknownImage);
            }
        }
        let laid = view.fusion.iter();
        laid.map(|laid| self.demand_of(&laid.study_instance_uid, &laid.series_instance_uid)).collect()
    }
}

//! What the studies of a consultation hold, so that nobody shows what is not there.

use std::collections::BTreeMap;

use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};

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
    /// Its images, each with the number of its frames.
    images: BTreeMap<SopInstanceUid, u32>,
}

impl Contents {
    /// Adds a series, with how many places a pane can show of it.
    pub fn add(&mut self, study: &StudyInstanceUid, series: SeriesInstanceUid, places: u32) {
        self.0.insert(series, Content { study: study.clone(), places, images: BTreeMap::new() });
    }

    /// Adds an image of a series that was added, with the number of its frames.
    pub fn add_image(&mut self, series: &SeriesInstanceUid, image: SopInstanceUid, frames: u32) {
        if let Some(content) = self.0.get_mut(series) {
            content.images.insert(image, frames);
        }
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

    /// Demands an image of a series: SOP Instance UID, `/`, and its frame from 1.
    pub(crate) fn demand_image(&self, series: &SeriesInstanceUid, name: &str) -> Result<(), Refusal> {
        let found = name.split_once('/').and_then(|(image, frame)| {
            let frames = self.0.get(series)?.images.get(&SopInstanceUid::parse(image).ok()?)?;
            (1..=*frames).contains(&frame.parse().ok()?).then_some(())
        });
        found.ok_or(Refusal::UnknownImage)
    }

    /// Demands everything that a view shows. A plane has no place, and keeps the one that it was made from.
    pub(crate) fn demand_view(&self, view: &ViewState) -> Result<(), Refusal> {
        for pane in view.panes.iter().flatten() {
            self.demand_of(&pane.study_instance_uid, &pane.series_instance_uid)?;
            let places = self.0.get(&pane.series_instance_uid).map_or(0, |content| content.places);
            if pane.frame >= places {
                return Err(Refusal::UnknownImage);
            }
            if let Some(image) = &pane.image {
                self.demand_image(&pane.series_instance_uid, image)?;
            }
        }
        let mut laid = view.fusion.iter();
        laid.try_for_each(|laid| self.demand_of(&laid.study_instance_uid, &laid.series_instance_uid))
    }
}

//! What the files of a save are written from.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use crate::image::{MarkedImage, StudyHeader};
use crate::limits::{PRESENTATIONS_MAX, VERSIONS_MAX};
use crate::origin::Origin;
use crate::request::{Marks, NamedImage};
use crate::seed::Seed;

/// What files are written from.
#[derive(Debug, Clone, Copy)]
pub struct MarksContext<'m> {
    /// The request.
    pub marks: &'m Marks,
    /// Patient and study, as one of the images says them.
    pub study: &'m StudyHeader,
    /// Every image that is named.
    pub images: &'m BTreeMap<NamedImage, MarkedImage>,
    /// When they were saved, in the hospital's time.
    pub saved_at: DateTime,
    /// What UIDs are made from.
    pub seed: &'m Seed,
    /// If they are a version of something: then all versions share their series.
    pub version: Option<MarksVersion<'m>>,
}

/// Which version marks are.
#[derive(Debug, Clone, Copy)]
pub struct MarksVersion<'m> {
    /// What UIDs of series are made from: the same for all versions.
    pub series: &'m Seed,
    /// From 1.
    pub number: u32,
}

impl MarksContext<'_> {
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin {
            study: self.study,
            facility: &self.marks.author.facility,
            description: self.marks.description.as_deref(),
            at: self.saved_at,
            seed: self.version.map_or(self.seed, |version| version.series),
        }
    }

    /// Instance Number of the n-th object of its series, from 1. Those of a newer version come first.
    pub(crate) fn instance_number(&self, place: usize) -> usize {
        let newer = self.version.map_or(0, |version| VERSIONS_MAX.saturating_sub(version.number));
        PRESENTATIONS_MAX * newer as usize + place
    }

    pub(crate) fn image(&self, named: &NamedImage) -> Option<&MarkedImage> {
        self.images.get(named)
    }
}

//! What the files of a save are written from.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use crate::image::{MarkedImage, StudyHeader};
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
}

impl MarksContext<'_> {
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin {
            study: self.study,
            facility: &self.marks.author.facility,
            description: self.marks.description.as_deref(),
            at: self.saved_at,
            seed: self.seed,
        }
    }

    pub(crate) fn image(&self, named: &NamedImage) -> Option<&MarkedImage> {
        self.images.get(named)
    }
}

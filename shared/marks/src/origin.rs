//! Where an object comes from: what its file says whatever else is in it.

use jiff::civil::DateTime;

use crate::image::StudyHeader;
use crate::seed::Seed;

/// Where an object comes from.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// Patient and study.
    pub study: &'a StudyHeader,
    /// Where its author works.
    pub facility: &'a str,
    /// What the series is about.
    pub description: Option<&'a str>,
    /// When it was made, in the hospital's time.
    pub at: DateTime,
    /// What UIDs are made from.
    pub seed: &'a Seed,
}

impl Origin<'_> {
    /// When it was made, as DA.
    pub(crate) fn date(&self) -> String {
        self.at.strftime("%Y%m%d").to_string()
    }

    /// When it was made, as TM.
    pub(crate) fn time(&self) -> String {
        self.at.strftime("%H%M%S").to_string()
    }
}

//! In which form all files of a study are downloaded.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

/// What is in the ZIP of a study, and for whom it is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DownloadKind {
    /// The files as they were uploaded.
    #[default]
    Uploaded,
    /// A file-set for other software, with a DICOMDIR and a viewer (PS3.10, IHE PDI).
    Media,
}

impl DownloadKind {
    /// Whether it is what there was before there were kinds: messages and items of it name none.
    #[must_use]
    pub fn is_uploaded(&self) -> bool {
        *self == Self::Uploaded
    }
}

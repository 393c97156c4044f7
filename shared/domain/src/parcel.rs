//! What is made of a study only when somebody asks for it.

use std::fmt;

use crate::{DownloadKind, Retrieval};

/// Something that is made of a study when somebody asks for it, one at a time, and kept for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parcel {
    /// A ZIP of it.
    Download(DownloadKind),
    /// An answer of DICOMweb that is too large to be streamed.
    Retrieval(Retrieval),
}

impl fmt::Display for Parcel {
    /// A name among those of the same study; empty for what there was before there were several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Download(DownloadKind::Uploaded) => Ok(()),
            Self::Download(kind) => write!(f, "{kind}"),
            Self::Retrieval(Retrieval { series_instance_uid, sop_instance_uid }) => {
                f.write_str("retrieve")?;
                for uid in [
                    series_instance_uid.as_ref().map(|uid| uid.as_str()),
                    sop_instance_uid.as_ref().map(|uid| uid.as_str()),
                ] {
                    write!(f, "/{}", uid.unwrap_or_default())?;
                }
                Ok(())
            }
        }
    }
}

//! What a viewer token opens at one moment.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use filmless_domain::StudyInstanceUid;
use filmless_domain::object_key::SeriesKeys;
use filmless_store::index::{InstanceRecord, OrderRecord, SeriesRecord, StudyRecord};
use tokio::sync::OnceCell;

use crate::viewing::Session;

/// What a token lets do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Pictures and what the files say.
    See,
    /// Files as they were uploaded, too.
    Take,
}

impl Right {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::Take => "take",
        }
    }
}

/// What a token opens at this moment. Never keep it beyond the request that it was given for.
#[derive(Debug, Clone)]
pub struct Admission {
    /// What may be done.
    pub right: Right,
    /// The studies of the token that are in sight at this moment, in its order; never none.
    pub studies: Arc<[Arc<SoftwareStudy>]>,
    /// Whose use is written down: the session of the token, under the digest of the token.
    pub(super) session: Session,
    /// Which uses this process has written down.
    pub(super) written: Arc<Mutex<BTreeSet<(StudyInstanceUid, Right)>>>,
}

impl Admission {
    /// A study of it; `None` for any other.
    #[must_use]
    pub fn study(&self, study: &StudyInstanceUid) -> Option<&Arc<SoftwareStudy>> {
        self.studies.iter().find(|seen| seen.record.study_instance_uid == *study)
    }

    /// Life of presigned URLs for it.
    #[must_use]
    pub fn url_ttl(&self) -> Duration {
        self.session.url_ttl()
    }
}

/// A study in sight.
#[derive(Debug)]
pub struct SoftwareStudy {
    /// Its item.
    pub record: StudyRecord,
    /// The order under which it is seen.
    pub order: OrderRecord,
    /// Its series that have a pack, in the order of the pages.
    pub series: Vec<SoftwareSeries>,
    /// Its instances, once somebody asked.
    pub(super) instances: OnceCell<Arc<[InstanceRecord]>>,
}

/// A series with a pack.
#[derive(Debug, Clone)]
pub struct SoftwareSeries {
    /// Its item.
    pub record: SeriesRecord,
    /// Where its derived objects are.
    pub keys: SeriesKeys,
}

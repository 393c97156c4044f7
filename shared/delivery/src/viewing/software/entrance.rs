//! What the use cases of a doctor's software stand on.

use std::sync::Arc;

use filmless_store::Bucket;
use filmless_store::index::Watched;

use super::admission::Admission;
use crate::judged::{Judged, Judgements};
use crate::parts::Viewing;
use crate::viewing::Portal;

/// Tokens whose judgement one process remembers. A study of 5,000 images takes some 5 MB.
const TOKENS_MAX: usize = 32;

/// What was judged of a token.
pub(super) type JudgedToken = Judged<Watched, Admission>;

/// The use cases of a doctor's software.
#[derive(Debug, Clone)]
pub struct Software {
    /// Whose rules hold for software, too.
    pub(super) portal: Portal,
    /// By the digest of the token.
    pub(super) judgements: Arc<Judgements<Watched, Admission>>,
}

impl Software {
    /// Over these parts.
    #[must_use]
    pub fn new(viewing: impl Into<Viewing>) -> Self {
        Self { portal: Portal::new(viewing), judgements: Arc::new(Judgements::at_most(TOKENS_MAX)) }
    }

    /// The hospital's uploads.
    #[must_use]
    pub fn studies_bucket(&self) -> &Bucket {
        &self.portal.studies
    }

    /// What we make of them.
    #[must_use]
    pub fn derived_bucket(&self) -> &Bucket {
        &self.portal.derived
    }
}

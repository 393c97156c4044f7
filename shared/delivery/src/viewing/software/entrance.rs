//! What the use cases of a doctor's software stand on.

use std::sync::Arc;

use filmless_store::Bucket;

use super::memory::Memory;
use crate::parts::Viewing;
use crate::viewing::Portal;

/// The use cases of a doctor's software.
#[derive(Debug, Clone)]
pub struct Software {
    /// Whose rules hold for software, too.
    pub(super) portal: Portal,
    pub(super) memory: Arc<Memory>,
}

impl Software {
    /// Over these parts.
    #[must_use]
    pub fn new(viewing: impl Into<Viewing>) -> Self {
        Self { portal: Portal::new(viewing), memory: Arc::default() }
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

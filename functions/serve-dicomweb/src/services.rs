//! What every route works with.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use filmless_delivery::InstanceRenderer;

use crate::briefs::Briefs;
use crate::config::DicomwebConfig;
use crate::headers;
use crate::places::{ANSWERS_MAX, PICTURES_MAX, Places};
use crate::retrieve::IndexCache;
use crate::software::Software;

/// Everything the routes work with.
pub struct DicomwebServices {
    pub(crate) software: Software,
    /// Decodes frames, apart from this process.
    pub(crate) renderer: Arc<dyn InstanceRenderer>,
    pub(crate) briefs: Briefs,
    /// Where frames are in the files that were read.
    pub(crate) index_cache: IndexCache,
    /// Who has an answer on its way.
    pub(crate) answers: Places,
    /// Whose picture is drawn.
    pub(crate) drawing: Places,
    pub(crate) config: DicomwebConfig,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl DicomwebServices {
    /// What software may see, what decodes it, and the place they run in.
    #[must_use]
    pub fn new(software: Software, renderer: Arc<dyn InstanceRenderer>, config: DicomwebConfig) -> Self {
        let headers = headers::of(&config);
        Self {
            software,
            renderer,
            index_cache: IndexCache::default(),
            briefs: Briefs::new(),
            answers: Places::new(ANSWERS_MAX),
            drawing: Places::new(PICTURES_MAX),
            config,
            headers,
        }
    }

    /// The address below which everything lies, for whoever tells the token in a header.
    pub(crate) fn root(&self) -> String {
        format!("{}/dicomweb", self.config.public_url.trim_end_matches('/'))
    }
}

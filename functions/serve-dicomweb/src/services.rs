//! What every route works with.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use filmless_delivery::viewing::software::{SoftwareSeries, SoftwareStudy};
use filmless_delivery::{DeliveryError, InstanceRenderer};
use filmless_dicomweb::Attributes;
use filmless_store::StoreError;

use crate::briefs::{Briefs, Instances, whole_instances};
use crate::config::DicomwebConfig;
use crate::error::DicomwebError;
use crate::headers;
use crate::lines::{Lines, Origin};
use crate::places::{ANSWERS_MAX, PICTURES_MAX, Places};
use crate::retrieve::IndexCache;
use filmless_delivery::viewing::software::Software;

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

    /// Where the metadata of a series is.
    pub(crate) async fn origin(
        &self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
    ) -> Result<Origin, DeliveryError> {
        Origin::of(&self.software, study, series).await
    }

    /// The metadata that is there.
    pub(crate) async fn lines(&self, origin: Origin) -> Result<Lines, StoreError> {
        Lines::open(&self.software, &self.config.limits, origin).await
    }

    /// What the first instance of a series says of its patient, study and series.
    pub(crate) async fn head(
        &self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
    ) -> Result<Arc<Attributes>, DicomwebError> {
        let origin = self.origin(study, series).await?;
        Ok(self.briefs.head(&self.software, &self.config.limits, origin).await?)
    }

    /// What the instances of a series say: what every answer has, or all that belongs to an instance.
    pub(crate) async fn told_of_instances(
        &self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
        is_whole: bool,
    ) -> Result<Arc<Instances>, DicomwebError> {
        let (software, limits) = (&self.software, &self.config.limits);
        let origin = self.origin(study, series).await?;
        Ok(match is_whole {
            true => whole_instances(software, limits, origin).await?,
            false => self.briefs.instances(software, limits, origin).await?,
        })
    }

    /// The address below which everything lies, for whoever tells the token in a header.
    pub(crate) fn root(&self) -> String {
        format!("{}/dicomweb", self.config.public_url.trim_end_matches('/'))
    }
}

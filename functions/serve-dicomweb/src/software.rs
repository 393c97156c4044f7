//! Stands in for `filmless_delivery::viewing::software` until that is there: tokens are told to it.

use std::sync::Arc;

use filmless_delivery::DeliveryError;
use filmless_delivery::parts::Viewing;
use filmless_domain::StudyInstanceUid;
use filmless_domain::object_key::SeriesKeys;
use filmless_store::Bucket;
use filmless_store::index::{InstanceRecord, OrderRecord, SeriesRecord, StudyRecord};

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Pictures and metadata.
    See,
    /// Files as they were uploaded, as well.
    Take,
}

/// What software may see at this moment.
#[derive(Debug, Clone)]
pub struct Admission {
    /// How much.
    pub right: Right,
    /// Of which studies.
    pub studies: Arc<[Arc<SoftwareStudy>]>,
}

/// A study in sight.
#[derive(Debug)]
pub struct SoftwareStudy {
    /// The study.
    pub record: StudyRecord,
    /// The order under which it is seen.
    pub order: OrderRecord,
    /// Its series that have a pack.
    pub series: Vec<SoftwareSeries>,
}

/// A series in sight.
#[derive(Debug)]
pub struct SoftwareSeries {
    /// The series.
    pub record: SeriesRecord,
    /// Where its pack lies.
    pub keys: SeriesKeys,
}

/// What software of doctors opens.
#[derive(Debug)]
pub struct Software {
    viewing: Viewing,
    tokens: Vec<(String, Right, Vec<StudyInstanceUid>)>,
}

impl Software {
    /// Opens nothing.
    #[must_use]
    pub fn new(viewing: Viewing) -> Self {
        Self { viewing, tokens: Vec::new() }
    }

    /// Opens this.
    #[must_use]
    pub fn with_token(mut self, token: &str, right: Right, studies: Vec<StudyInstanceUid>) -> Self {
        self.tokens.push((token.to_owned(), right, studies));
        self
    }

    pub(crate) async fn admit(&self, token: &str, _: &str) -> Result<Option<Admission>, DeliveryError> {
        let Some((_, right, named)) = self.tokens.iter().find(|known| known.0 == token) else {
            return Ok(None);
        };
        let mut studies = Vec::new();
        for uid in named {
            let index = &self.viewing.common.index;
            let Some(record) = index.study(uid).await?.filter(StudyRecord::is_visible) else { continue };
            let Some(accession) = &record.order_accession else { continue };
            let Some(order) = index.order(accession).await? else { continue };
            let series = index.series(uid).await?.into_iter().filter_map(|record| {
                let keys =
                    SeriesKeys::new(uid, &record.series_instance_uid, record.rendered_digest.as_deref()?);
                Some(SoftwareSeries { record, keys })
            });
            let mut series: Vec<_> = series.collect();
            series.sort_by_key(|series| series.record.number);
            studies.push(Arc::new(SoftwareStudy { record, order, series }));
        }
        Ok(Some(Admission { right: *right, studies: studies.into() }))
    }

    pub(crate) async fn instances(
        &self,
        study: &SoftwareStudy,
    ) -> Result<Arc<[InstanceRecord]>, DeliveryError> {
        let mut all = self.viewing.common.index.instances(&study.record.study_instance_uid).await?;
        all.sort_by(|a, b| {
            (a.instance_number, &a.sop_instance_uid).cmp(&(b.instance_number, &b.sop_instance_uid))
        });
        Ok(all.into())
    }

    pub(crate) async fn record_use(
        &self,
        _: &Admission,
        _: &SoftwareStudy,
        _: Right,
    ) -> Result<(), DeliveryError> {
        Ok(())
    }

    pub(crate) fn studies_bucket(&self) -> &Bucket {
        &self.viewing.studies
    }

    pub(crate) fn derived_bucket(&self) -> &Bucket {
        &self.viewing.derived
    }
}

//! Answers that are too large to be streamed: made once, as an object, to which a redirect leads.

use std::time::Duration;

use filmless_domain::{Parcel, Retrieval, StudyInstanceUid};
use filmless_store::ObjectVersion;
use filmless_store::index::{InstanceRecord, PackingProgress};

use super::admission::SoftwareStudy;
use super::entrance::Software;
use crate::DeliveryError;
use crate::prepare::download::{made, request};
use crate::prepare::retrieval::{retrieval_key, select};
use crate::shown_instances::shown_instances;
use crate::shown_series::shown_series;
use crate::viewing::{Portal, Session};

/// Life of a presigned address that software is led to. It cannot be taken back, so it lives just long enough to be followed.
pub const FOLLOWED_WITHIN: Duration = Duration::from_secs(60);

/// An answer that is made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LargeAnswer {
    /// Where it is, for a minute.
    Ready(String),
    /// It is being made; how far it is, once that is known.
    Preparing(Option<PackingProgress>),
}

impl Software {
    /// These files of a study in one answer: where it is, or that it is being made, which this call sees to.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn large_answer(
        &self,
        study: &SoftwareStudy,
        retrieval: Retrieval,
    ) -> Result<LargeAnswer, DeliveryError> {
        let instances = select(&retrieval, &self.instances(study).await?);
        self.portal.large_answer(&study.record.study_instance_uid, retrieval, &instances).await
    }

    /// Where a file is as it was uploaded, for a minute.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn original_address(&self, instance: &InstanceRecord) -> Result<String, DeliveryError> {
        let file = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        let name = format!("{}.dcm", instance.sop_instance_uid);
        Ok(self.portal.studies.presign_dicom(file, &name, FOLLOWED_WITHIN).await?)
    }
}

impl Portal {
    /// Begins to make the answer with all files of a study, if it is too large to be streamed and the session may take files:
    /// whoever makes a viewer token is about to give it to software.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn begin_large_answer(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<(), DeliveryError> {
        let Some(bytes_max) = self.common.settings.answer_bytes_max else { return Ok(()) };
        let Some((record, _)) = self.visible(session, study).await? else { return Ok(()) };
        if !session.may_download() || record.original_bytes <= bytes_max {
            return Ok(());
        }
        let index = &self.common.index;
        let series = shown_series(index, &record).await?;
        let instances = shown_instances(index, &record, series.iter()).await?;
        self.large_answer(study, Retrieval::study(), &instances).await.map(|_| ())
    }

    async fn large_answer(
        &self,
        study: &StudyInstanceUid,
        retrieval: Retrieval,
        instances: &[InstanceRecord],
    ) -> Result<LargeAnswer, DeliveryError> {
        let key = retrieval_key(study, instances);
        if made(&self.derived, &key).await?.is_some() {
            return Ok(LargeAnswer::Ready(self.derived.presign_get(&key, FOLLOWED_WITHIN).await?));
        }
        let (common, parcel) = (&self.common, Parcel::Retrieval(retrieval));
        let progress = common.index.packing_progress(study, &parcel, common.clock.now()).await?;
        if progress.is_none() {
            request(common, study, &parcel).await?;
        }
        Ok(LargeAnswer::Preparing(progress))
    }
}

//! What somebody who has signed in may see.

use filmless_store::{ObjectVersion, PRESIGNED_TTL_MAX};
use std::time::Duration;

use filmless_domain::audit::{AuditAction, AuditOutcome};
use filmless_domain::usage::{StorageClass, UsageEvent, UsageKind};
use filmless_domain::{
    DownloadKind, HoldReason, Parcel, SopInstanceUid, StoredCode, StudyInstanceUid, StudyState,
};
use filmless_store::index::{AccessMoment, LogName, OrderRecord, SeriesRecord, StudyRecord, Transaction};

use super::{Portal, SeriesView, Session, ShareScope, StudyDownload, StudySummary, StudyView};
use crate::DeliveryError;
use crate::prepare::download;
use crate::record::usage::{self, Pen};
use crate::shown_series::{keys_of, main_series, shown_series};
use crate::sight::{Asked, is_account_of, order_in_sight, verdict};
use crate::trace::{self, Step};
use crate::viewing::access::{OpenedWith, event, occasion};
use crate::viewing::lost_files::count_lost;
use crate::viewing::result::whole_result;
use crate::viewing::saved::minutes_in;

/// Life of a presigned URL of an uploaded file. It cannot be revoked, because the hospital's file stays, so it lives
/// just long enough to be followed.
const ORIGINAL_TTL: Duration = Duration::from_secs(60);

impl Portal {
    /// The studies of the session's account, newest first. Those on their way are listed without a picture.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn list_studies(&self, session: &Session) -> Result<Vec<StudySummary>, DeliveryError> {
        let mut summaries = Vec::new();
        for study in self.common.index.studies_of_patient(&session.patient_id).await? {
            if let Some(order) = self.seen(session, &study).await? {
                let series = shown_series(&self.common.index, &study).await?;
                let main = main_series(&series).map(|main| &series[main]);
                let poster_url = match main.filter(|main| main.frames > 0) {
                    Some(main) => Some(self.presign(session, &keys_of(&study, main).poster).await?),
                    None => None,
                };
                summaries.push(summary(&study, Some(&order.order), &series, poster_url));
            } else if session.share.is_none() && self.is_on_its_way(session, &study).await? {
                summaries.push(summary(&study, None, &[], None));
            }
        }
        summaries.sort_by(|a, b| {
            b.date.cmp(&a.date).then_with(|| a.study_instance_uid.cmp(&b.study_instance_uid))
        });
        Ok(summaries)
    }

    /// How many of the account's studies are out of sight, because staff or the gate hold them again.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn count_withheld(&self, session: &Session) -> Result<usize, DeliveryError> {
        let mut count = 0;
        for study in self.common.index.studies_of_patient(&session.patient_id).await? {
            count += usize::from(self.is_out_of_sight(session, &study).await?);
        }
        Ok(count)
    }

    /// Whether one of the account's studies is out of sight. False for any other, existing or not.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn is_withheld(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<bool, DeliveryError> {
        match self.common.index.study(study).await? {
            Some(study) => self.is_out_of_sight(session, &study).await,
            None => Ok(false),
        }
    }

    async fn is_out_of_sight(&self, session: &Session, study: &StudyRecord) -> Result<bool, DeliveryError> {
        if !may_ask(session, study) || order_in_sight(&self.common, study).await?.is_some() {
            return Ok(false);
        }
        self.is_ordered_for(session, study).await
    }

    /// Whether the order that a study was released under is still for the account's person. A patient who got somebody
    /// else's study by mistake hears no more of it.
    async fn is_ordered_for(&self, session: &Session, study: &StudyRecord) -> Result<bool, DeliveryError> {
        let Some(accession) = &study.order_accession else { return Ok(false) };
        let Some(order) = self.common.index.order(accession).await? else { return Ok(false) };
        let account = self.common.index.account_of_patient(&order.order.patient.id).await?;
        let Some(account) = account.filter(|a| a.account_key == session.account_key) else {
            return Ok(false);
        };
        is_account_of(&self.common, account, &order.order).await
    }

    /// A study of the session's account, with presigned URLs; `None` for any other, existing or not.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn open_study(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<Option<StudyView>, DeliveryError> {
        let Some((record, order)) = self.visible(session, study).await? else { return Ok(None) };
        let opened = Box::pin(self.opened_study(session, &record, &order));
        trace::take_part(Step::Open, study, None, opened).await.map(Some)
    }

    async fn opened_study(
        &self,
        session: &Session,
        study: &StudyRecord,
        order: &OrderRecord,
    ) -> Result<StudyView, DeliveryError> {
        let patient = &order.order.patient;
        self.record_opening(session, &study.study_instance_uid, OpenedWith::Pages).await?;
        let urls_expire_at = self.common.clock.now() + session.url_ttl();
        let shown = shown_series(&self.common.index, study).await?;
        let saved = self.common.index.marks(&study.study_instance_uid).await?;
        let mut series = Vec::new();
        for record in &shown {
            let view = self.series_view(session, study, record).await?;
            series.push(SeriesView { minutes: minutes_in(&saved, &record.series_instance_uid), ..view });
        }
        let main = main_series(&shown);
        let poster_url = main.and_then(|main| series[main].poster_url.clone());
        let result = whole_result(&self.studies, &self.common.settings.limits, order).await?;
        Ok(StudyView {
            summary: summary(study, Some(&order.order), &shown, poster_url),
            is_result_taken_back: order.order.signed_result().is_none() && order.result_changed_at.is_some(),
            result,
            patient_name: filmless_domain::person_name::display(&patient.name),
            patient_id: patient.id.as_str().to_owned(),
            birth_date: patient.birth_date,
            series,
            main,
            lost_files: count_lost(&self.common.index, study).await?,
            urls_expire_at,
        })
    }

    /// A ZIP of all files of a study of the session's account; `None` for any other study. One that is there counts as fetched.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn find_download(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        kind: DownloadKind,
    ) -> Result<Option<StudyDownload>, DeliveryError> {
        let Some((record, order)) = self.downloadable(session, study).await? else { return Ok(None) };
        let found = download::find(
            &self.common.index,
            &self.derived,
            (&record, &order),
            kind,
            self.common.clock.now(),
        )
        .await?;
        let Some(bytes) = found.bytes else {
            let download::StudyDownload { bytes_expected: bytes, progress, .. } = found;
            return Ok(Some(StudyDownload::NotMade { bytes, progress }));
        };
        let date = record.study_date.map(|date| format!("-{date}")).unwrap_or_default();
        self.record_opening(session, study, OpenedWith::Pages).await?;
        let occasion = match kind {
            DownloadKind::Uploaded => occasion(session).to_owned(),
            DownloadKind::Media => format!("{} {kind}", occasion(session)),
        };
        let events = |pen: &Pen, _: &StudyRecord| fetched(pen, &occasion, bytes);
        let action = AuditAction::DownloadStudy;
        self.record_moment(session, study, AccessMoment::Download, action, events).await?;
        let object = ObjectVersion { key: &found.key, version_id: None };
        let name = match kind {
            DownloadKind::Uploaded => format!("dicom{date}.zip"),
            DownloadKind::Media => format!("dicomdir{date}.zip"),
        };
        let url = self.derived.presign_download(object, &name, PRESIGNED_TTL_MAX).await?;
        Ok(Some(StudyDownload::Ready { url, bytes }))
    }

    /// Requests that ZIP; returns whether the study is one of theirs.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn request_download(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        kind: DownloadKind,
    ) -> Result<bool, DeliveryError> {
        let is_theirs = self.downloadable(session, study).await?.is_some();
        if is_theirs {
            download::request(&self.common, study, &Parcel::Download(kind)).await?;
        }
        Ok(is_theirs)
    }

    /// A presigned URL of one file of a study of the session's account, as uploaded; `None` for any other.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn original_url(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
        instance: &SopInstanceUid,
    ) -> Result<Option<String>, DeliveryError> {
        if self.downloadable(session, study).await?.is_none() {
            return Ok(None);
        }
        let Some(record) = self.common.index.instance(study, instance).await? else { return Ok(None) };
        let object = ObjectVersion { key: &record.key, version_id: record.version_id.as_deref() };
        let name = format!("{instance}.dcm");
        let url = self.studies.presign_download(object, &name, ORIGINAL_TTL).await?;
        let audit = event(session, AuditAction::DownloadInstance, study);
        let audit = audit.detail(format!("instance {instance}")).entry(&self.common)?;
        // Every click is its own download, identified by its audit entry.
        let events = self.usage_of(study, |pen, _| fetched(pen, &audit.id, record.bytes)).await?;
        let transaction = Transaction::new().log(LogName::Audit, &audit)?;
        self.common.index.commit(usage::add(transaction, &events)?).await?.or_contention()?;
        Ok(Some(url))
    }

    /// The study, if this session may see it; who asks for another one is written down.
    pub(super) async fn visible(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<Option<(StudyRecord, OrderRecord)>, DeliveryError> {
        let visible = match self.common.index.study(study).await? {
            Some(record) => self.seen(session, &record).await?.map(|order| (record, order)),
            None => None,
        };
        if visible.is_none() {
            let asked = event(session, AuditAction::OpenStudy, study).outcome(AuditOutcome::Refused);
            asked.write(&self.common).await?;
        }
        Ok(visible)
    }

    async fn downloadable(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<Option<(StudyRecord, OrderRecord)>, DeliveryError> {
        let visible = self.visible(session, study).await?;
        Ok(visible.filter(|_| session.may_download()))
    }

    /// Whether this session may see this study.
    pub(super) async fn may_see_study(
        &self,
        session: &Session,
        study: &StudyInstanceUid,
    ) -> Result<bool, DeliveryError> {
        let Some(record) = self.common.index.study(study).await? else { return Ok(false) };
        Ok(self.seen(session, &record).await?.is_some())
    }

    /// The one rule of access: the study was released to this account, is neither held nor recalled, and is still its
    /// patient's; and a share names it. Returns the order under which it is seen.
    pub(super) async fn seen(
        &self,
        session: &Session,
        study: &StudyRecord,
    ) -> Result<Option<OrderRecord>, DeliveryError> {
        if !may_ask(session, study) {
            return Ok(None);
        }
        order_in_sight(&self.common, study).await
    }

    /// Whether a study will be this patient's, judging by its files so far. Otherwise it is not mentioned at all.
    async fn is_on_its_way(&self, session: &Session, study: &StudyRecord) -> Result<bool, DeliveryError> {
        let is_on_its_way = match (study.state, study.reason.as_ref().map(StoredCode::known)) {
            (StudyState::Receiving | StudyState::Settled | StudyState::Rendered, None) => true,
            // It waits for more images or a signature; whose it is is not in question.
            (StudyState::Held, Some(Some(HoldReason::IncompleteStudy | HoldReason::ResultNotSigned))) => true,
            _ => false,
        };
        if !is_on_its_way || study.account_key.is_some() {
            return Ok(false);
        }
        let Ok(order) = verdict(&self.common, study, Asked::Whose).await? else { return Ok(false) };
        let account = self.common.index.account_of_patient(&order.order.patient.id).await?;
        Ok(account.is_some_and(|account| account.account_key == session.account_key))
    }

    async fn series_view(
        &self,
        session: &Session,
        study: &StudyRecord,
        series: &SeriesRecord,
    ) -> Result<SeriesView, DeliveryError> {
        let keys = keys_of(study, series);
        let has_picture = series.frames > 0;
        let title = series.title.as_ref().filter(|_| !has_picture);
        let mut attributes = series.attributes.clone();
        attributes.description =
            attributes.description.filter(|text| !text.trim().is_empty()).or_else(|| title.cloned());
        Ok(SeriesView {
            series_instance_uid: series.series_instance_uid.clone(),
            attributes,
            frames: series.frames,
            is_report: !has_picture && series.reports > 0,
            is_dose: !has_picture && series.doses > 0 && series.doses == series.documents,
            minutes: None,
            report_lacks: series.report_lacks,
            without_picture: series.without_picture,
            cut_instances: series.cut_instances,
            missing_frames: series.missing_frames,
            index_url: self.presign(session, &keys.index).await?,
            pack_url: self.presign(session, &keys.pack).await?,
            poster_url: if has_picture { Some(self.presign(session, &keys.poster).await?) } else { None },
            thumbs_url: if has_picture { Some(self.presign(session, &keys.thumbs).await?) } else { None },
            metadata_url: self.presign(session, &keys.metadata).await?,
        })
    }

    async fn presign(
        &self,
        session: &Session,
        key: &filmless_domain::ObjectKey,
    ) -> Result<String, DeliveryError> {
        Ok(self.derived.presign_get(key, session.url_ttl()).await?)
    }
}

/// A download, and its bytes.
fn fetched(pen: &Pen, occasion: &str, bytes: u64) -> Vec<UsageEvent> {
    let served = pen.event(UsageKind::BytesServed, &format!("original {occasion}"));
    let served = served.bytes(StorageClass::Original, usage::signed(bytes));
    vec![pen.event(UsageKind::Download, occasion), served]
}

/// Whether the study was given to the session's account, and to its share.
fn may_ask(session: &Session, study: &StudyRecord) -> bool {
    let is_shared = |share: &ShareScope| share.studies.contains(&study.study_instance_uid);
    study.account_key.as_ref() == Some(&session.account_key) && session.share.as_ref().is_none_or(is_shared)
}

fn summary(
    study: &StudyRecord,
    order: Option<&filmless_domain::Order>,
    series: &[SeriesRecord],
    poster_url: Option<String>,
) -> StudySummary {
    let ordered = order.and_then(|order| order.service_name().map(str::to_owned));
    StudySummary {
        study_instance_uid: study.study_instance_uid.clone(),
        date: study.study_date,
        image_date: study.image_date.filter(|_| study.study_date.is_none()),
        title: ordered.or_else(|| study.description.clone()),
        modalities: study.modalities.clone(),
        series: u32::try_from(series.len()).unwrap_or(u32::MAX),
        images: series.iter().map(|s| s.frames).sum(),
        is_released: order.is_some(),
        poster_url,
    }
}

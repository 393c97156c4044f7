//! The slip, and the contents that it shares with the messages.

use filmless_domain::hospital::HOSPITAL_TIME;
use filmless_domain::{Language, Order, Secret, SignedResult, object_key, person_name};
use filmless_slip::{SlipContent, qr_png, slip_pdf};
use filmless_store::index::{NoticeRecord, StudyRecord};
use filmless_store::{ObjectVersion, Served, StoreError};
use jiff::{Timestamp, civil::Date};

use crate::parts::Release;
use crate::sight::find_in_sight;
use crate::{DeliveryError, Settings};

/// Everything that slip and messages say.
pub(crate) struct Content {
    pub(crate) study: StudyRecord,
    pub(crate) order: Order,
    pub(crate) patient_name: String,
    /// The signed result. One too long for the order's item is too long for a slip; it is read beside the images.
    pub(crate) result: Option<SignedResult>,
    pub(crate) password: Secret,
    pub(crate) link: Secret,
    pub(crate) guide_url: String,
    pub(crate) portal_url: String,
    pub(crate) title: String,
    pub(crate) expires_on: Date,
}

/// Makes the slip unless it is there; returns whether it is there now. It is not made if nobody may see the images.
///
/// # Errors
/// [`DeliveryError`].
pub(crate) async fn ensure_slip(release: &Release, notice: &NoticeRecord) -> Result<bool, DeliveryError> {
    let (uid, version) = (&notice.study_instance_uid, notice.link_version);
    let key = object_key::slip_pdf(uid, version);
    match release.slips.size(ObjectVersion { key: &key, version_id: None }).await {
        Ok(_) => return Ok(true),
        Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let Some(content) = content_of(release, notice).await? else { return Ok(false) };
    let qr = qr_png(content.link.expose()).map_err(DeliveryError::internal("a QR code"))?;
    let pdf = slip_pdf(&content.slip(&release.common.settings, notice))
        .map_err(DeliveryError::internal("a slip"))?;
    let secret = |content_type| Served::uncached(content_type);
    release.slips.put(&object_key::slip_qr(uid, version), qr, secret("image/png")).await?;
    release.slips.put(&key, pdf, secret("application/pdf")).await?;
    Ok(true)
}

/// `None` once the secrets are erased because every channel is done, and if the patient does not see the study.
pub(crate) async fn content_of(
    release: &Release,
    notice: &NoticeRecord,
) -> Result<Option<Content>, DeliveryError> {
    let (Some(password), Some(token)) = (&notice.sealed_password, &notice.sealed_token) else {
        return Ok(None);
    };
    let uid = &notice.study_instance_uid;
    let Some((study, order)) = find_in_sight(&release.common, uid).await? else { return Ok(None) };
    let context = NoticeRecord::seal_context(uid, notice.link_version);
    let token = release.sealer.open(token, &context).await?;
    let settings = &release.common.settings;
    let language = notice.language;
    let named = order.order.service_name().map(Order::title_of_service).filter(|title| !title.is_empty());
    let title = named.map(str::to_owned).or_else(|| study.description.clone());
    let expires_at =
        Timestamp::from_second(notice.link_expires_at).map_err(DeliveryError::internal("an expiry"))?;
    Ok(Some(Content {
        password: release.sealer.open(password, &context).await?,
        link: Secret::new(format!("{}/x/{}", settings.public_url, token.expose())),
        guide_url: settings.guide_url(),
        portal_url: settings.public_url.clone(),
        title: title.unwrap_or_else(|| untitled(&study, language)),
        expires_on: expires_at.to_zoned(HOSPITAL_TIME).date(),
        result: order.order.signed_result(),
        patient_name: person_name::display(&order.order.patient.name),
        order: order.order,
        study,
    }))
}

/// The name of a study without a title: its modalities, as in the portal.
fn untitled(study: &StudyRecord, language: Language) -> String {
    let made_with = filmless_slip::modalities(&study.modalities, language);
    if made_with.is_empty() {
        language.pick("Hình ảnh y khoa", "Medical images").to_owned()
    } else {
        made_with
    }
}

impl Content {
    /// What the slip says.
    pub(crate) fn slip<'a>(&'a self, settings: &'a Settings, notice: &'a NoticeRecord) -> SlipContent<'a> {
        let patient = &self.order.patient;
        SlipContent {
            hospital: &settings.hospital,
            language: notice.language,
            patient_name: &self.patient_name,
            birth_date: patient.birth_date,
            sex: patient.sex.as_deref().or(self.study.patient.sex.as_deref()),
            patient_id: patient.id.as_str(),
            study_title: &self.title,
            modalities: &self.study.modalities,
            study_date: self.study.study_date,
            accession_number: self.order.accession_number.as_str(),
            department: self.order.department(),
            result: self.result.as_ref(),
            account: &notice.account_name,
            password: &self.password,
            link: &self.link,
            guide_url: &self.guide_url,
            portal_url: &self.portal_url,
            issued_at: notice.issued_at,
            expires_on: self.expires_on,
            version: notice.link_version,
        }
    }
}

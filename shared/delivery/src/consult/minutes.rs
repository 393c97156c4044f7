//! The minutes: drafted from the record, written by the secretary, signed by chair, secretary and members. A correction is a
//! new version.

use std::collections::BTreeMap;

use async_trait::async_trait;
use filmless_consult::{
    BadField, ConsultationId, Fault, KeyImage, MemberId, Minutes, MinutesSignature, MinutesText, Replaced,
    Signer, WrittenMinutes,
};
use filmless_domain::audit::AuditAction;
use filmless_domain::chain::ChainHead;
use filmless_domain::usage::UsageKind;
use filmless_domain::{Language, StudyInstanceUid};
use filmless_slip::{MinutesContent, MinutesPicture};
use filmless_store::index::{ConsultationRecord, LogName, Transaction};
use jiff::Timestamp;

use super::Consultations;
use super::live::{Live, Made, Maker};
use super::minutes_images::OfferedImage;
use super::minutes_typed::TypedMinutes;
use super::opinions::event_of;
use super::places::{Place, Who};
use super::printable::demand_printable;
use crate::DeliveryError;
use crate::record::audit::Record;
use crate::record::usage;
use crate::viewing::Session;

/// The newest version of the minutes, as the pages show it.
#[derive(Debug, Clone)]
pub struct MinutesView {
    /// The version.
    pub minutes: Minutes,
    /// The signatures below this version.
    pub signatures: Vec<MinutesSignature>,
    /// Whether all who have to signed it.
    pub is_final: bool,
}

/// What whoever writes the minutes begins with.
#[derive(Debug, Clone)]
pub struct MinutesForm {
    /// The consultation, and who writes.
    pub place: Place,
    /// The newest version, or a draft from the record.
    pub text: MinutesText,
    /// What of it is written by hand.
    pub typed: TypedMinutes,
    /// What is known of the images, by their names.
    pub offered: BTreeMap<String, OfferedImage>,
}

/// What came of minutes that were written or signed.
#[derive(Debug)]
pub enum MinutesAnswer {
    /// Done; the same again is the same.
    Done,
    /// A field cannot be taken.
    Bad(BadField),
    /// Whoever asks may not, or there are none.
    Refused,
}

impl Consultations {
    /// The newest version of the minutes, for somebody who may read it: members who were admitted.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn newest_minutes(&self, place: &Place) -> Result<Option<MinutesView>, DeliveryError> {
        if !matches!(place.who, Who::Member(_)) || place.admitted().is_none() {
            return Ok(None);
        }
        self.newest_version(&place.record.consultation.id).await
    }

    /// The newest version that counts, while a later one does not count yet; for the same.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn valid_minutes(
        &self,
        place: &Place,
        newest: &MinutesView,
    ) -> Result<Option<MinutesView>, DeliveryError> {
        if newest.is_final || !matches!(place.who, Who::Member(_)) || place.admitted().is_none() {
            return Ok(None);
        }
        self.valid_before(&place.record.consultation.id, newest.minutes.written.version).await
    }

    /// The last version before this one that counts.
    pub(super) async fn valid_before(
        &self,
        id: &ConsultationId,
        version: u32,
    ) -> Result<Option<MinutesView>, DeliveryError> {
        let mut views = self.versions(id).await?;
        views.retain(|view| view.is_final && view.minutes.written.version < version);
        Ok(views.pop())
    }

    async fn newest_version(&self, id: &ConsultationId) -> Result<Option<MinutesView>, DeliveryError> {
        Ok(self.versions(id).await?.pop())
    }

    /// All versions, the oldest first.
    async fn versions(&self, id: &ConsultationId) -> Result<Vec<MinutesView>, DeliveryError> {
        let minutes = self.common.index.minutes(id).await?;
        let signed = self.common.index.minutes_signatures(id).await?;
        let view = |minutes: Minutes| {
            let of = signed.iter().filter(|signature| signature.signed.minutes == minutes.digest);
            let mut signatures: Vec<MinutesSignature> = of.cloned().collect();
            signatures.sort_by_key(|signature| signature.signed.at);
            let is_final = minutes.is_final(&signatures);
            MinutesView { minutes, signatures, is_final }
        };
        Ok(minutes.into_iter().map(view).collect())
    }

    /// The newest version, or this one, as PDF, with its signatures; with English beside the Vietnamese, or without. `None` for those who may not
    /// read it, before there is one, and while a study that it shows an image of is out of sight.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn minutes_pdf(
        &self,
        session: &Session,
        id: &ConsultationId,
        version: Option<u32>,
        language: Language,
    ) -> Result<Option<Vec<u8>>, DeliveryError> {
        let Some(place) = self.place(session, id).await? else { return Ok(None) };
        let Some(newest) = self.newest_minutes(&place).await? else { return Ok(None) };
        let is_asked = |view: &MinutesView| version.is_none_or(|asked| asked == view.minutes.written.version);
        let view = match Some(newest).filter(is_asked) {
            Some(newest) => Some(newest),
            None => self.versions(id).await?.into_iter().find(is_asked),
        };
        let Some(view) = view else { return Ok(None) };
        let audit = Record::new(AuditAction::ReadConsultation, session.actor()).from(&session.source);
        let detail = format!("consultation {id}, minutes, version {}", view.minutes.written.version);
        audit.account(&place.record.consultation.account).detail(detail).write(&self.common).await?;
        // What was cut off between the last signature and the study.
        self.save_or_leave(&place.record, &view, session).await;
        self.pdf_of(&view, language == Language::En, None).await
    }

    /// A version as PDF, with the pictures of all its studies or of one; `None` while a study that it shows an image of is out of sight.
    pub(super) async fn pdf_of(
        &self,
        view: &MinutesView,
        has_english: bool,
        of_study: Option<&StudyInstanceUid>,
    ) -> Result<Option<Vec<u8>>, DeliveryError> {
        let (minutes, signatures) = (&view.minutes, view.signatures.as_slice());
        let written = &minutes.written;
        let pictures = self.pictures_of(&written.consultation, &written.text.key_images, of_study).await?;
        let Some(pictures) = pictures else { return Ok(None) };
        let pictures: Vec<MinutesPicture<'_>> = pictures
            .iter()
            .map(|(key_image, bytes)| MinutesPicture { key_image: *key_image, bytes })
            .collect();
        let content = MinutesContent { minutes, signatures, pictures: &pictures, has_english };
        filmless_slip::minutes_pdf(&content).map(Some).map_err(DeliveryError::internal("the minutes"))
    }

    /// Saves a version in the study, or leaves it to the next who signs or reads it: what is signed is signed.
    async fn save_or_leave(&self, record: &ConsultationRecord, view: &MinutesView, session: &Session) {
        if let Err(error) = self.save_if_final(record, view, session.actor()).await {
            tracing::warn!(code = error.code(), consultation = %record.consultation.id, "minutes are not in the study yet");
        }
    }

    /// What the next version begins with: the newest one, or a draft from the record. `None` for anybody who does not write
    /// them.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn minutes_to_edit(
        &self,
        session: &Session,
        id: &ConsultationId,
    ) -> Result<Option<MinutesForm>, DeliveryError> {
        let place = self.place(session, id).await?;
        let Some(place) = place.filter(Place::may_write_minutes) else { return Ok(None) };
        let newest = self.newest_version(id).await?;
        let follows = newest.as_ref().map(|view| view.minutes.digest.clone()).unwrap_or_default();
        let text = match newest {
            Some(view) => view.minutes.written.text,
            None => self.draft(&place.record).await?,
        };
        let offered = self.offered_images(session, &place.record).await?;
        let mut typed = TypedMinutes { follows, ..TypedMinutes::of(&text) };
        typed.offer(offered.iter().map(|(name, _)| name.to_string()));
        let offered = offered.into_iter().map(|(name, known)| (name.to_string(), known)).collect();
        Ok(Some(MinutesForm { place, text, typed, offered }))
    }

    /// Writes a version of the minutes. Who was there, what was shown and what was said is taken anew from the record.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn write_minutes(
        &self,
        live: &Live,
        session: &Session,
        id: &ConsultationId,
        typed: &TypedMinutes,
    ) -> Result<MinutesAnswer, DeliveryError> {
        let place = self.place(session, id).await?;
        let Some(place) = place.filter(Place::may_write_minutes) else { return Ok(MinutesAnswer::Refused) };
        let Some(member) = place.admitted() else { return Ok(MinutesAnswer::Refused) };
        if let Err(bad) = demand_printable(typed.texts()) {
            return Ok(MinutesAnswer::Bad(bad));
        }
        let by = &member.member.id;
        let key_images = match self.chosen_images(session, &place.record, &typed.images).await? {
            Ok(images) => images,
            Err(bad) => return Ok(MinutesAnswer::Bad(bad)),
        };
        let (record, key_images) = (&place.record, key_images.as_slice());
        let writing = Writing { consultations: self, session, record, by, typed, key_images };
        match live.write_down(id, by, &writing).await? {
            Some(Ok(is_new)) => {
                if is_new {
                    self.tell_others(&place.record, Some(by)).await?;
                }
                Ok(MinutesAnswer::Done)
            }
            Some(Err(bad)) => Ok(MinutesAnswer::Bad(bad)),
            None => Ok(MinutesAnswer::Refused),
        }
    }

    /// Signs the version of this digest.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_minutes(
        &self,
        live: &Live,
        session: &Session,
        id: &ConsultationId,
        digest: &str,
        licence: &str,
    ) -> Result<MinutesAnswer, DeliveryError> {
        let place = self.place(session, id).await?;
        let Some(place) = place.filter(Place::may_sign) else { return Ok(MinutesAnswer::Refused) };
        let Some(member) = place.admitted() else { return Ok(MinutesAnswer::Refused) };
        if let Err(bad) = demand_printable([("licence", licence)]) {
            return Ok(MinutesAnswer::Bad(bad));
        }
        let signer = match Signer::of(&member.member, licence) {
            Ok(signer) => signer,
            Err(bad) => return Ok(MinutesAnswer::Bad(bad)),
        };
        let signing = Signing { consultations: self, session, record: &place.record, signer, digest };
        match live.write_down(id, &member.member.id, &signing).await? {
            Some(Ok(is_new)) => {
                if let Some(view) = self.newest_version(id).await? {
                    self.save_or_leave(&place.record, &view, session).await;
                }
                if is_new {
                    self.tell_others(&place.record, Some(&member.member.id)).await?;
                }
                Ok(MinutesAnswer::Done)
            }
            Some(Err(bad)) => Ok(MinutesAnswer::Bad(bad)),
            None => Ok(MinutesAnswer::Refused),
        }
    }
}

/// A version that is being written.
struct Writing<'a> {
    consultations: &'a Consultations,
    session: &'a Session,
    record: &'a ConsultationRecord,
    by: &'a MemberId,
    typed: &'a TypedMinutes,
    key_images: &'a [KeyImage],
}

#[async_trait]
impl Maker<bool> for Writing<'_> {
    async fn make(&self, head: ChainHead, at: Timestamp) -> Result<Made<bool>, DeliveryError> {
        let (consultations, session, record, by, typed) =
            (self.consultations, self.session, self.record, self.by, self.typed);
        let common = &consultations.common;
        let id = &record.consultation.id;
        let newest = consultations.newest_version(id).await?;
        let before = newest.as_ref().map(|view| &view.minutes);
        let text = consultations.text_of(record, typed, self.key_images, &head).await?;
        // A form that is sent twice writes once: the newest version then follows what this one would.
        if let Some(before) = before
            && before.written.replaces.as_ref().map(|r| r.digest.as_str()).unwrap_or_default()
                == typed.follows
            && before.written.by == *by
            && text
                .clone()
                .checked()
                .is_ok_and(|text| TypedMinutes::of(&text) == TypedMinutes::of(&before.written.text))
        {
            return Ok(Made::There(false));
        }
        let replaces = (!typed.follows.is_empty())
            .then(|| Replaced { digest: typed.follows.clone(), reason: typed.reason.clone() });
        let written = WrittenMinutes {
            consultation: id.clone(),
            version: before.map_or(1, |before| before.written.version.saturating_add(1)),
            replaces,
            by: by.clone(),
            at,
            head,
            text,
        };
        let is_signed = newest.as_ref().is_some_and(|view| !view.signatures.is_empty());
        let minutes = match written.seal(before, is_signed) {
            Ok(minutes) => minutes,
            Err(bad) => return Ok(Made::Bad(bad)),
        };
        let audit = Record::new(AuditAction::WriteMinutes, session.actor()).from(&session.source);
        let detail = format!("consultation {id}, version {}, {}", minutes.written.version, minutes.digest);
        let entry = audit.account(&record.consultation.account).detail(detail).entry(common)?;
        let with = Transaction::new().add_minutes(&minutes)?.log(LogName::Audit, &entry)?;
        Ok(Made::New { note: minutes.note(), with, value: true })
    }
}

/// A signature that is being made.
struct Signing<'a> {
    consultations: &'a Consultations,
    session: &'a Session,
    record: &'a ConsultationRecord,
    signer: Signer,
    digest: &'a str,
}

#[async_trait]
impl Maker<bool> for Signing<'_> {
    async fn make(&self, _: ChainHead, at: Timestamp) -> Result<Made<bool>, DeliveryError> {
        let (consultations, session, record, signer, digest) =
            (self.consultations, self.session, self.record, &self.signer, self.digest);
        let (common, id) = (&consultations.common, &record.consultation.id);
        let newest = consultations.newest_version(id).await?;
        // Nobody signs what they did not see: a newer version has another digest.
        let Some(view) = newest.filter(|view| view.minutes.digest == digest) else {
            return Ok(Made::Bad(BadField { field: "version".into(), kind: Fault::NotAllowed }));
        };
        if view.signatures.iter().any(|signature| signature.signed.by.id == signer.id) {
            return Ok(Made::There(false));
        }
        let signature = match view.minutes.sign(signer.clone(), at, &view.signatures) {
            Ok(signature) => signature,
            Err(bad) => return Ok(Made::Bad(bad)),
        };
        let version = view.minutes.written.version;
        let audit = Record::new(AuditAction::SignMinutes, session.actor()).from(&session.source);
        let detail = format!("consultation {id}, version {version}, {digest}");
        let entry = audit.account(&record.consultation.account).detail(detail).entry(common)?;
        let with = Transaction::new().add_signature(&signature)?.log(LogName::Audit, &entry)?;
        let occasion = format!("{id} {version} {}", signer.id);
        let event = event_of(common, record, UsageKind::MinutesSigned, &occasion).await?;
        let with = usage::add(with, event.as_slice())?;
        Ok(Made::New { note: signature.note(), with, value: true })
    }
}

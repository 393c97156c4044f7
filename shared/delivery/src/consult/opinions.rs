//! Opinions: each signed by its member, added to, never changed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use filmless_consult::{BadField, ConsultationId, Opinion, Seen, SignedOpinion, Signer};
use filmless_domain::StudyInstanceUid;
use filmless_domain::audit::AuditAction;
use filmless_domain::chain::ChainHead;
use filmless_domain::usage::{UsageEvent, UsageKind};
use filmless_store::index::{ConsultationRecord, LogName, MemberRecord, StudyRecord, Transaction};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::Consultations;
use super::live::{Live, Made, Maker};
use super::printable::demand_printable;
use crate::DeliveryError;
use crate::parts::Common;
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};
use crate::shown_series::shown_series;
use crate::sight::find_in_sight;
use crate::viewing::Session;

/// Minutes that are signed meanwhile change what a study shows; whoever sends a form twice does so soon.
const SENT_TWICE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// What came of an opinion.
#[derive(Debug)]
pub enum OpinionAnswer {
    /// It is signed; the same text again, about the same, is the same opinion.
    Signed(Box<Opinion>),
    /// A field cannot be taken.
    Bad(BadField),
    /// Whoever asks is not admitted, or sees the studies no more.
    Refused,
}

impl Consultations {
    /// A member signs an opinion.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn sign_opinion(
        &self,
        live: &Live,
        session: &Session,
        id: &ConsultationId,
        typed: &TypedOpinion,
    ) -> Result<OpinionAnswer, DeliveryError> {
        let Some(place) = self.place(session, id).await? else { return Ok(OpinionAnswer::Refused) };
        let Some(member) = place.admitted().filter(|_| place.may_sign()) else {
            return Ok(OpinionAnswer::Refused);
        };
        let signer = match Signer::of(&member.member, &typed.licence) {
            Ok(signer) => signer,
            Err(bad) => return Ok(OpinionAnswer::Bad(bad)),
        };
        if let Err(bad) =
            demand_printable([("licence", typed.licence.as_str()), ("text", typed.text.as_str())])
        {
            return Ok(OpinionAnswer::Bad(bad));
        }
        let studies = self.studies_seen(session).await?;
        if studies.is_empty() {
            return Ok(OpinionAnswer::Refused);
        }
        let record = &place.record;
        let making = Making { consultations: self, session, record, member, signer, studies, typed };
        match live.write_down(id, &member.member.id, &making).await? {
            Some(Ok((opinion, is_new))) => {
                if is_new {
                    self.tell_others(record, Some(&member.member.id)).await?;
                }
                Ok(OpinionAnswer::Signed(Box::new(opinion)))
            }
            Some(Err(bad)) => Ok(OpinionAnswer::Bad(bad)),
            None => Ok(OpinionAnswer::Refused),
        }
    }

    /// The studies that are open to a session at this moment, each with the digest of what is shown of it.
    async fn studies_seen(
        &self,
        session: &Session,
    ) -> Result<BTreeMap<StudyInstanceUid, String>, DeliveryError> {
        let mut seen = BTreeMap::new();
        let open = session.share.as_ref().map(|share| share.studies.as_slice()).unwrap_or_default();
        for uid in open {
            if let Some((study, _)) = find_in_sight(&self.common, uid).await?
                && study.account_key.as_ref() == Some(&session.account_key)
            {
                seen.insert(uid.clone(), digest_of_study(&self.common, &study).await?);
            }
        }
        Ok(seen)
    }
}

/// An opinion, as typed.
#[derive(Clone, Default)]
pub struct TypedOpinion {
    /// What they say.
    pub text: String,
    /// Number of the licence to practise, where it is not known.
    pub licence: String,
    /// The number of their own opinion that it adds to.
    pub adds_to: Option<u32>,
}

impl std::fmt::Debug for TypedOpinion {
    /// Hides the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedOpinion(hidden)")
    }
}

struct Making<'a> {
    consultations: &'a Consultations,
    session: &'a Session,
    record: &'a ConsultationRecord,
    member: &'a MemberRecord,
    signer: Signer,
    studies: BTreeMap<StudyInstanceUid, String>,
    typed: &'a TypedOpinion,
}

#[async_trait]
impl Maker<(Opinion, bool)> for Making<'_> {
    async fn make(&self, head: ChainHead, now: Timestamp) -> Result<Made<(Opinion, bool)>, DeliveryError> {
        let common = &self.consultations.common;
        let id = &self.record.consultation.id;
        let earlier = common.index.opinions(id).await?;
        let own: Vec<&Opinion> = earlier.iter().filter(|o| o.signed.by.id == self.member.member.id).collect();
        let number = u32::try_from(own.len()).unwrap_or(u32::MAX).saturating_add(1);
        let signed = SignedOpinion {
            consultation: id.clone(),
            number,
            adds_to: self.typed.adds_to,
            by: self.signer.clone(),
            at: now,
            seen: Seen { studies: self.studies.clone(), head },
            text: self.typed.text.clone(),
        };
        let opinion = match signed.sign() {
            Ok(opinion) => opinion,
            Err(bad) => return Ok(Made::Bad(bad)),
        };
        // A form that is sent twice signs once. The same words about another opinion, or later about images that have changed, are new.
        let is_same = |last: &&&Opinion| {
            let (last, new) = (&last.signed, &opinion.signed);
            (&last.text, last.adds_to) == (&new.text, new.adds_to)
                && (last.seen.studies == new.seen.studies || new.at < last.at + SENT_TWICE_WITHIN)
        };
        if let Some(last) = own.last().filter(is_same) {
            return Ok(Made::There(((*last).clone(), false)));
        }
        let audit = Record::new(AuditAction::SignOpinion, self.session.actor()).from(&self.session.source);
        let detail = format!("consultation {id}, opinion {number}, {}", opinion.digest);
        let entry = audit.account(&self.record.consultation.account).detail(detail).entry(common)?;
        let transaction = Transaction::new().add_opinion(&opinion)?.log(LogName::Audit, &entry)?;
        let occasion = format!("{id} {} {number}", self.member.member.id);
        let event = event_of(common, self.record, UsageKind::OpinionSigned, &occasion).await?;
        let transaction = usage::add(transaction, event.as_slice())?;
        Ok(Made::New { note: opinion.note(), with: transaction, value: (opinion, true) })
    }
}

/// The event for the ledger, about the first study of the consultation.
pub(super) async fn event_of(
    common: &Common,
    record: &ConsultationRecord,
    kind: UsageKind,
    occasion: &str,
) -> Result<Option<UsageEvent>, DeliveryError> {
    let Some(uid) = record.consultation.studies.first() else { return Ok(None) };
    let Some(study) = common.index.study(uid).await? else { return Ok(None) };
    Ok(Some(Pen::of_study(common, &study).await?.event(kind, occasion)))
}

/// Names what is shown of a study: its series, and the contents of each.
async fn digest_of_study(common: &Common, study: &StudyRecord) -> Result<String, DeliveryError> {
    let mut shown: Vec<String> = shown_series(&common.index, study)
        .await?
        .into_iter()
        .map(|series| {
            format!("{} {}\n", series.series_instance_uid, series.rendered_digest.unwrap_or_default())
        })
        .collect();
    shown.sort();
    let mut digest = Sha256::new();
    for line in shown {
        digest.update(line);
    }
    Ok(hex::encode(digest.finalize()))
}

//! Shares: what a patient opens for a doctor or a relative, until when, and who came.

use filmless_domain::audit::{Actor, AuditAction, AuditOutcome};
use filmless_domain::hospital::end_of_day;
use filmless_domain::share::{
    Relation, SHARE_CODE_DIGITS, SHARE_DAYS_MAX, SHARE_STUDIES_MAX, SHARES_OPEN_MAX, share_label,
};
use filmless_domain::usage::UsageKind;
use filmless_domain::{Language, Secret, StudyInstanceUid, access};
use filmless_store::index::{
    Change, Condition, Index, LogName, ShareRecord, Transaction, TransactionOutcome,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::{Portal, Session, evenly};
use crate::consult::{EndReason, end_all_of_share, is_of_share};
use crate::parts::Common;
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};
use crate::{DeliveryError, credentials};

/// An ended share stays readable this long, so that the patient can see who opened it.
const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A request for a share.
#[derive(Debug, Clone)]
pub struct ShareRequest {
    /// Whom it is for, as typed.
    pub label: String,
    /// What they are to the patient.
    pub relation: Relation,
    /// Which studies.
    pub studies: Vec<StudyInstanceUid>,
    /// For how many days.
    pub days: u32,
    /// Whether files may be downloaded.
    pub may_download: bool,
    /// Whether marks may be saved in the studies.
    pub may_annotate: bool,
    /// Whether consultations about the studies may be started.
    pub may_consult: bool,
}

/// A share that was made. Its secrets are shown once.
pub struct NewShare {
    /// Its name in logs and on pages.
    pub id: String,
    /// Whom it is for.
    pub label: String,
    /// The link.
    pub link: Secret,
    /// The code that opens the link; give it to the person in another way than the link.
    pub code: Secret,
    /// QR code of the link, PNG.
    pub qr_png: Vec<u8>,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// One line of the list of shares.
#[derive(Debug, Clone, Serialize)]
pub struct ShareLine {
    /// Its name in logs and on pages.
    pub id: String,
    /// Whom it is for.
    pub label: String,
    /// What they are to the patient.
    pub relation: Relation,
    /// Number of studies.
    pub studies: usize,
    /// Whether files may be downloaded.
    pub may_download: bool,
    /// Whether marks may be saved in the studies.
    pub may_annotate: bool,
    /// Whether consultations about the studies may be started.
    pub may_consult: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends or ended.
    pub ends_at: Timestamp,
    /// Whether it still opens.
    pub is_open: bool,
    /// When its studies were opened with it, newest first.
    pub opened_at: Vec<Timestamp>,
    /// How many consultations that were started with it are open; they end with it.
    pub consultations: usize,
}

/// A share's state, before its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareStatus {
    /// Ask for the code.
    Open {
        /// Language of the patient.
        language: Language,
    },
    /// Unknown, ended or used up; the answer does not say which.
    Gone,
}

/// The answer to the code of a share.
#[derive(Debug)]
pub enum ShareOpening {
    /// Right: the token for the session cookie.
    Granted(Secret),
    /// Wrong.
    Wrong {
        /// How many answers are left.
        attempts_left: u32,
    },
    /// As [`ShareStatus::Gone`].
    Gone,
}

impl Portal {
    /// Shares some of the patient's own studies. `None` if the request is impossible: no name, no study or somebody
    /// else's, too long, too many. A share cannot be shared on.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn create_share(
        &self,
        session: &Session,
        request: &ShareRequest,
    ) -> Result<Option<NewShare>, DeliveryError> {
        if session.share.is_some() {
            return Ok(None);
        }
        for study in &request.studies {
            if !self.may_see_study(session, study).await? {
                return Ok(None);
            }
        }
        let owner = ShareOwner {
            account_key: &session.account_key,
            patient_id: &session.patient_id,
            patient_name: &session.patient_name,
            language: session.language,
            created_by: session.actor(),
            source: &session.source,
        };
        create(&self.common, &owner, request).await
    }

    /// The shares of the session's account, newest first; empty for a share.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn list_shares(&self, session: &Session) -> Result<Vec<ShareLine>, DeliveryError> {
        if session.share.is_some() {
            return Ok(Vec::new());
        }
        list(&self.common, &session.account_key).await
    }

    /// Ends one of their shares; false for any other.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn end_share(&self, session: &Session, id: &str) -> Result<bool, DeliveryError> {
        if session.share.is_some() {
            return Ok(false);
        }
        end(&self.common, &session.account_key, id, session.actor(), &session.source).await
    }

    /// A share's state, before its code. Reading it changes nothing.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn share_status(&self, token: &str) -> Result<ShareStatus, DeliveryError> {
        let failures_max = self.common.settings.limits.link_failures_max;
        let now = self.common.clock.now();
        let digest = credentials::token_digest(access::token_of_link(token));
        let share = evenly(self.common.index.share(&digest)).await?;
        Ok(match share {
            Some(share) if share.is_open(now) && share.failures < failures_max && share.seat.is_none() => {
                ShareStatus::Open { language: share.language }
            }
            _ => ShareStatus::Gone,
        })
    }

    /// Checks the code of a share.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn open_share(
        &self,
        token: &str,
        code: &str,
        source: &str,
    ) -> Result<ShareOpening, DeliveryError> {
        if self.share_status(token).await? == ShareStatus::Gone {
            return Ok(ShareOpening::Gone);
        }
        let index = &self.common.index;
        let began_at = self.common.clock.now();
        let digest = credentials::token_digest(access::token_of_link(token));
        let failures_max = self.common.settings.limits.link_failures_max;
        let Some(share) = index.count_share_check(&digest, failures_max).await? else {
            return Ok(ShareOpening::Gone);
        };
        let actor = Actor::Share { share: share.id.clone() };
        let record = Record::new(AuditAction::OpenShare, actor).from(source).account(&share.account_key);
        let typed = code_hash(token, access::typed_digits(code).expose());
        let is_right: bool = typed.as_bytes().ct_eq(share.code_hash.as_bytes()).into();
        let account = index.account(&share.account_key).await?;
        if let Some(account) = account.filter(|_| is_right) {
            index.uncount_share_check(&digest).await?;
            let session = self.start_session(&account, Some(&share), began_at, record, None).await?;
            return Ok(ShareOpening::Granted(session));
        }
        record.outcome(AuditOutcome::Refused).write(&self.common).await?;
        Ok(ShareOpening::Wrong { attempts_left: failures_max.saturating_sub(share.failures) })
    }
}

/// For whom, and by whom, a share is made.
pub(crate) struct ShareOwner<'a> {
    pub account_key: &'a str,
    pub patient_id: &'a filmless_domain::PatientId,
    pub patient_name: &'a str,
    pub language: Language,
    pub created_by: Actor,
    pub source: &'a str,
}

/// Makes a share of studies that the caller knows to be the owner's.
pub(crate) async fn create(
    common: &Common,
    owner: &ShareOwner<'_>,
    request: &ShareRequest,
) -> Result<Option<NewShare>, DeliveryError> {
    let Some(label) = share_label(&request.label) else { return Ok(None) };
    let mut studies = request.studies.clone();
    studies.sort();
    studies.dedup();
    if studies.is_empty()
        || studies.len() > SHARE_STUDIES_MAX
        || !(1..=SHARE_DAYS_MAX).contains(&request.days)
    {
        return Ok(None);
    }
    let now = common.clock.now();
    let open = common.index.shares(owner.account_key).await?;
    if open.iter().filter(|share| share.is_open(now) && share.seat.is_none()).count() >= SHARES_OPEN_MAX {
        return Ok(None);
    }
    let token = credentials::new_token(common.randomness.as_ref())?;
    let code = credentials::new_code(common.randomness.as_ref(), SHARE_CODE_DIGITS)?;
    let ends_at = end_of(now, request.days);
    let (id, _) = crate::record::log::new_id(common)?;
    let id = id[..16].to_owned();
    let share = ShareRecord {
        id: id.clone(),
        token_digest: credentials::token_digest(token.expose()),
        account_key: owner.account_key.to_owned(),
        patient_id: owner.patient_id.clone(),
        patient_name: owner.patient_name.to_owned(),
        label: label.clone(),
        relation: request.relation,
        studies,
        may_download: request.may_download,
        may_annotate: request.may_annotate,
        may_consult: request.may_consult,
        seat: None,
        code_hash: code_hash(token.expose(), code.expose()),
        failures: 0,
        language: owner.language,
        created_by: owner.created_by.clone(),
        created_at: now,
        ended_at: None,
        ends_at: ends_at.as_second(),
        expires_at: (ends_at + KEPT_AFTER_END).as_second(),
    };
    let record = Record::new(AuditAction::CreateShare, owner.created_by.clone()).from(owner.source);
    let detail = format!("share {id}, {} studies, {} days", share.studies.len(), request.days);
    let entry = record.account(owner.account_key).detail(detail).entry(common)?;
    let new = || Change::new().when(&Condition::Absent("pk"));
    let (pointer_key, pointer) = Index::share_pointer(&share);
    let mut events = Vec::new();
    for study in &share.studies {
        if let Some(record) = common.index.study(study).await? {
            events.push(Pen::of_study(common, &record).await?.event(UsageKind::ShareCreated, &id));
        }
    }
    let transaction = usage::add(Transaction::new(), &events)?
        .put(&Index::share_key(&share.token_digest), &share, new())?
        .put(&pointer_key, &pointer, new())?
        .log(LogName::Audit, &entry)?;
    // The keys are new and random. If they exist, an earlier attempt of this call wrote them.
    let _ = common.index.commit(transaction).await?;
    let link = Secret::new(format!("{}/s/{}", common.settings.public_url, token.expose()));
    let qr_png = filmless_slip::qr_png(link.expose()).map_err(DeliveryError::internal("a QR code"))?;
    Ok(Some(NewShare { id, label, link, code, qr_png, ends_at }))
}

/// The shares of an account, newest first.
pub(crate) async fn list(common: &Common, account_key: &str) -> Result<Vec<ShareLine>, DeliveryError> {
    let now = common.clock.now();
    let mut lines = Vec::new();
    // Members of consultations are on the page of their consultation.
    let shares = common.index.shares(account_key).await?.into_iter().filter(|share| share.seat.is_none());
    let consultations = common.index.consultations_of_account(account_key).await?;
    for share in shares {
        let me = Actor::Share { share: share.id.clone() };
        let mut opened_at = Vec::new();
        for study in &share.studies {
            let accesses = common.index.accesses(study).await?;
            opened_at.extend(accesses.into_iter().filter(|a| a.actor == me).map(|a| a.opened_at));
        }
        opened_at.sort_by(|a, b| b.cmp(a));
        let planned = Timestamp::from_second(share.ends_at).map_err(DeliveryError::internal("an expiry"))?;
        let id = share.id.clone();
        let theirs = consultations
            .iter()
            .filter(|record| is_of_share(record, &id) && record.consultation.is_open_at(now));
        lines.push(ShareLine {
            is_open: share.is_open(now),
            id: share.id,
            label: share.label,
            relation: share.relation,
            studies: share.studies.len(),
            may_download: share.may_download,
            may_annotate: share.may_annotate,
            may_consult: share.may_consult,
            created_at: share.created_at,
            ends_at: share.ended_at.unwrap_or(planned),
            opened_at,
            consultations: theirs.count(),
        });
    }
    lines.reverse();
    Ok(lines)
}

/// Ends a share of this account; false for any other.
pub(crate) async fn end(
    common: &Common,
    account_key: &str,
    id: &str,
    actor: Actor,
    source: &str,
) -> Result<bool, DeliveryError> {
    let Some(share) = common.index.shares(account_key).await?.into_iter().find(|s| s.id == id) else {
        return Ok(false);
    };
    let reason = match actor {
        Actor::Account { .. } => EndReason::Withdrawn,
        _ => EndReason::Recalled,
    };
    let record = Record::new(AuditAction::EndShare, actor.clone()).from(source).account(account_key);
    let entry = record.detail(format!("share {id}")).entry(common)?;
    let (key, change) = Index::end_share_change(&share.token_digest, common.clock.now());
    let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
    let is_ended = match common.index.commit(transaction).await? {
        TransactionOutcome::Committed => true,
        // Ended already.
        TransactionOutcome::ConditionUnmet(_) => share.ended_at.is_some(),
    };
    if is_ended {
        // What its holder let others see goes with it; again, if a crash cut that off.
        end_all_of_share(common, account_key, id, reason, (&actor, source)).await?;
    }
    Ok(is_ended)
}

/// A code is short. It is hashed with the token, which is stored nowhere, so the table does not help to guess it.
fn code_hash(token: &str, code: &str) -> String {
    credentials::token_digest(&format!("{token} {code}"))
}

/// A share ends with the last day shown on its page.
fn end_of(now: Timestamp, days: u32) -> Timestamp {
    end_of_day(now + SignedDuration::from_hours(24 * i64::from(days)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_open_to_the_end_of_its_last_day() {
        let made: Timestamp = "2026-11-29T09:23:00Z".parse().unwrap();
        assert_eq!(end_of(made, 1).to_string(), "2026-11-30T16:59:59Z");
        assert_eq!(end_of(made, 30).to_string(), "2026-12-29T16:59:59Z");
    }
}

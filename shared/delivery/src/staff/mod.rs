//! What staff can do, on the web console and on the command line. Every act checks the role. The transaction of its
//! change also writes it to the audit log and to the history of its study.

mod access;
mod consult;
mod contact;
pub mod daily_list;
mod entrance;
mod erase;
mod facts;
mod finance;
mod find;
mod gate;
mod history;
mod merge;
mod read_audit;
mod recall;
mod refusal;
pub mod refusals;
mod reissue;
mod report;
mod result_brief;
mod rows;
pub mod status;
mod usage;
mod worklist;

use filmless_domain::audit::{Actor, AuditAction, AuditOutcome, REASON_CHARS_MAX};
use filmless_domain::staff::{Act, StaffMember};
use filmless_domain::{PatientId, StudyInstanceUid};
use filmless_store::index::{
    AccountRecord, ActRecord, Change, LogName, OrderRecord, StudyRecord, Transaction,
};
use filmless_store::{Bucket, StoreError};
use thiserror::Error;

use crate::DeliveryError;
use crate::parts::{Common, Console, Erase, Release};
use crate::record::audit::Record;

pub use access::Revoked;
pub use contact::ContactCorrection;
pub use entrance::StaffEntrance;
pub use facts::{Asked, IdentityView, MISMATCHES_MAX, Stated};
pub use finance::{
    ASKED, CLAIM_LISTS, CLAIMS_BYTES_MAX, ChargeLine, ClaimsView, ExportFailure, ExportState, FilmBudgets,
    LinesAsked, LinesPage, ReceivableGroup, ReconcileAttempt, Reconciled, RiskLine, UsageRequest,
    UsageWaiting, claims_list_key,
};
pub use find::{PatientHit, PatientView, StudyBrief};
pub use gate::{Decided, Decision};
pub use history::{HistoryLine, StudyHistory};
pub use merge::Merged;
pub use read_audit::{AuditFound, AuditQuery, AuditVerdict};
pub use recall::{RecallReport, RecallViewer};
pub use refusal::Refusal;
pub use reissue::{Channels, Reissued};
pub(crate) use report::list_unreached;
pub use result_brief::{ResultBrief, ResultState};
pub use rows::{FailedChannel, HeldStudy, OpenedStudy, Unreached, Waiting};
pub use usage::{USAGE_MONTHS, UsageFigures, UsageFile, UsageGroup, UsageMonth};
pub use worklist::{Counted, Extent, ListAsked, ListCursor, ListPage};

/// Why an act was not done.
#[derive(Debug, Error)]
pub enum StaffError {
    /// None of their roles allows it.
    #[error("none of your roles may do that")]
    Forbidden,
    /// There is no such study, patient, order or share.
    #[error("there is no such thing")]
    NotFound,
    /// The current state, or the request itself, does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something failed; try again.
    #[error(transparent)]
    Failed(#[from] DeliveryError),
}

impl StaffError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Refused(why) => why.code(),
            Self::Failed(error) => error.code(),
        }
    }
}

impl From<StoreError> for StaffError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// A member of staff at work.
#[derive(Debug, Clone)]
pub struct Desk {
    common: Common,
    studies: Bucket,
    derived: Bucket,
    audit: Bucket,
    usage: Bucket,
    release: Release,
    erase: Option<Erase>,
    member: StaffMember,
    source: String,
}

/// One study as an act finds it.
struct Case {
    study: StudyRecord,
    account: Option<AccountRecord>,
}

impl Desk {
    /// A member at work, at that network address or machine.
    #[must_use]
    pub fn new(console: impl Into<Console>, member: StaffMember, source: String) -> Self {
        let Console { common, studies, derived, audit, usage, release, erase } = console.into();
        Self { common, studies, derived, audit, usage, release, erase, member, source }
    }

    /// Who is at work.
    #[must_use]
    pub fn member(&self) -> &StaffMember {
        &self.member
    }

    fn actor(&self) -> Actor {
        Actor::Staff { subject: self.member.subject.clone() }
    }

    fn record(&self, action: AuditAction) -> Record {
        Record::new(action, self.actor()).from(&self.source)
    }

    /// Stops members whose roles do not allow the act; records the attempt.
    ///
    /// # Errors
    /// [`StaffError::Forbidden`].
    pub async fn may_begin(&self, act: Act) -> Result<(), StaffError> {
        self.demand(act, action_of(act)).await
    }

    async fn demand(&self, act: Act, action: AuditAction) -> Result<(), StaffError> {
        if self.member.may(act) {
            return Ok(());
        }
        self.record(action).outcome(AuditOutcome::Refused).write(&self.common).await?;
        Err(StaffError::Forbidden)
    }

    async fn case(&self, study: &StudyInstanceUid) -> Result<Case, StaffError> {
        let study = self.common.index.study(study).await?.ok_or(StaffError::NotFound)?;
        let account = match &study.account_key {
            Some(key) => self.common.index.account_after_merges(key).await?,
            None => None,
        };
        Ok(Case { study, account })
    }

    /// The order a study was released under.
    async fn order_of(&self, study: &StudyRecord) -> Result<OrderRecord, StaffError> {
        let never = StaffError::Refused(Refusal::NotReleased);
        let Some(accession) = &study.order_accession else { return Err(never) };
        self.common.index.order(accession).await?.ok_or(StaffError::NotFound)
    }

    /// Adds an act on a study to the transaction of its change: to the audit log, and to the study's history.
    fn sign(
        &self,
        transaction: Transaction,
        action: AuditAction,
        case: &Case,
        reason: Option<&str>,
    ) -> Result<Transaction, StaffError> {
        let uid = &case.study.study_instance_uid;
        let mut record = self.record(action).study(uid);
        if let Some(account) = &case.study.account_key {
            record = record.account(account);
        }
        if let Some(reason) = reason {
            record = record.detail(reason);
        }
        let entry = record.entry(&self.common)?;
        let act = ActRecord {
            at: entry.at,
            by: self.member.subject.clone(),
            action,
            reason: reason.map(str::to_owned),
        };
        let key = act.key(uid, &entry.id);
        let transaction = transaction.put(&key, &act, Change::new())?;
        Ok(transaction.log(LogName::Audit, &entry)?)
    }

    /// Adds an act that concerns a patient and no single study.
    fn sign_for_patient(
        &self,
        transaction: Transaction,
        action: AuditAction,
        account: Option<&AccountRecord>,
        detail: Option<&str>,
    ) -> Result<Transaction, StaffError> {
        let mut record = self.record(action);
        if let Some(account) = account {
            record = record.account(&account.account_key);
        }
        if let Some(detail) = detail {
            record = record.detail(detail);
        }
        Ok(transaction.log(LogName::Audit, &record.entry(&self.common)?)?)
    }

    async fn account_of(&self, patient: &PatientId) -> Result<AccountRecord, StaffError> {
        let found = self.common.index.account_of_patient(patient).await?;
        found.ok_or(StaffError::Refused(Refusal::NoAccount))
    }

    /// The account and, if the patient's own was merged into another, that one too: its old slips are theirs.
    async fn account_keys(
        &self,
        account: &AccountRecord,
        patient: &PatientId,
    ) -> Result<Vec<String>, StaffError> {
        let mut keys = vec![account.account_key.clone()];
        for patient in [&account.patient_id, patient] {
            keys.extend(self.common.index.own_account_key(patient).await?);
        }
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    /// The accounts that may hold passwords for a study.
    async fn account_keys_of(&self, case: &Case) -> Result<Vec<String>, StaffError> {
        let Some(account) = &case.account else { return Ok(Vec::new()) };
        match self.order_of(&case.study).await {
            Ok(order) => self.account_keys(account, &order.order.patient.id).await,
            Err(StaffError::Failed(error)) => Err(error.into()),
            Err(_) => Ok(vec![account.account_key.clone()]),
        }
    }
}

/// The action under which an attempt at this act is recorded.
const fn action_of(act: Act) -> AuditAction {
    match act {
        Act::Find => AuditAction::FindPatient,
        Act::ReadHistory | Act::ReadLists => AuditAction::ReadHistory,
        Act::Reissue => AuditAction::ReissueSlip,
        Act::Resend => AuditAction::ResendNotice,
        Act::Revoke => AuditAction::RevokeAccess,
        Act::Share => AuditAction::CreateShare,
        Act::Consult => AuditAction::StartConsultation,
        Act::CorrectContact => AuditAction::CorrectContact,
        Act::Release => AuditAction::ReleaseStudy,
        Act::Hold => AuditAction::HoldStudy,
        Act::Recall => AuditAction::RecallStudy,
        Act::Merge => AuditAction::MergePatients,
        Act::ReadUsage | Act::ReadAudit => AuditAction::ReadLog,
        Act::Erase => AuditAction::EraseSubject,
    }
}

/// The reason as typed: on one line, limited in length, and never empty.
fn reason_of(typed: &str) -> Result<String, StaffError> {
    let clean: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let reason = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Refusal::ReasonMissing.into());
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Refusal::ReasonTooLong.into());
    }
    Ok(reason)
}

//! What the pages of staff need from the use cases. As with patients' pages, they are tested against a sample behind
//! this port; in production it is [`filmless_delivery::staff`] with an identity provider in front of it.

use async_trait::async_trait;
use filmless_delivery::ReviewRecord;
use filmless_delivery::staff::refusals::Refusals;
use filmless_delivery::staff::{
    AuditFound, AuditQuery, AuditVerdict, Channels, ClaimsView, ContactCorrection, Decided, Decision,
    ExportState, Extent, FailedChannel, FilmBudgets, HeldStudy, IdentityView, LinesAsked, LinesPage,
    ListAsked, ListPage, Merged, OpenedStudy, PatientHit, PatientView, RecallReport, RecallViewer,
    Reconciled, Reissued, Revoked, StaffError, StudyHistory, Unreached, UsageMonth, UsageWaiting, Waiting,
};
use filmless_delivery::upkeep::retention::Erased;
use filmless_delivery::viewing::{NewShare, ShareRequest};
use filmless_domain::staff::{Act, StaffMember};
use filmless_domain::{AccessionNumber, PatientId, Secret, StudyInstanceUid};
use filmless_identity::Returned;
use jiff::civil::Date;

use crate::PortalError;

/// A sign-in that was asked for.
#[derive(Debug)]
pub enum StaffSignInBegun {
    /// The browser goes to the provider, and brings the cookie when it comes back.
    Onward {
        /// The provider's page.
        url: String,
        /// What binds the sign-in to this browser.
        cookie: Secret,
    },
    /// The provider cannot be used at the moment.
    ProviderDown,
}

/// A sign-in that came back.
#[derive(Debug)]
pub enum StaffSignInEnded {
    /// They are in; the cookie of their session.
    Granted(Secret),
    /// The answer is not accepted: try again.
    Refused,
    /// The provider knows them, and none of their roles is one of ours.
    NoRole,
    /// The provider cannot be used at the moment.
    ProviderDown,
}

/// Where staff come in.
#[async_trait]
pub trait StaffDoor: Send + Sync {
    /// Begins a sign-in at the identity provider.
    async fn begin(&self) -> Result<StaffSignInBegun, PortalError>;
    /// Ends it. `cookie` is what binds it to the browser; `earlier` a session that the browser had before.
    async fn finish(
        &self,
        cookie: Option<&Secret>,
        earlier: Option<&Secret>,
        returned: Returned,
        source: &str,
    ) -> Result<StaffSignInEnded, PortalError>;
    /// Whom a session cookie belongs to.
    async fn session(&self, cookie: &str, source: &str) -> Result<Option<Box<dyn Clerk>>, PortalError>;
    /// Ends a session.
    async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), PortalError>;
}

/// Somebody of the staff, and what they can do: [`filmless_delivery::staff::Desk`] says what each is.
#[async_trait]
#[allow(missing_docs, reason = "each is the use case of the same name")]
pub trait Clerk: Send + Sync {
    fn member(&self) -> &StaffMember;
    /// Whether they may do that; an attempt without the right is written down.
    async fn may_begin(&self, act: Act) -> Result<(), StaffError>;
    async fn sign_out_everywhere(&self) -> Result<(), StaffError>;
    async fn find(&self, query: &str) -> Result<Vec<PatientHit>, StaffError>;
    async fn keep_search(&self, query: &str) -> Result<String, StaffError>;
    async fn kept_search(&self, id: &str) -> Result<String, StaffError>;
    async fn patient(&self, patient: &PatientId) -> Result<PatientView, StaffError>;
    async fn correct_contact(
        &self,
        patient: &PatientId,
        correction: &ContactCorrection,
    ) -> Result<(), StaffError>;
    async fn merge(&self, from: &PatientId, into: &PatientId, reason: &str) -> Result<Merged, StaffError>;
    async fn revoke(&self, patient: &PatientId, reason: &str) -> Result<Revoked, StaffError>;
    async fn share(&self, patient: &PatientId, request: &ShareRequest) -> Result<NewShare, StaffError>;
    async fn end_share(&self, patient: &PatientId, share: &str) -> Result<(), StaffError>;
    async fn erase(
        &self,
        patient: &PatientId,
        reason: &str,
        is_rehearsal: bool,
    ) -> Result<Erased, StaffError>;
    async fn history(&self, study: &StudyInstanceUid) -> Result<StudyHistory, StaffError>;
    async fn reissue(
        &self,
        study: &StudyInstanceUid,
        channels: Channels,
        reason: &str,
    ) -> Result<Reissued, StaffError>;
    async fn slip(&self, study: &StudyInstanceUid) -> Result<Vec<u8>, StaffError>;
    async fn resend(&self, study: &StudyInstanceUid, channels: Channels) -> Result<Reissued, StaffError>;
    async fn release(&self, study: &StudyInstanceUid, decision: &Decision) -> Result<Decided, StaffError>;
    async fn identity(
        &self,
        study: &StudyInstanceUid,
        order: Option<&AccessionNumber>,
    ) -> Result<IdentityView, StaffError>;
    async fn mismatches(&self, days: u16) -> Result<Vec<IdentityView>, StaffError>;
    async fn reviews(&self) -> Result<Vec<ReviewRecord>, StaffError>;
    async fn hold(&self, study: &StudyInstanceUid, reason: &str) -> Result<(), StaffError>;
    async fn recall(&self, study: &StudyInstanceUid, reason: &str) -> Result<RecallReport, StaffError>;
    async fn viewers(&self, study: &StudyInstanceUid) -> Result<Vec<RecallViewer>, StaffError>;
    async fn waiting(&self) -> Result<Waiting, StaffError>;
    async fn held(&self, asked: &ListAsked, extent: &Extent) -> Result<ListPage<HeldStudy>, StaffError>;
    async fn unreached(&self, asked: &ListAsked, extent: &Extent) -> Result<ListPage<Unreached>, StaffError>;
    async fn count_opened(&self, day: Option<Date>) -> Result<usize, StaffError>;
    async fn opened_on(
        &self,
        day: Option<Date>,
        extent: &Extent,
    ) -> Result<ListPage<OpenedStudy>, StaffError>;
    async fn refusals(&self, days: u16, max: usize) -> Result<Refusals, StaffError>;
    async fn failed_channels(
        &self,
        asked: &ListAsked,
        extent: &Extent,
    ) -> Result<ListPage<FailedChannel>, StaffError>;
    async fn find_audit(&self, query: &AuditQuery, count: usize) -> Result<AuditFound, StaffError>;
    async fn audit_of_day(&self, day: Date) -> Result<Vec<Vec<u8>>, StaffError>;
    async fn usage_months(&self) -> Result<Vec<String>, StaffError>;
    async fn usage_month(&self, month: &str) -> Result<UsageMonth, StaffError>;
    async fn usage_file_url(&self, month: &str, name: &str) -> Result<String, StaffError>;
    async fn usage_lines(&self, asked: &LinesAsked) -> Result<LinesPage, StaffError>;
    async fn usage_state(&self) -> Result<(UsageWaiting, Option<ExportState>), StaffError>;
    async fn ask_export(&self, month: &str) -> Result<(), StaffError>;
    async fn ask_reconcile(&self, month: &str, file: Vec<u8>) -> Result<(), StaffError>;
    async fn reconciled(&self, month: &str) -> Result<Option<Reconciled>, StaffError>;
    async fn claims(&self, month: &str) -> Result<ClaimsView, StaffError>;
    async fn claims_list_url(&self, month: &str) -> Result<String, StaffError>;
    async fn film_budgets(&self) -> Result<FilmBudgets, StaffError>;
    async fn set_film_budget(&self, period: &str, films: Option<u64>) -> Result<(), StaffError>;
    async fn verify_audit(&self) -> Result<AuditVerdict, StaffError>;
}

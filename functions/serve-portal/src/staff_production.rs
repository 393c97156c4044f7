//! The port of staff over the real use cases and a real identity provider.

use std::sync::Arc;

use async_trait::async_trait;
use filmless_delivery::ReviewRecord;
use filmless_delivery::parts::Console;
use filmless_delivery::staff::refusals::Refusals;
use filmless_delivery::staff::{
    AuditFound, AuditQuery, AuditVerdict, Channels, ClaimsView, ContactCorrection, Decided, Decision, Desk,
    ExportState, Extent, FailedChannel, FilmBudgets, HeldStudy, IdentityView, LinesAsked, LinesPage,
    ListAsked, ListPage, Merged, OpenedStudy, PatientHit, PatientView, RecallReport, RecallViewer,
    Reconciled, Reissued, Revoked, StaffEntrance, StaffError, StudyHistory, Unreached, UsageMonth,
    UsageWaiting, Waiting,
};
use filmless_delivery::upkeep::retention::Erased;
use filmless_delivery::viewing::{NewShare, ShareRequest};
use filmless_domain::staff::{Act, StaffMember};
use filmless_domain::staff_oidc::OidcSettings;
use filmless_domain::{AccessionNumber, LogCode, PatientId, Secret, StudyInstanceUid};
use filmless_identity::{IdentityError, PendingSignIn, ReachedAt, RelyingParty, Returned};
use filmless_runtime::error_chain;
use jiff::civil::Date;
use tracing::{info, warn};

use crate::{Clerk, PortalError, StaffDoor, StaffSignInBegun, StaffSignInEnded};

/// Where browsers come back from the identity provider, below the portal's address.
pub const STAFF_RETURN_PATH: &str = "/staff/sign-in/return";

/// The door of staff.
#[derive(Debug)]
pub struct OidcDoor {
    entrance: StaffEntrance,
    relying_party: Arc<RelyingParty>,
}

impl OidcDoor {
    /// A door for whoever that provider names. Nothing is fetched before somebody signs in.
    ///
    /// # Errors
    /// [`IdentityError::Settings`].
    pub fn new(
        console: impl Into<Console>,
        provider: OidcSettings,
        reached_at: Option<ReachedAt>,
    ) -> Result<Self, IdentityError> {
        let console = console.into();
        let return_url = format!("{}{STAFF_RETURN_PATH}", console.common.settings.public_url);
        let relying_party = Arc::new(RelyingParty::new(provider, return_url, reached_at)?);
        Ok(Self { entrance: StaffEntrance::new(console), relying_party })
    }

    async fn turn_away(&self, subject: &str, why: &str, source: &str) -> Result<(), PortalError> {
        info!(code = LogCode::StaffSignInRefused.code(), why, "a sign-in of staff is refused");
        self.entrance.turn_away(subject, why, source).await.map_err(PortalError::failed)
    }
}

#[async_trait]
impl StaffDoor for OidcDoor {
    async fn begin(&self) -> Result<StaffSignInBegun, PortalError> {
        let begun = match self.relying_party.begin().await {
            Ok(begun) => begun,
            Err(error) => {
                tell_down(&error);
                return Ok(StaffSignInBegun::ProviderDown);
            }
        };
        let pending = serde_json::to_string(&begun.pending).map_err(PortalError::failed)?;
        let cookie = self.entrance.keep_sign_in(pending).await.map_err(PortalError::failed)?;
        Ok(StaffSignInBegun::Onward { url: begun.url.into(), cookie })
    }

    async fn finish(
        &self,
        cookie: Option<&Secret>,
        earlier: Option<&Secret>,
        returned: Returned,
        source: &str,
    ) -> Result<StaffSignInEnded, PortalError> {
        // Whoever comes without having left from here is not even written down: anybody can do that, at any rate.
        let Some(cookie) = cookie else { return Ok(StaffSignInEnded::Refused) };
        let kept = self.entrance.take_sign_in(cookie.expose()).await.map_err(PortalError::failed)?;
        let Some(kept) = kept else { return Ok(StaffSignInEnded::Refused) };
        let pending: PendingSignIn = serde_json::from_str(&kept).map_err(PortalError::failed)?;
        match self.relying_party.finish(pending, returned, self.entrance.now()).await {
            Ok(member) => {
                if let Some(earlier) = earlier {
                    self.entrance.sign_out(earlier.expose(), source).await.map_err(PortalError::failed)?;
                }
                let session = self.entrance.let_in(member, source).await.map_err(PortalError::failed)?;
                Ok(StaffSignInEnded::Granted(session))
            }
            Err(IdentityError::Refused(why)) => {
                self.turn_away("", why.as_str(), source).await?;
                Ok(StaffSignInEnded::Refused)
            }
            Err(IdentityError::NoRole { subject }) => {
                self.turn_away(&subject, "no-role", source).await?;
                Ok(StaffSignInEnded::NoRole)
            }
            Err(error) => {
                tell_down(&error);
                Ok(StaffSignInEnded::ProviderDown)
            }
        }
    }

    async fn session(&self, cookie: &str, source: &str) -> Result<Option<Box<dyn Clerk>>, PortalError> {
        let desk = self.entrance.desk(cookie, source).await.map_err(PortalError::failed)?;
        Ok(desk.map(|desk| Box::new(desk) as Box<dyn Clerk>))
    }

    async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), PortalError> {
        self.entrance.sign_out(cookie, source).await.map_err(PortalError::failed)
    }
}

fn tell_down(error: &IdentityError) {
    warn!(
        code = LogCode::IdentityProviderDown.code(),
        cause = error_chain(error),
        "nobody of the staff can sign in"
    );
}

#[async_trait]
impl Clerk for Desk {
    fn member(&self) -> &StaffMember {
        Self::member(self)
    }

    async fn may_begin(&self, act: Act) -> Result<(), StaffError> {
        Self::may_begin(self, act).await
    }

    async fn sign_out_everywhere(&self) -> Result<(), StaffError> {
        Self::sign_out_everywhere(self).await
    }

    async fn find(&self, query: &str) -> Result<Vec<PatientHit>, StaffError> {
        Self::find(self, query).await
    }

    async fn keep_search(&self, query: &str) -> Result<String, StaffError> {
        Self::keep_search(self, query).await
    }

    async fn kept_search(&self, id: &str) -> Result<String, StaffError> {
        Self::kept_search(self, id).await
    }

    async fn patient(&self, patient: &PatientId) -> Result<PatientView, StaffError> {
        Self::patient(self, patient).await
    }

    async fn correct_contact(
        &self,
        patient: &PatientId,
        correction: &ContactCorrection,
    ) -> Result<(), StaffError> {
        Self::correct_contact(self, patient, correction).await
    }

    async fn merge(&self, from: &PatientId, into: &PatientId, reason: &str) -> Result<Merged, StaffError> {
        Self::merge(self, from, into, reason).await
    }

    async fn revoke(&self, patient: &PatientId, reason: &str) -> Result<Revoked, StaffError> {
        Self::revoke(self, patient, reason).await
    }

    async fn share(&self, patient: &PatientId, request: &ShareRequest) -> Result<NewShare, StaffError> {
        Self::share(self, patient, request).await
    }

    async fn end_share(&self, patient: &PatientId, share: &str) -> Result<(), StaffError> {
        Self::end_share(self, patient, share).await
    }

    async fn erase(
        &self,
        patient: &PatientId,
        reason: &str,
        is_rehearsal: bool,
    ) -> Result<Erased, StaffError> {
        Self::erase(self, patient, reason, is_rehearsal).await
    }

    async fn history(&self, study: &StudyInstanceUid) -> Result<StudyHistory, StaffError> {
        Self::history(self, study).await
    }

    async fn reissue(
        &self,
        study: &StudyInstanceUid,
        channels: Channels,
        reason: &str,
    ) -> Result<Reissued, StaffError> {
        Self::reissue(self, study, channels, reason).await
    }

    async fn slip(&self, study: &StudyInstanceUid) -> Result<Vec<u8>, StaffError> {
        Self::slip(self, study).await
    }

    async fn resend(&self, study: &StudyInstanceUid, channels: Channels) -> Result<Reissued, StaffError> {
        Self::resend(self, study, channels).await
    }

    async fn release(&self, study: &StudyInstanceUid, decision: &Decision) -> Result<Decided, StaffError> {
        Self::release(self, study, decision).await
    }

    async fn identity(
        &self,
        study: &StudyInstanceUid,
        order: Option<&AccessionNumber>,
    ) -> Result<IdentityView, StaffError> {
        Self::identity(self, study, order).await
    }

    async fn mismatches(&self, days: u16) -> Result<Vec<IdentityView>, StaffError> {
        Self::mismatches(self, days).await
    }

    async fn reviews(&self) -> Result<Vec<ReviewRecord>, StaffError> {
        Self::reviews(self).await
    }

    async fn hold(&self, study: &StudyInstanceUid, reason: &str) -> Result<(), StaffError> {
        Self::hold(self, study, reason).await
    }

    async fn recall(&self, study: &StudyInstanceUid, reason: &str) -> Result<RecallReport, StaffError> {
        Self::recall(self, study, reason).await
    }

    async fn viewers(&self, study: &StudyInstanceUid) -> Result<Vec<RecallViewer>, StaffError> {
        Self::viewers(self, study).await
    }

    async fn waiting(&self) -> Result<Waiting, StaffError> {
        Self::waiting(self).await
    }

    async fn held(&self, asked: &ListAsked, extent: &Extent) -> Result<ListPage<HeldStudy>, StaffError> {
        Self::held(self, asked, extent).await
    }

    async fn unreached(&self, asked: &ListAsked, extent: &Extent) -> Result<ListPage<Unreached>, StaffError> {
        Self::unreached(self, asked, extent).await
    }

    async fn count_opened(&self, day: Option<Date>) -> Result<usize, StaffError> {
        Self::count_opened(self, day).await
    }

    async fn opened_on(
        &self,
        day: Option<Date>,
        extent: &Extent,
    ) -> Result<ListPage<OpenedStudy>, StaffError> {
        Self::opened_on(self, day, extent).await
    }

    async fn refusals(&self, days: u16, max: usize) -> Result<Refusals, StaffError> {
        Self::refusals(self, days, max).await
    }

    async fn failed_channels(
        &self,
        asked: &ListAsked,
        extent: &Extent,
    ) -> Result<ListPage<FailedChannel>, StaffError> {
        Self::failed_channels(self, asked, extent).await
    }

    async fn find_audit(&self, query: &AuditQuery, count: usize) -> Result<AuditFound, StaffError> {
        Self::find_audit(self, query, count).await
    }

    async fn audit_of_day(&self, day: Date) -> Result<Vec<Vec<u8>>, StaffError> {
        Self::audit_of_day(self, day).await
    }

    async fn usage_months(&self) -> Result<Vec<String>, StaffError> {
        Self::usage_months(self).await
    }

    async fn usage_month(&self, month: &str) -> Result<UsageMonth, StaffError> {
        Self::usage_month(self, month).await
    }

    async fn usage_file_url(&self, month: &str, name: &str) -> Result<String, StaffError> {
        Self::usage_file_url(self, month, name).await
    }

    async fn usage_lines(&self, asked: &LinesAsked) -> Result<LinesPage, StaffError> {
        Self::usage_lines(self, asked).await
    }

    async fn usage_state(&self) -> Result<(UsageWaiting, Option<ExportState>), StaffError> {
        Self::usage_state(self).await
    }

    async fn ask_export(&self, month: &str) -> Result<(), StaffError> {
        Self::ask_export(self, month).await
    }

    async fn ask_reconcile(&self, month: &str, file: Vec<u8>) -> Result<(), StaffError> {
        Self::ask_reconcile(self, month, file).await
    }

    async fn reconciled(&self, month: &str) -> Result<Option<Reconciled>, StaffError> {
        Self::reconciled(self, month).await
    }

    async fn claims(&self, month: &str) -> Result<ClaimsView, StaffError> {
        Self::claims(self, month).await
    }

    async fn claims_list_url(&self, month: &str) -> Result<String, StaffError> {
        Self::claims_list_url(self, month).await
    }

    async fn film_budgets(&self) -> Result<FilmBudgets, StaffError> {
        Self::film_budgets(self).await
    }

    async fn set_film_budget(&self, period: &str, films: Option<u64>) -> Result<(), StaffError> {
        Self::set_film_budget(self, period, films).await
    }

    async fn verify_audit(&self) -> Result<AuditVerdict, StaffError> {
        Self::verify_audit(self).await
    }
}

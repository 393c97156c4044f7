//! What is kept of claims that were compared with the ledger: sums, and for a day the list of rows to correct.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_store::{Bucket, ObjectVersion, PRESIGNED_TTL_MAX};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{Desk, StaffError};
use super::{is_month, key_of, read, write};
use crate::DeliveryError;

/// The lists of rows to correct are stored below it; each is deleted after a day.
pub const CLAIM_LISTS: &str = "claims/lists/";
const SUMS: &str = "claims/months/";
const ATTEMPTS: &str = "status/claims-";

/// Sums over claim lines; nothing about a single line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskLine {
    /// Code of the finding, department or payer; empty for a total.
    pub name: String,
    /// Number of rows.
    pub rows: u64,
    /// How many of those name no amount.
    pub rows_without_amount: u64,
    /// What the others claim, in dong.
    pub amount_vnd: i64,
}

/// The claims for the studies of one department and payer, in dong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivableGroup {
    /// Department of the study, else of the claim; empty if neither names one.
    pub department: String,
    /// `insured`, `self` or `unknown`.
    pub payer: String,
    /// What the claims ask from the insurance.
    pub claimed_vnd: i64,
    /// The part of it in claims without a finding.
    pub accepted_vnd: i64,
    /// The hospital's price for those claims' studies that were released in the month.
    pub settled_vnd: i64,
}

/// What is kept of a month's claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciled {
    /// Which month: `2026-11`.
    pub month: String,
    /// When they were compared.
    pub at: Timestamp,
    /// Number of `HOSO`.
    pub dossiers: u64,
    /// Number of usable imaging lines.
    pub claims: u64,
    /// How many of those have a study.
    pub matched_claims: u64,
    /// Rows that cannot be used.
    pub bad_rows: u64,
    /// Rows of other groups.
    pub other_rows: u64,
    /// Files of an archive that were not read.
    pub other_files: u64,
    /// By department and payer.
    pub groups: Vec<ReceivableGroup>,
    /// Amounts at risk by finding; a row counts in each of its findings.
    pub findings: Vec<RiskLine>,
    /// By department; a row counts once.
    pub departments: Vec<RiskLine>,
    /// By payer; a row counts once.
    pub payers: Vec<RiskLine>,
    /// Every row with a finding, once.
    pub total: RiskLine,
    /// Studies that nobody claims, at their prices; in no other sum.
    pub unclaimed: RiskLine,
}

/// How the last comparison of a month ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileAttempt {
    /// When.
    pub at: Timestamp,
    /// Why the file could not be used, in Vietnamese, without any value from it; absent if it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A month's claims as the page shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimsView {
    /// What is kept of them, if any were compared.
    pub reconciled: Option<Reconciled>,
    /// How the last attempt ended.
    pub attempt: Option<ReconcileAttempt>,
    /// Whether the list of rows to correct is still there.
    pub has_list: bool,
}

/// The key of the list of rows to correct.
#[must_use]
pub fn claims_list_key(month: &str) -> String {
    format!("{CLAIM_LISTS}{month}/doi-chieu-{month}.xlsx")
}

impl Reconciled {
    /// Stores it, replacing what was kept for the month.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn keep(&self, usage: &Bucket) -> Result<(), DeliveryError> {
        write(usage, &format!("{SUMS}{}.json", self.month), self).await
    }
}

impl ReconcileAttempt {
    /// Stores it, replacing the previous one.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn keep(&self, usage: &Bucket, month: &str) -> Result<(), DeliveryError> {
        write(usage, &format!("{ATTEMPTS}{month}.json"), self).await
    }
}

impl Desk {
    /// What is kept of a month's claims; `None` if none were compared yet.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn reconciled(&self, month: &str) -> Result<Option<Reconciled>, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        if !is_month(month) {
            return Err(StaffError::NotFound);
        }
        read(&self.usage, &format!("{SUMS}{month}.json")).await
    }

    /// The claims of a month.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn claims(&self, month: &str) -> Result<ClaimsView, StaffError> {
        let reconciled = self.reconciled(month).await?;
        let usage = &self.usage;
        let attempt = read(usage, &format!("{ATTEMPTS}{month}.json")).await?;
        let has_list = !usage.list(&claims_list_key(month), 1).await?.is_empty();
        Ok(ClaimsView { reconciled, attempt, has_list })
    }

    /// A presigned URL of the list of rows to correct, valid for 15 minutes at most; audited.
    ///
    /// # Errors
    /// [`StaffError`]; [`StaffError::NotFound`] if there is none.
    pub async fn claims_list_url(&self, month: &str) -> Result<String, StaffError> {
        if !self.claims(month).await?.has_list {
            return Err(StaffError::NotFound);
        }
        let key = key_of(&claims_list_key(month))?;
        let name = format!("doi-chieu-{month}.xlsx");
        let object = ObjectVersion { key: &key, version_id: None };
        let url = self.usage.presign_download(object, &name, PRESIGNED_TTL_MAX).await?;
        self.record(AuditAction::ReadLog).detail(format!("usage {name}")).write(&self.common).await?;
        Ok(url)
    }
}

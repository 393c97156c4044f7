//! What finance requests from `export-usage`: each object below `asked/` is one request, deleted once it is done. Each
//! has its own key, so that finishing one does not delete another that came meanwhile.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{ObjectKey, StoredCode};
use filmless_store::{Bucket, Served};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::super::{Desk, Refusal, StaffError};
use super::{is_month, key_of, read, write};
use crate::DeliveryError;
use crate::record::log;

/// Requests that wait are stored below it.
pub const ASKED: &str = "asked/";
/// Largest claims file accepted over the web, in bytes: a function receives at most 6 MB, in base64.
pub const CLAIMS_BYTES_MAX: usize = 4 << 20;
const EXPORT: &str = "export-";
const CLAIMS: &str = "claims-";
const EXPORT_STATE: &str = "status/export.json";
const WAITING_MAX: usize = 1_000;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsageRequest {
    /// Export this month (`2026-11`).
    Export {
        /// Which month.
        month: String,
        /// When it was requested.
        at: Timestamp,
    },
    /// Compare the claims in the object with this month's ledger.
    Claims {
        /// Which month.
        month: String,
        /// When it was requested.
        at: Timestamp,
    },
}

/// The requests that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageWaiting {
    /// Months to export.
    pub exports: Vec<String>,
    /// Months whose claims must be compared.
    pub claims: Vec<String>,
}

/// What an export failed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ExportFailure {
    /// A bucket, the index or the local disk; it is tried again.
    Storage,
    /// The ledger fails verification, or is not complete yet.
    Ledger,
    /// The price file, or a calculation with it.
    Prices,
}

/// How the last export ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportState {
    /// When it ended.
    pub at: Timestamp,
    /// Months it was to export: `2026-11`.
    pub months: Vec<String>,
    /// Events in them, if it succeeded.
    pub rows: u64,
    /// Why it failed; absent if it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<StoredCode<ExportFailure>>,
}

impl UsageRequest {
    /// The request of an object below [`ASKED`].
    #[must_use]
    pub fn of(key: &ObjectKey) -> Option<Self> {
        let (month, id) = key.as_str().strip_prefix(ASKED)?.split_once('/')?;
        let at = Timestamp::from_millisecond(id.split_once('-')?.0.parse().ok()?).ok()?;
        let month = |what: &str| month.strip_prefix(what).filter(|month| is_month(month)).map(str::to_owned);
        let export = month(EXPORT).map(|month| Self::Export { month, at });
        export.or_else(|| month(CLAIMS).map(|month| Self::Claims { month, at }))
    }
}

impl ExportState {
    /// Stores it, replacing the previous one.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn keep(&self, usage: &Bucket) -> Result<(), DeliveryError> {
        write(usage, EXPORT_STATE, self).await
    }
}

impl Desk {
    /// Requests the export of a month.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn ask_export(&self, month: &str) -> Result<(), StaffError> {
        self.ask(EXPORT, month, Vec::new(), "text/plain", "usage export asked for").await
    }

    /// Hands over a claims file, to be compared with a month's ledger.
    ///
    /// # Errors
    /// [`StaffError`]; `bad-claims-size` if it is empty or larger than [`CLAIMS_BYTES_MAX`].
    pub async fn ask_reconcile(&self, month: &str, file: Vec<u8>) -> Result<(), StaffError> {
        if file.is_empty() || file.len() > CLAIMS_BYTES_MAX {
            return Err(Refusal::BadClaimsSize.into());
        }
        self.ask(CLAIMS, month, file, "application/octet-stream", "usage reconciled with claims").await
    }

    async fn ask(
        &self,
        what: &str,
        month: &str,
        body: Vec<u8>,
        media_type: &str,
        detail: &str,
    ) -> Result<(), StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        if !is_month(month) {
            return Err(Refusal::BadMonth.into());
        }
        self.record(AuditAction::ReadLog).detail(format!("{detail}: {month}")).write(&self.common).await?;
        let (id, now) = log::new_id(&self.common)?;
        // Sorted by key, they are in order of time.
        let key = key_of(&format!("{ASKED}{what}{month}/{:014}-{id}", now.as_millisecond()))?;
        self.usage.put(&key, body, Served::uncached(media_type)).await?;
        Ok(())
    }

    /// The requests that wait, and how the last export ended.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn usage_state(&self) -> Result<(UsageWaiting, Option<ExportState>), StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        let mut waiting = UsageWaiting::default();
        for key in self.usage.list(ASKED, WAITING_MAX).await? {
            match UsageRequest::of(&key) {
                Some(UsageRequest::Export { month, .. }) => waiting.exports.push(month),
                Some(UsageRequest::Claims { month, .. }) => waiting.claims.push(month),
                None => {}
            }
        }
        Ok((waiting, read(&self.usage, EXPORT_STATE).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_says_what_is_asked_and_a_strange_one_nothing() {
        let of = |key: &str| UsageRequest::of(&ObjectKey::parse(key).unwrap());
        let (month, at) = ("2026-11".to_owned(), Timestamp::from_millisecond(1_795_000_000_123).unwrap());
        let claims = UsageRequest::Claims { month: month.clone(), at };
        assert_eq!(of("asked/claims-2026-11/01795000000123-0a"), Some(claims));
        assert_eq!(of("asked/export-2026-11/01795000000123-0a"), Some(UsageRequest::Export { month, at }));
        for strange in [
            "asked/export-2026-13/01795000000123-0a",
            "asked/claims-2026-11",
            "asked/other-2026-11/1-a",
            "exports/2026-11/1-a",
        ] {
            assert_eq!(of(strange), None, "{strange}");
        }
    }
}

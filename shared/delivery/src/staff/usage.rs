//! What finance sees of a month: figures, and the files to take along. Nothing about a single patient's images.

use filmless_domain::ObjectKey;
use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_store::{ObjectVersion, PRESIGNED_TTL_MAX, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Desk, StaffError};
use crate::DeliveryError;

/// Below it lie the monthly files of the usage bucket: `exports/months/2026-11/manifest.json` and those it names.
pub const USAGE_MONTHS: &str = "exports/months/";

const MONTHS_MAX: usize = 10_000;
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// An exported month.
#[derive(Debug, Clone, Serialize)]
pub struct UsageMonth {
    /// Which month: `2026-11`.
    pub month: String,
    /// Number of events.
    pub events: u64,
    /// The ledger's sequence and digest that the export rests on.
    pub chain: Value,
    /// The figures: `total`, and `groups` by department, modality and payer, as `docs/USAGE.md` lists them.
    pub summary: Value,
    /// Table, workbook and manifest.
    pub files: Vec<UsageFile>,
    /// Size of the month's Parquet files, which are for queries.
    pub parquet_bytes: u64,
}

/// A file of a month.
#[derive(Debug, Clone, Serialize)]
pub struct UsageFile {
    /// Its name.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// A presigned URL, 15 minutes at most.
    pub url: String,
}

#[derive(Deserialize)]
struct Manifest {
    rows: u64,
    chain: Value,
    summary: Value,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
struct ManifestFile {
    key: ObjectKey,
    bytes: u64,
}

impl Desk {
    /// The exported months, the newest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn usage_months(&self) -> Result<Vec<String>, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        let keys = self.services.usage.list(USAGE_MONTHS, MONTHS_MAX).await?;
        let month = |key: &ObjectKey| {
            let path = key.as_str().strip_prefix(USAGE_MONTHS)?;
            path.strip_suffix("/manifest.json").map(str::to_owned)
        };
        let mut months: Vec<String> = keys.iter().filter_map(month).collect();
        months.sort_by(|a, b| b.cmp(a));
        Ok(months)
    }

    /// The figures and files of a month.
    ///
    /// # Errors
    /// [`StaffError`]; [`StaffError::NotFound`] when it was not exported yet.
    pub async fn usage_month(&self, month: &str) -> Result<UsageMonth, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        if month.len() != 7 || !month.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(StaffError::NotFound);
        }
        let internal = DeliveryError::internal::<filmless_domain::object_key::InvalidKey>("a usage export");
        let key = ObjectKey::parse(&format!("{USAGE_MONTHS}{month}/manifest.json")).map_err(internal)?;
        let stored = match self.services.usage.get(version(&key), MANIFEST_BYTES_MAX).await {
            Ok(stored) => stored,
            Err(StoreError::NotFound) => return Err(StaffError::NotFound),
            Err(error) => return Err(error.into()),
        };
        let manifest: Manifest =
            serde_json::from_slice(&stored).map_err(DeliveryError::internal("a usage manifest"))?;
        self.record(AuditAction::ReadLog).detail(format!("usage {month}")).write(&self.services).await?;
        let (tables, parquet): (Vec<_>, Vec<_>) =
            manifest.files.into_iter().partition(|file| file.key.as_str().starts_with(USAGE_MONTHS));
        let own = ManifestFile { key, bytes: stored.len() as u64 };
        let mut files = Vec::new();
        for file in tables.into_iter().chain([own]) {
            let name = file.key.as_str().rsplit('/').next().unwrap_or_default().to_owned();
            let signed = self.services.usage.presign_download(version(&file.key), &name, PRESIGNED_TTL_MAX);
            files.push(UsageFile { url: signed.await?, bytes: file.bytes, name });
        }
        Ok(UsageMonth {
            month: month.to_owned(),
            events: manifest.rows,
            chain: manifest.chain,
            summary: manifest.summary,
            files,
            parquet_bytes: parquet.iter().map(|file| file.bytes).sum(),
        })
    }
}

fn version(key: &ObjectKey) -> ObjectVersion<'_> {
    ObjectVersion { key, version_id: None }
}

//! What finance sees of a month: figures and files. Nothing about a single patient's images.

use filmless_domain::audit::AuditAction;
use filmless_domain::staff::Act;
use filmless_domain::{ObjectKey, PerChannel};
use filmless_store::{ObjectVersion, PRESIGNED_TTL_MAX, StoreError};
use serde::Deserialize;

use super::{Desk, StaffError};
use crate::DeliveryError;

/// A month's files in the usage bucket are below it: `exports/months/2026-11/manifest.json` and those it lists.
pub const USAGE_MONTHS: &str = "exports/months/";

const MONTHS_MAX: usize = 10_000;
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// An exported month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageMonth {
    /// Which month: `2026-11`.
    pub month: String,
    /// Number of events.
    pub events: u64,
    /// Sequence of the ledger line that the export ends with.
    pub sequence: u64,
    /// The figures by department, modality and payer.
    pub groups: Vec<UsageGroup>,
    /// Table, workbook and manifest.
    pub files: Vec<UsageFile>,
}

/// Figures of one department, modality and payer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UsageGroup {
    /// Requesting department; empty when the order names none.
    pub department: String,
    /// Modality; empty if unknown.
    pub modality: String,
    /// `insured`, `self` or `unknown`.
    pub payer: String,
    /// Their figures.
    #[serde(flatten)]
    pub figures: UsageFigures,
}

/// Sums of a month over its studies, as listed in `docs/USAGE.md`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[allow(missing_docs, reason = "the fields are documented in docs/USAGE.md")]
pub struct UsageFigures {
    pub studies_released: i64,
    pub released_and_notified: i64,
    pub released_and_opened: i64,
    pub films_avoided: i64,
    pub films_printed: i64,
    pub film_saved_vnd: i64,
    /// Absent in older manifests.
    #[serde(default)]
    pub charged_vnd: i64,
    #[serde(flatten)]
    pub sent: PerChannel<i64>,
    pub messages_failed: i64,
    pub message_cost_vnd: i64,
    pub original_bytes: i64,
    pub derived_bytes: i64,
}

impl UsageFigures {
    /// Adds both up.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        Self {
            studies_released: self.studies_released + other.studies_released,
            released_and_notified: self.released_and_notified + other.released_and_notified,
            released_and_opened: self.released_and_opened + other.released_and_opened,
            films_avoided: self.films_avoided + other.films_avoided,
            films_printed: self.films_printed + other.films_printed,
            film_saved_vnd: self.film_saved_vnd + other.film_saved_vnd,
            charged_vnd: self.charged_vnd + other.charged_vnd,
            sent: {
                self.sent += other.sent;
                self.sent
            },
            messages_failed: self.messages_failed + other.messages_failed,
            message_cost_vnd: self.message_cost_vnd + other.message_cost_vnd,
            original_bytes: self.original_bytes + other.original_bytes,
            derived_bytes: self.derived_bytes + other.derived_bytes,
        }
    }
}

/// A file of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageFile {
    /// Its name.
    pub name: String,
    /// Size.
    pub bytes: u64,
}

#[derive(Deserialize)]
struct Manifest {
    rows: u64,
    chain: Chain,
    summary: Summary,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
struct Chain {
    sequence: u64,
}

#[derive(Deserialize)]
struct Summary {
    groups: Vec<UsageGroup>,
}

#[derive(Deserialize)]
struct ManifestFile {
    key: ObjectKey,
    bytes: u64,
}

impl ManifestFile {
    fn name(&self) -> &str {
        self.key.as_str().rsplit('/').next().unwrap_or_default()
    }
}

impl Desk {
    /// The exported months, newest first.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn usage_months(&self) -> Result<Vec<String>, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        let keys = self.usage.list(USAGE_MONTHS, MONTHS_MAX).await?;
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
    /// [`StaffError`]; [`StaffError::NotFound`] if it was not exported yet.
    pub async fn usage_month(&self, month: &str) -> Result<UsageMonth, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        let manifest = self.usage_manifest(month).await?;
        let files = manifest.files.iter().map(|f| UsageFile { name: f.name().to_owned(), bytes: f.bytes });
        Ok(UsageMonth {
            month: month.to_owned(),
            events: manifest.rows,
            sequence: manifest.chain.sequence,
            files: files.collect(),
            groups: manifest.summary.groups,
        })
    }

    /// A presigned URL of a file that [`Desk::usage_month`] names, valid for 15 minutes at most; audited.
    ///
    /// # Errors
    /// [`StaffError`]; [`StaffError::NotFound`] if the month has no such file.
    pub async fn usage_file_url(&self, month: &str, name: &str) -> Result<String, StaffError> {
        self.demand(Act::ReadUsage, AuditAction::ReadLog).await?;
        let manifest = self.usage_manifest(month).await?;
        let file = manifest.files.iter().find(|file| file.name() == name).ok_or(StaffError::NotFound)?;
        let url = self.usage.presign_download(version(&file.key), name, PRESIGNED_TTL_MAX).await?;
        self.record(AuditAction::ReadLog).detail(format!("usage {name}")).write(&self.common).await?;
        Ok(url)
    }

    /// The manifest of a month: of its files only those for people, and the manifest itself.
    async fn usage_manifest(&self, month: &str) -> Result<Manifest, StaffError> {
        if month.len() != 7 || !month.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(StaffError::NotFound);
        }
        let internal = DeliveryError::internal::<filmless_domain::object_key::InvalidKey>("a usage export");
        let key = ObjectKey::parse(&format!("{USAGE_MONTHS}{month}/manifest.json")).map_err(internal)?;
        let stored = match self.usage.get(version(&key), MANIFEST_BYTES_MAX).await {
            Ok(stored) => stored,
            Err(StoreError::NotFound) => return Err(StaffError::NotFound),
            Err(error) => return Err(error.into()),
        };
        let mut manifest: Manifest =
            serde_json::from_slice(&stored).map_err(DeliveryError::internal("a usage manifest"))?;
        manifest.files.retain(|file| file.key.as_str().starts_with(USAGE_MONTHS));
        manifest.files.push(ManifestFile { key, bytes: stored.len() as u64 });
        Ok(manifest)
    }
}

fn version(key: &ObjectKey) -> ObjectVersion<'_> {
    ObjectVersion { key, version_id: None }
}

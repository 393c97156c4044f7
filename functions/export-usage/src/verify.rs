//! Verifies the chain of the whole ledger, then computes every export again and compares it byte by byte.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use filmless_delivery::parts::Export;
use filmless_delivery::record::log::{self, LogError, VerifiedLog};
use filmless_store::index::LogName;
use filmless_store::{ObjectVersion, StoreError};
use filmless_usage::manifest::Manifest;
use filmless_usage::{Line, Month};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tracing::warn;

use crate::error::ExportError;
use crate::export::{PriceFile, key_of, price_file, stored_manifest, write_month};
use crate::layout;
use crate::ledger::Ledger;

/// Largest export that is compared.
const FILE_BYTES_MAX: u64 = 5 << 30;
/// Most files that are listed.
const FILES_MAX: usize = 1_000_000;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Verification {
    /// The ledger, if its chain holds.
    pub ledger: Option<VerifiedLog>,
    /// What is wrong with the ledger, if its chain does not hold.
    pub ledger_error: Option<String>,
    /// Exported months.
    pub months: Vec<VerifiedMonth>,
    /// Months with events but without any exported file.
    pub not_exported: Vec<Month>,
}

/// One exported month.
#[derive(Debug, Serialize)]
pub struct VerifiedMonth {
    /// Which month.
    pub month: Month,
    /// Number of events according to the manifest, or to the ledger if the manifest cannot be used.
    pub rows: u64,
    /// Events of the month that entered the ledger after the export.
    pub newer_events: u64,
    /// The price file is not the one of the export, so files with amounts were compared only with the manifest.
    pub other_prices: bool,
    /// What differs from the ledger.
    pub differences: Vec<Difference>,
}

/// Something that differs.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Key of the object.
    pub key: String,
    /// `missing`, `changed`, `unreadable` (its bytes could not be read), or `unknown` (nothing in the ledger explains
    /// it).
    pub what: &'static str,
}

impl Verification {
    /// Whether everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.ledger_error.is_none() && self.months.iter().all(|month| month.differences.is_empty())
    }
}

/// Verifies the whole ledger and the exports of one month, or of all.
///
/// # Errors
/// [`ExportError`] if something cannot be read. What does not verify is in the answer.
pub async fn verify(parts: &Export, only: Option<Month>) -> Result<Verification, ExportError> {
    let mut counts: BTreeMap<Month, u64> = BTreeMap::new();
    let count = |text: &[u8]| {
        if let Ok(line) = Line::parse(text, 0) {
            *counts.entry(Month::of(line.at)).or_default() += 1;
        }
    };
    let mut found = Verification::default();
    match log::verify(&parts.index, &parts.usage, LogName::Usage, count).await {
        Ok(verified) => found.ledger = Some(verified),
        Err(LogError::Store(error)) => return Err(error.into()),
        Err(error @ LogError::Unreadable { .. }) => return Err(error.into()),
        Err(error) => {
            found.ledger_error = Some(error.to_string());
            return Ok(found);
        }
    }
    let exported = months_with_files(parts).await?;
    found.not_exported = counts.keys().filter(|month| !exported.contains(month)).copied().collect();
    let prices = price_file(parts).await?;
    for month in exported.into_iter().filter(|month| only.is_none_or(|only| only == *month)) {
        let manifest = match stored_manifest(parts, month).await {
            // A manifest of another month says nothing about this one.
            Ok(manifest) => manifest.filter(|manifest| manifest.month == month),
            Err(ExportError::Usage(_) | ExportError::Object { .. }) => None,
            Err(error) => return Err(error),
        };
        let events = counts.get(&month).copied().unwrap_or_default();
        found.months.push(verify_month(parts, month, manifest.as_ref(), events, &prices).await?);
    }
    Ok(found)
}

/// The months that have files in the bucket, with or without a manifest.
async fn months_with_files(parts: &Export) -> Result<BTreeSet<Month>, ExportError> {
    let keys = parts.usage.list(layout::EXPORTS, FILES_MAX).await?;
    Ok(keys.iter().filter_map(|key| layout::month_within(key.as_str())).collect())
}

/// Computes a month as of its export; as of now if no manifest says when that was.
async fn verify_month(
    parts: &Export,
    month: Month,
    stored: Option<&Manifest>,
    events: u64,
    prices: &PriceFile,
) -> Result<VerifiedMonth, ExportError> {
    let folder = tempfile::tempdir().map_err(ExportError::Local)?;
    let end = stored.map_or(u64::MAX, |stored| stored.chain.sequence);
    let ledger = Ledger::open(parts).await?.until(end);
    let computed = write_month(&ledger, month, prices, folder.path()).await?;
    let other_prices = stored.is_some_and(|stored| prices.sha256 != stored.prices_sha256);
    let has_amounts = |key: &str| !key.ends_with(".parquet");
    let mut differences = Vec::new();
    let mut expected: BTreeMap<String, Option<String>> = BTreeMap::new();
    for file in computed.iter().flat_map(|manifest| &manifest.files) {
        expected.insert(file.key.clone(), Some(file.sha256.clone()));
    }
    if let Some(computed) = &computed {
        let digest = hex::encode(Sha256::digest(computed.to_bytes()?));
        expected.insert(layout::manifest(month), Some(digest));
    }
    for prefix in [format!("exports/events/month={month}/"), format!("{}{month}/", layout::MONTHS)] {
        for key in parts.usage.list(&prefix, FILES_MAX).await? {
            expected.entry(key.as_str().to_owned()).or_insert(None);
        }
    }
    let recorded = |key: &str| {
        let file = stored?.files.iter().find(|file| file.key == key)?;
        Some(file.sha256.clone())
    };
    for (key, mut expected) in expected {
        if other_prices && has_amounts(&key) && expected.is_some() {
            if key == layout::manifest(month) {
                continue;
            }
            // It cannot be computed with the prices of that time, so the manifest is taken as right.
            expected = Some(recorded(&key).unwrap_or_default());
        }
        let what = match (expected, digest_of(parts, &key, folder.path()).await?) {
            (Some(expected), Found::Digest(found)) if expected == found => continue,
            (_, Found::Unreadable) => "unreadable",
            (Some(_), Found::Digest(_)) => "changed",
            (Some(_), Found::Nothing) => "missing",
            (None, _) => "unknown",
        };
        differences.push(Difference { key, what });
    }
    let rows = stored.map_or(events, |stored| stored.rows);
    let newer_events = events.saturating_sub(rows);
    Ok(VerifiedMonth { month, rows, newer_events, other_prices, differences })
}

/// What is stored under a key.
enum Found {
    Nothing,
    /// SHA-256 in hex; blank if its own checksum already shows a change.
    Digest(String),
    /// Its bytes could not be read.
    Unreadable,
}

async fn digest_of(parts: &Export, key: &str, folder: &Path) -> Result<Found, ExportError> {
    let (key, file) = (key_of(key)?, folder.join("compared"));
    match parts.usage.download(ObjectVersion { key: &key, version_id: None }, &file, FILE_BYTES_MAX).await {
        Ok(()) => {}
        Err(StoreError::NotFound) => return Ok(Found::Nothing),
        Err(StoreError::Damaged) => return Ok(Found::Digest(String::new())),
        Err(error) => {
            warn!(key = key.as_str(), %error, "an export cannot be read");
            return Ok(Found::Unreadable);
        }
    }
    let mut digest = Sha256::new();
    let mut reader = std::fs::File::open(&file).map_err(ExportError::Local)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = io::Read::read(&mut reader, &mut buffer).map_err(ExportError::Local)?;
        if count == 0 {
            return Ok(Found::Digest(hex::encode(digest.finalize())));
        }
        digest.update(&buffer[..count]);
    }
}

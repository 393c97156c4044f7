//! Makes the files of months and publishes them in the usage bucket.

use std::path::Path;

use filmless_delivery::parts::Export;
use filmless_delivery::record::log;
use filmless_domain::ObjectKey;
use filmless_store::index::LogName;
use filmless_store::{ObjectVersion, Served, StoreError};
use filmless_usage::manifest::Manifest;
use filmless_usage::prices::DEFAULT_PRICES;
use filmless_usage::{Month, Prices};
use sha2::{Digest, Sha256};
use tracing::info;

use crate::error::ExportError;
use crate::layout;
use crate::ledger::Ledger;
use crate::month_files::MonthFiles;

const PRICES_BYTES_MAX: u64 = 1 << 20;

/// The prices in force, and the digest of their file.
#[derive(Debug, Clone)]
pub struct PriceFile {
    /// The prices.
    pub prices: Prices,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Its text.
    pub text: String,
}

/// Reads the price file from the bucket. If there is none, stores the built-in prices there.
///
/// # Errors
/// [`ExportError`].
pub async fn price_file(parts: &Export) -> Result<PriceFile, ExportError> {
    let key = key_of(layout::PRICES)?;
    let served = Served::uncached(layout::media_type(layout::PRICES));
    parts.usage.put_new(&key, DEFAULT_PRICES.as_bytes(), served).await?;
    let read = parts.usage.get(ObjectVersion { key: &key, version_id: None }, PRICES_BYTES_MAX).await;
    let bytes = read.map_err(object(&key))?;
    PriceFile::parse(String::from_utf8_lossy(&bytes).into_owned())
}

impl PriceFile {
    /// Parses a price file.
    ///
    /// # Errors
    /// [`ExportError::Usage`] names the line that cannot be used.
    pub fn parse(text: String) -> Result<Self, ExportError> {
        let sha256 = hex::encode(Sha256::digest(&text));
        Ok(Self { prices: Prices::parse(&text)?, sha256, text })
    }
}

/// Writes the files of a month into a folder. The same ledger and prices give the same bytes. `None` if the month has
/// no event.
///
/// # Errors
/// [`ExportError`].
pub async fn write_month(
    ledger: &Ledger,
    month: Month,
    prices: &PriceFile,
    folder: &Path,
) -> Result<Option<Manifest>, ExportError> {
    let asked = month.starts_at_ms()..month.ends_at_ms();
    let mut files = MonthFiles::new(month, folder, true);
    match ledger.read(asked.clone(), &mut files).await {
        Ok(()) => {}
        Err(ExportError::Late) => {
            files = MonthFiles::new(month, folder, false);
            ledger.read(asked, &mut files).await?;
        }
        Err(error) => return Err(error),
    }
    files.finish(&prices.prices, &prices.sha256)
}

/// Exports a month into the usage bucket. The manifest comes last, so its readers find every file it names. Running it
/// again, or twice at once, writes the same objects.
///
/// # Errors
/// [`ExportError`]: the next run writes everything again.
pub async fn export_month(
    parts: &Export,
    month: Month,
    prices: &PriceFile,
) -> Result<Option<Manifest>, ExportError> {
    let folder = tempfile::tempdir().map_err(ExportError::Local)?;
    let ledger = Ledger::open(parts).await?;
    let Some(manifest) = write_month(&ledger, month, prices, folder.path()).await? else { return Ok(None) };
    let own = layout::manifest(month);
    for key in manifest.files.iter().map(|file| &file.key).chain([&own]) {
        let served = Served::uncached(layout::media_type(key));
        let key = key_of(key)?;
        let written = parts.usage.put_file(&key, &folder.path().join(key.as_str()), served).await;
        written.map_err(object(&key))?;
    }
    info!(%month, rows = manifest.rows, files = manifest.files.len(), "usage exported");
    Ok(Some(manifest))
}

/// Reads a month's manifest from the bucket.
///
/// # Errors
/// [`ExportError`].
pub async fn stored_manifest(parts: &Export, month: Month) -> Result<Option<Manifest>, ExportError> {
    const MANIFEST_BYTES_MAX: u64 = 64 << 20;
    let key = key_of(&layout::manifest(month))?;
    match parts.usage.get(ObjectVersion { key: &key, version_id: None }, MANIFEST_BYTES_MAX).await {
        Ok(bytes) => Ok(Some(Manifest::parse(&bytes)?)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(object(&key)(error)),
    }
}

/// Adds the object's key to an error.
fn object(key: &ObjectKey) -> impl FnOnce(StoreError) -> ExportError {
    let key = key.as_str().to_owned();
    move |source| ExportError::Object { key, source }
}

pub(crate) fn key_of(text: &str) -> Result<ObjectKey, ExportError> {
    ObjectKey::parse(text).map_err(|_| ExportError::Store(StoreError::NotFound))
}

/// The months in which the ledger may have events: from its first object to now.
///
/// # Errors
/// [`ExportError::Store`].
pub async fn months_of_ledger(parts: &Export) -> Result<Vec<Month>, ExportError> {
    let prefix = log::prefix(LogName::Usage);
    let Some(first) = parts.usage.list(prefix, 1).await?.into_iter().next() else { return Ok(Vec::new()) };
    let this = Month::of(parts.clock.now());
    let named = first.as_str().trim_start_matches(prefix).get(..7).map(|text| text.replace('/', "-"));
    let mut month = named.and_then(|text| text.parse().ok()).unwrap_or(this);
    let mut months = Vec::new();
    while month <= this {
        months.push(month);
        month = month.after(1);
    }
    Ok(months)
}

//! What a month's export consists of, and what it is based on.

use std::collections::BTreeMap;

use filmless_domain::chain::ChainHead;
use serde::{Deserialize, Serialize};

use crate::summary::Summary;
use crate::{Line, Month, UsageError};

/// Version of the manifest.
const MANIFEST_SCHEMA: u16 = 1;

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Key of its object in the usage bucket.
    pub key: String,
    /// Number of rows (without heading).
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// Count and sum of one kind of event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSum {
    /// Number of events.
    pub events: u64,
    /// Sum of their quantities.
    pub quantity: i64,
}

/// The manifest of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the manifest.
    pub schema: u16,
    /// The month.
    pub month: Month,
    /// Number of events in its Parquet files.
    pub rows: u64,
    /// Sums by kind.
    pub kinds: BTreeMap<String, KindSum>,
    /// Sequence of its first event.
    pub first_sequence: u64,
    /// The head of the ledger's chain right after its last event.
    pub chain: ChainHead,
    /// SHA-256 of the price file.
    pub prices_sha256: String,
    /// The figures.
    pub summary: Summary,
    /// The files, in order of key.
    pub files: Vec<FileEntry>,
}

/// Counts lines for a manifest.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    rows: u64,
    kinds: BTreeMap<&'static str, KindSum>,
    first_sequence: u64,
    chain: ChainHead,
}

impl Counter {
    /// Counts a line; `head` is the head of the chain right after it.
    pub fn take(&mut self, line: &Line<'_>, head: &ChainHead) {
        self.rows += 1;
        let kind = self.kinds.entry(line.kind.as_str()).or_default();
        kind.events += 1;
        kind.quantity = kind.quantity.saturating_add(line.quantity);
        if self.first_sequence == 0 {
            self.first_sequence = line.chain.sequence;
        }
        self.chain.sequence = head.sequence;
        self.chain.digest.clone_from(&head.digest);
    }

    /// The manifest for these files.
    #[must_use]
    pub fn manifest(self, summary: Summary, prices_sha256: String, mut files: Vec<FileEntry>) -> Manifest {
        files.sort_by(|a, b| a.key.cmp(&b.key));
        Manifest {
            schema: MANIFEST_SCHEMA,
            month: summary.month,
            rows: self.rows,
            kinds: self.kinds.into_iter().map(|(kind, sum)| (kind.to_owned(), sum)).collect(),
            first_sequence: self.first_sequence,
            chain: self.chain,
            prices_sha256,
            summary,
            files,
        }
    }
}

impl Manifest {
    /// The manifest as stored.
    ///
    /// # Errors
    /// [`UsageError::Manifest`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, UsageError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(UsageError::Manifest)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// [`UsageError::Manifest`].
    pub fn parse(bytes: &[u8]) -> Result<Self, UsageError> {
        serde_json::from_slice(bytes).map_err(UsageError::Manifest)
    }
}

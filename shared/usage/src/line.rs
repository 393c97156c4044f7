//! One line of the ledger, read without copying what needs no copy.

use std::borrow::Cow;

use filmless_domain::chain::ChainLink;
use filmless_domain::usage::{Payer, StorageClass, UsageKind, UsageUnit};
use jiff::Timestamp;
use serde::Deserialize;

use crate::UsageError;

/// One line: `filmless_domain::usage::UsageEvent`, and its place in the chain.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of `UsageEvent`")]
pub struct Line<'a> {
    pub chain: ChainLink,
    pub schema: u16,
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    pub at: Timestamp,
    pub kind: UsageKind,
    #[serde(borrow)]
    pub study_instance_uid: Cow<'a, str>,
    #[serde(borrow, default)]
    pub accession_number: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub episode: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub department: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub visit_class: Option<Cow<'a, str>>,
    pub payer: Payer,
    #[serde(borrow, default)]
    pub modality: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub service_code: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub price_variant: Option<Cow<'a, str>>,
    #[serde(default)]
    pub unit_price_vnd: Option<i64>,
    pub quantity: i64,
    pub unit: UsageUnit,
    #[serde(borrow, default)]
    pub channel: Option<Cow<'a, str>>,
    #[serde(default)]
    pub link_version: Option<u32>,
    #[serde(default)]
    pub storage_class: Option<StorageClass>,
    #[serde(borrow, default)]
    pub reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub corrects: Option<Cow<'a, str>>,
}

impl<'a> Line<'a> {
    /// Reads a line, the number `number` of what is being read.
    ///
    /// # Errors
    /// [`UsageError::Line`].
    pub fn parse(line: &'a [u8], number: u64) -> Result<Self, UsageError> {
        serde_json::from_slice(line).map_err(|_| UsageError::Line { line: number })
    }

    /// When it was written, in milliseconds since 1970.
    #[must_use]
    pub fn at_ms(&self) -> i64 {
        self.at.as_millisecond()
    }
}

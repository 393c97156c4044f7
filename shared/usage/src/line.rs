//! One ledger line, parsed without needless copies.

use std::borrow::Cow;
use std::ops::Deref;

use filmless_domain::usage::{Payer, StorageClass, UsageKind, UsageUnit};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{Month, UsageError};

/// One line: a `filmless_domain::usage::UsageEvent` and its place in the chain.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of `UsageEvent`")]
pub struct Line<'a> {
    #[serde(borrow)]
    pub chain: Link<'a>,
    pub schema: u16,
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    pub at: Timestamp,
    pub kind: UsageKind,
    #[serde(borrow)]
    pub study_instance_uid: Cow<'a, str>,
    #[serde(borrow, default)]
    pub accession_number: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub episode: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub department: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub visit_class: Option<Text<'a>>,
    pub payer: Payer,
    #[serde(borrow, default)]
    pub modality: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub service_code: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub price_variant: Option<Text<'a>>,
    #[serde(default)]
    pub unit_price_vnd: Option<i64>,
    pub quantity: i64,
    pub unit: UsageUnit,
    #[serde(borrow, default)]
    pub channel: Option<Text<'a>>,
    #[serde(default)]
    pub link_version: Option<u32>,
    #[serde(default)]
    pub storage_class: Option<StorageClass>,
    #[serde(borrow, default)]
    pub reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub corrects: Option<Text<'a>>,
    #[serde(default)]
    pub concerns: Option<Month>,
}

/// The place of a line in the chain.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of `ChainLink`")]
pub struct Link<'a> {
    pub sequence: u64,
    #[serde(borrow)]
    pub previous: Cow<'a, str>,
}

/// A text that borrows from the line where it can. A `Cow` in an `Option` would be copied.
#[derive(Debug, Clone, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Link<'_> {
    /// Sequence and previous digest.
    #[must_use]
    pub fn parts(&self) -> (u64, &str) {
        (self.sequence, &self.previous)
    }
}

impl<'a> Line<'a> {
    /// Parses a line; `number` is its place in the input.
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

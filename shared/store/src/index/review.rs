//! What the records office should check, besides held studies.

use filmless_domain::{AccessionNumber, PatientId};
use jiff::fmt::serde::timestamp::millisecond;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::{Index, ItemKey};
use crate::StoreError;

/// How long it is kept; nobody checks it later.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReviewKind {
    /// An order's accession number was another patient's before.
    AccessionReused,
    /// An order was skipped because a later one with its accession number exists.
    OrderOlder,
}

impl ReviewKind {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// One thing to check.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// What happened.
    pub kind: ReviewKind,
    /// The order it concerns.
    pub accession_number: AccessionNumber,
    /// The patients concerned.
    pub patients: Vec<PatientId>,
    /// When the object that caused it was written.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// When it expires, in seconds since 1970 (also the table's TTL).
    pub expires_at: i64,
}

impl ReviewRecord {
    /// A new thing to check.
    #[must_use]
    pub fn new(
        kind: ReviewKind,
        accession_number: AccessionNumber,
        patients: Vec<PatientId>,
        at: Timestamp,
    ) -> Self {
        Self { kind, accession_number, patients, at, expires_at: (at + KEPT).as_second() }
    }

    pub(super) fn key(&self) -> ItemKey {
        let (at, kind) = (self.at.as_millisecond(), self.kind.code());
        ItemKey::new("REVIEW".into(), format!("{at:020}#{}#{kind}", self.accession_number))
    }
}

impl Index {
    /// Adds a thing to check; only once, however often it is found.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_review(&self, review: &ReviewRecord) -> Result<(), StoreError> {
        self.put_new(&review.key(), review).await.map(|_| ())
    }

    /// Everything to check, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reviews(&self) -> Result<Vec<ReviewRecord>, StoreError> {
        self.query("REVIEW", "").await
    }
}

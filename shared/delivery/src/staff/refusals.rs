//! What was refused or skipped: the reasons in quarantine, for the uploading systems and for staff.

use filmless_domain::{ObjectKey, RejectionCode, StoredCode};
use filmless_store::{Bucket, ObjectVersion, StoreError};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::DeliveryError;

/// How many reasons are read at a time.
const READS_AT_ONCE: usize = 16;
/// Largest reason that is read, in bytes; ours are far smaller.
const REASON_BYTES_MAX: u64 = 64 << 10;

/// An object that was refused, or partly skipped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedUpload {
    /// Key as uploaded.
    pub key: String,
    /// Why.
    pub code: StoredCode<RejectionCode>,
    /// What it means.
    pub message: String,
    /// Accession number, if the object could be read that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accession_number: Option<String>,
    /// Patient code, likewise. Only for the console, not for what programs print and keep.
    #[serde(default, skip_serializing)]
    pub patient_id: Option<String>,
    /// Its size.
    #[serde(default)]
    pub bytes: u64,
    /// When it was uploaded.
    #[serde(default)]
    pub uploaded_at: Option<Timestamp>,
    /// The object was accepted; only a part of it was not.
    #[serde(default)]
    pub is_note: bool,
}

/// Refusals, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Refusals {
    /// Those requested.
    pub refused: Vec<RefusedUpload>,
    /// How many more there are.
    pub more: usize,
}

impl std::fmt::Debug for RefusedUpload {
    /// A key may hold a name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefusedUpload {{ code: {:?}, .. }}", self.code)
    }
}

/// The reasons in quarantine since a moment, newest first, at most `max`; and how many more there are.
///
/// # Errors
/// [`DeliveryError`].
pub async fn refusals(
    bucket: &Bucket,
    since: Option<Timestamp>,
    max: usize,
) -> Result<Refusals, DeliveryError> {
    let mut reasons = bucket.list_written("quarantine/").await?;
    reasons.retain(|(key, written)| is_reason(key) && since.is_none_or(|since| *written >= since));
    // Within one second, by key: the same order every time.
    reasons.sort_by(|(a_key, a), (b_key, b)| (b, a_key).cmp(&(a, b_key)));
    let more = reasons.len().saturating_sub(max);
    reasons.truncate(max);
    let refused: Vec<Option<RefusedUpload>> = stream::iter(reasons)
        .map(|(key, _)| async move { read(bucket, &key).await })
        .buffered(READS_AT_ONCE)
        .try_collect()
        .await?;
    Ok(Refusals { refused: refused.into_iter().flatten().collect(), more })
}

fn is_reason(key: &ObjectKey) -> bool {
    key.as_str().ends_with(".reason.json") || key.as_str().ends_with(".note.json")
}

/// `None` if it cannot be read: somebody else uploaded it below `quarantine/`, or it was erased.
async fn read(bucket: &Bucket, key: &ObjectKey) -> Result<Option<RefusedUpload>, StoreError> {
    let object = ObjectVersion { key, version_id: None };
    let text = match bucket.get(object, REASON_BYTES_MAX).await {
        Ok(text) => text,
        Err(StoreError::NotFound | StoreError::TooLarge) => return Ok(None),
        Err(error) => return Err(error),
    };
    let refusal: Option<RefusedUpload> = serde_json::from_slice(&text).ok();
    Ok(refusal.map(|refusal| RefusedUpload { is_note: key.as_str().ends_with(".note.json"), ..refusal }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_that_a_newer_version_wrote_is_listed_as_it_is() {
        for (code, known) in [
            ("two-patients", Some(RejectionCode::TwoPatients)),
            ("companions-passed-over", Some(RejectionCode::CompanionsPassedOver)),
            ("written-in-rhyme", None),
        ] {
            let stored = json!({ "key": "incoming/x", "code": code, "message": "It is so." });
            let read: RefusedUpload = serde_json::from_value(stored).unwrap();
            assert_eq!(read.code.known(), known, "{code}");
            assert_eq!(serde_json::to_value(&read).unwrap()["code"], code);
        }
    }
}

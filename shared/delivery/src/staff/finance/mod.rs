//! What finance works with besides monthly figures: claims compared with the ledger, exports on demand, the lines
//! behind a figure, and the film budget. `docs/USAGE.md` explains each figure.

mod asked;
mod budget;
mod lines;
mod receivables;

use filmless_domain::ObjectKey;
use filmless_store::{Bucket, ObjectVersion, Served, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StaffError;
use crate::DeliveryError;

pub use asked::{ASKED, CLAIMS_BYTES_MAX, ExportFailure, ExportState, UsageRequest, UsageWaiting};
pub use budget::FilmBudgets;
pub use lines::{ChargeLine, LinesAsked, LinesPage};
pub use receivables::{
    CLAIM_LISTS, ClaimsView, ReceivableGroup, ReconcileAttempt, Reconciled, RiskLine, claims_list_key,
};

/// Largest of the small objects read here, in bytes.
const OBJECT_BYTES_MAX: u64 = 8 << 20;

/// Whether a text is a month as in addresses: `2026-11`.
fn is_month(text: &str) -> bool {
    text.len() == 7 && format!("{text}-01").parse::<jiff::civil::Date>().is_ok()
}

fn key_of(text: &str) -> Result<ObjectKey, StaffError> {
    ObjectKey::parse(text).map_err(|_| StaffError::NotFound)
}

/// Reads a JSON object; `None` if there is none.
async fn read<T: DeserializeOwned>(bucket: &Bucket, key: &str) -> Result<Option<T>, StaffError> {
    let key = key_of(key)?;
    match bucket.get(ObjectVersion { key: &key, version_id: None }, OBJECT_BYTES_MAX).await {
        Ok(bytes) => {
            Ok(Some(serde_json::from_slice(&bytes).map_err(DeliveryError::internal("an object of finance"))?))
        }
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes a JSON object.
async fn write(bucket: &Bucket, key: &str, value: &impl Serialize) -> Result<(), DeliveryError> {
    let internal = DeliveryError::internal::<filmless_domain::object_key::InvalidKey>("a key of finance");
    let key = ObjectKey::parse(key).map_err(internal)?;
    let bytes = serde_json::to_vec(value).map_err(DeliveryError::internal("an object of finance"))?;
    Ok(bucket.put(&key, bytes, Served::uncached("application/json")).await?)
}

//! What finance requested on its page: an export now, or a comparison with claims. Each request runs once. Then its
//! object is deleted with all versions, whatever happened. How it ended is kept; the file never is.

use std::collections::BTreeMap;

use filmless_delivery::parts::Export;
use filmless_delivery::staff::{
    ASKED, CLAIM_LISTS, CLAIMS_BYTES_MAX, ReconcileAttempt, UsageRequest, claims_list_key,
};
use filmless_domain::ObjectKey;
use filmless_runtime::error_chain;
use filmless_store::{ObjectVersion, Served};
use filmless_usage::claims::{self, ClaimLimits, Claims};
use filmless_usage::{Month, UsageError};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, info};

use crate::claims::{kept, read_claimed, write_list};
use crate::error::ExportError;
use crate::export::key_of;
use crate::layout;
use crate::ledger::Ledger;
use crate::months::export;

/// How long the list of rows to correct is kept.
const LIST_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// A request older than this was tried before and ended the program each time.
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// Most requests of one run; the next run does the rest.
const ASKED_MAX: usize = 100;
const NOT_DONE: &str = "Chưa đối chiếu được. Xin thử lại, hoặc dùng lệnh filmless usage reconcile.";

/// Limits on claims that come over the web: this function has memory for no more.
fn limits() -> ClaimLimits {
    ClaimLimits {
        file_bytes_max: 64 << 20,
        zip_entries_max: 20_000,
        zip_unpacked_bytes_max: 192 << 20,
        dossiers_max: 100_000,
        rows_max: 500_000,
        ..ClaimLimits::default()
    }
}

/// Does everything that waits, and deletes lists that have expired.
///
/// # Errors
/// [`ExportError`]: the next run continues.
pub async fn do_asked(parts: &Export) -> Result<(), ExportError> {
    let now = parts.clock.now();
    let mut exports: BTreeMap<Month, Vec<ObjectKey>> = BTreeMap::new();
    for key in parts.usage.list(ASKED, ASKED_MAX).await? {
        match UsageRequest::of(&key) {
            Some(UsageRequest::Export { month, .. }) => {
                if let Ok(month) = month.parse() {
                    exports.entry(month).or_default().push(key);
                }
            }
            Some(UsageRequest::Claims { month, at }) => {
                if let Ok(month) = month.parse() {
                    compare_claims(parts, &key, month, at).await?;
                }
                parts.usage.delete_all_versions(&key).await?;
            }
            None => parts.usage.delete_all_versions(&key).await?,
        }
    }
    for (month, keys) in exports {
        // The page shows how it ended; finance can ask again.
        if let Err(failure) = export(parts, &[month]).await {
            error!(%month, cause = error_chain(&failure), "usage not exported");
        }
        for key in keys {
            parts.usage.delete_all_versions(&key).await?;
        }
    }
    for (key, written) in parts.usage.list_written(CLAIM_LISTS).await? {
        if written + LIST_KEPT <= now {
            parts.usage.delete_all_versions(&key).await?;
        }
    }
    Ok(())
}

/// Compares one file and records how it ended. A file that cannot be used leaves the month's record as it was.
async fn compare_claims(
    parts: &Export,
    key: &ObjectKey,
    month: Month,
    asked_at: Timestamp,
) -> Result<(), ExportError> {
    let at = parts.clock.now();
    let done = match at.duration_since(asked_at) > TRIED_FOR {
        true => Err(None),
        false => Box::pin(compare_file_of_claims(parts, key, month)).await.map_err(Some),
    };
    let failed = match done {
        Ok(()) => None,
        Err(Some(ExportError::Usage(UsageError::Claims { why }))) => Some(why),
        Err(failure) => {
            // These errors do not contain the file: they name places in the ledger and calls of the store.
            let cause = failure.as_ref().map(|failure| error_chain(failure).to_string());
            error!(%month, cause, "claims not compared");
            Some(NOT_DONE.to_owned())
        }
    };
    Ok(ReconcileAttempt { at, failed }.keep(&parts.usage, &month.to_string()).await?)
}

async fn compare_file_of_claims(parts: &Export, key: &ObjectKey, month: Month) -> Result<(), ExportError> {
    let object = ObjectVersion { key, version_id: None };
    let file = parts.usage.get(object, CLAIMS_BYTES_MAX as u64).await?;
    let mut handed_over = Claims::within(limits());
    handed_over.add("", &file)?;
    if handed_over.is_empty() {
        let why = "không có dòng đề nghị thanh toán nào trong tệp".to_owned();
        return Err(UsageError::Claims { why }.into());
    }
    let book = read_claimed(&Ledger::open(parts).await?, &handed_over, month).await?;
    let (list, sums) = {
        let result = claims::reconcile(&handed_over, &book, month);
        let mut list = Vec::new();
        write_list(&mut list, &result, month)?;
        (list, kept(&handed_over, &result, month, parts.clock.now()))
    };
    let list_key = claims_list_key(&month.to_string());
    let served = Served::uncached(layout::media_type(&list_key));
    parts.usage.put(&key_of(&list_key)?, list, served).await?;
    sums.keep(&parts.usage).await?;
    info!(%month, claims = sums.claims, bad_rows = sums.bad_rows, "claims compared with the ledger");
    Ok(())
}

//! The complete signed result of an order. If the order is too large for an item, only its object has the conclusion.

use filmless_domain::{Limits, LogCode, Order, SignedResult};
use filmless_store::index::OrderRecord;
use filmless_store::{Bucket, ObjectVersion, StoreError};
use tracing::warn;

use crate::DeliveryError;

/// The hospital's result for a study. The order must be in sight now.
pub(crate) async fn whole_result(
    studies: &Bucket,
    limits: &Limits,
    order: &OrderRecord,
) -> Result<Option<SignedResult>, DeliveryError> {
    let Some(upload) = order.whole.as_ref().filter(|_| order.order.is_signed()) else {
        return Ok(order.order.signed_result());
    };
    let object = ObjectVersion { key: &upload.key, version_id: upload.version_id.as_deref() };
    let bytes = match studies.get(object, limits.order_bytes_max).await {
        Ok(bytes) => bytes,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // Without versioning, a newer order may be under the key by now; it is read once it was taken in.
    let whole = Order::parse(&bytes).ok().filter(|whole| whole.abridged() == order.order);
    if whole.is_none() {
        warn!(
            code = LogCode::OrderNotAsTaken.code(),
            "the object of an order is not the order that was taken"
        );
    }
    Ok(whole.and_then(|whole| whole.signed_result()))
}

//! The viewer of a file-set: a page that a browser opens from a disk, without a network.

use filmless_store::index::{OrderRecord, StudyRecord};

use crate::DeliveryError;
use crate::prepare::archive::Archive;
use crate::prepare::pack::Teller;

/// Writes it into the ZIP.
pub(super) async fn write(
    teller: &mut Teller<'_>,
    archive: Archive,
    _study: &StudyRecord,
    _order: &OrderRecord,
) -> Result<Archive, DeliveryError> {
    teller.go_on().await?;
    Ok(archive)
}

//! The bucket against the index: is every upload known, and does every known upload exist?

use filmless_domain::Order;
use filmless_domain::object_key::Upload;
use filmless_store::index::UploadOwner;
use filmless_store::{ListMarker, ListedVersion, StoreError};

use super::{Finding, FindingKind, Run};
use crate::intake::{
    CreatedObject, Examined, is_quarantined, is_same_content, read_object, record_of, zip_name,
};
use crate::parts::Reconcile;
use crate::record::outbox;
use crate::{DeliveryError, created_object};

/// What we put into the bucket beside the uploads; `0` comes right after `/`.
const QUARANTINE: (&str, &str) = ("quarantine/", "quarantine0");

impl Run<'_> {
    pub(super) async fn look_at_objects(&mut self) -> Result<(), DeliveryError> {
        for prefix in self.prefixes.clone() {
            let mut after = None;
            loop {
                let page = self.parts.studies.list_versions(&prefix, after.as_ref()).await?;
                self.compare(&page.versions, self.days_begin()).await?;
                match beyond_quarantine(page.next) {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        self.report_missing();
        self.crawl().await
    }

    /// The start of the first day.
    fn days_begin(&self) -> Option<jiff::Timestamp> {
        let first = self.days.first()?;
        Some(first.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    }

    /// The next stretch of the whole bucket, whatever its keys. Over days this finds what is under no prefix.
    async fn crawl(&mut self) -> Result<(), DeliveryError> {
        let index = &self.parts.common.index;
        if self.scope.crawl_versions_max == 0 {
            return Ok(());
        }
        let mut after = index.crawl_marker().await?;
        let mut listed = 0;
        while listed < self.scope.crawl_versions_max {
            let page = self.parts.studies.list_versions("", after.as_ref()).await?;
            listed += page.versions.len();
            self.compare(&page.versions, None).await?;
            after = beyond_quarantine(page.next);
            // Store the position after each page, so that an interrupted run continues here.
            index.set_crawl_marker(after.as_ref()).await?;
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn compare(
        &mut self,
        versions: &[ListedVersion],
        since: Option<jiff::Timestamp>,
    ) -> Result<(), DeliveryError> {
        let parts = self.parts;
        for version in versions {
            self.report.objects += 1;
            let is_ours = version.key.upload() == Upload::Quarantined;
            if is_ours || self.known.knows(&parts.common.index, version).await? {
                continue;
            }
            if version.written_at > self.before || since.is_some_and(|since| version.written_at < since) {
                continue;
            }
            let object = created_object::created(version);
            if let Some(kind) = lost(parts, &object).await? {
                if self.scope.repair {
                    let message = created_object::message(parts.studies.name(), &object);
                    outbox::send(&parts.common, vec![message]).await?;
                }
                self.report.add(Finding {
                    code: kind,
                    study_instance_uid: None,
                    key: Some(object.key),
                    count: None,
                    is_mended: self.scope.repair,
                });
            }
        }
        Ok(())
    }

    /// Nothing brings back an upload that its owner deleted, but somebody should know.
    fn report_missing(&mut self) {
        for (study, count) in self.known.unseen() {
            self.report.add(Finding {
                code: FindingKind::ObjectMissing,
                study_instance_uid: Some(study.clone()),
                key: None,
                count: Some(count),
                is_mended: false,
            });
        }
    }
}

/// Skips quarantine: it can be larger than all the rest, and there is nothing to find.
fn beyond_quarantine(next: Option<ListMarker>) -> Option<ListMarker> {
    let (prefix, behind) = QUARANTINE;
    next.map(|marker| {
        if marker.key.starts_with(prefix) {
            ListMarker { key: behind.to_owned(), version_id: None }
        } else {
            marker
        }
    })
}

/// Whether an object that belongs to no instance of the days around its writing was lost.
async fn lost(parts: &Reconcile, object: &CreatedObject) -> Result<Option<FindingKind>, DeliveryError> {
    let is_lost = match object.key.upload() {
        Upload::Quarantined => false,
        // Consoles make "folders" of empty objects.
        Upload::Study | Upload::Unpacked if object.key.as_str().ends_with('/') && object.bytes == 0 => false,
        _ if is_quarantined(&parts.studies, object).await? => false,
        Upload::Order => {
            return Ok((!is_order_taken(parts, object).await?).then_some(FindingKind::OrderNotTaken));
        }
        Upload::Study | Upload::Unpacked | Upload::Marks => is_upload_lost(parts, object).await?,
    };
    Ok(is_lost.then_some(FindingKind::ObjectNotTaken))
}

async fn is_upload_lost(parts: &Reconcile, object: &CreatedObject) -> Result<bool, DeliveryError> {
    let header = match read_object(&parts.studies, &parts.common.settings.limits, object).await {
        Ok(Examined::Instance(header)) => header,
        Ok(Examined::Zip) if object.key.upload() == Upload::Study => {
            return Ok(parts.common.index.unpacked(&zip_name(object)).await?.is_none());
        }
        Ok(Examined::Directory) | Err(DeliveryError::Store(StoreError::NotFound)) => return Ok(false),
        // It should be in quarantine.
        Ok(Examined::Zip | Examined::Refused(..)) => return Ok(true),
        Err(error) => return Err(error),
    };
    let study = header.study_instance_uid.clone();
    let owner = UploadOwner::Study(&study);
    if parts.common.index.is_remembered(owner, &object.upload(Vec::new())).await? {
        return Ok(false);
    }
    let Some(present) = parts.common.index.instance(&study, &header.sop_instance_uid).await? else {
        return Ok(true);
    };
    // The same instance came under another key as well.
    Ok(!is_same_content(&parts.studies, &parts.common.settings.limits, &present, &record_of(object, *header))
        .await?)
}

/// An order is taken in if it is the one that counts, or a later one came.
async fn is_order_taken(parts: &Reconcile, object: &CreatedObject) -> Result<bool, DeliveryError> {
    let limit = parts.common.settings.limits.order_bytes_max;
    let bytes = match parts.studies.get(object.version(), limit).await {
        Ok(bytes) => bytes,
        Err(StoreError::NotFound) => return Ok(true),
        Err(StoreError::TooLarge) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let Ok(order) = Order::parse(&bytes) else { return Ok(false) };
    let owner = UploadOwner::Order(&order.accession_number);
    if parts.common.index.is_remembered(owner, &object.upload(Vec::new())).await? {
        return Ok(true);
    }
    let known = parts.common.index.order(&order.accession_number).await?;
    Ok(known.is_some_and(|known| {
        let is_it =
            if known.whole.is_some() { known.order == order.abridged() } else { known.order == order };
        is_it || known.written_at > object.created_at
    }))
}

//! Orders: they arrive before, between or after the images, and again with changes. The last one wins.

use filmless_domain::identity::{IdentityRules, compare};
use std::collections::BTreeSet;

use filmless_dicom::RefusedHeader;
use filmless_domain::{AccessionNumber, Order, PatientId, Rejection, RejectionCode, StudyInstanceUid};
use filmless_store::StoreError;
use filmless_store::index::{OrderRecord, OrderTaken, ReviewKind, ReviewRecord, UploadOwner};
use tracing::{info, warn};

use super::CreatedObject;
use crate::DeliveryError;
use crate::intake::quarantine::{quarantine, refuse};
use crate::parts::Intake;
use crate::record::messages::{ReleaseTask, SettleTask, Task};
use crate::record::outbox;

pub(super) async fn ingest_order(intake: &Intake, object: &CreatedObject) -> Result<(), DeliveryError> {
    let limit = intake.common.settings.limits.order_bytes_max;
    let bytes = match intake.studies.get(object.version(), limit).await {
        Ok(bytes) => bytes,
        Err(StoreError::NotFound) => return Ok(()),
        Err(StoreError::TooLarge) => {
            let rejection =
                Rejection::new(RejectionCode::OrderTooLarge, format!("An order has at most {limit} bytes."));
            return quarantine(intake, object, &rejection).await;
        }
        Err(error) => return Err(error.into()),
    };
    let read = Order::parse(&bytes)
        .and_then(|order| order.check_birth_date(intake.common.latest_today()).map(|()| order));
    let order = match read {
        Ok(order) => order,
        Err(rejection) => {
            let (accession_number, patient) = Order::names_of_refused(&bytes);
            let header = RefusedHeader { patient, accession_number, ..RefusedHeader::default() };
            return refuse(intake, &header, object, &rejection).await;
        }
    };
    let earlier = intake.common.index.order(&order.accession_number).await?;
    if let Some(earlier) = &earlier
        && !is_later(intake, earlier, object).await?
    {
        return pass_over(intake, &order, object).await;
    }
    take(intake, earlier, &order, object).await
}

async fn take(
    intake: &Intake,
    earlier: Option<OrderRecord>,
    order: &Order,
    object: &CreatedObject,
) -> Result<(), DeliveryError> {
    // The patient the order was for before, too: their studies may wait for it, or must lose what it gave them.
    let mut patients = vec![&order.patient.id];
    patients.extend(earlier.as_ref().map(|e| &e.order.patient.id));
    let bound = earlier.as_ref().and_then(|e| e.study_instance_uid.clone());
    let studies = concerned_studies(intake, &order.accession_number, &patients, bound).await?;

    let mut messages = Vec::new();
    for study_instance_uid in studies {
        // The declared number of instances may just have been reached.
        messages.push(SettleTask::CheckQuiet { study_instance_uid: study_instance_uid.clone() }.to_outbox()?);
        messages.push(ReleaseTask { study_instance_uid }.to_outbox()?);
    }
    let entry = outbox::entry(&intake.common, messages)?;
    let review = earlier
        .as_ref()
        .and_then(|earlier| reused(&intake.common.settings.identity, &earlier.order, order, object));
    let taken = OrderTaken {
        order,
        upload: object.upload(Vec::new()),
        written_at: object.created_at,
        taken_at: intake.common.clock.now(),
        earlier: earlier.as_ref(),
        messages: &entry,
        review: review.as_ref(),
    };
    intake.common.index.take_order(&taken).await?;
    if review.is_some() {
        warn!(code = ReviewKind::AccessionReused.code(), accession_number = %order.accession_number, "an order is for another patient now");
    }
    info!(studies = entry.messages.len() / 2, "order taken");
    outbox::publish(&intake.common, &entry).await
}

/// Of two versions of one key the current one counts, whatever any clock says; otherwise the later one.
async fn is_later(
    intake: &Intake,
    earlier: &OrderRecord,
    object: &CreatedObject,
) -> Result<bool, DeliveryError> {
    match &earlier.upload {
        Some(upload) if *upload == object.upload(Vec::new()) => Ok(true),
        Some(upload) if upload.key == object.key => {
            let current = intake.studies.current_etag(&object.key).await?;
            Ok(current.is_some_and(|etag| etag == object.etag))
        }
        _ => Ok(earlier.written_at <= object.created_at),
    }
}

/// A later order is there. This one is still erased together with it, and the records office is told.
async fn pass_over(intake: &Intake, order: &Order, object: &CreatedObject) -> Result<(), DeliveryError> {
    let owner = UploadOwner::Order(&order.accession_number);
    intake.common.index.remember_upload(owner, &object.upload(Vec::new())).await?;
    warn!(code = ReviewKind::OrderOlder.code(), accession_number = %order.accession_number, "an order is older than the one that counts");
    let patients = vec![order.patient.id.clone()];
    let kind = ReviewKind::OrderOlder;
    let review = ReviewRecord::new(kind, order.accession_number.clone(), patients, object.created_at);
    Ok(intake.common.index.add_review(&review).await?)
}

/// An accession number that is used again for somebody else.
fn reused(
    rules: &IdentityRules,
    earlier: &Order,
    order: &Order,
    object: &CreatedObject,
) -> Option<ReviewRecord> {
    let comparison = compare(&earlier.demographics(), &order.demographics(), rules);
    let patients = vec![earlier.patient.id.clone(), order.patient.id.clone()];
    let kind = ReviewKind::AccessionReused;
    comparison
        .contradicts()
        .then(|| ReviewRecord::new(kind, order.accession_number.clone(), patients, object.created_at))
}

async fn concerned_studies(
    intake: &Intake,
    accession: &AccessionNumber,
    patients: &[&PatientId],
    bound: Option<StudyInstanceUid>,
) -> Result<BTreeSet<StudyInstanceUid>, DeliveryError> {
    let mut studies: BTreeSet<StudyInstanceUid> = bound.into_iter().collect();
    studies.extend(
        intake.common.index.studies_of_accession(accession).await?.into_iter().map(|s| s.study_instance_uid),
    );
    for patient in patients {
        studies.extend(
            intake.common.index.studies_of_patient(patient).await?.into_iter().map(|s| s.study_instance_uid),
        );
    }
    Ok(studies)
}

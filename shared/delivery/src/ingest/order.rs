//! Orders: before, between or after the images, and again with changes; the last one wins.

use std::collections::BTreeSet;

use filmless_domain::usage::UsageEvent;
use filmless_domain::{AccessionNumber, Order, PatientId, Rejection, StudyInstanceUid};
use filmless_store::StoreError;
use filmless_store::index::{OrderRecord, UploadOwner, UsageOfOrder};
use tracing::info;

use super::CreatedObject;
use super::quarantine::quarantine;
use crate::messages::{ReleaseTask, SettleTask, Task};
use crate::usage::{self, Pen};
use crate::{DeliveryError, Services, outbox};

pub(super) async fn ingest_order(services: &Services, object: &CreatedObject) -> Result<(), DeliveryError> {
    let limit = services.settings.limits.order_bytes_max;
    let bytes = match services.studies.get(object.version(), limit).await {
        Ok(bytes) => bytes,
        Err(StoreError::NotFound) => return Ok(()),
        Err(StoreError::TooLarge) => {
            let rejection = Rejection::new("order-too-large", format!("An order has at most {limit} bytes."));
            return quarantine(services, object, &rejection).await;
        }
        Err(error) => return Err(error.into()),
    };
    let order = match Order::parse(&bytes) {
        Ok(order) => order,
        Err(rejection) => return quarantine(services, object, &rejection).await,
    };
    // Whoever the order was for before may have waited for it, or must lose what it gave them.
    let earlier = services.index.order(&order.accession_number).await?;
    let mut patients = vec![&order.patient.id];
    patients.extend(earlier.as_ref().map(|e| &e.order.patient.id));
    let bound = earlier.as_ref().and_then(|e| e.study_instance_uid.clone());
    let studies = concerned_studies(services, &order.accession_number, &patients, bound).await?;

    let mut messages = Vec::new();
    for study_instance_uid in studies {
        // The declared count may just have been reached.
        messages.push(SettleTask::CheckQuiet { study_instance_uid: study_instance_uid.clone() }.to_outbox()?);
        messages.push(ReleaseTask { study_instance_uid }.to_outbox()?);
    }
    let entry = outbox::entry(services, messages)?;
    let corrected = usage::entries(&corrections(services, earlier.as_ref(), &order, object).await?)?;
    let usage = UsageOfOrder { since: earlier.as_ref().map(|e| e.written_at), entries: corrected };
    let upload = object.upload(Vec::new());
    if services.index.take_order(&order, &upload, object.created_at, &entry, &usage).await? {
        info!(studies = entry.messages.len() / 2, "order taken");
        return outbox::publish(services, &entry).await;
    }
    // A later one is there; this one goes with it all the same.
    Ok(services.index.remember_upload(UploadOwner::Order(&order.accession_number), &upload).await?)
}

/// What the usage ledger has to put right when the order of a released study changes.
async fn corrections(
    services: &Services,
    earlier: Option<&OrderRecord>,
    order: &Order,
    object: &CreatedObject,
) -> Result<Vec<UsageEvent>, DeliveryError> {
    let is_later = |earlier: &&OrderRecord| earlier.written_at < object.created_at;
    let Some(earlier) = earlier.filter(is_later) else { return Ok(Vec::new()) };
    let Some(uid) = &earlier.study_instance_uid else { return Ok(Vec::new()) };
    let Some(study) = services.index.study(uid).await? else { return Ok(Vec::new()) };
    let before = Pen::new(services, &study, Some(&earlier.order));
    let now = Pen::new(services, &study, Some(order));
    let occasion = object.created_at.as_millisecond().to_string();
    Ok(now.corrected(&before, (&earlier.order, order), study.images, &occasion))
}

async fn concerned_studies(
    services: &Services,
    accession: &AccessionNumber,
    patients: &[&PatientId],
    bound: Option<StudyInstanceUid>,
) -> Result<BTreeSet<StudyInstanceUid>, DeliveryError> {
    let mut studies: BTreeSet<StudyInstanceUid> = bound.into_iter().collect();
    studies.extend(
        services.index.studies_of_accession(accession).await?.into_iter().map(|s| s.study_instance_uid),
    );
    for patient in patients {
        studies.extend(
            services.index.studies_of_patient(patient).await?.into_iter().map(|s| s.study_instance_uid),
        );
    }
    Ok(studies)
}

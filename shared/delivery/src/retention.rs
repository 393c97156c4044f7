//! Erasing: by the class of the record when its time is over, and at the request of whom it is about. The audit log
//! and the usage ledger stay: neither holds a name, and both have to prove what was done.

use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::{Order, PatientId, StudyInstanceUid};
use filmless_store::index::{AccountRecord, Index, LogName, StudyRecord, Transaction};
use filmless_store::{Bucket, StoreError};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde::Serialize;
use tracing::info;

use crate::audit::Record;
use crate::{DeliveryError, Services};

/// The classes of the law, in years; an order names its own, and the first is everybody else's.
pub const RETENTION_YEARS: [i16; 3] = [10, 20, 30];
/// A job that did not run for so many days loses nothing.
const CATCH_UP_DAYS: i32 = 62;
/// Most objects below one prefix.
const OBJECTS_MAX: usize = 1_000_000;

/// What was erased, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// The studies.
    pub studies: Vec<StudyInstanceUid>,
    /// Number of orders.
    pub orders: usize,
    /// Number of objects, each with all its versions.
    pub objects: usize,
    /// Number of items of the index.
    pub items: usize,
    /// Nothing was erased: only looked at.
    pub is_rehearsal: bool,
}

/// How long a study is kept, by the order it was released under.
#[must_use]
pub fn retention_years(order: Option<&Order>) -> i16 {
    let named = order.and_then(|order| order.visit.as_ref()?.other.get("retention_years")?.as_i64());
    let known = |years: &i64| RETENTION_YEARS.iter().any(|class| i64::from(*class) == *years);
    named.filter(known).and_then(|years| i16::try_from(years).ok()).unwrap_or(RETENTION_YEARS[0])
}

/// Erases the studies whose retention has ended; with `is_rehearsal`, only names them.
///
/// # Errors
/// [`DeliveryError`]: the next run goes on.
pub async fn end_retention(services: &Services, is_rehearsal: bool) -> Result<Erased, DeliveryError> {
    let today = services.clock.now().to_zoned(TimeZone::UTC).date();
    let mut erased = Erased { is_rehearsal, ..Erased::default() };
    for years in RETENTION_YEARS {
        for back in 0..CATCH_UP_DAYS {
            let day = today.saturating_sub(i32::from(years).years()).saturating_sub(back.days());
            for study in services.index.studies_of_day(day).await? {
                let order = order_of(services, &study).await?;
                if retention_years(order.as_ref()) > years {
                    continue;
                }
                let record = Record::new(AuditAction::EndRetention, Actor::System);
                erase_study(services, &study, record.detail(format!("{years} years")), &mut erased).await?;
                if let Some(order) = order.filter(|_| !is_rehearsal) {
                    erase_order(services, &order, &mut erased).await?;
                }
            }
        }
    }
    Ok(erased)
}

/// Erases all that is kept about a patient; with `is_rehearsal`, only counts.
pub(crate) async fn erase_subject(
    services: &Services,
    patient: &PatientId,
    record: Record,
    is_rehearsal: bool,
) -> Result<Erased, DeliveryError> {
    let index = &services.index;
    let mut erased = Erased { is_rehearsal, ..Erased::default() };
    let account = index.account_of_patient(patient).await?.map(|account| account.account_key);
    for study in index.studies_of_patient(patient).await? {
        // Staff may have released images under this code to another patient: while those see them, they are theirs.
        if study.is_visible() && owner_of(services, &study).await?.map(|owner| owner.account_key) != account {
            continue;
        }
        erase_study(services, &study, record.clone(), &mut erased).await?;
    }
    for order in index.orders_of_patient(patient).await? {
        erase_order(services, &order.order, &mut erased).await?;
    }
    if !is_rehearsal {
        erased.items += index.erase_patient(patient).await?;
    }
    Ok(erased)
}

async fn order_of(services: &Services, study: &StudyRecord) -> Result<Option<Order>, DeliveryError> {
    for accession in [&study.order_accession, &study.accession_number].into_iter().flatten() {
        if let Some(order) = services.index.order(accession).await? {
            return Ok(Some(order.order));
        }
    }
    Ok(None)
}

async fn owner_of(services: &Services, study: &StudyRecord) -> Result<Option<AccountRecord>, DeliveryError> {
    match &study.account_key {
        Some(key) => Ok(services.index.account_after_merges(key).await?),
        None => Ok(None),
    }
}

/// First nobody can see it, then its objects go, then what the index knows of it: a run that was cut off is repeated.
async fn erase_study(
    services: &Services,
    study: &StudyRecord,
    record: Record,
    erased: &mut Erased,
) -> Result<(), DeliveryError> {
    let (index, uid) = (&services.index, &study.study_instance_uid);
    let instances = index.instances(uid).await?;
    erased.studies.push(uid.clone());
    if erased.is_rehearsal {
        erased.objects += instances.len();
        return Ok(());
    }
    let (key, change) = Index::recall_change(study);
    let entry = record.study(uid).entry(services)?;
    index.commit(Transaction::new().update(key, change).log(LogName::Audit, &entry)?).await?;
    for link in index.links(uid).await? {
        index.erase_link(&link.token_digest).await?;
        erased.items += 1;
    }
    for instance in instances {
        services.studies.delete_all_versions(&instance.key).await?;
        erased.objects += 1;
    }
    let own = format!("{uid}/");
    for (bucket, prefix) in [
        (&services.derived, own.clone()),
        (&services.derived, format!("downloads/{uid}/")),
        (&services.slips, own),
    ] {
        erased.objects += delete_below(bucket, &prefix).await?;
    }
    let owner = owner_of(services, study).await?.map(|account| account.patient_id);
    if let Some(key) = &study.account_key {
        erased.items += index.end_credentials(key, Some(uid), None).await?;
    }
    erased.items += index.erase_study(study, owner.as_ref()).await?;
    info!(study_instance_uid = %uid, "study erased");
    Ok(())
}

async fn erase_order(services: &Services, order: &Order, erased: &mut Erased) -> Result<(), DeliveryError> {
    erased.orders += 1;
    let objects = services.index.order_objects(&order.accession_number).await?;
    erased.objects += objects.len();
    if erased.is_rehearsal {
        return Ok(());
    }
    for object in objects {
        services.studies.delete_all_versions(&object.key).await?;
    }
    erased.items += services.index.erase_order(order).await?;
    Ok(())
}

/// Deletes every object below a prefix, with all its versions.
pub(crate) async fn delete_below(bucket: &Bucket, prefix: &str) -> Result<usize, StoreError> {
    let keys = bucket.list(prefix, OBJECTS_MAX).await?;
    for key in &keys {
        bucket.delete_all_versions(key).await?;
    }
    Ok(keys.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_its_class_and_the_shortest_is_everybody_elses() {
        let order = |years: serde_json::Value| {
            let json = serde_json::json!({
                "accession_number": "A1", "visit": { "retention_years": years },
                "patient": { "id": "N1", "name": "A", "birth_date": "1958-03-02" },
            });
            Order::parse(json.to_string().as_bytes()).unwrap()
        };
        assert_eq!(retention_years(None), 10);
        for (named, years) in
            [(serde_json::json!(20), 20), (30.into(), 30), (1.into(), 10), ("30".into(), 10)]
        {
            assert_eq!(retention_years(Some(&order(named.clone()))), years, "{named}");
        }
    }
}

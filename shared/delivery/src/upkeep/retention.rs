//! Erases studies when the retention of their class ends, and patients at their request. The audit log and the usage
//! ledger stay: neither contains a name, and both must prove what was done.

use filmless_domain::audit::{Actor, AuditAction};
use filmless_domain::usage::{StorageClass, UsageKind};
use filmless_domain::{Order, PatientId, StudyInstanceUid, object_key};
use filmless_store::index::{
    AccountRecord, ConsultationRecord, Index, LogName, StudyRecord, Transaction, UploadOwner,
};
use filmless_store::{Bucket, ObjectVersion, StoreError};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde::Serialize;
use tracing::info;

use crate::DeliveryError;
use crate::consult::{end_all_of_account, end_all_of_study};
use crate::parts::{Common, Erase};
use crate::record::audit::Record;
use crate::record::usage::{self, Pen};

/// The retention classes of the law, in years; an order may name one, and the first is the default.
pub const RETENTION_YEARS: [i16; 3] = [10, 20, 30];
/// A job that did not run for up to this many days misses nothing.
const CATCH_UP_DAYS: i32 = 62;
/// Most objects below one prefix.
const OBJECTS_MAX: usize = 1_000_000;

/// What was, or would be, erased.
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
    /// Nothing was erased; it was only counted.
    pub is_rehearsal: bool,
}

/// How long a study is kept, by the order it was released under.
#[must_use]
pub fn retention_years(order: Option<&Order>) -> i16 {
    let named = order.and_then(|order| order.visit.as_ref()?.other.get("retention_years")?.as_i64());
    let known = |years: &i64| RETENTION_YEARS.iter().any(|class| i64::from(*class) == *years);
    named.filter(known).and_then(|years| i16::try_from(years).ok()).unwrap_or(RETENTION_YEARS[0])
}

/// Erases the studies whose retention has ended; with `is_rehearsal`, only lists them.
///
/// # Errors
/// [`DeliveryError`]: the next run continues.
pub async fn end_retention(erase: &Erase, is_rehearsal: bool) -> Result<Erased, DeliveryError> {
    let today = erase.common.clock.now().to_zoned(TimeZone::UTC).date();
    let mut erased = Erased { is_rehearsal, ..Erased::default() };
    for years in RETENTION_YEARS {
        for back in 0..CATCH_UP_DAYS {
            let day = today.saturating_sub(i32::from(years).years()).saturating_sub(back.days());
            for study in erase.common.index.studies_of_day(day).await? {
                let order = order_of(&erase.common.index, &study).await?;
                if retention_years(order.as_ref()) > years {
                    continue;
                }
                let record = Record::new(AuditAction::EndRetention, Actor::System);
                erase_study(erase, &study, record.detail(format!("{years} years")), &mut erased).await?;
                if let Some(order) = order.filter(|_| !is_rehearsal) {
                    erase_order(erase, &order, &mut erased).await?;
                }
            }
        }
    }
    Ok(erased)
}

/// Erases everything about a patient; with `is_rehearsal`, only counts.
pub(crate) async fn erase_subject(
    erase: &Erase,
    patient: &PatientId,
    record: Record,
    is_rehearsal: bool,
) -> Result<Erased, DeliveryError> {
    let index = &erase.common.index;
    let mut erased = Erased { is_rehearsal, ..Erased::default() };
    let account = index.account_of_patient(patient).await?.map(|account| account.account_key);
    for study in index.studies_of_patient(patient).await? {
        // Images that staff released under this code to another patient stay while that patient sees them.
        if study.is_visible()
            && owner_of(&erase.common.index, &study).await?.map(|owner| owner.account_key) != account
        {
            continue;
        }
        erase_study(erase, &study, record.clone(), &mut erased).await?;
    }
    for order in index.orders_of_patient(patient).await? {
        erase_order(erase, &order.order, &mut erased).await?;
    }
    erase_uploads(erase, UploadOwner::Patient(patient), &mut erased).await?;
    if !is_rehearsal {
        end_consultations(erase, patient, &mut erased).await?;
        erased.items += index.erase_patient(patient).await?;
    }
    Ok(erased)
}

async fn order_of(index: &Index, study: &StudyRecord) -> Result<Option<Order>, DeliveryError> {
    for accession in [&study.order_accession, &study.accession_number].into_iter().flatten() {
        if let Some(order) = index.order(accession).await? {
            return Ok(Some(order.order));
        }
    }
    Ok(None)
}

async fn owner_of(index: &Index, study: &StudyRecord) -> Result<Option<AccountRecord>, DeliveryError> {
    match &study.account_key {
        Some(key) => Ok(index.account_after_merges(key).await?),
        None => Ok(None),
    }
}

/// First nobody can see it, then its objects go, then its items in the index: an interrupted run is repeated.
async fn erase_study(
    erase: &Erase,
    study: &StudyRecord,
    record: Record,
    erased: &mut Erased,
) -> Result<(), DeliveryError> {
    let (index, uid) = (&erase.common.index, &study.study_instance_uid);
    let instances = index.instances(uid).await?;
    erased.studies.push(uid.clone());
    if erased.is_rehearsal {
        erased.objects += instances.len();
        return erase_uploads(erase, UploadOwner::Study(uid), erased).await;
    }
    let (key, change) = Index::recall_change(study);
    let change = change.remove("original_bytes");
    let entry = record.study(uid).entry(&erase.common)?;
    let transaction = Transaction::new().update(key, change).log(LogName::Audit, &entry)?;
    // Unmet if another run has erased the study item and recorded it; erase the rest of the study anyway.
    let _ = index.commit(book_erasure(&erase.common, study, transaction).await?).await?;
    for link in index.links(uid).await? {
        index.erase_link(&link.token_digest).await?;
        erased.items += 1;
    }
    for instance in instances {
        let object = ObjectVersion { key: &instance.key, version_id: instance.version_id.as_deref() };
        erase.studies.delete_upload(object, &instance.etag).await?;
        erased.objects += 1;
        if let Some(name) = object_key::zip_name_of(&instance.key) {
            erase_zip(erase, name, erased).await?;
        }
    }
    erase_uploads(erase, UploadOwner::Study(uid), erased).await?;
    let own = format!("{uid}/");
    for (bucket, prefix) in
        [(&erase.derived, own.clone()), (&erase.derived, format!("downloads/{uid}/")), (&erase.slips, own)]
    {
        erased.objects += delete_below(bucket, &prefix).await?;
    }
    let messages = format!("{uid}-v");
    for messenger in erase.messengers.iter() {
        erased.objects += messenger.forget(&messages).await?;
    }
    erase_consultations(erase, uid, erased).await?;
    let owner = owner_of(&erase.common.index, study).await?.map(|account| account.patient_id);
    if let Some(key) = &study.account_key {
        erased.items += index.end_credentials(key, Some(uid), None).await?;
    }
    erased.items += index.erase_study(study, owner.as_ref()).await?;
    info!(study_instance_uid = %uid, "study erased");
    Ok(())
}

/// Ends the consultations about a study. One goes with the last of its studies.
async fn erase_consultations(
    erase: &Erase,
    study: &StudyInstanceUid,
    erased: &mut Erased,
) -> Result<(), DeliveryError> {
    let index = &erase.common.index;
    end_all_of_study(&erase.common, study, &Actor::System, None).await?;
    for record in index.consultations_of_study(study).await? {
        // What its minutes print of this study goes now; the rest with the last of its studies.
        erased.items += index.erase_pictures(&record.consultation.id, study).await?;
        let others = record.consultation.studies.iter().filter(|other| *other != study);
        if index.studies_among(others).await?.is_empty() {
            erased.objects += forget_messages(erase, &record).await?;
            erased.items += index.erase_consultation(&record).await?;
        }
    }
    Ok(())
}

/// Ends the consultations that are left of a patient: of studies that stay, or went before.
async fn end_consultations(
    erase: &Erase,
    patient: &PatientId,
    erased: &mut Erased,
) -> Result<(), DeliveryError> {
    let index = &erase.common.index;
    let Some(account_key) = index.own_account_key(patient).await? else { return Ok(()) };
    end_all_of_account(&erase.common, &account_key, &Actor::System, None).await?;
    for record in index.consultations_of_account(&account_key).await? {
        erased.objects += forget_messages(erase, &record).await?;
    }
    Ok(())
}

/// Deletes what the messengers stored of the messages of a consultation.
async fn forget_messages(erase: &Erase, record: &ConsultationRecord) -> Result<usize, DeliveryError> {
    let (mut forgotten, beginning) = (0, format!("consult-{}", record.consultation.id));
    for messenger in erase.messengers.iter() {
        forgotten += messenger.forget(&beginning).await?;
    }
    Ok(forgotten)
}

/// Books an erasure in the usage ledger, only once even if a crash interrupted it.
async fn book_erasure(
    common: &Common,
    study: &StudyRecord,
    transaction: Transaction,
) -> Result<Transaction, DeliveryError> {
    if study.original_bytes == 0 && study.derived_bytes == 0 {
        return Ok(transaction);
    }
    let pen = Pen::of_study(common, study).await?;
    let mut events = vec![pen.event(UsageKind::StudyErased, "")];
    for (class, bytes) in
        [(StorageClass::Original, study.original_bytes), (StorageClass::Derived, study.derived_bytes)]
    {
        if bytes > 0 {
            events.push(pen.stored(class, "erased", -usage::signed(bytes)));
        }
    }
    usage::add(transaction, &events)
}

async fn erase_order(erase: &Erase, order: &Order, erased: &mut Erased) -> Result<(), DeliveryError> {
    erased.orders += 1;
    erase_uploads(erase, UploadOwner::Order(&order.accession_number), erased).await?;
    if erased.is_rehearsal {
        return Ok(());
    }
    erased.items += erase.common.index.erase_order(order).await?;
    Ok(())
}

/// Erases uploads that only their owner leads to, and the copies made of refused ones.
async fn erase_uploads(
    erase: &Erase,
    owner: UploadOwner<'_>,
    erased: &mut Erased,
) -> Result<(), DeliveryError> {
    for upload in erase.common.index.uploads_of(owner).await? {
        // A refused file that names its patient is listed under both, and counted with the patient.
        let lost = upload.lost.as_ref();
        let is_counted = match owner {
            UploadOwner::Study(_) => lost.is_none_or(|lost| lost.patient.is_none()),
            UploadOwner::Order(_) | UploadOwner::Patient(_) => true,
        };
        erased.objects += if is_counted { 1 + upload.quarantined.len() } else { 0 };
        if erased.is_rehearsal {
            continue;
        }
        if let (UploadOwner::Patient(_), Some(lost)) = (owner, lost) {
            erase.common.index.forget_upload(UploadOwner::Study(&lost.study), &upload).await?;
        }
        erase.studies.delete_upload(upload.version(), &upload.etag).await?;
        for key in &upload.quarantined {
            erase.studies.delete_all_versions(key).await?;
        }
    }
    Ok(())
}

/// A ZIP is erased with the first of its studies; its other files are separate objects in the bucket.
async fn erase_zip(erase: &Erase, name: &str, erased: &mut Erased) -> Result<(), DeliveryError> {
    let Some(zip) = erase.common.index.unpacked(name).await? else { return Ok(()) };
    erase.studies.delete_upload(zip.upload.version(), &zip.upload.etag).await?;
    erase.common.index.forget_unpacked(name).await?;
    erased.objects += 1;
    erased.items += 1;
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
            [(serde_json::json!(20), 20), (30.into(), 30), ("30".into(), 30), (serde_json::Value::Null, 10)]
        {
            assert_eq!(retention_years(Some(&order(named.clone()))), years, "{named}");
        }
    }
}

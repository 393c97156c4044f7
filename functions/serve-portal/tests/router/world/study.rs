//! Puts orders and studies into the store: orders as they are uploaded, studies as rendering leaves them.

use filmless_delivery::Services;
use filmless_delivery::intake::{CreatedObject, ingest_objects};
use filmless_delivery::release::release_study;
use filmless_domain::{HoldReason, ObjectKey, PatientId, StudyInstanceUid};
use filmless_store::Served;
use filmless_store::index::{
    Change, Index, InstanceRecord, ItemKey, NoticeRecord, StudyRecord, Transaction, Worklist,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The key under which a token or a cookie is stored.
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

pub fn uid(text: &str) -> StudyInstanceUid {
    StudyInstanceUid::parse(text).unwrap()
}

/// Uploads an object and ingests it.
pub async fn upload(services: &Services, key: &str, bytes: impl Into<Vec<u8>>) {
    let key = ObjectKey::parse(key).unwrap();
    let bytes = bytes.into();
    let size = bytes.len() as u64;
    services.studies.put(&key, bytes, Served::uncached("application/octet-stream")).await.unwrap();
    let etag = services.studies.current_etag(&key).await.unwrap().unwrap();
    let created_at = services.clock.now();
    let object = CreatedObject { key, version_id: None, etag, bytes: size, created_at };
    for outcome in ingest_objects(&services.into(), vec![object]).await {
        outcome.unwrap();
    }
}

/// Uploads an order.
pub async fn order(services: &Services, order: Value) {
    let key = format!("orders/{}.json", order["accession_number"].as_str().unwrap());
    upload(services, &key, order.to_string()).await;
}

/// A study as rendering leaves it.
pub struct StudyOf<'a> {
    pub uid: &'a str,
    /// The demographics in its images.
    pub patient: Value,
    pub accession: &'a str,
    pub day: &'a str,
    pub description: Option<&'a str>,
    pub modality: &'a str,
    /// What is known of each series after rendering; the last part of its UID is its place, from 1.
    pub series: Vec<Value>,
}

impl StudyOf<'_> {
    fn record(&self, now: Timestamp) -> Value {
        let frames = |series: &Value| series["frames"].as_u64().unwrap_or_default();
        json!({
            "study_instance_uid": self.uid, "state": "rendered", "patient": self.patient,
            "accession_number": self.accession, "accessions": [self.accession],
            "study_date": self.day, "description": self.description, "modalities": [self.modality],
            "received_at": now.as_millisecond(), "last_received_at": now.as_millisecond(),
            "rendered_at": now.as_millisecond(), "arrivals": self.series.len(), "is_listed": true,
            "instances": self.series.len(), "series": self.series.len(),
            "images": self.series.iter().map(frames).sum::<u64>(),
        })
    }

    /// Stores its files and items, and the records that lead to them.
    pub async fn arrive(&self, services: &Services) {
        let (study, now) = (uid(self.uid), services.clock.now());
        let pk = format!("STUDY#{study}");
        let day = now.to_zoned(TimeZone::UTC).date();
        let leads_there = json!({ "study_instance_uid": study });
        let new = Change::new;
        let pointer = |pk: String| ItemKey::new(pk, format!("STUDY#{study}"));
        let patient = PatientId::parse(self.patient["id"].as_str().unwrap()).unwrap();
        let mut transaction = Transaction::new()
            .put(&ItemKey::new(pk.clone(), "STUDY"), &self.record(now), new())
            .unwrap()
            .put(&pointer(format!("DAY#{day}")), &leads_there, new())
            .unwrap()
            .put(&pointer(format!("ACCESSION#{}", self.accession)), &leads_there, new())
            .unwrap();
        let (pointer_key, to_study) = Index::patient_pointer(&patient, &study);
        transaction = transaction.put(&pointer_key, &to_study, new()).unwrap();
        for (place, series) in (1..).zip(&self.series) {
            let series_uid = format!("{}.{place}", self.uid);
            let key = ItemKey::new(pk.clone(), format!("SERIES#{series_uid}"));
            let mut record = json!({
                "series_instance_uid": series_uid, "number": place, "modality": self.modality,
                "content_digest": digest(&series_uid), "rendered_digest": digest(&series_uid), "instances": 1,
            });
            record.as_object_mut().unwrap().extend(series.as_object().unwrap().clone());
            transaction = transaction.put(&key, &record, new()).unwrap();
        }
        let _ = services.index.commit(transaction).await.unwrap();
        for place in 1..=self.series.len() {
            self.add_instance(services, place).await;
        }
    }

    async fn add_instance(&self, services: &Services, place: usize) {
        let key = ObjectKey::parse(&format!("incoming/{}/{place}.dcm", self.uid)).unwrap();
        let bytes = vec![b'x'; 300_000];
        let size = bytes.len();
        services.studies.put(&key, bytes, Served::uncached("application/dicom")).await.unwrap();
        let etag = services.studies.current_etag(&key).await.unwrap();
        let instance: InstanceRecord = serde_json::from_value(json!({
            "sop_instance_uid": format!("1.2.{place}"), "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
            "series_instance_uid": format!("{}.{place}", self.uid), "series_number": place,
            "modality": self.modality, "key": key, "etag": etag, "bytes": size,
        }))
        .unwrap();
        services.index.add_instance(&uid(self.uid), &instance).await.unwrap();
    }

    /// The same, then sends it through the gate.
    pub async fn release(&self, services: &Services) {
        self.arrive(services).await;
        release_study(&services.into(), &uid(self.uid)).await.unwrap();
    }
}

/// This many held studies, and as many whose patients no message reached.
pub async fn many_listed(services: &Services, count: usize) {
    let now = services.clock.now();
    for number in 1..=count {
        let study = |what: &str, more: Value| -> StudyRecord {
            let mut study = json!({
                "study_instance_uid": format!("1.2.{what}.{number}"), "patient": {}, "modalities": ["CT"],
                "received_at": now.as_millisecond(), "last_received_at": now.as_millisecond(), "is_listed": true,
            });
            study.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value(study).unwrap()
        };
        let held = study("7", json!({ "state": "held", "reason": "no-order" }));
        let shown = study("8", json!({ "state": "released", "account_key": "n", "link_version": 1 }));
        let notice: NoticeRecord = serde_json::from_value(json!({
            "study_instance_uid": shown.study_instance_uid, "link_version": 1, "account_name": "n",
            "language": "vi", "issued_at": now.as_millisecond(), "link_expires_at": i64::MAX,
        }))
        .unwrap();
        let key = |study: &StudyRecord| ItemKey::new(format!("STUDY#{}", study.study_instance_uid), "STUDY");
        let transaction = Transaction::new()
            .put(&key(&held), &held, Change::new())
            .and_then(|transaction| transaction.list_held(&held, HoldReason::NoOrder))
            .and_then(|transaction| transaction.put(&key(&shown), &shown, Change::new()))
            .and_then(|transaction| {
                transaction.put(&NoticeRecord::key(&shown.study_instance_uid, 1), &notice, Change::new())
            })
            .and_then(|transaction| transaction.begin_openings(&shown.study_instance_uid))
            .and_then(|transaction| transaction.list_notice(Worklist::Unreached, &notice))
            .unwrap();
        let _ = services.index.commit(transaction).await.unwrap();
    }
}

//! Many items in few calls: a hundred known keys at a time, or the start or the count of a partition.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Select};
use filmless_domain::{AccessionNumber, PatientId, StudyInstanceUid};
use futures::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;

use super::account::account_pk;
use super::order::order_key;
use super::study::study_key;
use super::table::{CONTENTION_TRIES_MAX, Item, record_of, records_of};
use super::{
    AccountRecord, ContactRecord, Index, ItemKey, MERGES_MAX, NoticeRecord, OrderRecord, StudyRecord,
};
use crate::StoreError;

/// Most items in one batch, a limit of DynamoDB.
const BATCH_ITEMS_MAX: usize = 100;
const BATCHES_AT_ONCE: usize = 4;

impl Index {
    /// Those of these studies that exist.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn studies_among(
        &self,
        studies: impl IntoIterator<Item = &StudyInstanceUid>,
    ) -> Result<BTreeMap<StudyInstanceUid, StudyRecord>, StoreError> {
        let found: Vec<StudyRecord> = self.get_many(studies.into_iter().map(study_key).collect()).await?;
        Ok(found.into_iter().map(|study| (study.study_instance_uid.clone(), study)).collect())
    }

    /// All notices of these studies, oldest first; one for each version of a study's link.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notices_among(
        &self,
        studies: impl IntoIterator<Item = &StudyRecord>,
    ) -> Result<BTreeMap<StudyInstanceUid, Vec<NoticeRecord>>, StoreError> {
        let keys = studies.into_iter().flat_map(|study| {
            (1..=study.link_version).map(|version| NoticeRecord::key(&study.study_instance_uid, version))
        });
        let mut found: Vec<NoticeRecord> = self.get_many(keys.collect()).await?;
        found.sort_by_key(|notice| notice.link_version);
        let mut notices = BTreeMap::<StudyInstanceUid, Vec<NoticeRecord>>::new();
        for notice in found {
            notices.entry(notice.study_instance_uid.clone()).or_default().push(notice);
        }
        Ok(notices)
    }

    /// Those of the orders with these accession numbers that exist.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn orders_among(
        &self,
        accessions: impl IntoIterator<Item = &AccessionNumber>,
    ) -> Result<BTreeMap<AccessionNumber, OrderRecord>, StoreError> {
        let found: Vec<OrderRecord> = self.get_many(accessions.into_iter().map(order_key).collect()).await?;
        Ok(found.into_iter().map(|order| (order.order.accession_number.clone(), order)).collect())
    }

    /// Staff's corrections for these patients.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn corrected_contacts_among(
        &self,
        patients: impl IntoIterator<Item = &PatientId>,
    ) -> Result<BTreeMap<PatientId, ContactRecord>, StoreError> {
        let keys = patients.into_iter().map(|patient| (Self::contact_key(patient).pk, patient.clone()));
        let of_key: HashMap<String, PatientId> = keys.collect();
        let items = self.get_items(of_key.values().map(Self::contact_key).collect()).await?;
        let mut contacts = BTreeMap::new();
        for item in items {
            let patient = item.get("pk").and_then(|pk| of_key.get(pk.as_s().ok()?)).cloned();
            if let Some(patient) = patient {
                contacts.insert(patient, record_of(item)?);
            }
        }
        Ok(contacts)
    }

    /// These accounts, by key; for a merged one the account it was merged into.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accounts_among(
        &self,
        account_keys: impl IntoIterator<Item = &String>,
    ) -> Result<BTreeMap<String, AccountRecord>, StoreError> {
        // How far we have followed each chain of merges.
        let mut ends: BTreeMap<String, String> =
            account_keys.into_iter().map(|key| (key.clone(), key.clone())).collect();
        let mut known = BTreeMap::<String, AccountRecord>::new();
        for _ in 0..MERGES_MAX {
            let asked = ends.values().filter(|key| !known.contains_key(*key));
            let keys = asked.map(|key| ItemKey::new(account_pk(key), "ACCOUNT")).collect();
            let found: Vec<AccountRecord> = self.get_many(keys).await?;
            if found.is_empty() {
                break;
            }
            known.extend(found.into_iter().map(|account| (account.account_key.clone(), account)));
            for end in ends.values_mut() {
                if let Some(into) = known.get(end).and_then(|account| account.merged_into.clone()) {
                    *end = into;
                }
            }
        }
        let last = |end: &String| known.get(end).filter(|account| account.merged_into.is_none()).cloned();
        Ok(ends.into_iter().filter_map(|(key, end)| Some((key, last(&end)?))).collect())
    }

    /// The items with these keys, in any order; missing ones are left out.
    pub(super) async fn get_many<T: DeserializeOwned>(
        &self,
        keys: Vec<ItemKey>,
    ) -> Result<Vec<T>, StoreError> {
        self.get_items(keys).await?.into_iter().map(record_of).collect()
    }

    pub(super) async fn get_items(&self, mut keys: Vec<ItemKey>) -> Result<Vec<Item>, StoreError> {
        // A batch that names an item twice is refused.
        keys.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        keys.dedup();
        let batches: Vec<Vec<Item>> = keys
            .chunks(BATCH_ITEMS_MAX)
            .map(|batch| batch.iter().map(ItemKey::attributes).collect())
            .collect();
        let found: Vec<Vec<Item>> = stream::iter(batches)
            .map(|batch| self.get_batch(batch))
            .buffered(BATCHES_AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn get_batch(&self, keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        const OPERATION: &str = "BatchGetItem";
        let (mut found, mut left) = (Vec::new(), keys);
        for attempt in 0..CONTENTION_TRIES_MAX {
            let wanted = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build();
            let wanted = wanted.map_err(StoreError::corrupt(OPERATION))?;
            let request = self.client.batch_get_item().request_items(&self.table, wanted);
            let answer = request.send().await.map_err(|e| StoreError::unavailable(OPERATION)(Box::new(e)))?;
            found.extend(answer.responses.unwrap_or_default().into_values().flatten());
            // An answer is 16 MB at most, and a busy table returns less.
            left = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|k| k.keys).collect();
            if left.is_empty() {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
        }
        Err(StoreError::Contention { operation: OPERATION })
    }

    /// The first items, at most `max`, of a partition whose sort keys start with `sk_prefix`; and if there are more.
    pub(super) async fn query_start<T: DeserializeOwned>(
        &self,
        pk: &str,
        sk_prefix: &str,
        max: i32,
    ) -> Result<(Vec<T>, bool), StoreError> {
        let request = self.query_request(pk, sk_prefix).limit(max);
        let answer = request.send().await.map_err(|e| StoreError::unavailable("Query")(Box::new(e)))?;
        let is_more = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let records =
            answer.items.unwrap_or_default().into_iter().map(record_of).collect::<Result<_, _>>()?;
        Ok((records, is_more))
    }

    /// The items of a partition whose sort keys start with `sk_prefix` and that pass the filter. The filter names one
    /// attribute as `#n`, and texts as `:w0`, `:w1` …
    pub(super) async fn query_where<T: DeserializeOwned>(
        &self,
        pk: &str,
        sk_prefix: &str,
        attribute: &str,
        filter: &str,
        texts: Vec<String>,
    ) -> Result<Vec<T>, StoreError> {
        let request = self.query_request(pk, sk_prefix).filter_expression(filter);
        let request = request.expression_attribute_names("#n", attribute);
        let request = texts.into_iter().enumerate().fold(request, |request, (place, text)| {
            request.expression_attribute_values(format!(":w{place}"), AttributeValue::S(text))
        });
        records_of(request).await
    }

    /// The number of items of a partition whose sort keys start with `sk_prefix`.
    pub(super) async fn count(&self, pk: &str, sk_prefix: &str) -> Result<usize, StoreError> {
        let request = self.query_request(pk, sk_prefix).select(Select::Count);
        let mut pages = request.into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| StoreError::unavailable("Query")(Box::new(e)))?;
            count += usize::try_from(page.count).unwrap_or_default();
        }
        Ok(count)
    }
}

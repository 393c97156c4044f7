//! The table and its few operations. All reads are strongly consistent, because a decision about a patient must not
//! use a stale copy.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, Delete, KeySchemaElement, KeyType, Put, ReturnValue,
    ScalarAttributeType, TimeToLiveSpecification, TransactWriteItem, Update,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Change;
use crate::StoreError;

pub(super) type Item = HashMap<String, AttributeValue>;

/// How often a transaction that collides with another is tried, with growing pauses.
pub(super) const CONTENTION_TRIES_MAX: u32 = 6;

/// The index table.
#[derive(Debug, Clone)]
pub struct Index {
    pub(super) client: Client,
    pub(super) table: String,
}

/// The primary key of an item.
#[derive(Clone, PartialEq, Eq)]
pub struct ItemKey {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// Several writes that happen together, or not at all.
#[derive(Debug, Default)]
pub struct Transaction {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Put { item: Item, change: Change },
    Update { key: ItemKey, change: Change },
    Delete { key: ItemKey },
}

/// The outcome of a transaction. The caller decides what an unmet condition means.
#[must_use = "a transaction whose condition is unmet has done nothing"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionOutcome {
    /// All writes are done.
    Committed,
    /// Nothing was done: the conditions of these parts (in the order they were added) were not met.
    ConditionUnmet(Vec<usize>),
}

impl TransactionOutcome {
    /// For a transaction without a condition, or whose condition only another writer can have broken.
    ///
    /// # Errors
    /// [`StoreError::Contention`] when nothing was done.
    pub fn or_contention(self) -> Result<(), StoreError> {
        match self {
            Self::Committed => Ok(()),
            Self::ConditionUnmet(_) => Err(StoreError::Contention { operation: "TransactWriteItems" }),
        }
    }
}

impl std::fmt::Debug for ItemKey {
    /// Sort keys may contain a patient's code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ItemKey(hidden)")
    }
}

impl ItemKey {
    /// A key.
    #[must_use]
    pub fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub(super) fn attributes(&self) -> Item {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }
}

impl Transaction {
    /// An empty transaction.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many writes it has so far: the place of the next one.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.parts.len()
    }

    /// Adds a whole item; `condition` holds only conditions.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the record cannot be written as an item.
    pub fn put(
        mut self,
        key: &ItemKey,
        record: &impl Serialize,
        condition: Change,
    ) -> Result<Self, StoreError> {
        self.parts.push(Part::Put { item: item_of(key, record)?, change: condition });
        Ok(self)
    }

    /// Adds a change to an item.
    #[must_use]
    pub fn update(mut self, key: ItemKey, change: Change) -> Self {
        self.parts.push(Part::Update { key, change });
        self
    }

    /// Adds the deletion of an item.
    #[must_use]
    pub fn delete(mut self, key: ItemKey) -> Self {
        self.parts.push(Part::Delete { key });
        self
    }
}

impl Index {
    /// The table behind a client.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Creates the table unless it exists. Only for the embedded profile and tests; elsewhere `infra/` does it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let text_key = |name: &str| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
        };
        let part = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
        let built = StoreError::corrupt::<aws_sdk_dynamodb::error::BuildError>;
        let request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(text_key("pk").map_err(built("CreateTable"))?)
            .attribute_definitions(text_key("sk").map_err(built("CreateTable"))?)
            .key_schema(part("pk", KeyType::Hash).map_err(built("CreateTable"))?)
            .key_schema(part("sk", KeyType::Range).map_err(built("CreateTable"))?);
        match request.send().await {
            Ok(_) => {}
            Err(SdkError::ServiceError(e)) if e.err().is_resource_in_use_exception() => return Ok(()),
            Err(e) => return Err(StoreError::unavailable("CreateTable")(Box::new(e))),
        }
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires_at").build();
        let request = self.client.update_time_to_live().table_name(&self.table);
        let request = request.time_to_live_specification(ttl.map_err(built("UpdateTimeToLive"))?);
        request.send().await.map(|_| ()).map_err(|e| StoreError::unavailable("UpdateTimeToLive")(Box::new(e)))
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &ItemKey) -> Result<Option<T>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true);
        let answer = request.send().await.map_err(|e| StoreError::unavailable("GetItem")(Box::new(e)))?;
        answer.item.map(record_of).transpose()
    }

    /// Writes an item unless its key exists; returns whether it did.
    pub(super) async fn put_new(&self, key: &ItemKey, record: &impl Serialize) -> Result<bool, StoreError> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item_of(key, record)?));
        match request.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => Ok(false),
            Err(e) => Err(StoreError::writing("PutItem")(e)),
        }
    }

    pub(super) async fn delete(&self, key: &ItemKey) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
        request.send().await.map(|_| ()).map_err(|e| StoreError::unavailable("DeleteItem")(Box::new(e)))
    }

    /// Removes an item and returns it; of several simultaneous callers one gets it.
    pub(super) async fn take<T: DeserializeOwned>(&self, key: &ItemKey) -> Result<Option<T>, StoreError> {
        let request = self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
        let answer = request.return_values(ReturnValue::AllOld).send().await;
        let answer = answer.map_err(|e| StoreError::unavailable("DeleteItem")(Box::new(e)))?;
        answer.attributes.filter(|item| !item.is_empty()).map(record_of).transpose()
    }

    /// Changes one item, or creates it, and returns it as it is then; `None` if the condition is not met.
    pub(super) async fn update<T: DeserializeOwned>(
        &self,
        key: &ItemKey,
        change: Change,
    ) -> Result<Option<T>, StoreError> {
        let e = change.expressions("UpdateItem")?;
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .set_update_expression(e.update)
            .set_condition_expression(e.condition)
            .set_expression_attribute_names(e.names)
            .set_expression_attribute_values(e.values)
            .return_values(ReturnValue::AllNew);
        match request.send().await {
            Ok(answer) => answer.attributes.map(record_of).transpose(),
            Err(SdkError::ServiceError(e))
                if matches!(e.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(None)
            }
            Err(SdkError::ServiceError(e))
                if matches!(e.err(), UpdateItemError::TransactionConflictException(_)) =>
            {
                Err(StoreError::Contention { operation: "UpdateItem" })
            }
            Err(e) => Err(StoreError::writing("UpdateItem")(e)),
        }
    }

    /// All items of a partition whose sort keys start with `sk_prefix`, in sort key order.
    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        pk: &str,
        sk_prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        records_of(self.query_request(pk, sk_prefix)).await
    }

    /// The request for the items of a partition whose sort keys start with `sk_prefix`; the caller may narrow it.
    pub(super) fn query_request(&self, pk: &str, sk_prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition_of(sk_prefix))
            .set_expression_attribute_values(Some(values_of(pk, sk_prefix)))
    }

    /// Only the keys of those items.
    pub(super) async fn query_keys(&self, pk: &str, sk_prefix: &str) -> Result<Vec<ItemKey>, StoreError> {
        #[derive(serde::Deserialize)]
        struct Keys {
            pk: String,
            sk: String,
        }
        let found: Vec<Keys> = self.query(pk, sk_prefix).await?;
        Ok(found.into_iter().map(|keys| ItemKey { pk: keys.pk, sk: keys.sk }).collect())
    }

    /// Runs a transaction; retries if it collides with another.
    ///
    /// # Errors
    /// [`StoreError::Contention`] if it collided every time, [`StoreError::NotStorable`], [`StoreError::Unavailable`].
    pub async fn commit(&self, transaction: Transaction) -> Result<TransactionOutcome, StoreError> {
        let parts: Vec<TransactWriteItem> =
            transaction.parts.into_iter().map(|part| self.transact_item(part)).collect::<Result<_, _>>()?;
        for attempt in 0..CONTENTION_TRIES_MAX {
            let request = self.client.transact_write_items().set_transact_items(Some(parts.clone()));
            let error = match request.send().await {
                Ok(_) => return Ok(TransactionOutcome::Committed),
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(StoreError::writing("TransactWriteItems")(error));
            };
            let unmet: Vec<usize> = cancelled
                .cancellation_reasons()
                .iter()
                .enumerate()
                .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
                .map(|(part, _)| part)
                .collect();
            if !unmet.is_empty() {
                return Ok(TransactionOutcome::ConditionUnmet(unmet));
            }
            // A part is too large, or has a bad key: retrying does not help.
            if cancelled.cancellation_reasons().iter().any(|reason| reason.code() == Some("ValidationError"))
            {
                let (operation, source) = ("TransactWriteItems", Box::new(error));
                return Err(StoreError::NotStorable { operation, source });
            }
            tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
        }
        Err(StoreError::Contention { operation: "TransactWriteItems" })
    }

    fn transact_item(&self, part: Part) -> Result<TransactWriteItem, StoreError> {
        const OPERATION: &str = "TransactWriteItems";
        let builder = TransactWriteItem::builder();
        let builder = match part {
            Part::Put { item, change } => {
                let e = change.expressions(OPERATION)?;
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .set_condition_expression(e.condition)
                    .set_expression_attribute_names(e.names)
                    .set_expression_attribute_values(e.values);
                builder.put(put.build().map_err(StoreError::corrupt(OPERATION))?)
            }
            Part::Update { key, change } => {
                let e = change.expressions(OPERATION)?;
                let update = Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .set_update_expression(e.update)
                    .set_condition_expression(e.condition)
                    .set_expression_attribute_names(e.names)
                    .set_expression_attribute_values(e.values);
                builder.update(update.build().map_err(StoreError::corrupt(OPERATION))?)
            }
            Part::Delete { key } => {
                let delete = Delete::builder().table_name(&self.table).set_key(Some(key.attributes()));
                builder.delete(delete.build().map_err(StoreError::corrupt(OPERATION))?)
            }
        };
        Ok(builder.build())
    }
}

fn item_of(key: &ItemKey, record: &impl Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(record).map_err(StoreError::corrupt("write an item"))?;
    // To conditions an absent attribute and a null one must be the same.
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    item.extend(key.attributes());
    Ok(item)
}

pub(super) fn record_of<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(StoreError::corrupt("read an item"))
}

/// All items of a query, page by page.
pub(super) async fn records_of<T: DeserializeOwned>(
    request: QueryFluentBuilder,
) -> Result<Vec<T>, StoreError> {
    let mut items = request.into_paginator().items().send();
    let mut records = Vec::new();
    while let Some(item) = items.next().await {
        records.push(record_of(item.map_err(|e| StoreError::unavailable("Query")(Box::new(e)))?)?);
    }
    Ok(records)
}

/// Selects items of a partition; DynamoDB refuses an empty prefix.
const fn condition_of(sk_prefix: &str) -> &'static str {
    if sk_prefix.is_empty() { "pk = :pk" } else { "pk = :pk AND begins_with(sk, :sk)" }
}

fn values_of(pk: &str, sk_prefix: &str) -> Item {
    let named = [(":pk", pk), (":sk", sk_prefix)].into_iter().filter(|(_, value)| !value.is_empty());
    named.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned()))).collect()
}

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put,
        ScalarAttributeType, TransactWriteItem, Update,
    },
};
use filmless_embedded::Credentials;

use crate::harness::{Bench, RawAnswer, RawRequest, credentials, dynamodb_client};

const LIST_TABLES: &str = "DynamoDB_20120810.ListTables";

fn client(bench: &Bench) -> Client {
    dynamodb_client(&bench.embedded.dynamodb_url(), &credentials())
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

async fn create_table(client: &Client) {
    let key =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let attribute = |name: &str| {
        let kind = ScalarAttributeType::S;
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let create = client.create_table().table_name("filmless").billing_mode(BillingMode::PayPerRequest);
    create
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn items_are_written_read_and_there_after_a_restart() {
    let bench = Bench::open().await;
    let tables = client(&bench);
    create_table(&tables).await;
    for n in 0..3 {
        let put = tables.put_item().table_name("filmless").item("pk", s("p")).item("sk", s(&format!("s{n}")));
        put.item("name", s("Nguyễn Thị Hoà")).send().await.unwrap();
    }
    let bench = bench.reopen().await;
    let tables = client(&bench);
    let query =
        tables.query().table_name("filmless").key_condition_expression("pk = :p AND begins_with(sk, :s)");
    let query = query.expression_attribute_values(":p", s("p")).expression_attribute_values(":s", s("s"));
    let found = query.limit(2).send().await.unwrap();
    assert_eq!(found.items()[0]["name"], s("Nguyễn Thị Hoà"));
    assert_eq!(found.last_evaluated_key().unwrap()["sk"], s("s1"));
}

#[tokio::test]
async fn conditional_writes_have_one_winner() {
    let bench = Bench::open().await;
    let tables = client(&bench);
    create_table(&tables).await;
    let tries = (0..16).map(|n| {
        let put = tables.put_item().table_name("filmless").item("pk", s("p")).item("sk", s("s"));
        let put = put.item("n", s(&n.to_string())).condition_expression("attribute_not_exists(pk)");
        async move { put.send().await }
    });
    let outcomes = futures::future::join_all(tries).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for error in lost {
        assert!(error.unwrap_err().into_service_error().is_conditional_check_failed_exception());
    }
}

#[tokio::test]
async fn transactions_say_which_condition_failed() {
    let bench = Bench::open().await;
    let tables = client(&bench);
    create_table(&tables).await;
    let put = Put::builder().table_name("filmless").item("pk", s("p")).item("sk", s("new")).build().unwrap();
    let update = Update::builder()
        .table_name("filmless")
        .key("pk", s("p"))
        .key("sk", s("none"))
        .update_expression("SET n = :n")
        .condition_expression("attribute_exists(pk)")
        .expression_attribute_values(":n", AttributeValue::N("1".into()))
        .build()
        .unwrap();
    let items =
        [TransactWriteItem::builder().put(put).build(), TransactWriteItem::builder().update(update).build()];
    let refused =
        tables.transact_write_items().set_transact_items(Some(items.into())).send().await.unwrap_err();
    let error = refused.into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("{error:?}");
    };
    let codes: Vec<_> = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let get = tables
        .get_item()
        .table_name("filmless")
        .set_key(Some(HashMap::from([("pk".to_owned(), s("p")), ("sk".to_owned(), s("new"))])));
    assert!(get.send().await.unwrap().item().is_none(), "nothing of it was done");
}

#[tokio::test]
async fn missing_tables_and_impossible_requests_are_told_apart() {
    let bench = Bench::open().await;
    let tables = client(&bench);
    let missing = tables.get_item().table_name("none").key("pk", s("p")).send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    let url = bench.embedded.dynamodb_url();
    for (target, body, expected) in [
        ("DynamoDB_20120810.PutItem", "{", "SerializationException"),
        ("DynamoDB_20120810.PutItem", "{}", "ValidationException"),
        ("DynamoDB_20120810.Nothing", "{}", "UnknownOperationException"),
        ("Other.ListTables", "{}", "UnknownOperationException"),
    ] {
        let answer = signed(&url, target, body, &credentials(), SystemTime::now()).send(&url).await;
        assert_eq!(answer.status(), 400);
        assert!(answer.text.contains(expected), "{target} {body}: {}", answer.text);
    }
}

fn request(target: &str, body: &str) -> RawRequest {
    RawRequest::new("POST", "/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", target)
        .body(body)
}

fn signed(url: &str, target: &str, body: &str, keys: &Credentials, at: SystemTime) -> RawRequest {
    request(target, body).sign(url, "dynamodb", keys, at)
}

fn refused(answer: &RawAnswer, exception: &str) {
    assert_eq!(answer.status(), 400, "{}", answer.text);
    let expected = format!("\"__type\":\"com.amazon.coral.service#{exception}\"");
    assert!(answer.text.contains(&expected), "{expected} is not in {}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.0"));
}

#[tokio::test]
async fn signed_request_is_answered() {
    let bench = Bench::open().await;
    let url = bench.embedded.dynamodb_url();
    let answer = signed(&url, LIST_TABLES, "{}", &credentials(), SystemTime::now()).send(&url).await;
    assert_eq!(answer.status(), 200, "{}", answer.text);
    assert!(answer.text.contains("TableNames"));
}

#[tokio::test]
async fn request_without_a_good_signature_is_refused() {
    let bench = Bench::open().await;
    let url = bench.embedded.dynamodb_url();
    let (now, quarter) = (SystemTime::now(), Duration::from_secs(16 * 60));
    let other =
        |id: &str, secret: &str| Credentials { access_key_id: id.into(), secret_access_key: secret.into() };

    refused(&request(LIST_TABLES, "{}").send(&url).await, "MissingAuthenticationTokenException");
    let half = request(LIST_TABLES, "{}").header("authorization", "AWS4-HMAC-SHA256 Credential=x");
    refused(&half.send(&url).await, "InvalidSignatureException");

    let wrong_secret = signed(&url, LIST_TABLES, "{}", &other("FLMSTEST", "guess"), now);
    refused(&wrong_secret.send(&url).await, "InvalidSignatureException");
    let wrong_id = signed(&url, LIST_TABLES, "{}", &other("FLMSOTHER", "a secret for tests"), now);
    refused(&wrong_id.send(&url).await, "UnrecognizedClientException");
    for at in [now - quarter, now + quarter] {
        let skewed = signed(&url, LIST_TABLES, "{}", &credentials(), at);
        refused(&skewed.send(&url).await, "InvalidSignatureException");
    }
    let other_service = request(LIST_TABLES, "{}").sign(&url, "s3", &credentials(), now);
    refused(&other_service.send(&url).await, "InvalidSignatureException");
}

#[tokio::test]
async fn request_that_was_changed_after_signing_is_refused() {
    let bench = Bench::open().await;
    let url = bench.embedded.dynamodb_url();
    let good = || signed(&url, LIST_TABLES, "{}", &credentials(), SystemTime::now());

    let mut other_body = good();
    other_body.body = b"{\"Limit\":1}".to_vec();
    refused(&other_body.send(&url).await, "InvalidSignatureException");

    let mut other_target = good();
    other_target.headers.iter_mut().find(|(name, _)| name == "x-amz-target").unwrap().1 =
        "DynamoDB_20120810.DeleteTable".to_owned();
    refused(&other_target.send(&url).await, "InvalidSignatureException");

    let unsigned_target =
        RawRequest::new("POST", "/").body("{}").sign(&url, "dynamodb", &credentials(), SystemTime::now());
    refused(
        &unsigned_target.header("x-amz-target", LIST_TABLES).send(&url).await,
        "InvalidSignatureException",
    );

    let doubled = good().header("x-amz-target", "DynamoDB_20120810.DeleteTable");
    refused(&doubled.send(&url).await, "InvalidSignatureException");
}

use bytes::Bytes;
use filmless_domain::ObjectKey;
use filmless_embedded::Credentials;
use filmless_store::calls::Service;
use filmless_store::{Connection, Endpoints, ObjectVersion, Served};
use http::Request;
use http_body_util::{BodyExt, Full};

use crate::harness::{Bench, REGION, credentials, pattern};

fn connection(bench: &Bench, keys: Credentials) -> Connection {
    let endpoints = Endpoints {
        s3: bench.embedded.s3_url(),
        s3_public: bench.embedded.s3_url(),
        dynamodb: bench.embedded.dynamodb_url(),
        region: REGION.to_owned(),
        access_key_id: keys.access_key_id,
        secret_access_key: keys.secret_access_key,
    };
    Connection::within(&endpoints, bench.embedded.in_process())
}

#[tokio::test]
async fn the_door_for_this_process_leads_to_the_same_objects_and_asks_for_the_same_signature() {
    let bench = Bench::open().await;
    let key = ObjectKey::parse("series/a b%2+ế").unwrap();
    let object = ObjectVersion { key: &key, version_id: None };
    let bytes = pattern(3 << 20);

    let within = connection(&bench, credentials()).bucket("derived");
    within.put(&key, bytes.clone(), Served::immutable("application/dicom")).await.unwrap();
    assert!(bench.get("derived", key.as_str()).await.unwrap() == bytes);
    assert!(within.get_range(object, 5..1 << 20).await.unwrap().bytes == bytes[5..1 << 20]);
    assert!(within.get(object, u64::MAX).await.unwrap() == bytes);

    let wrong = Credentials { secret_access_key: "another secret".into(), ..credentials() };
    assert!(connection(&bench, wrong).bucket("derived").size(object).await.is_err());
}

#[tokio::test]
async fn the_door_for_this_process_is_shut_with_the_servers() {
    let bench = Bench::open().await;
    let door = bench.embedded.in_process();
    let request = || {
        let body = Full::new(Bytes::new()).map_err(|never| match never {}).boxed();
        Request::get("/derived/k").header("host", "here").body(body).unwrap()
    };
    assert_eq!(door.answer(Service::Objects, request()).await.unwrap().status(), 403);
    bench.embedded.shutdown().await;
    assert!(door.answer(Service::Objects, request()).await.is_none());
}

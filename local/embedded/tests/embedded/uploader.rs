//! The uploader's key: what S3 clients need to write, and nothing else.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::{
    Client,
    presigning::PresigningConfig,
    types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier},
};
use filmless_embedded::Credentials;

use crate::harness::{Bench, RawRequest, code, dynamodb_client, pattern, s3_client, uploader};

/// Like [`Bench::open`], plus a client with the uploader's key.
async fn opened() -> (Bench, Client) {
    let bench = Bench::open().await;
    let s3 = s3_client(&bench.embedded.s3_url(), &uploader());
    (bench, s3)
}

#[tokio::test]
async fn a_key_that_no_list_could_name_is_refused_with_a_reason() {
    let (bench, s3) = opened().await;
    for key in ["orders/\0a", "orders/a\u{1}b.json", "incoming/\r", "incoming/\u{ffff}"] {
        for client in [&s3, &bench.s3] {
            let put = client.put_object().bucket("studies").key(key).body(pattern(10).into()).send().await;
            assert_eq!(code(put.unwrap_err()), "InvalidArgument", "{key:?}");
            let begun = client.create_multipart_upload().bucket("studies").key(key).send().await;
            assert_eq!(code(begun.unwrap_err()), "InvalidArgument", "{key:?}");
        }
    }
    let listed = s3.list_objects_v2().bucket("studies").prefix("orders/").send().await.unwrap();
    assert!(listed.contents().is_empty());
}

#[tokio::test]
async fn whoever_uploads_writes_lists_and_looks_at_names_and_sizes() {
    let (bench, s3) = opened().await;
    for key in ["incoming/a/1.dcm", "incoming/a/2.dcm", "orders/A1.json"] {
        s3.put_object().bucket("studies").key(key).body(pattern(10).into()).send().await.unwrap();
    }
    assert_eq!(bench.events().await.len(), 3);
    s3.head_bucket().bucket("studies").send().await.unwrap();
    s3.get_bucket_location().bucket("studies").send().await.unwrap();
    let head = s3.head_object().bucket("studies").key("incoming/a/1.dcm").send().await.unwrap();
    assert_eq!(head.content_length(), Some(10));
    // The way `aws s3 sync` and rclone list, and the way s3cmd does.
    let list = s3.list_objects_v2().bucket("studies").prefix("incoming/a/").delimiter("/").send().await;
    assert_eq!(list.unwrap().contents().len(), 2);
    let pages = s3.list_objects_v2().bucket("studies").prefix("incoming/").max_keys(1).send().await.unwrap();
    let token = pages.next_continuation_token().unwrap().to_owned();
    let next = s3.list_objects_v2().bucket("studies").prefix("incoming/").continuation_token(token).send();
    assert_eq!(next.await.unwrap().contents().len(), 1);
    let list = s3.list_objects().bucket("studies").prefix("orders/").send().await.unwrap();
    assert_eq!(list.contents().len(), 1);
}

#[tokio::test]
async fn whoever_uploads_lists_completes_and_gives_up_uploads_in_parts() {
    let (bench, s3) = opened().await;
    let bytes = pattern(5 * 1024 * 1024 + 7);
    let key = "incoming/large.zip";
    let made = s3.create_multipart_upload().bucket("studies").key(key).send().await.unwrap();
    let id = made.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, part) in [(1, &bytes[..5 * 1024 * 1024]), (2, &bytes[5 * 1024 * 1024..])] {
        let put = s3.upload_part().bucket("studies").key(key).upload_id(id).part_number(number);
        let put = put.body(part.to_vec().into()).send().await.unwrap();
        parts.push(
            CompletedPart::builder().part_number(number).set_e_tag(put.e_tag().map(Into::into)).build(),
        );
    }
    let listed = s3.list_parts().bucket("studies").key(key).upload_id(id).send().await.unwrap();
    assert_eq!(listed.parts().len(), 2);
    let uploads = s3.list_multipart_uploads().bucket("studies").prefix("incoming/").send().await.unwrap();
    assert_eq!(uploads.uploads().len(), 1);
    let list = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = s3.complete_multipart_upload().bucket("studies").key(key).upload_id(id);
    complete.multipart_upload(list).send().await.unwrap();
    assert!(bench.get("studies", key).await.unwrap() == bytes);

    let made = s3.create_multipart_upload().bucket("studies").key(key).send().await.unwrap();
    let id = made.upload_id().unwrap();
    s3.abort_multipart_upload().bucket("studies").key(key).upload_id(id).send().await.unwrap();
    let listed = s3.list_parts().bucket("studies").key(key).upload_id(id).send().await;
    assert_eq!(code(listed.unwrap_err()), "NoSuchUpload");
}

/// The code of a refusal; panics if there was none.
macro_rules! refused {
    ($($call:expr),* $(,)?) => {
        $(
            let answer = $call.send().await;
            let got = code(answer.expect_err(stringify!($call)));
            assert!(matches!(got.as_str(), "AccessDenied" | "403"), "{}: {got}", stringify!($call));
        )*
    };
}

#[tokio::test]
async fn whoever_uploads_reads_nothing_deletes_nothing_and_sees_no_other_place() {
    let (bench, s3) = opened().await;
    for (bucket, key) in [
        ("slips", "1.2/v1/slip.pdf"),
        ("studies", "incoming/a"),
        ("studies", "quarantine/a"),
        ("derived", "incoming/a"),
    ] {
        bench.put(bucket, key, "secret").await;
    }
    refused!(
        s3.get_object().bucket("studies").key("incoming/a"),
        s3.get_object().bucket("slips").key("1.2/v1/slip.pdf"),
        s3.get_object().bucket("nowhere").key("incoming/a"),
        s3.head_object().bucket("studies").key("quarantine/a"),
        s3.head_object().bucket("slips").key("incoming/a"),
        s3.put_object().bucket("studies").key("quarantine/a").body(vec![1].into()),
        s3.put_object().bucket("studies").key("incoming").body(vec![1].into()),
        s3.put_object().bucket("derived").key("incoming/a").body(vec![1].into()),
        s3.delete_object().bucket("studies").key("incoming/a"),
        s3.copy_object().bucket("studies").key("incoming/b").copy_source("slips/1.2/v1/slip.pdf"),
        s3.copy_object().bucket("studies").key("incoming/b").copy_source("studies/incoming/a"),
        s3.list_objects_v2().bucket("studies"),
        s3.list_objects_v2().bucket("studies").prefix(""),
        s3.list_objects_v2().bucket("studies").prefix("in"),
        s3.list_objects_v2().bucket("studies").prefix("quarantine/"),
        s3.list_objects().bucket("studies"),
        s3.list_objects_v2().bucket("slips").prefix("incoming/"),
        s3.list_multipart_uploads().bucket("studies"),
        s3.list_object_versions().bucket("studies").prefix("incoming/"),
        s3.get_bucket_versioning().bucket("studies"),
        s3.head_bucket().bucket("slips"),
        s3.head_bucket().bucket("nowhere"),
        s3.list_buckets(),
        s3.create_bucket().bucket("mine"),
    );
    let one = Delete::builder().objects(ObjectIdentifier::builder().key("incoming/a").build().unwrap());
    refused!(s3.delete_objects().bucket("studies").delete(one.build().unwrap()));
    let made = s3.create_multipart_upload().bucket("studies").key("incoming/c").send().await.unwrap();
    let part = s3.upload_part_copy().bucket("studies").key("incoming/c").part_number(1);
    refused!(part.upload_id(made.upload_id().unwrap()).copy_source("slips/1.2/v1/slip.pdf"));
    assert_eq!(bench.get("studies", "incoming/a").await.unwrap(), b"secret");
}

#[tokio::test]
async fn an_address_that_the_uploader_signed_opens_no_more_than_its_key() {
    let (bench, s3) = opened().await;
    bench.put("slips", "k", "secret").await;
    bench.put("studies", "incoming/k", "secret").await;
    let url = bench.embedded.s3_url();
    let life = || PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    for (bucket, key) in [("slips", "k"), ("studies", "incoming/k")] {
        let signed = s3.get_object().bucket(bucket).key(key).presigned(life()).await.unwrap();
        let answer = RawRequest::new("GET", signed.uri().strip_prefix(&url).unwrap()).send(&url).await;
        assert_eq!(answer.status(), 403);
        assert!(!answer.text.contains("secret"));
    }
}

#[tokio::test]
async fn the_tables_know_nothing_of_the_uploader() {
    let (bench, _) = opened().await;
    let tables = dynamodb_client(&bench.embedded.dynamodb_url(), &uploader());
    let refused = tables.list_tables().send().await.unwrap_err();
    assert!(format!("{refused:?}").contains("UnrecognizedClientException"), "{refused:?}");
}

#[tokio::test]
async fn the_name_of_one_key_with_the_secret_of_the_other_opens_nothing() {
    let (bench, _) = opened().await;
    let (system, uploader) = (crate::harness::credentials(), uploader());
    for (id, secret) in [
        (&system.access_key_id, &uploader.secret_access_key),
        (&uploader.access_key_id, &system.secret_access_key),
    ] {
        let mixed = Credentials { access_key_id: id.clone(), secret_access_key: secret.clone() };
        let url = bench.embedded.s3_url();
        let request = RawRequest::new("HEAD", "/studies").sign(&url, "s3", &mixed, SystemTime::now());
        assert_eq!(request.send(&url).await.status(), 403);
    }
}

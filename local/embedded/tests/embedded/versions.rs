use aws_sdk_s3::types::{BucketVersioningStatus, Delete, ObjectIdentifier};

use crate::harness::{Bench, code};

async fn put(bench: &Bench, bytes: &'static str) -> String {
    let put = bench.s3.put_object().bucket("studies").key("k").body(bytes.as_bytes().to_vec().into());
    put.send().await.unwrap().version_id().unwrap().to_owned()
}

async fn get(bench: &Bench, version: &str) -> Result<Vec<u8>, String> {
    let get = bench.s3.get_object().bucket("studies").key("k").version_id(version);
    Ok(get.send().await.map_err(code)?.body.collect().await.unwrap().to_vec())
}

#[tokio::test]
async fn overwritten_bytes_are_kept_and_can_be_read() {
    let bench = Bench::open().await;
    let (first, second) = (put(&bench, "one").await, put(&bench, "two").await);
    assert_eq!(bench.get("studies", "k").await.unwrap(), b"two");
    assert_eq!(get(&bench, &first).await.unwrap(), b"one");
    assert_eq!(get(&bench, &second).await.unwrap(), b"two");
    assert_eq!(get(&bench, "none").await.unwrap_err(), "NoSuchVersion");
    assert_eq!(std::fs::read(bench.file("studies/k")).unwrap(), b"two");
    assert_eq!(std::fs::read(bench.file(".versions/studies").join(&first)).unwrap(), b"one");
    let head = bench.s3.head_object().bucket("studies").key("k").version_id(&first).send().await.unwrap();
    assert_eq!(head.content_length(), Some(3));
}

#[tokio::test]
async fn deleted_object_leaves_a_marker_and_can_be_brought_back() {
    let bench = Bench::open().await;
    let first = put(&bench, "one").await;
    let deleted = bench.s3.delete_object().bucket("studies").key("k").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    assert_eq!(bench.get("studies", "k").await.unwrap_err(), "NoSuchKey");
    assert_eq!(get(&bench, &first).await.unwrap(), b"one");
    assert!(!bench.file("studies/k").exists());
    let listed = bench.s3.list_objects_v2().bucket("studies").send().await.unwrap();
    assert!(listed.contents().is_empty());

    let marker = deleted.version_id().unwrap();
    bench.s3.delete_object().bucket("studies").key("k").version_id(marker).send().await.unwrap();
    assert_eq!(bench.get("studies", "k").await.unwrap(), b"one");
    let second = put(&bench, "two").await;
    assert_eq!(bench.get("studies", "k").await.unwrap(), b"two");
    assert_eq!(get(&bench, &first).await.unwrap(), b"one");

    bench.s3.delete_object().bucket("studies").key("k").version_id(second).send().await.unwrap();
    assert_eq!(bench.get("studies", "k").await.unwrap(), b"one");
    bench.s3.delete_object().bucket("studies").key("k").version_id(first).send().await.unwrap();
    assert_eq!(bench.get("studies", "k").await.unwrap_err(), "NoSuchKey");
    assert!(!bench.file(".versions/studies").exists() && !bench.file("studies/k").exists(), "bytes are gone");
}

#[tokio::test]
async fn versions_are_listed_newest_first_page_by_page() {
    let bench = Bench::open().await;
    bench.put("studies", "a", "x").await;
    let (first, second) = (put(&bench, "one").await, put(&bench, "two").await);
    bench.s3.delete_object().bucket("studies").key("k").send().await.unwrap();
    bench.put("studies", "k/1", "x").await;
    for max in [1, 2, 1000] {
        let (mut versions, mut markers) = (Vec::new(), Vec::new());
        let (mut key, mut version) = (None, None);
        loop {
            let request = bench.s3.list_object_versions().bucket("studies").max_keys(max);
            let page = request.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
            versions.extend(
                page.versions().iter().map(|v| (v.key().unwrap().to_owned(), v.is_latest().unwrap())),
            );
            markers.extend(
                page.delete_markers().iter().map(|m| (m.key().unwrap().to_owned(), m.is_latest().unwrap())),
            );
            key = page.next_key_marker().map(str::to_owned);
            version = page.next_version_id_marker().map(str::to_owned);
            if !page.is_truncated().unwrap() {
                break;
            }
        }
        let expected =
            [("a", true), ("k", false), ("k", false), ("k/1", true)].map(|(k, l)| (k.to_owned(), l));
        assert_eq!(versions, expected, "pages of {max}");
        assert_eq!(markers, [("k".to_owned(), true)]);
    }
    let listed =
        bench.s3.list_object_versions().bucket("studies").prefix("k").delimiter("/").send().await.unwrap();
    let ids: Vec<_> = listed.versions().iter().filter_map(|v| v.version_id()).collect();
    assert_eq!(ids, [second, first]);
    assert_eq!(listed.common_prefixes()[0].prefix(), Some("k/"));
}

#[tokio::test]
async fn several_keys_are_deleted_at_once() {
    let bench = Bench::open().await;
    for key in ["x", "y"] {
        bench.put("derived", key, key).await;
    }
    let names = ["x", "y", "none"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder().set_objects(Some(names.into())).build().unwrap();
    let deleted = bench.s3.delete_objects().bucket("derived").delete(delete).send().await.unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (3, 0));
    assert!(bench.s3.list_objects_v2().bucket("derived").send().await.unwrap().contents().is_empty());
}

#[tokio::test]
async fn bucket_says_whether_it_is_versioned() {
    let bench = Bench::open().await;
    for (bucket, expected) in [("studies", Some(BucketVersioningStatus::Enabled)), ("derived", None)] {
        let answer = bench.s3.get_bucket_versioning().bucket(bucket).send().await.unwrap();
        assert_eq!(answer.status().cloned(), expected);
    }
}

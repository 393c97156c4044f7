//! Objects: bytes, ranges, versions, conditions, copies, listings, signed addresses, and the events of uploads.

use std::time::Duration;

use filmless_store::{ObjectVersion, Served, StoreError};
use futures::StreamExt;
use serde_json::Value;
use ureq::Agent;

use crate::backend::{Backend, key, latest};
use crate::every_backend::on_every_backend;
use filmless_store::port::QueueName;

on_every_backend! {
    what_was_written_is_read_whole_and_by_range
    what_is_not_there_is_not_found
    an_object_larger_than_allowed_is_refused
    keys_of_any_letters_are_listed_in_order
    a_versioned_bucket_keeps_what_was_overwritten
    all_versions_of_a_key_go_however_many_there_are
    an_upload_is_deleted_and_what_else_came_under_its_key_stays
    a_copy_is_of_the_version_that_was_named
    of_many_writers_of_one_key_one_is_first
    what_is_written_once_is_served_as_it_says
    a_file_comes_back_as_a_file
    what_is_written_piece_by_piece_is_one_object_once_it_is_finished
    a_signed_address_opens_one_object_as_it_is_to_be_served
    an_upload_is_announced
}

const TEXT: Served<'static> = Served::uncached("text/plain");

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

async fn what_was_written_is_read_whole_and_by_range(backend: &Backend) {
    let bucket = &backend.derived;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let name = key("a/b.bin");
    bucket.put(&name, bytes.clone(), TEXT).await.unwrap();
    assert_eq!(bucket.get(latest(&name), 1 << 20).await.unwrap(), bytes);
    assert_eq!(bucket.size(latest(&name)).await.unwrap(), 100_000);
    for range in [0..1, 0..65_536, 99_990..200_000, 50_000..50_001] {
        let read = bucket.get_range(latest(&name), range.clone()).await.unwrap();
        let end = range.end.min(100_000) as usize;
        assert_eq!(read.bytes, &bytes[range.start as usize..end], "{range:?}");
        assert_eq!(read.total_bytes, 100_000);
    }
    let past = bucket.get_range(latest(&name), 100_000..100_010).await.unwrap();
    assert_eq!((past.bytes.len(), past.total_bytes), (0, 100_000));

    let empty = key("empty");
    bucket.put(&empty, Vec::new(), TEXT).await.unwrap();
    let read = bucket.get_range(latest(&empty), 0..10).await.unwrap();
    assert_eq!((read.bytes.len(), read.total_bytes), (0, 0));
}

async fn what_is_not_there_is_not_found(backend: &Backend) {
    let (bucket, name) = (&backend.derived, key("nothing"));
    let is_missing = |error: StoreError| matches!(error, StoreError::NotFound);
    assert!(is_missing(bucket.get(latest(&name), 10).await.unwrap_err()));
    assert!(is_missing(bucket.get_range(latest(&name), 0..10).await.unwrap_err()));
    assert!(is_missing(bucket.size(latest(&name)).await.unwrap_err()));
    assert!(is_missing(bucket.copy(latest(&name), &key("copy")).await.unwrap_err()));
    bucket.delete(&name).await.unwrap();
    bucket.delete_all_versions(&name).await.unwrap();
}

async fn an_object_larger_than_allowed_is_refused(backend: &Backend) {
    let (bucket, name) = (&backend.derived, key("large"));
    bucket.put(&name, vec![0; 11], TEXT).await.unwrap();
    assert!(matches!(bucket.get(latest(&name), 10).await.unwrap_err(), StoreError::TooLarge));
    assert_eq!(bucket.get(latest(&name), 11).await.unwrap().len(), 11);
}

async fn keys_of_any_letters_are_listed_in_order(backend: &Backend) {
    let bucket = &backend.derived;
    let keys = ["p/a", "p/a b+%&=?#", "p/a/b", "p/B", "p/ế/ảnh", "p/~'()*!"];
    for name in keys.into_iter().chain(["q/other"]) {
        bucket.put(&key(name), name, TEXT).await.unwrap();
        assert_eq!(bucket.get(latest(&key(name)), 100).await.unwrap(), name);
    }
    let listed = bucket.list("p/", 100).await.unwrap();
    let mut expected = keys;
    expected.sort_unstable();
    assert_eq!(listed.iter().map(filmless_domain::ObjectKey::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(bucket.list("p/", 2).await.unwrap(), listed[..2]);
    assert!(bucket.list("nothing/", 10).await.unwrap().is_empty());
}

/// Version and key of each announced upload.
async fn announced(backend: &Backend, count: usize) -> Vec<Value> {
    let mut records = Vec::new();
    while records.len() < count {
        let held = backend
            .receiver
            .receive(QueueName::Intake, Duration::from_secs(30), Duration::from_secs(20))
            .await;
        assert!(!held.is_empty(), "only {} of {count} uploads were announced", records.len());
        for message in held {
            let body: Value = serde_json::from_str(&message.body).unwrap();
            // S3 tests a new notification with a message of a different shape.
            records.extend(body["Records"].as_array().cloned().unwrap_or_default());
            backend.receiver.delete(QueueName::Intake, &message.receipt).await;
        }
    }
    records.sort_by_key(|record| record["s3"]["object"]["sequencer"].as_str().unwrap_or_default().to_owned());
    records
}

fn version_of(record: &Value) -> String {
    record["s3"]["object"]["versionId"].as_str().unwrap().to_owned()
}

async fn first_version(backend: &Backend) -> String {
    version_of(&announced(backend, 1).await[0])
}

async fn a_versioned_bucket_keeps_what_was_overwritten(backend: &Backend) {
    let (bucket, name) = (&backend.studies, key("incoming/1"));
    bucket.put(&name, "first", TEXT).await.unwrap();
    let first = first_version(backend).await;
    bucket.put(&name, "second", TEXT).await.unwrap();
    bucket.delete(&name).await.unwrap();
    assert!(matches!(bucket.get(latest(&name), 10).await.unwrap_err(), StoreError::NotFound));
    let old = ObjectVersion { key: &name, version_id: Some(&first) };
    assert_eq!(bucket.get(old, 10).await.unwrap(), "first");
    assert_eq!(bucket.get_range(old, 0..2).await.unwrap().bytes, "fi");
    bucket.delete_all_versions(&name).await.unwrap();
    assert!(bucket.get(old, 10).await.is_err(), "the old version is still there");
}

/// More than the 1,000 versions of one page or one delete request, next to the versions of a longer key.
async fn all_versions_of_a_key_go_however_many_there_are(backend: &Backend) {
    let (bucket, name, longer) = (&backend.studies, key("incoming/again"), key("incoming/again and more"));
    let writes = futures::stream::iter(0..1_050).map(|number: u32| {
        let (bucket, name) = (bucket.clone(), name.clone());
        async move { bucket.put(&name, format!("{}", number % 2), TEXT).await.unwrap() }
    });
    writes.buffer_unordered(16).collect::<Vec<()>>().await;
    bucket.put(&longer, "another", TEXT).await.unwrap();
    bucket.delete(&name).await.unwrap();
    let written = etags_of(backend, &name).await;
    assert_eq!(written.len(), 1_050);

    // The MD5 of "1", which is its ETag.
    const ONE: &str = "c4ca4238a0b923820dcc509a6f75849b";
    bucket.delete_upload(latest(&name), ONE).await.unwrap();
    let left = etags_of(backend, &name).await;
    assert_eq!(
        (left.len(), left.values().any(|etag| etag == ONE)),
        (525, false),
        "the versions of the other bytes stay"
    );
    bucket.delete_all_versions(&name).await.unwrap();
    assert!(etags_of(backend, &name).await.is_empty());
    assert_eq!(bucket.get(latest(&longer), 10).await.unwrap(), "another");
}

/// The ETag of each version of a key. LocalStack repeats some versions where a page ends.
async fn etags_of(
    backend: &Backend,
    name: &filmless_domain::ObjectKey,
) -> std::collections::BTreeMap<Option<String>, String> {
    let (mut etags, mut after) = (std::collections::BTreeMap::new(), None);
    loop {
        let page = backend.studies.list_versions(name.as_str(), after.as_ref()).await.unwrap();
        let of_key = page.versions.into_iter().filter(|version| version.key == *name);
        etags.extend(of_key.map(|version| (version.version_id, version.etag)));
        after = page.next;
        if after.is_none() {
            return etags;
        }
    }
}

async fn an_upload_is_deleted_and_what_else_came_under_its_key_stays(backend: &Backend) {
    let (bucket, name) = (&backend.studies, key("incoming/one key"));
    for text in ["mine", "theirs", "mine"] {
        bucket.put(&name, text, TEXT).await.unwrap();
    }
    let etag = |record: &Value| record["s3"]["object"]["eTag"].as_str().unwrap().trim_matches('"').to_owned();
    // Events arrive in any order; sort them so that the other upload stands in the middle.
    let mut records = announced(backend, 3).await;
    records.sort_by_key(etag);
    if etag(&records[0]) == etag(&records[1]) {
        records.swap(1, 2);
    } else {
        records.swap(0, 1);
    }
    let versions: Vec<String> = records.iter().map(version_of).collect();
    let object = |number: usize| ObjectVersion { key: &name, version_id: Some(&versions[number]) };
    bucket.delete_upload(object(0), &etag(&records[0])).await.unwrap();
    for (number, is_there) in [(0, false), (1, true), (2, false)] {
        assert_eq!(bucket.get(object(number), 10).await.is_ok(), is_there, "version {number}");
    }
    assert_eq!(bucket.get(latest(&name), 10).await.unwrap(), "theirs");
    // Without a version id, the contents say which version is meant.
    bucket.delete(&name).await.unwrap();
    bucket.delete_upload(latest(&name), &etag(&records[1])).await.unwrap();
    assert!(bucket.get(object(1), 10).await.is_err());
    bucket.delete_upload(latest(&name), &etag(&records[1])).await.unwrap();
}

async fn a_copy_is_of_the_version_that_was_named(backend: &Backend) {
    let (bucket, name) = (&backend.studies, key("incoming/a b+%ế?"));
    bucket.put(&name, "first", TEXT).await.unwrap();
    let first = first_version(backend).await;
    bucket.put(&name, "second", TEXT).await.unwrap();
    bucket.copy(ObjectVersion { key: &name, version_id: Some(&first) }, &key("copy/of first")).await.unwrap();
    bucket.copy(latest(&name), &key("copy/of latest")).await.unwrap();
    assert_eq!(bucket.get(latest(&key("copy/of first")), 10).await.unwrap(), "first");
    assert_eq!(bucket.get(latest(&key("copy/of latest")), 10).await.unwrap(), "second");
}

async fn of_many_writers_of_one_key_one_is_first(backend: &Backend) {
    let (bucket, name) = (&backend.derived, key("log/000001"));
    let writers = (0..8).map(|writer| {
        let (bucket, name) = (bucket.clone(), name.clone());
        tokio::spawn(async move { (writer, bucket.put_new(&name, format!("{writer}"), TEXT).await.unwrap()) })
    });
    let mut first = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        let (writer, is_first) = writer.await.unwrap();
        first.extend(is_first.then_some(writer));
    }
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(bucket.get(latest(&name), 10).await.unwrap(), format!("{}", first[0]));
    assert!(!bucket.put_new(&name, "late", TEXT).await.unwrap());
}

async fn what_is_written_once_is_served_as_it_says(backend: &Backend) {
    let (bucket, page, log) = (&backend.derived, key("once/page"), key("once/log"));
    assert!(bucket.put_new(&page, "x", Served::immutable("text/html").gzip()).await.unwrap());
    assert!(bucket.put_new(&log, "x", Served::uncached("application/x-ndjson")).await.unwrap());
    for (name, expected) in [
        (&page, ["text/html", "private, max-age=604800, immutable", "gzip"]),
        (&log, ["application/x-ndjson", "no-store", ""]),
    ] {
        let url = bucket.presign_get(name, Duration::from_secs(60)).await.unwrap();
        let answer = agent().get(&url).header("range", "bytes=0-0").call().unwrap();
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!(
            ["content-type", "cache-control", "content-encoding"].map(header),
            expected,
            "{}",
            name.as_str()
        );
    }
}

async fn a_file_comes_back_as_a_file(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let (there, back) = (folder.path().join("there"), folder.path().join("back"));
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n / 7) as u8).collect();
    std::fs::write(&there, &bytes).unwrap();
    let name = key("downloads/1.zip");
    backend.derived.put_file(&name, &there, Served::immutable("application/zip")).await.unwrap();
    backend.derived.download(latest(&name), &back, 1 << 30).await.unwrap();
    assert!(std::fs::read(back).unwrap() == bytes, "the file is another one");
}

async fn what_is_written_piece_by_piece_is_one_object_once_it_is_finished(backend: &Backend) {
    let (bucket, name) = (&backend.derived, key("downloads/1.mime"));
    let kind = "multipart/related; type=\"application/dicom\"; boundary=ab12";
    for pieces in [vec![], vec![3], vec![5_000_000; 8], vec![16 << 20], vec![40_000_001]] {
        let mut expected = Vec::new();
        let mut upload = bucket.upload(&name, Served::immutable(kind)).await.unwrap();
        let before = bucket.current_etag(&name).await.unwrap();
        for length in pieces {
            let piece: Vec<u8> = (0..length).map(|n: u32| (n / 7) as u8).collect();
            upload.write(&piece).await.unwrap();
            expected.extend(piece);
        }
        assert_eq!(bucket.current_etag(&name).await.unwrap(), before, "it is there before it is whole");
        upload.finish().await.unwrap();
        assert!(bucket.get(latest(&name), 1 << 30).await.unwrap() == expected, "{} bytes", expected.len());
        let url = bucket.presign_get(&name, Duration::from_secs(60)).await.unwrap();
        let answer = agent().get(&url).call().unwrap();
        assert_eq!(answer.headers()["content-type"], kind);
    }
}

async fn a_signed_address_opens_one_object_as_it_is_to_be_served(backend: &Backend) {
    let (bucket, name) = (&backend.derived, key("a b+ế/index.json"));
    bucket.put(&name, "0123456789", Served::immutable("application/json").gzip()).await.unwrap();
    let url = bucket.presign_get(&name, Duration::from_secs(60)).await.unwrap();
    let answer = agent().get(&url).header("range", "bytes=2-4").call().unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(answer.status(), 206);
    assert_eq!(
        (header("content-type"), header("content-encoding")),
        ("application/json".into(), "gzip".into())
    );
    assert_eq!(header("cache-control"), "private, max-age=604800, immutable");
    assert_eq!(header("content-range"), "bytes 2-4/10");

    let file = bucket.presign_download(latest(&name), "study.json", Duration::from_secs(60)).await.unwrap();
    let answer = agent().get(&file).call().unwrap();
    assert_eq!(answer.headers()["content-disposition"], r#"attachment; filename="study.json""#);

    let other = url.replacen("index.json", "other.json", 1);
    assert!(matches!(agent().get(&other).call().unwrap().status().as_u16(), 400 | 403));
    let longer = url.replacen("X-Amz-Expires=60", "X-Amz-Expires=600", 1);
    assert_ne!(longer, url);
    assert!(matches!(agent().get(&longer).call().unwrap().status().as_u16(), 400 | 403));
}

async fn an_upload_is_announced(backend: &Backend) {
    let name = key("incoming/a b+%ế.dcm");
    backend.studies.put(&name, "bytes", TEXT).await.unwrap();
    let record = announced(backend, 1).await.remove(0);
    assert!(record["eventName"].as_str().unwrap().contains("ObjectCreated:Put"), "{record}");
    let object = &record["s3"]["object"];
    let encoded = object["key"].as_str().unwrap().replace('+', "%20");
    let decoded = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap();
    assert_eq!((decoded.as_ref(), object["size"].as_u64()), (name.as_str(), Some(5)));
    assert!(!version_of(&record).is_empty() && !object["eTag"].as_str().unwrap().is_empty());
    assert_eq!(record["s3"]["bucket"]["name"], backend.studies.name());
}

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use crate::harness::{Bench, code, pattern};

const MIB: usize = 1024 * 1024;

async fn create(bench: &Bench, key: &str) -> String {
    let create =
        bench.s3.create_multipart_upload().bucket("studies").key(key).content_type("application/zip");
    create.send().await.unwrap().upload_id().unwrap().to_owned()
}

async fn put_part(bench: &Bench, key: &str, id: &str, number: i32, bytes: Vec<u8>) -> CompletedPart {
    let put = bench.s3.upload_part().bucket("studies").key(key).upload_id(id).part_number(number);
    let part = put.body(bytes.into()).send().await.unwrap();
    CompletedPart::builder().part_number(number).set_e_tag(part.e_tag().map(str::to_owned)).build()
}

async fn complete(bench: &Bench, key: &str, id: &str, parts: Vec<CompletedPart>) -> Result<String, String> {
    let list = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = bench.s3.complete_multipart_upload().bucket("studies").key(key).upload_id(id);
    Ok(complete.multipart_upload(list).send().await.map_err(code)?.e_tag().unwrap().to_owned())
}

#[tokio::test]
async fn parts_become_one_object_and_one_event() {
    let bench = Bench::open().await;
    let bytes = pattern(12 * MIB + 5);
    let id = create(&bench, "k.zip").await;
    let mut parts = Vec::new();
    for (number, range) in [(3, 10 * MIB..bytes.len()), (1, 0..5 * MIB), (2, 5 * MIB..10 * MIB)] {
        parts.push(put_part(&bench, "k.zip", &id, number, bytes[range].to_vec()).await);
    }
    parts.sort_by_key(CompletedPart::part_number);
    assert!(bench.events().await.is_empty(), "nothing is there before the upload is complete");
    let etag = complete(&bench, "k.zip", &id, parts.clone()).await.unwrap();
    assert!(etag.ends_with("-3\""), "{etag}");
    let got = bench.s3.get_object().bucket("studies").key("k.zip").send().await.unwrap();
    assert_eq!((got.e_tag(), got.content_type()), (Some(etag.as_str()), Some("application/zip")));
    assert!(got.body.collect().await.unwrap().to_vec() == bytes);
    assert_eq!(complete(&bench, "k.zip", &id, parts).await.unwrap(), etag, "asked again, answered again");
    let events = bench.events().await;
    assert_eq!(events.len(), 1);
    let record = &events[0].1.records[0];
    assert_eq!(record.event_name.as_deref(), Some("ObjectCreated:CompleteMultipartUpload"));
    assert_eq!(record.s3.object.e_tag.as_deref(), Some(etag.trim_matches('"')));
    assert!(std::fs::read_dir(bench.file(".parts")).unwrap().next().is_none(), "no part is left behind");
}

#[tokio::test]
async fn upload_survives_a_restart() {
    let bench = Bench::open().await;
    let id = create(&bench, "k").await;
    let part = put_part(&bench, "k", &id, 1, pattern(1000)).await;
    let bench = bench.reopen().await;
    complete(&bench, "k", &id, vec![part]).await.unwrap();
    assert_eq!(bench.get("studies", "k").await.unwrap(), pattern(1000));
}

#[tokio::test]
async fn part_sent_twice_counts_once() {
    let bench = Bench::open().await;
    let id = create(&bench, "k").await;
    let old = put_part(&bench, "k", &id, 1, b"old".to_vec()).await;
    let new = put_part(&bench, "k", &id, 1, b"new".to_vec()).await;
    assert_eq!(complete(&bench, "k", &id, vec![old]).await.unwrap_err(), "InvalidPart");
    complete(&bench, "k", &id, vec![new]).await.unwrap();
    assert_eq!(bench.get("studies", "k").await.unwrap(), b"new");
}

#[tokio::test]
async fn uploads_that_cannot_be_completed_say_why() {
    let bench = Bench::open().await;
    let id = create(&bench, "k").await;
    let first = put_part(&bench, "k", &id, 1, pattern(10)).await;
    let second = put_part(&bench, "k", &id, 2, pattern(10)).await;
    let missing = CompletedPart::builder().part_number(3).e_tag("x").build();
    for (parts, expected) in [
        (vec![first.clone(), second.clone()], "EntityTooSmall"),
        (vec![second, first.clone()], "InvalidPartOrder"),
        (vec![missing], "InvalidPart"),
    ] {
        assert_eq!(complete(&bench, "k", &id, parts).await.unwrap_err(), expected);
    }
    assert_eq!(complete(&bench, "k", "none", vec![first.clone()]).await.unwrap_err(), "NoSuchUpload");
    assert_eq!(complete(&bench, "other key", &id, vec![first]).await.unwrap_err(), "NoSuchUpload");
}

#[tokio::test]
async fn aborted_upload_is_gone() {
    let bench = Bench::open().await;
    let id = create(&bench, "k").await;
    let part = put_part(&bench, "k", &id, 1, pattern(10)).await;
    let abort = || bench.s3.abort_multipart_upload().bucket("studies").key("k").upload_id(&id);
    abort().send().await.unwrap();
    assert_eq!(code(abort().send().await.unwrap_err()), "NoSuchUpload");
    assert_eq!(complete(&bench, "k", &id, vec![part]).await.unwrap_err(), "NoSuchUpload");
    assert!(std::fs::read_dir(bench.file(".parts")).unwrap().next().is_none());
}

#[tokio::test]
async fn uploads_and_their_parts_are_listed() {
    let bench = Bench::open().await;
    let id = create(&bench, "b").await;
    create(&bench, "a").await;
    for number in 1..=3 {
        put_part(&bench, "b", &id, number, pattern(10)).await;
    }
    let uploads = bench.s3.list_multipart_uploads().bucket("studies").send().await.unwrap();
    let keys: Vec<_> = uploads.uploads().iter().filter_map(|upload| upload.key()).collect();
    assert_eq!(keys, ["a", "b"]);
    let list = || bench.s3.list_parts().bucket("studies").key("b").upload_id(&id).max_parts(2);
    let page = list().send().await.unwrap();
    assert_eq!((page.parts().len(), page.is_truncated()), (2, Some(true)));
    let rest = list().part_number_marker(page.next_part_number_marker().unwrap()).send().await.unwrap();
    assert_eq!((rest.parts()[0].part_number(), rest.is_truncated()), (Some(3), Some(false)));
}

#[tokio::test]
async fn part_can_be_copied_from_another_object() {
    let bench = Bench::open().await;
    bench.put("derived", "source", pattern(1000)).await;
    let id = create(&bench, "k").await;
    let copy = bench.s3.upload_part_copy().bucket("studies").key("k").upload_id(&id).part_number(1);
    let copied = copy.copy_source("derived/source").copy_source_range("bytes=100-199").send().await.unwrap();
    let etag = copied.copy_part_result().unwrap().e_tag().unwrap();
    let part = CompletedPart::builder().part_number(1).e_tag(etag).build();
    complete(&bench, "k", &id, vec![part]).await.unwrap();
    assert_eq!(bench.get("studies", "k").await.unwrap(), &pattern(1000)[100..200]);
}

use aws_sdk_s3::{
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumMode, MetadataDirective},
};
use std::time::Duration;

use crate::harness::{Bench, code, pattern};

#[tokio::test]
async fn object_comes_back_with_everything_that_was_said_about_it() {
    let bench = Bench::open().await;
    let bytes = pattern(700_001);
    let put = bench
        .s3
        .put_object()
        .bucket("derived")
        .key("series/1.pack")
        .body(ByteStream::from(bytes.clone()))
        .content_type("application/x-pack")
        .cache_control("private")
        .content_disposition("inline")
        .content_encoding("gzip")
        .metadata("ward", "k01")
        .send()
        .await
        .unwrap();
    let got = bench.s3.get_object().bucket("derived").key("series/1.pack").send().await.unwrap();
    assert_eq!(got.e_tag(), put.e_tag());
    assert_eq!(got.content_type(), Some("application/x-pack"));
    assert_eq!(got.cache_control(), Some("private"));
    assert_eq!(got.content_disposition(), Some("inline"));
    assert_eq!(got.content_encoding(), Some("gzip"), "aws-chunked is not part of what was stored");
    assert_eq!(got.metadata().unwrap()["ward"], "k01");
    assert_eq!(got.content_length(), Some(700_001));
    assert_eq!(got.version_id(), None, "the bucket is not versioned");
    assert!(got.body.collect().await.unwrap().to_vec() == bytes);
    assert!(std::fs::read(bench.file("derived/series/1.pack")).unwrap() == bytes, "a plain file");
}

#[tokio::test]
async fn entity_tag_is_the_md5_of_the_bytes() {
    let bench = Bench::open().await;
    for (bytes, md5) in
        [("", "\"d41d8cd98f00b204e9800998ecf8427e\""), ("hello", "\"5d41402abc4b2a76b9719d911017c592\"")]
    {
        bench.put("derived", "k", bytes).await;
        let head = bench.s3.head_object().bucket("derived").key("k").send().await.unwrap();
        assert_eq!(head.e_tag(), Some(md5));
        assert_eq!(head.content_length(), i64::try_from(bytes.len()).ok());
    }
}

#[tokio::test]
async fn ranges_give_exactly_the_bytes_asked_for() {
    let bench = Bench::open().await;
    let bytes = pattern(300_000);
    bench.put("derived", "k", bytes.clone()).await;
    for (range, expected, content_range) in [
        ("bytes=0-65535", 0..65_536, "bytes 0-65535/300000"),
        ("bytes=299999-", 299_999..300_000, "bytes 299999-299999/300000"),
        ("bytes=-10", 299_990..300_000, "bytes 299990-299999/300000"),
        ("bytes=150000-999999", 150_000..300_000, "bytes 150000-299999/300000"),
        ("bytes=-999999", 0..300_000, "bytes 0-299999/300000"),
    ] {
        let got = bench.s3.get_object().bucket("derived").key("k").range(range).send().await.unwrap();
        assert_eq!(got.content_range(), Some(content_range));
        assert!(got.body.collect().await.unwrap().to_vec() == bytes[expected], "{range}");
    }
    for range in ["bytes=300000-", "bytes=-0"] {
        let refused = bench.s3.get_object().bucket("derived").key("k").range(range).send().await;
        assert_eq!(code(refused.unwrap_err()), "InvalidRange", "{range}");
    }
}

#[tokio::test]
async fn range_of_an_empty_object_is_refused() {
    let bench = Bench::open().await;
    bench.put("derived", "k", "").await;
    for range in ["bytes=0-0", "bytes=-5"] {
        let refused = bench.s3.get_object().bucket("derived").key("k").range(range).send().await;
        assert_eq!(code(refused.unwrap_err()), "InvalidRange", "{range}");
    }
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let bench = Bench::open().await;
    assert_eq!(bench.get("derived", "nothing").await.unwrap_err(), "NoSuchKey");
    assert_eq!(bench.get("nowhere", "nothing").await.unwrap_err(), "NoSuchBucket");
    let head = bench.s3.head_object().bucket("derived").key("nothing").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
    let put =
        bench.s3.put_object().bucket("nowhere").key("k").body(ByteStream::from_static(b"x")).send().await;
    assert_eq!(code(put.unwrap_err()), "NoSuchBucket");
}

#[tokio::test]
async fn conditions_of_a_read_are_kept() {
    let bench = Bench::open().await;
    bench.put("derived", "k", "hello").await;
    let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
    let get = || bench.s3.get_object().bucket("derived").key("k");
    assert!(get().if_match(etag).send().await.is_ok());
    assert!(get().if_none_match("\"other\"").send().await.is_ok());
    assert_eq!(code(get().if_match("\"other\"").send().await.unwrap_err()), "PreconditionFailed");
    let unchanged = get().if_none_match(etag).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    let modified = *get().send().await.unwrap().last_modified().unwrap();
    let unchanged = get().if_modified_since(modified).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    assert!(get().if_unmodified_since(modified).send().await.is_ok());
}

#[tokio::test]
async fn conditions_of_a_write_make_create_once_and_compare_and_swap() {
    let bench = Bench::open().await;
    let put = |body: &'static [u8]| {
        bench.s3.put_object().bucket("derived").key("k").body(ByteStream::from_static(body))
    };
    assert_eq!(code(put(b"x").if_match("\"any\"").send().await.unwrap_err()), "NoSuchKey");
    let first = put(b"one").if_none_match("*").send().await.unwrap();
    assert_eq!(code(put(b"two").if_none_match("*").send().await.unwrap_err()), "PreconditionFailed");
    assert!(put(b"three").if_match(first.e_tag().unwrap()).send().await.is_ok());
    assert_eq!(
        code(put(b"four").if_match(first.e_tag().unwrap()).send().await.unwrap_err()),
        "PreconditionFailed"
    );
    assert_eq!(bench.get("derived", "k").await.unwrap(), b"three");
}

#[tokio::test]
async fn only_one_of_many_wins_the_creation() {
    let bench = Bench::open().await;
    let tries = (0..16).map(|n: u8| {
        let put = bench.s3.put_object().bucket("derived").key("k").if_none_match("*").body(vec![n].into());
        async move { put.send().await.is_ok() }
    });
    let won = futures::future::join_all(tries).await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
}

#[tokio::test]
async fn bytes_that_are_not_what_was_promised_are_refused() {
    let bench = Bench::open().await;
    let put = || bench.s3.put_object().bucket("derived").key("k").body(ByteStream::from_static(b"hello"));
    for (name, request) in [
        ("MD5", put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==")),
        ("CRC-32", put().checksum_crc32("AAAAAA==")),
        ("SHA-256", put().checksum_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")),
    ] {
        assert_eq!(code(request.send().await.unwrap_err()), "BadDigest", "{name}");
    }
    assert_eq!(bench.get("derived", "k").await.unwrap_err(), "NoSuchKey");
    assert!(std::fs::read_dir(bench.file(".staged")).unwrap().next().is_none(), "nothing is left behind");
}

#[tokio::test]
async fn checksums_are_computed_verified_and_given_back() {
    let bench = Bench::open().await;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let put = bench.s3.put_object().bucket("derived").key("k").checksum_algorithm(algorithm.clone());
        put.body(ByteStream::from(pattern(100_000))).send().await.unwrap();
        let get = bench.s3.get_object().bucket("derived").key("k").checksum_mode(ChecksumMode::Enabled);
        let got = get.send().await.unwrap();
        let given = match algorithm {
            ChecksumAlgorithm::Crc32 => got.checksum_crc32(),
            ChecksumAlgorithm::Crc32C => got.checksum_crc32_c(),
            ChecksumAlgorithm::Crc64Nvme => got.checksum_crc64_nvme(),
            ChecksumAlgorithm::Sha1 => got.checksum_sha1(),
            _ => got.checksum_sha256(),
        };
        assert!(given.is_some(), "{algorithm}");
        // The SDK verifies the checksum against the bytes as it reads them.
        assert_eq!(got.body.collect().await.unwrap().to_vec(), pattern(100_000));
    }
}

#[tokio::test]
async fn file_streamed_in_signed_chunks_is_stored_without_its_chunks() {
    let bench = Bench::open().await;
    let source = bench.dir.path().join("source");
    std::fs::write(&source, pattern(3_000_000)).unwrap();
    let body = ByteStream::from_path(&source).await.unwrap();
    bench.s3.put_object().bucket("derived").key("k").body(body).send().await.unwrap();
    let got = bench.s3.get_object().bucket("derived").key("k").send().await.unwrap();
    assert_eq!(got.content_encoding(), None);
    assert!(got.body.collect().await.unwrap().to_vec() == pattern(3_000_000));
}

#[tokio::test]
async fn copy_takes_the_bytes_and_what_was_said_about_them() {
    let bench = Bench::open().await;
    let put = bench.s3.put_object().bucket("studies").key("a b+%ế").body(ByteStream::from(pattern(1_000)));
    put.content_type("application/dicom").metadata("m", "1").send().await.unwrap();
    let copy = || bench.s3.copy_object().copy_source("studies/a%20b%2B%25%E1%BA%BF").bucket("derived");
    copy().key("kept").send().await.unwrap();
    copy().key("new").metadata_directive(MetadataDirective::Replace).metadata("m", "2").send().await.unwrap();
    for (key, content_type, m) in [("kept", "application/dicom", "1"), ("new", "binary/octet-stream", "2")] {
        let got = bench.s3.get_object().bucket("derived").key(key).send().await.unwrap();
        assert_eq!((got.content_type(), got.metadata().unwrap()["m"].as_str()), (Some(content_type), m));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), pattern(1_000));
    }
    let missing = bench.s3.copy_object().copy_source("studies/none").bucket("derived").key("x").send().await;
    assert_eq!(code(missing.unwrap_err()), "NoSuchKey");
}

#[tokio::test]
async fn deleted_object_is_gone_with_its_file() {
    let bench = Bench::open().await;
    bench.put("slips", "1.2/v1/slip.pdf", "secret").await;
    bench.s3.delete_object().bucket("slips").key("1.2/v1/slip.pdf").send().await.unwrap();
    bench.s3.delete_object().bucket("slips").key("never there").send().await.unwrap();
    assert_eq!(bench.get("slips", "1.2/v1/slip.pdf").await.unwrap_err(), "NoSuchKey");
    assert!(!bench.file("slips/1.2").exists() && bench.file("slips").exists());
}

#[tokio::test]
async fn response_headers_can_be_chosen_by_the_presigned_url() {
    let bench = Bench::open().await;
    bench.put("derived", "k", "hello").await;
    let life = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let get = bench.s3.get_object().bucket("derived").key("k").response_content_type("image/webp");
    let url = get.presigned(life).await.unwrap().uri().to_owned();
    let server = bench.embedded.s3_url();
    let path = url.strip_prefix(&server).unwrap();
    let answer = crate::harness::RawRequest::new("GET", path).send(&server).await;
    assert_eq!((answer.status(), answer.header("content-type")), (200, Some("image/webp")));
    assert!(answer.text.ends_with("hello"));
}

#[tokio::test]
async fn new_objects_of_the_studies_bucket_are_announced_and_others_are_not() {
    let bench = Bench::open().await;
    let key = "incoming/a b+%ế.dcm";
    bench.put("studies", key, "bytes").await;
    bench.put("derived", key, "bytes").await;
    let copy = bench.s3.copy_object().copy_source("derived/incoming/a%20b%2B%25%E1%BA%BF.dcm");
    copy.bucket("studies").key("incoming/copy").send().await.unwrap();
    let refused = bench.s3.put_object().bucket("studies").key(key).if_none_match("*").body(vec![1].into());
    assert_eq!(code(refused.send().await.unwrap_err()), "PreconditionFailed");
    let head = bench.s3.head_object().bucket("studies").key(key).send().await.unwrap();
    let events = bench.events().await;
    let [(announced, event), (copied, copy)] = events.as_slice() else { panic!("{} events", events.len()) };
    assert_eq!((announced.as_str(), copied.as_str()), (key, "incoming/copy"));
    assert_eq!(copy.records[0].event_name.as_deref(), Some("ObjectCreated:Copy"));
    let record = &event.records[0];
    assert_eq!(record.event_name.as_deref(), Some("ObjectCreated:Put"));
    assert_eq!(record.aws_region.as_deref(), Some("ap-southeast-1"));
    assert_eq!(record.s3.object.size, Some(5));
    assert_eq!(record.s3.object.version_id.as_deref(), head.version_id());
    assert_eq!(record.s3.object.e_tag.as_deref(), head.e_tag().map(|etag| etag.trim_matches('"')));
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let bench = Bench::open().await;
    bench.put("studies", "k", "one").await;
    bench.put("derived", "k", "two").await;
    let bench = bench.reopen().await;
    assert_eq!(bench.get("studies", "k").await.unwrap(), b"one");
    assert_eq!(bench.get("derived", "k").await.unwrap(), b"two");
    assert_eq!(bench.events().await.len(), 1);
}

#[tokio::test]
async fn operations_that_are_not_there_say_so() {
    let bench = Bench::open().await;
    let refused = bench.s3.get_object_tagging().bucket("derived").key("k").send().await.unwrap_err();
    assert_eq!(code(refused), "NotImplemented");
}

#[tokio::test]
async fn buckets_can_be_made_and_are_listed() {
    let bench = Bench::open().await;
    bench.s3.create_bucket().bucket("usage").send().await.unwrap();
    let again = bench.s3.create_bucket().bucket("usage").send().await.unwrap_err();
    assert_eq!(code(again), "BucketAlreadyOwnedByYou");
    assert!(bench.s3.head_bucket().bucket("usage").send().await.is_ok());
    assert!(
        bench.s3.head_bucket().bucket("none").send().await.unwrap_err().into_service_error().is_not_found()
    );
    let listed = bench.s3.list_buckets().send().await.unwrap();
    let names: Vec<_> = listed.buckets().iter().filter_map(|bucket| bucket.name()).collect();
    assert_eq!(names, ["derived", "slips", "studies", "usage"]);
    let location = bench.s3.get_bucket_location().bucket("usage").send().await.unwrap();
    assert_eq!(location.location_constraint().unwrap().as_str(), "ap-southeast-1");
}

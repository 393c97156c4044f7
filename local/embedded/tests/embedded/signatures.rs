use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::PresigningConfig;
use filmless_embedded::Credentials;

use crate::harness::{Bench, RawRequest, code, credentials, s3_client};

async fn presigned(bench: &Bench, config: PresigningConfig) -> RawRequest {
    let url =
        bench.s3.get_object().bucket("derived").key("k").presigned(config).await.unwrap().uri().to_owned();
    RawRequest::new("GET", url.strip_prefix(&bench.embedded.s3_url()).unwrap())
}

#[tokio::test]
async fn unsigned_request_is_refused() {
    let bench = Bench::open().await;
    bench.put("derived", "k", "secret").await;
    let url = bench.embedded.s3_url();
    for (method, path) in [
        ("GET", "/derived/k"),
        ("GET", "/"),
        ("GET", "/derived"),
        ("PUT", "/derived/x"),
        ("DELETE", "/derived/k"),
    ] {
        let answer = RawRequest::new(method, path).send(&url).await;
        assert_eq!(answer.status(), 403, "{method} {path}");
        assert!(!answer.text.contains("secret"));
    }
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let bench = Bench::open().await;
    let check = async |id: &str, secret: &str, expected: &str| {
        let keys = Credentials { access_key_id: id.into(), secret_access_key: secret.into() };
        let s3 = s3_client(&bench.embedded.s3_url(), &keys);
        let put = s3.put_object().bucket("derived").key("k").body(vec![1].into()).send().await;
        assert_eq!(code(put.unwrap_err()), expected);
        assert!(code(s3.get_object().bucket("derived").key("k").send().await.unwrap_err()) == expected);
    };
    check("FLMSTEST", "another secret", "SignatureDoesNotMatch").await;
    check("FLMSOTHER", "a secret for tests", "InvalidAccessKeyId").await;
}

#[tokio::test]
async fn request_signed_too_long_ago_or_ahead_is_refused() {
    let bench = Bench::open().await;
    let url = bench.embedded.s3_url();
    let now = SystemTime::now();
    for (at, expected) in [
        (now, 404),
        (now - Duration::from_secs(14 * 60), 404),
        (now - Duration::from_secs(16 * 60), 403),
        (now + Duration::from_secs(16 * 60), 403),
    ] {
        let request = RawRequest::new("GET", "/derived/none").sign(&url, "s3", &credentials(), at);
        let answer = request.send(&url).await;
        assert_eq!(answer.status(), expected, "{}", answer.text);
        assert_eq!(answer.text.contains("RequestTimeTooSkewed"), expected == 403);
    }
}

#[tokio::test]
async fn presigned_url_works_until_it_expires() {
    let bench = Bench::open().await;
    bench.put("derived", "k", "hello").await;
    let url = bench.embedded.s3_url();
    let minute = Duration::from_secs(60);
    let config = |age: Duration, life: Duration| {
        PresigningConfig::builder().start_time(SystemTime::now() - age).expires_in(life).build().unwrap()
    };
    let good = presigned(&bench, config(Duration::ZERO, minute)).await;
    let answer = good.clone().send(&url).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.text.ends_with("hello"));
    let expired = presigned(&bench, config(minute * 2, minute)).await.send(&url).await;
    assert_eq!(expired.status(), 403);
    assert!(expired.text.contains("Request has expired"));
    for tampered in [
        good.path.replace("/derived/k", "/derived/other"),
        good.path.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        good.path.replace("/derived/k?", "/derived/k?versionId=x&"),
    ] {
        assert_ne!(tampered, good.path);
        let answer = RawRequest::new("GET", &tampered).send(&url).await;
        assert_eq!(answer.status(), 403, "{tampered}");
    }
    let other_method = RawRequest::new("DELETE", &good.path).send(&url).await;
    assert_eq!(other_method.status(), 403);
}

#[tokio::test]
async fn body_that_was_not_signed_is_refused() {
    let bench = Bench::open().await;
    let url = bench.embedded.s3_url();
    let mut request = RawRequest::new("PUT", "/derived/k").body("signed").sign(
        &url,
        "s3",
        &credentials(),
        SystemTime::now(),
    );
    request.body = b"forged".to_vec();
    let answer = request.send(&url).await;
    assert!(answer.status() >= 400, "{}", answer.text);
    assert_eq!(bench.get("derived", "k").await.unwrap_err(), "NoSuchKey");
}

#[tokio::test]
async fn signatures_of_version_2_are_refused() {
    let bench = Bench::open().await;
    let url = bench.embedded.s3_url();
    let by_header = RawRequest::new("GET", "/derived/k")
        .header("date", "Sun, 22 Nov 2026 00:00:00 GMT")
        .header("authorization", "AWS FLMSTEST:AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let by_query =
        RawRequest::new("GET", "/derived/k?AWSAccessKeyId=FLMSTEST&Expires=9999999999&Signature=AAAA");
    for request in [by_header, by_query] {
        assert!((400..500).contains(&request.send(&url).await.status()));
    }
}

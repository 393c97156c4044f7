use crate::harness::{Bench, ORIGIN, RawRequest};

fn preflight(origin: &str) -> RawRequest {
    RawRequest::new("OPTIONS", "/derived/k")
        .header("origin", origin)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "range")
}

#[tokio::test]
async fn pages_of_the_portal_may_read_objects_and_others_may_not() {
    let bench = Bench::open().await;
    let url = bench.embedded.s3_url();
    let allowed = preflight(ORIGIN).send(&url).await;
    assert_eq!(allowed.status(), 200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(allowed.header("access-control-allow-headers"), Some("range"));
    for other in ["http://127.0.0.1:8081", "http://evil.example", "null"] {
        let refused = preflight(other).send(&url).await;
        assert_eq!((refused.status(), refused.header("access-control-allow-origin")), (403, None), "{other}");
    }
}

#[tokio::test]
async fn answers_expose_ranges_and_keep_uploads_from_becoming_pages() {
    let bench = Bench::open().await;
    bench.put("derived", "k", "<script>alert(1)</script>").await;
    let url = bench.embedded.s3_url();
    let life =
        aws_sdk_s3::presigning::PresigningConfig::expires_in(std::time::Duration::from_secs(60)).unwrap();
    let get = bench.s3.get_object().bucket("derived").key("k").presigned(life).await.unwrap();
    let path = get.uri().strip_prefix(&url).unwrap();
    let answer =
        RawRequest::new("GET", path).header("origin", ORIGIN).header("range", "bytes=0-3").send(&url).await;
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.header("content-range"), Some("bytes 0-3/25"));
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    for name in ["content-range", "content-length", "etag"] {
        assert!(exposed.contains(name), "{name}");
    }
    assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert!(answer.text.ends_with("<scr"));
    let elsewhere = RawRequest::new("GET", path).header("origin", "http://evil.example").send(&url).await;
    assert_eq!(elsewhere.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn client_that_stalls_does_not_hold_up_the_others() {
    use tokio::io::AsyncWriteExt;
    let bench = Bench::open().await;
    let address = bench.embedded.s3_url().replace("http://", "");
    let mut stalled = Vec::new();
    for _ in 0..100 {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream
            .write_all(b"PUT /derived/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf")
            .await
            .unwrap();
        stalled.push(stream);
    }
    bench.put("derived", "k", "quick").await;
    assert_eq!(bench.get("derived", "k").await.unwrap(), b"quick");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let bench = Bench::open().await;
    let request = RawRequest::new("GET", "/derived/k").header("x-padding", &"x".repeat(1_000_000));
    let answer = request.send(&bench.embedded.s3_url()).await;
    assert_eq!(answer.status(), 431);
}

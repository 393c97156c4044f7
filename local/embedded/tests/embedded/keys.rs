use std::time::SystemTime;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::harness::{Bench, RawRequest, credentials};

/// How S3 wants a key encoded in a path.
const SENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

#[tokio::test]
async fn ordinary_keys_are_plain_files() {
    let bench = Bench::open().await;
    for key in ["incoming/a b+%ế.dcm", "1.2.3/v1/slip.pdf", "x", "...", "-rf", "a:b?c*d\"e'f&g=h;i"] {
        bench.put("derived", key, key).await;
        assert_eq!(bench.get("derived", key).await.unwrap(), key.as_bytes());
        assert_eq!(std::fs::read(bench.file("derived").join(key)).unwrap(), key.as_bytes());
    }
}

#[tokio::test]
async fn no_key_leaves_its_bucket() {
    let bench = Bench::open().await;
    let outside = || -> Vec<_> {
        let mut names: Vec<_> =
            std::fs::read_dir(bench.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.extend(std::fs::read_dir(bench.file("")).unwrap().map(|entry| entry.unwrap().file_name()));
        names.sort();
        names
    };
    let before = outside();
    let url = bench.embedded.s3_url();
    // Clients normalise such paths, so the requests are handmade.
    let keys = ["../../x", "a/../b", "a/../../../../b", "//", "/", ".", "..", "./.", "/etc/passwd"];
    for key in
        keys.into_iter().chain(["a\\..\\b", "a\u{7f}b", "a\nb", "dir/", "a//b", "../studies/x", "%2e%2e/x"])
    {
        let path = format!("/derived/{}", utf8_percent_encode(key, SENT));
        let now = SystemTime::now();
        let put = RawRequest::new("PUT", &path).body(key).sign(&url, "s3", &credentials(), now);
        let answer = put.send(&url).await;
        assert_eq!(answer.status(), 200, "{key:?}: {}", answer.text);
        let get = RawRequest::new("GET", &path).sign(&url, "s3", &credentials(), now);
        let answer = get.send(&url).await;
        assert!(answer.status() == 200 && answer.text.ends_with(key), "{key:?}: {}", answer.text);
    }
    for key in ["a\0b", "../\r", "\u{ffff}/../../x"] {
        let path = format!("/derived/{}", utf8_percent_encode(key, SENT));
        let put = RawRequest::new("PUT", &path).body(key).sign(&url, "s3", &credentials(), SystemTime::now());
        assert_eq!(put.send(&url).await.status(), 400, "{key:?}");
    }
    assert_eq!(outside(), before);
    assert!(std::fs::read_dir(bench.file("studies")).unwrap().next().is_none());
}

#[tokio::test]
async fn key_beside_keys_below_it_works_in_any_order() {
    let bench = Bench::open().await;
    for keys in [["d", "d/e", "d/e/f"], ["m/n/o", "m/n", "m"]] {
        for key in keys {
            bench.put("derived", key, key).await;
        }
        for key in keys {
            assert_eq!(bench.get("derived", key).await.unwrap(), key.as_bytes());
        }
    }
    let bench = bench.reopen().await;
    let listed = bench.s3.list_objects_v2().bucket("derived").send().await.unwrap();
    let names: Vec<_> = listed.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(names, ["d", "d/e", "d/e/f", "m", "m/n", "m/n/o"]);
    for key in ["d", "d/e", "m", "m/n/o"] {
        bench.put("derived", key, format!("{key} again")).await;
        assert_eq!(bench.get("derived", key).await.unwrap(), format!("{key} again").as_bytes());
        bench.s3.delete_object().bucket("derived").key(key).send().await.unwrap();
        assert_eq!(bench.get("derived", key).await.unwrap_err(), "NoSuchKey");
    }
    for key in ["d/e/f", "m/n"] {
        assert_eq!(bench.get("derived", key).await.unwrap(), key.as_bytes());
    }
}

#[tokio::test]
async fn keys_of_1024_bytes_work_and_longer_ones_are_refused() {
    let bench = Bench::open().await;
    let one_segment = "x".repeat(1024);
    let many =
        format!("{}/{}", "y".repeat(255), "z/".repeat(384)).chars().take(1023).collect::<String>() + "w";
    for key in [one_segment.as_str(), many.as_str()] {
        assert_eq!(key.len(), 1024);
        bench.put("derived", key, "long").await;
        assert_eq!(bench.get("derived", key).await.unwrap(), b"long");
    }
    let too_long = "x".repeat(1025);
    assert_eq!(bench.get("derived", &too_long).await.unwrap_err(), "KeyTooLongError");
}

#[tokio::test]
async fn many_keys_below_one_folder_come_and_go_at_once() {
    let bench = Bench::open().await;
    let work = (0..64).map(|n| {
        let (bench, key) = (&bench, format!("f/{}/{n}", n % 4));
        async move {
            for _ in 0..4 {
                bench.put("derived", &key, key.clone()).await;
                assert_eq!(bench.get("derived", &key).await.unwrap(), key.as_bytes());
                bench.s3.delete_object().bucket("derived").key(&key).send().await.unwrap();
            }
        }
    });
    futures::future::join_all(work).await;
    assert!(!bench.file("derived/f").exists(), "empty folders are removed");
}

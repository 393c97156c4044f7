use aws_sdk_s3::types::EncodingType;

use crate::harness::{Bench, code};

async fn bench_with(keys: &[&str]) -> Bench {
    let bench = Bench::open().await;
    futures::future::join_all(keys.iter().map(|key| bench.put("derived", key, *key))).await;
    bench
}

/// Keys and common prefixes of all pages, with at most `max` names per page.
async fn list(bench: &Bench, prefix: &str, delimiter: &str, max: i32) -> (Vec<String>, Vec<String>) {
    let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
    let mut token = None;
    loop {
        let request = bench.s3.list_objects_v2().bucket("derived").prefix(prefix).max_keys(max);
        let request = if delimiter.is_empty() { request } else { request.delimiter(delimiter) };
        let page = request.set_continuation_token(token).send().await.unwrap();
        let names = page.contents().len() + page.common_prefixes().len();
        assert_eq!(page.key_count(), i32::try_from(names).ok());
        assert!(names <= usize::try_from(max).unwrap());
        keys.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        prefixes.extend(page.common_prefixes().iter().map(|folded| folded.prefix().unwrap().to_owned()));
        assert_eq!(page.is_truncated(), Some(page.next_continuation_token().is_some()));
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            return (keys, prefixes);
        }
    }
}

const KEYS: [&str; 11] =
    ["a", "a/1", "a/2", "a/b/1", "a0", "b/", "b/1", "c d/1", "ế/1", "ế/2", "\u{10FFFF}/x"];

#[tokio::test]
async fn listing_is_in_byte_order_and_complete_whatever_the_page_size() {
    let bench = bench_with(&KEYS).await;
    for max in [1, 2, 3, 7, 1000] {
        assert_eq!(list(&bench, "", "", max).await.0, KEYS, "pages of {max}");
        assert_eq!(list(&bench, "a/", "", max).await.0, ["a/1", "a/2", "a/b/1"]);
        assert_eq!(list(&bench, "ế", "", max).await.0, ["ế/1", "ế/2"]);
        assert!(list(&bench, "zz", "", max).await.0.is_empty());
    }
}

#[tokio::test]
async fn delimiter_folds_what_is_below_it() {
    let bench = bench_with(&KEYS).await;
    for max in [1, 2, 3, 1000] {
        let (keys, prefixes) = list(&bench, "", "/", max).await;
        assert_eq!(keys, ["a", "a0"], "pages of {max}");
        assert_eq!(prefixes, ["a/", "b/", "c d/", "ế/", "\u{10FFFF}/"], "pages of {max}");
        let (keys, prefixes) = list(&bench, "a/", "/", max).await;
        assert_eq!((keys, prefixes), (vec!["a/1".into(), "a/2".into()], vec!["a/b/".into()]));
        let (keys, prefixes) = list(&bench, "b/", "/", max).await;
        assert_eq!((keys, prefixes.len()), (vec!["b/".to_owned(), "b/1".to_owned()], 0));
    }
}

#[tokio::test]
async fn many_keys_below_one_prefix_are_folded_into_one() {
    let keys: Vec<String> = (0..300).map(|n| format!("p/{n:03}")).chain(["q".to_owned()]).collect();
    let bench = bench_with(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (keys, prefixes) = list(&bench, "", "/", 1000).await;
    assert_eq!((keys, prefixes), (vec!["q".to_owned()], vec!["p/".to_owned()]));
}

#[tokio::test]
async fn first_version_of_the_request_goes_by_markers() {
    let bench = bench_with(&KEYS).await;
    let (mut names, mut marker) = (Vec::new(), None);
    loop {
        let request = bench.s3.list_objects().bucket("derived").delimiter("/").max_keys(2);
        let page = request.set_marker(marker).send().await.unwrap();
        names.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        names.extend(page.common_prefixes().iter().map(|folded| folded.prefix().unwrap().to_owned()));
        marker = page.next_marker().map(str::to_owned);
        if !page.is_truncated().unwrap() {
            break;
        }
    }
    names.sort();
    assert_eq!(names, ["a", "a/", "a0", "b/", "c d/", "ế/", "\u{10FFFF}/"]);
}

#[tokio::test]
async fn names_are_url_encoded_on_request() {
    let bench = bench_with(&["x/a b+%ế"]).await;
    let request =
        bench.s3.list_objects_v2().bucket("derived").prefix("x/a b").encoding_type(EncodingType::Url);
    let page = request.send().await.unwrap();
    assert_eq!(page.contents()[0].key(), Some("x/a%20b%2B%25%E1%BA%BF"));
    assert_eq!(page.prefix(), Some("x/a%20b"));
}

#[tokio::test]
async fn listing_starts_after_a_key() {
    let bench = bench_with(&KEYS).await;
    let page = bench.s3.list_objects_v2().bucket("derived").start_after("b/1").send().await.unwrap();
    let keys: Vec<_> = page.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(keys, ["c d/1", "ế/1", "ế/2", "\u{10FFFF}/x"]);
}

#[tokio::test]
async fn impossible_lists_are_refused() {
    let bench = Bench::open().await;
    let list = || bench.s3.list_objects_v2();
    assert_eq!(code(list().bucket("nowhere").send().await.unwrap_err()), "NoSuchBucket");
    let token = list().bucket("derived").continuation_token("???").send().await.unwrap_err();
    assert_eq!(code(token), "InvalidArgument");
    let empty = list().bucket("derived").max_keys(0).send().await.unwrap();
    assert_eq!((empty.key_count(), empty.is_truncated()), (Some(0), Some(false)));
}

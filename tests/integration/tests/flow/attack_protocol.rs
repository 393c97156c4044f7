//! Bad HTTP: too long, too slow, ambiguous, or out of its folder.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use crate::patients::{MARKS, Patient};
use crate::system::System;
use crate::wire::{Answer, Ask, HOME, address_of, connect, exchange, stranger, until_closed};

async fn raw(system: &System, text: &str) -> String {
    let answer = exchange(address_of(system), HOME, text.as_bytes()).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn is_well(system: &System) -> Duration {
    let started = Instant::now();
    let answer = Ask::get("/healthz").from(stranger(77)).send(system).await;
    assert_eq!(answer.body, "ok\n");
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_refused_before_it_is_read() {
    let system = System::start();
    for path in ["/sign-in", "/shares", "/language", "/x/abc", "/s/abc", "/studies/1.2/download"] {
        let mut ask = Ask::post(path, &[("account", "x")]);
        ask.body = vec![b'a'; 17 * 1024];
        assert_eq!(ask.send(&system).await.status, 413, "{path}");
        let announced = Ask::post(path, &[]).header("content-length", "1000000000000");
        assert_eq!(announced.send(&system).await.status, 413, "{path}");
    }
    let long = "a".repeat(100 * 1024);
    for ask in [
        Ask::get("/").header("x-long", &long),
        Ask::get("/").cookie(&format!("filmless_session={long}")),
        Ask::get(&format!("/x/{long}")),
        Ask::get(&format!("/?{long}")),
    ] {
        let answer = exchange(address_of(&system), HOME, &ask.bytes("127.0.0.1")).await;
        let status = Answer::parse(&answer).map(|answer| answer.status);
        assert!(matches!(status, None | Some(400 | 414 | 431)), "{status:?}");
    }
    let mut many = Ask::get("/");
    many.headers = (0..500).map(|number| (format!("x-{number}"), "1".into())).collect();
    let answer = exchange(address_of(&system), HOME, &many.bytes("127.0.0.1")).await;
    assert!(matches!(Answer::parse(&answer).map(|a| a.status), None | Some(400 | 431)));
    let account = "N".repeat(15_000);
    let answer = Ask::post("/sign-in", &[("account", &account), ("password", "x")]).send(&system).await;
    assert_eq!(answer.status, 403);
    is_well(&system).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_dropped_and_others_are_served_meanwhile() {
    let system = System::start();
    let address = address_of(&system);
    let started = Instant::now();
    let starts = [
        "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".to_owned(),
        "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: 5000\r\n\r\naccount="
            .to_owned(),
        String::new(),
    ];
    let mut slow = Vec::new();
    for number in 0..150 {
        let mut stream = connect(address, stranger(number % 5)).await;
        let start = starts[number as usize % starts.len()].clone();
        slow.push(tokio::spawn(async move {
            stream.write_all(start.as_bytes()).await.unwrap();
            let (mut reader, mut writer) = stream.into_split();
            // Send one byte a second, until the server has had enough.
            let drops = tokio::spawn(async move {
                while writer.write_all(b"a").await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            });
            let mut answer = Vec::new();
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut answer).await;
            drops.abort();
        }));
    }
    let mut slowest = Duration::ZERO;
    while slow.iter().any(|task| !task.is_finished()) {
        slowest = slowest.max(is_well(&system).await);
        assert!(started.elapsed() < Duration::from_secs(40), "slow clients are kept for ever");
    }
    println!("slow clients were dropped after {:?}; others waited {slowest:?} at most", started.elapsed());
    assert!(slowest < Duration::from_secs(3), "others waited {slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_idle_connections_keep_nobody_out() {
    let system = System::start();
    rlimit::increase_nofile_limit(8192).unwrap();
    let mut idle = Vec::new();
    for _ in 0..2500 {
        idle.push(connect(address_of(&system), stranger(1)).await);
    }
    let waited = is_well(&system).await;
    println!("beside {} idle connections an answer took {waited:?}", idle.len());
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    drop(idle);
    is_well(&system).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_lengths_never_make_one_request_two() {
    let system = System::start();
    let second = "GET /robots.txt HTTP/1.1\r\nhost: x\r\n\r\n";
    let form = "host: x\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    for (name, request) in [
        (
            "length twice",
            format!(
                "POST /language HTTP/1.1\r\n{form}content-length: 4\r\ncontent-length: 40\r\n\r\nto=e{second}"
            ),
        ),
        (
            "length as a list",
            format!("POST /language HTTP/1.1\r\n{form}content-length: 4, 40\r\n\r\nto=e{second}"),
        ),
        ("signed length", format!("POST /language HTTP/1.1\r\n{form}content-length: +4\r\n\r\nto=e{second}")),
        (
            "length and chunks",
            format!(
                "POST /language HTTP/1.1\r\n{form}content-length: 44\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{second}"
            ),
        ),
        (
            "chunks and length",
            format!(
                "POST /language HTTP/1.1\r\n{form}transfer-encoding: chunked\r\ncontent-length: 44\r\n\r\n0\r\n\r\n{second}"
            ),
        ),
        (
            "chunks twice",
            format!(
                "POST /language HTTP/1.1\r\n{form}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{second}"
            ),
        ),
        (
            "chunks, misspelled",
            format!(
                "POST /language HTTP/1.1\r\n{form}transfer-encoding: xchunked\r\ncontent-length: 4\r\n\r\nto=e{second}"
            ),
        ),
        (
            "chunks behind a tab",
            format!(
                "POST /language HTTP/1.1\r\n{form}transfer-encoding:\tchunked\r\ncontent-length: 44\r\n\r\n0\r\n\r\n{second}"
            ),
        ),
        (
            "a blank before the colon",
            format!("POST /language HTTP/1.1\r\n{form}content-length : 4\r\n\r\nto=e{second}"),
        ),
        (
            "a folded header",
            format!("POST /language HTTP/1.1\r\n{form}x: a\r\n content-length: 4\r\n\r\nto=e{second}"),
        ),
        (
            "a chunk too large",
            format!(
                "POST /language HTTP/1.1\r\n{form}transfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\na\r\n0\r\n\r\n{second}"
            ),
        ),
        (
            "a header split",
            "GET /x/a%0d%0a%0d%0aGET%20/robots.txt HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
                .to_owned(),
        ),
    ] {
        let answer = raw(&system, &request).await;
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{name}: {answer}");
        assert!(!answer.contains("Disallow"), "{name}: the second request was answered");
    }
    is_well(&system).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_leads_out_of_the_folders() {
    let system = System::start();
    let patient = Patient::marked(&system, 251).await;
    let outsider = Patient::other(&system, 252).await.session(&system).await;
    let uid = &patient.study.uid;
    for path in [
        "/assets/../Cargo.toml".to_owned(),
        "/assets/..%2f..%2fCargo.toml".into(),
        "/assets/%2e%2e/%2e%2e/etc/passwd".into(),
        "/assets/..%5c..%5cCargo.toml".into(),
        "/assets/%c0%ae%c0%ae%2fetc%2fpasswd".into(),
        "/assets/style.css%00.png".into(),
        "/../../etc/passwd".into(),
        "//etc/passwd".into(),
        "/studies/../outbox".into(),
        "/studies/..%2foutbox".into(),
        format!("/studies/{uid}/"),
        format!("/studies//{uid}"),
        format!("/studies/{uid}%2fgrant"),
        format!("/studies/{uid}%00"),
        format!("/studies/{uid}%20"),
        format!("/studies/{uid};a=b"),
        format!("/Studies/{uid}"),
        format!("/studies/1.2.3/../{uid}"),
        format!("/studies/1.2.3%2f..%2f{uid}"),
        format!("/studies/{uid}/files/..%2f..%2fkeys.json"),
        format!("/studies/{uid}/files/{uid}.1.1%2f..%2f"),
        format!("http://evil.example/studies/{uid}"),
    ] {
        let answer = Ask::get(&path).cookie(&outsider).send(&system).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        for mark in MARKS.iter().copied().chain(["root:", "[workspace]", "access_key_id"]) {
            assert!(!answer.body.contains(mark), "{path} shows {mark}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_broken_off_leaves_nothing_behind() {
    let system = System::start();
    for number in 0..50 {
        let mut stream = connect(address_of(&system), stranger(number)).await;
        let begun = "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\naccount=N20";
        stream.write_all(begun.as_bytes()).await.unwrap();
    }
    let mut half = connect(address_of(&system), HOME).await;
    half.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    half.shutdown().await.unwrap();
    let answer = Answer::parse(&until_closed(&mut half).await);
    assert!(answer.is_none_or(|answer| answer.body == "ok\n"));
    is_well(&system).await;
}

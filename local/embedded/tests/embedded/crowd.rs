//! An idle connection keeps nobody out.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::harness::{Bench, pattern};

async fn connect_from(bench: &Bench, last: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("127.0.0.{last}:0").parse().unwrap()).unwrap();
    let address = bench.embedded.s3_url().strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(address).await.unwrap()
}

/// Whether the server closes the connection within this time.
async fn is_closed_within(stream: &mut TcpStream, seconds: u64) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(seconds), stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_of_one_address_stop_no_image() {
    let bench = Bench::open().await;
    rlimit::increase_nofile_limit(8192).unwrap();
    bench.put("derived", "image", pattern(100_000)).await;
    for beginning in ["", "GET /derived/image HTTP/1.1\r\nhost: x\r\nx-slow: ", "\u{1}\u{2}garbage"] {
        let mut idle = Vec::new();
        for number in 0..1200_u32 {
            // Some come from the patient's address, others from another one.
            let mut stream = connect_from(&bench, if number % 2 == 0 { 1 } else { 2 }).await;
            // It may have been closed by now.
            let _ = stream.write_all(beginning.as_bytes()).await;
            idle.push(stream);
            if number % 400 == 399 {
                let started = Instant::now();
                assert_eq!(bench.get("derived", "image").await.unwrap(), pattern(100_000));
                let waited = started.elapsed();
                println!("beside {} idle connections ({beginning:?}) an image took {waited:?}", idle.len());
                assert!(waited < Duration::from_secs(2), "{waited:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_nothing_that_is_signed_is_soon_gone() {
    let bench = Bench::open().await;
    let mut silent = connect_from(&bench, 1).await;
    let mut slow = connect_from(&bench, 1).await;
    slow.write_all(b"GET /derived/k HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    let mut garbage = connect_from(&bench, 1).await;
    garbage.write_all(b"\x16\x03\x01 no HTTP at all\r\n\r\n").await.unwrap();
    assert!(is_closed_within(&mut garbage, 2).await);
    let mut unsigned = connect_from(&bench, 1).await;
    unsigned.write_all(b"GET /derived/k HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(is_closed_within(&mut unsigned, 2).await, "a refusal ends the connection");
    assert!(is_closed_within(&mut slow, 8).await);
    assert!(is_closed_within(&mut silent, 8).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_served_keeps_its_connection_among_strangers() {
    let bench = Bench::open().await;
    rlimit::increase_nofile_limit(8192).unwrap();
    bench.put("derived", "image", pattern(1000)).await;
    let path = crate::harness::presigned_path(&bench, "derived", "image").await;
    let mut known = connect_from(&bench, 1).await;
    let ask = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", &bench.embedded.s3_url()["http://".len()..]);
    let mut answer = vec![0; 100];
    known.write_all(ask.as_bytes()).await.unwrap();
    known.read_exact(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    let mut strangers = Vec::new();
    for _ in 0..1200 {
        strangers.push(connect_from(&bench, 1).await);
    }
    known.write_all(ask.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    known.read_to_end(&mut rest).await.unwrap();
    assert!(String::from_utf8_lossy(&rest).contains("HTTP/1.1 200"), "it was sent away for strangers");
}

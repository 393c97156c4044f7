//! A decoder that was taken over: what it can reach, how long it can work, and for whom it works next.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs::File;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use bytes::Bytes;
use filmless_decoder::ChildRenderer;
use filmless_delivery::render::InstanceRenderer;
use filmless_domain::{Limits, StudyInstanceUid};
use filmless_imaging::{PreviewSize, RenderOptions, RenderedPart};

fn study(number: u32) -> StudyInstanceUid {
    StudyInstanceUid::parse(&format!("1.2.3.{number}")).unwrap()
}

async fn codes(
    renderer: &ChildRenderer,
    study: &StudyInstanceUid,
    file: &'static [u8],
    limits: &Limits,
) -> Vec<String> {
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let mut parts = renderer.render(study, Bytes::from_static(file), limits, options).await;
    let mut codes = Vec::new();
    while let Some(part) = parts.recv().await {
        let RenderedPart::NoPicture { code } = part else { panic!("only words are said here") };
        codes.push(code);
    }
    codes
}

fn renderer() -> ChildRenderer {
    ChildRenderer::of_program(env!("CARGO_BIN_EXE_taken-over-decoder").into(), 2 << 30)
}

#[tokio::test]
async fn a_decoder_that_was_taken_over_reaches_nothing() {
    let (renderer, limits) = (renderer(), Limits::default());
    let tried = codes(&renderer, &study(1), b"reach", &limits).await;
    assert_eq!(tried.len(), 16, "{tried:?}");
    let reached: Vec<_> = tried.iter().filter(|word| !word.ends_with("refused")).collect();
    assert!(reached.is_empty(), "{reached:?}");
    assert!(!std::env::temp_dir().join("taken-over").exists());
    // Outside, the same attempts succeed: it is the confinement that refuses them.
    assert!(File::open("/etc/passwd").is_ok() && UdpSocket::bind("127.0.0.1:0").is_ok());
    assert_eq!(codes(&renderer, &study(1), b"threads", &limits).await, ["6"]);
}

#[tokio::test]
async fn no_process_works_for_two_studies() {
    let (renderer, limits) = (renderer(), Limits::default());
    let first = codes(&renderer, &study(1), b"who", &limits).await;
    assert_eq!(codes(&renderer, &study(1), b"who", &limits).await, first);
    let second = codes(&renderer, &study(2), b"who", &limits).await;
    assert_ne!(second, first);
    // The first study's is gone as well, with whatever it remembered.
    let again = codes(&renderer, &study(1), b"who", &limits).await;
    assert!(again != first && again != second);
}

#[tokio::test]
async fn a_file_has_one_budget_however_many_parts_it_gives() {
    let limits = Limits { decode_seconds_min: 1, ..Limits::default() };
    for file in [b"spin", b"drip"] {
        let start = Instant::now();
        let said = codes(&renderer(), &study(1), file, &limits).await;
        assert_eq!(said.last().map(String::as_str), Some("decoder-timeout"));
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn memory_of_a_decoder_is_limited() {
    assert_eq!(codes(&renderer(), &study(1), b"memory", &Limits::default()).await, ["refused"]);
}

#[tokio::test]
async fn what_the_decoder_says_amiss_costs_one_message() {
    let (renderer, limits) = (renderer(), Limits::default());
    assert_eq!(codes(&renderer, &study(1), b"noise", &limits).await, ["decoder-failed"]);
    assert_eq!(codes(&renderer, &study(1), b"threads", &limits).await, ["6"]);
}

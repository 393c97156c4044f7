//! A decoder that was taken over: what it can reach, how long it can work, and whom it works for next.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs::File;
use std::io::Write;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use bytes::Bytes;
use filmless_decoder::ChildRenderer;
use filmless_delivery::prepare::render::{FileOwner, InstanceRenderer, SourceFile};
use filmless_domain::{Limits, PatientDemographics, StudyInstanceUid};
use filmless_imaging::{Job, Layers, NativeJob, PreviewSize, RenderOptions, RenderedPart};
use tokio::time::timeout;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn study(number: u32) -> FileOwner {
    let study = StudyInstanceUid::parse(&format!("1.2.3.{number}")).unwrap();
    FileOwner { study, patient: None }
}

async fn codes(
    renderer: &ChildRenderer,
    study: &FileOwner,
    file: &'static [u8],
    limits: &Limits,
) -> Vec<String> {
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let mut parts = renderer.render(study, Bytes::from_static(file).into(), limits, options.into()).await;
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
    // Outside, the same attempts succeed, so it is the confinement that blocks them.
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
    // The first study's process is gone, too, with whatever it remembered.
    let again = codes(&renderer, &study(1), b"who", &limits).await;
    assert!(again != first && again != second);
}

#[tokio::test]
async fn no_process_works_for_two_patients_of_one_study() {
    let (renderer, limits) = (renderer(), Limits::default());
    let of = |name: &str| {
        let patient = PatientDemographics { name: Some(name.to_owned()), ..PatientDemographics::default() };
        FileOwner { patient: Some(patient), ..study(1) }
    };
    let first = codes(&renderer, &of("A"), b"who", &limits).await;
    assert_eq!(codes(&renderer, &of("A"), b"who", &limits).await, first);
    let second = codes(&renderer, &of("B"), b"who", &limits).await;
    assert_ne!(second, first);
    let again = codes(&renderer, &of("A"), b"who", &limits).await;
    assert!(again != first && again != second);
}

#[tokio::test]
async fn a_decoder_gets_nothing_but_its_own_file() {
    let (renderer, limits) = (renderer(), Limits::default());
    for wanted in [&b"wants the end"[..], b"wants behind", b"wants round"] {
        assert_eq!(codes(&renderer, &study(1), wanted, &limits).await, ["decoder-failed"]);
    }
}

/// Peak memory of this process so far, in bytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}

#[tokio::test]
async fn a_file_longer_than_all_memory_of_its_decoder_is_rendered() {
    const FILE_BYTES: u64 = 1 << 30;
    const FRAME_BYTES: u64 = 1 << 20;
    let mut header = [&[0; 128][..], b"DICM"].concat();
    let mut put = |group: u16, number: u16, vr: &str, value: &[u8]| {
        header.extend([group.to_le_bytes(), number.to_le_bytes()].concat());
        header.extend(vr.as_bytes());
        header.extend((value.len() as u16).to_le_bytes());
        header.extend(value);
    };
    put(2, 0x10, "UI", b"1.2.840.10008.1.2.1\0");
    put(0x28, 2, "US", &1_u16.to_le_bytes());
    put(0x28, 4, "CS", b"MONOCHROME2 ");
    put(0x28, 8, "IS", b"1024");
    for (number, value) in [(0x10, 1024_u16), (0x11, 512), (0x100, 16), (0x101, 16), (0x102, 15), (0x103, 0)]
    {
        put(0x28, number, "US", &value.to_le_bytes());
    }
    header.extend([0xE0, 0x7F, 0x10, 0, b'O', b'W', 0, 0]);
    header.extend((FILE_BYTES as u32).to_le_bytes());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&header).unwrap();
    // Zeros that take no space, and a last byte.
    let bytes = header.len() as u64 + FILE_BYTES;
    file.set_len(bytes).unwrap();

    let before = most_memory();
    let decoder = ChildRenderer::of_program(env!("CARGO_BIN_EXE_taken-over-decoder").into(), 256 << 20);
    let size = PreviewSize { side_max: 32 };
    let options = RenderOptions { layers: Layers::Preview, ..RenderOptions::new(size) };
    let file = SourceFile::Disk { file, bytes };
    let mut parts = decoder.render(&study(1), file, &Limits::default(), options.into()).await;
    let mut frames = 0;
    while let Some(part) = parts.recv().await {
        match part {
            RenderedPart::Frame(frame) => frames = frame.frame,
            RenderedPart::NoPicture { code } => panic!("{code}"),
            RenderedPart::Failure(failure) => panic!("{:?}", failure.error),
            _ => {}
        }
        // Beyond what came with the request.
        if frames == 32 {
            break;
        }
    }
    assert_eq!(frames, 32);
    let grown = most_memory() - before;
    assert!(grown < (48 << 20) + 2 * FRAME_BYTES, "{grown}");
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
async fn whoever_reads_slowly_keeps_nobody_from_the_decoder() {
    let (renderer, limits) = (renderer(), Limits::default());
    let mut slow = Vec::new();
    // One more than can decode at a time.
    for number in 0..=renderer.parallelism() {
        let (owner, file) = (study(10 + u32::try_from(number).unwrap()), Bytes::from_static(b"pour").into());
        let job = Job::Native(NativeJob::default());
        let began = timeout(PATIENCE, renderer.render(&owner, file, &limits, job)).await;
        slow.push(began.expect("the readers before it hold no turn"));
    }
    let quick = timeout(PATIENCE, codes(&renderer, &study(1), b"threads", &limits)).await;
    assert_eq!(quick.expect("a slow reader holds no turn"), ["6"]);
    for mut parts in slow {
        let mut said = Vec::new();
        while let Some(RenderedPart::NoPicture { code }) = parts.recv().await {
            said.push(code);
        }
        let expected: Vec<String> = (0..100).map(|part| part.to_string()).collect();
        assert_eq!(said, expected, "all of it comes, however late");
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

//! Files that lie about lengths, sizes and counts: none may cause more than an error message.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use dicom_bytes::*;
use filmless_dicom::read_header;
use filmless_domain::Limits;
use filmless_imaging::{PreviewSize, RenderOptions, render_image};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;

/// The expected outcome of a file: a picture, or one of these reasons.
enum Outcome {
    Picture,
    Refused(&'static [&'static str]),
}
use Outcome::{Picture, Refused};

const CORRUPT: Outcome = Refused(&["corrupt-pixel-data"]);
const TRUNCATED: Outcome = Refused(&["truncated"]);
const TOO_LARGE: Outcome = Refused(&["image-too-large"]);

fn nested(levels: usize, closed: bool) -> Vec<u8> {
    let mut bytes = meta(EXPLICIT);
    for _ in 0..levels {
        bytes.extend(lying(8, 0x1140, "SQ", &item(&[], UNDEFINED), UNDEFINED));
    }
    if closed {
        for _ in 0..levels {
            bytes.extend([0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
        }
    }
    bytes
}

fn nested_with_lengths(levels: usize) -> Vec<u8> {
    let mut inner = Vec::new();
    for _ in 0..levels {
        inner = lying(8, 0x1140, "SQ", &item(&inner, inner.len() as u32), inner.len() as u32 + 8);
    }
    [meta(EXPLICIT), inner].concat()
}

fn deflate_bomb(head: &[u8], zeros_mib: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(head).unwrap();
    for _ in 0..zeros_mib {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    [meta("1.2.840.10008.1.2.1.99"), encoder.finish().unwrap()].concat()
}

fn rle(header: &[u32], data: &[u8]) -> Vec<u8> {
    let mut longs = header.to_vec();
    longs.resize(16, 0);
    let mut bytes: Vec<u8> = longs.iter().flat_map(|v| v.to_le_bytes()).collect();
    bytes.extend(data);
    bytes
}

/// Data sets with hostile lengths, nesting and counts.
fn hostile_data_sets() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let grey = Pixels::grey(64, 64, 8, 8);
    let many_elements: Vec<u8> = (0..400_000_u32)
        .flat_map(|i| lying(9 + 2 * (i / 60_000) as u16, (i % 60_000) as u16 + 0x1000, "CS", &[], 0))
        .collect();
    let empty_items = item(&[], 0).repeat(500_000);
    vec![
        ("OB of 4 GiB", [meta(EXPLICIT), lying(9, 0x1001, "OB", b"abc", 0xFFFF_FFF0)].concat(), TRUNCATED),
        ("UT of 4 GiB", [meta(EXPLICIT), lying(0x10, 0x4000, "UT", b"abc", 0xFFFF_FFF0)].concat(), TRUNCATED),
        (
            "pixels of 4 GiB",
            [meta(EXPLICIT), identity(), grey.bytes(), lying(0x7FE0, 0x10, "OW", b"abc", 0xFFFF_FFF0)]
                .concat(),
            TRUNCATED,
        ),
        (
            "float pixels of 4 GiB",
            [meta(EXPLICIT), grey.bytes(), lying(0x7FE0, 8, "OF", b"abcd", 0xFFFF_FFFC)].concat(),
            TRUNCATED,
        ),
        ("meta of 4 GiB", [&[0; 128][..], b"DICM", &lying(2, 1, "OB", b"", 0xFFFF_FFF0)].concat(), TRUNCATED),
        ("100,000 open sequences", nested(100_000, false), Refused(&["too-deep"])),
        ("100,000 closed sequences", nested(100_000, true), Refused(&["too-deep"])),
        ("3,000 sequences with lengths", nested_with_lengths(3_000), Refused(&["too-deep"])),
        ("30 open sequences", nested(30, false), TRUNCATED),
        (
            "500,000 empty items",
            [meta(EXPLICIT), lying(8, 0x1140, "SQ", &empty_items, UNDEFINED)].concat(),
            Refused(&["too-many-elements"]),
        ),
        ("400,000 empty elements", [meta(EXPLICIT), many_elements].concat(), Refused(&["too-many-elements"])),
        (
            "20 million backslashes",
            [meta(EXPLICIT), element(0x10, 0x4000, "UC", &vec![b'\\'; 20_000_000])].concat(),
            Refused(&["value-too-long"]),
        ),
        (
            "deflate bomb in a header value",
            deflate_bomb(&lying(9, 0x1001, "OB", b"", 3 << 30), 200),
            Refused(&["value-too-long"]),
        ),
        (
            "deflate bomb in pixels",
            deflate_bomb(&[identity(), grey.bytes(), lying(0x7FE0, 0x10, "OW", b"", 3 << 30)].concat(), 200),
            Refused(&["deflate-too-large", "truncated"]),
        ),
        (
            "meta, then text",
            [meta(EXPLICIT), vec![b'x'; 100_000]].concat(),
            Refused(&["malformed", "truncated", "unknown-transfer-syntax"]),
        ),
    ]
}

/// Image attributes that ask for too much or contradict each other.
fn hostile_images() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let grey = |rows, columns| Pixels::grey(rows, columns, 8, 8);
    let stored = |stored| Pixels::grey(64, 64, 16, stored).native(&[0; 8192]);
    let frames = |frames| Pixels { frames: Some(frames), ..grey(64, 64) };
    let window = [
        element(0x28, 0x1050, "DS", b"nan"),
        element(0x28, 0x1051, "DS", b"-5"),
        element(0x28, 0x1053, "DS", b"0"),
    ]
    .concat();
    vec![
        ("65,535 squared", grey(65_535, 65_535).native(&[0; 64]), TOO_LARGE),
        ("no rows", grey(0, 64).native(&[0; 64]), Refused(&["incomplete-image-attributes"])),
        (
            "two thousand million frames",
            frames("2147483647").native(&[0; 4096]),
            Refused(&["too-many-frames"]),
        ),
        ("no frames", frames("0").native(&[0; 4096]), Picture),
        ("negative frames", frames("-3").native(&[0; 4096]), Picture),
        ("more frames than bytes", frames("100").native(&[0; 64]), Refused(&["cut-pixel-data"])),
        ("no bits stored", stored(0), Refused(&["incomplete-image-attributes"])),
        ("33 bits stored of 16", stored(33), Refused(&["incomplete-image-attributes"])),
        (
            "17 bits allocated",
            Pixels::grey(8, 8, 17, 17).native(&[0; 512]),
            Refused(&["unsupported-pixel-format"]),
        ),
        ("a window that is no number", Pixels { extra: window, ..grey(64, 64) }.native(&[7; 4096]), Picture),
        (
            "200 samples per pixel",
            Pixels { samples: 200, ..grey(8, 8) }.native(&[0; 64]),
            Refused(&["unsupported-pixel-format"]),
        ),
        (
            "a palette without tables",
            Pixels { photometric: "PALETTE COLOR", ..grey(8, 8) }.native(&[0; 64]),
            Refused(&["incomplete-image-attributes"]),
        ),
    ]
}

/// Codestreams that contradict the image around them.
fn hostile_codestreams() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let grey = |rows, columns| Pixels::grey(rows, columns, 8, 8);
    let mr = |rows, columns| Pixels::grey(rows, columns, 16, 16);
    let fill = [0x81, 0].repeat(40);
    let one = rle(&[1, 64], &fill);
    let jpeg = codestream("SC_rgb_jpeg.dcm", &[0xFF, 0xD8, 0xFF]);
    let colour = |rows, columns| Pixels::colour(rows, columns, "YBR_FULL");
    let jpeg_ls = codestream("MR_small_jpeg_ls_lossless.dcm", &[0xFF, 0xD8, 0xFF]);
    let j2k = codestream("JPEG2000.dcm", &[0xFF, 0x4F, 0xFF, 0x51]);
    let huge = [60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat();
    let siz = |at, value: &[u8]| patched(j2k.clone(), &[0xFF, 0x51], at, value);
    let giant = [0xFF, 0xFF, 0xFF, 0xFF];
    let start = lying(0x7FE0, 0x10, "OB", &item(&[], 0), UNDEFINED);
    let with = |pixels: &[u8]| [meta(RLE), identity(), grey(64, 64).bytes(), pixels.to_vec()].concat();
    vec![
        ("RLE of 65,535 squared", grey(65_535, 65_535).encapsulated(RLE, &[&one]), TOO_LARGE),
        (
            "RLE with 2^32-1 segments",
            grey(64, 64).encapsulated(RLE, &[&rle(&[u32::MAX, 64], &fill)]),
            CORRUPT,
        ),
        ("RLE with 1,000 segments", grey(64, 64).encapsulated(RLE, &[&rle(&[1000, 64], &fill)]), CORRUPT),
        ("RLE of two bytes", grey(64, 64).encapsulated(RLE, &[&[1, 0]]), CORRUPT),
        (
            "RLE that ends early",
            grey(64, 64).encapsulated(RLE, &[&rle(&[1, 64], &[0x81, 0])]),
            Refused(&["cut-pixel-data"]),
        ),
        (
            "RLE with offsets backwards",
            Pixels::colour(64, 64, "RGB").encapsulated(RLE, &[&rle(&[3, 200, 100, 64], &fill)]),
            CORRUPT,
        ),
        ("JPEG larger than its image", colour(64, 64).encapsulated(JPEG, &[&jpeg]), Picture),
        (
            "JPEG of 65,000 squared",
            colour(256, 256)
                .encapsulated(JPEG, &[&patched(jpeg.clone(), &[0xFF, 0xC0], 5, &[0xFD, 0xE8, 0xFD, 0xE8])]),
            CORRUPT,
        ),
        (
            "JPEG cut in half",
            colour(256, 256).encapsulated(JPEG, &[&jpeg[..jpeg.len() / 2]]),
            Refused(&["cut-pixel-data"]),
        ),
        (
            "JPEG of two bytes",
            colour(256, 256).encapsulated(JPEG, &[&[0xFF, 0xD8]]),
            Refused(&["cut-pixel-data"]),
        ),
        (
            "JPEG-LS of 65,535 squared",
            mr(64, 64).encapsulated(JPEG_LS, &[&patched(jpeg_ls.clone(), &[0xFF, 0xF7], 5, &giant)]),
            CORRUPT,
        ),
        ("JPEG-LS larger than its image", mr(32, 32).encapsulated(JPEG_LS, &[&jpeg_ls]), Picture),
        (
            "JPEG-LS cut in half",
            mr(64, 64).encapsulated(JPEG_LS, &[&jpeg_ls[..jpeg_ls.len() / 2]]),
            Refused(&["cut-pixel-data"]),
        ),
        ("JPEG 2000 larger than its image", mr(64, 64).encapsulated(JPEG_2000, &[&j2k]), Picture),
        ("JPEG 2000 of 60,000 squared", mr(1024, 256).encapsulated(JPEG_2000, &[&siz(6, &huge)]), CORRUPT),
        (
            "JPEG 2000 in tiles of one pixel",
            mr(1024, 256).encapsulated(JPEG_2000, &[&siz(22, &[0, 0, 0, 1, 0, 0, 0, 1])]),
            Refused(&["image-too-large", "corrupt-pixel-data"]),
        ),
        (
            "JPEG XL",
            grey(64, 64).encapsulated("1.2.840.10008.1.2.4.110", &[&[0xFF, 0x0A, 1, 2, 3, 4]]),
            CORRUPT,
        ),
        ("a fragment of 4 GiB", with(&[start.clone(), item(b"abc", 0xFFFF_FFF0)].concat()), TRUNCATED),
        (
            "an offset table of 4 GiB",
            with(&lying(0x7FE0, 0x10, "OB", &item(b"abc", 0xFFFF_FFF0), UNDEFINED)),
            Refused(&["malformed"]),
        ),
        ("no fragments", with(&start), CORRUPT),
        (
            "2,147,483,647 frames in one fragment",
            Pixels { frames: Some("2147483647"), ..colour(256, 256) }.encapsulated(JPEG, &[&jpeg]),
            Refused(&["too-many-frames"]),
        ),
        (
            "20,000 frames in one fragment",
            Pixels { frames: Some("20000"), ..colour(256, 256) }.encapsulated(JPEG, &[&jpeg]),
            Picture,
        ),
        (
            "unknown transfer syntax",
            grey(64, 64).encapsulated("1.2.3.4.5", &[&[1, 2, 3, 4]]),
            Refused(&["unsupported-transfer-syntax"]),
        ),
        ("video", grey(64, 64).encapsulated("1.2.840.10008.1.2.4.102", &[&[0; 64]]), Refused(&["video"])),
    ]
}

#[test]
fn every_hostile_file_costs_one_message() {
    let limits = Limits::default();
    let files = [hostile_data_sets(), hostile_images(), hostile_codestreams()];
    for (name, file, outcome) in files.into_iter().flatten() {
        let start = Instant::now();
        let _ = read_header(&file, file.len() as u64, &limits);
        let rendered = render_image(&file, &limits, &RenderOptions::new(PreviewSize { side_max: 256 }));
        assert!(start.elapsed() < Duration::from_secs(20), "{name} took {:?}", start.elapsed());
        match (rendered, outcome) {
            (Ok(_), Picture) => {}
            (Err(error), Refused(codes)) => {
                assert!(codes.contains(&error.code()), "{name}: {}", error.code())
            }
            (Ok(_), Refused(codes)) => panic!("{name}: a picture where {codes:?} was expected"),
            (Err(error), Picture) => panic!("{name}: {}", error.code()),
        }
    }
}

/// The same in a process limited to one GiB of address space: an allocation by a declared length would abort it.
#[test]
fn hostile_files_stay_within_a_gibibyte() {
    let this = std::env::current_exe().unwrap();
    let status = Command::new("sh")
        .args([
            "-c",
            "ulimit -v 1048576; exec \"$0\" --exact every_hostile_file_costs_one_message --test-threads 1",
        ])
        .arg(this)
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}

const REAL: [&str; 7] = [
    "MR_small_RLE.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_bigendian.dcm",
    "JPEG2000.dcm",
    "693_J2KI.dcm",
    "SC_rgb_jpeg.dcm",
    "JPGExtended.dcm",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damaged_images_never_panic(
        file in 0..REAL.len(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = real(REAL[file]);
        for (at, value) in damage {
            // The second half is mostly codestream, where the decoders work.
            let at = bytes.len() / 3 + at.index(bytes.len() * 2 / 3);
            bytes[at] = value;
        }
        let _ = render_image(&bytes, &Limits::default(), &RenderOptions::new(PreviewSize { side_max: 64 }));
    }
}

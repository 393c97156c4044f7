//! Rendering by ranges: the same parts as from the whole file, with never more than a frame of it in memory.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

use dicom_bytes::*;
use filmless_dicom::RangedBytes;
use filmless_domain::Limits;
use filmless_imaging::{
    FrameFailure, ImagingError, PreviewSize, RenderOptions, RenderedPart, render_file, render_ranged,
};

/// The header is read in steps of this size, so that small files behave like long ones.
const STEP: u64 = 1024;

/// Remembers the longest range that was read.
struct Recorded<'f> {
    file: &'f [u8],
    longest: AtomicU64,
}

impl RangedBytes for Recorded<'_> {
    fn total(&self) -> u64 {
        self.file.len() as u64
    }

    fn range(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        self.longest.fetch_max(range.end - range.start, Ordering::Relaxed);
        self.file.get(range.start as usize..range.end as usize).map(Cow::Borrowed)
    }
}

/// Renders a file by ranges, checks that the parts are those of the whole, and returns the longest range.
fn longest_range(file: &[u8]) -> u64 {
    let limits =
        Limits { header_first_read_bytes: STEP, header_second_read_bytes: 2 * STEP, ..Limits::default() };
    let options = RenderOptions { threads: 2, ..RenderOptions::new(PreviewSize { side_max: 64 }) };
    let recorded = Recorded { file, longest: AtomicU64::new(0) };
    let (mut whole, mut ranged) = (Vec::new(), Vec::new());
    let _ = render_file(file, &limits, &options, &mut |part| keep(&mut whole, part));
    let _ = render_ranged(&recorded, &limits, &options, &mut |part| keep(&mut ranged, part));
    assert!(whole.len() > 3 && whole == ranged, "{} and {} parts", whole.len(), ranged.len());
    assert!(
        !whole.iter().any(|part| matches!(part, RenderedPart::Failure(_) | RenderedPart::NoPicture { .. }))
    );
    recorded.longest.into_inner()
}

fn keep(parts: &mut Vec<RenderedPart>, part: RenderedPart) -> ControlFlow<()> {
    parts.push(part);
    ControlFlow::Continue(())
}

fn noise(length: usize) -> Vec<u8> {
    (0..length as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[test]
fn native_frames_are_read_one_by_one() {
    let grey = Pixels { frames: Some("40"), ..Pixels::grey(64, 64, 16, 12) };
    assert_eq!(longest_range(&grey.native(&noise(40 * 64 * 64 * 2))), 64 * 64 * 2);
    let colour = Pixels { frames: Some("10"), planar: true, ..Pixels::colour(64, 64, "RGB") };
    assert_eq!(longest_range(&colour.native(&noise(10 * 64 * 64 * 3))), 64 * 64 * 3);
}

#[test]
fn frames_that_share_a_byte_or_a_pair_of_bytes_are_read_with_it() {
    let bits = Pixels { frames: Some("40"), ..Pixels::grey(63, 61, 1, 1) };
    assert!(longest_range(&bits.native(&noise((63 * 61 * 40_usize).div_ceil(8)))) <= 2 * STEP);
    let odd = Pixels { frames: Some("9"), ..Pixels::grey(63, 61, 8, 8) };
    assert!(longest_range(&odd.native(&noise(63 * 61 * 9 + 1))) <= 63 * 61 + 2);
}

#[test]
fn encapsulated_frames_are_read_one_by_one() {
    let frame = codestream("MR_small_jpeg_ls_lossless.dcm", &[0xFF, 0xD8]);
    let fragments: Vec<&[u8]> = (0..12).map(|_| frame.as_slice()).collect();
    let image = Pixels { frames: Some("12"), signed: true, ..Pixels::grey(64, 64, 16, 16) };
    let longest = longest_range(&image.encapsulated(JPEG_LS, &fragments));
    assert!(longest <= frame.len() as u64 + 1, "{longest}");
    // Two fragments each, which only their markers separate.
    let halves: Vec<&[u8]> = (0..12).flat_map(|_| [&frame[..1000], &frame[1000..]]).collect();
    let longest = longest_range(&image.encapsulated(JPEG_LS, &halves));
    assert!(longest <= frame.len() as u64, "{longest}");
}

#[test]
fn a_file_that_was_cut_says_so_wherever_it_was_cut() {
    let frame = codestream("MR_small_jpeg_ls_lossless.dcm", &[0xFF, 0xD8]);
    let image = Pixels { frames: Some("3"), signed: true, ..Pixels::grey(64, 64, 16, 16) };
    let file = image.encapsulated(JPEG_LS, &[&frame, &frame, &frame]);
    let limits =
        Limits { header_first_read_bytes: STEP, header_second_read_bytes: 2 * STEP, ..Limits::default() };
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let within = |frame| RenderedPart::Failure(FrameFailure { frame, error: ImagingError::CutPixelData });
    let little = RenderedPart::NoPicture { code: "truncated".to_owned() };
    for (cut, expected) in [
        (file.len() - 100, within(3)),
        (file.len() / 2, within(2)),
        (file.len() - 2 * frame.len() - frame.len() * 3 / 4, little),
    ] {
        let mut last = None;
        let _ = render_ranged(&&file[..cut], &limits, &options, &mut |part| {
            last = Some(part);
            ControlFlow::Continue(())
        });
        assert_eq!(last, Some(expected));
    }
}

#[test]
fn what_stands_behind_the_pixels_is_in_the_metadata_of_a_long_file_as_well() {
    let behind = [
        element(0x8E05, 0x10, "LO", b"MAKER"),
        element(0x8E05, 0x1001, "LO", b"said behind"),
        element(0xFFFC, 0xFFFC, "OB", &[0; 64]),
    ]
    .concat();
    let two = |image| Pixels { frames: Some("2"), ..image };
    let native = two(Pixels::grey(64, 64, 16, 12)).native(&noise(2 * 64 * 64 * 2));
    let stream = {
        use charls::{CharLS, FrameInfo};
        let info = FrameInfo { width: 64, height: 64, bits_per_sample: 8, component_count: 1 };
        CharLS::default().encode(info, 0, &noise(64 * 64)).unwrap()
    };
    let encapsulated = two(Pixels::grey(64, 64, 8, 8)).encapsulated(JPEG_LS, &[&stream, &stream]);
    for file in [native, encapsulated] {
        let file = [file, behind.clone()].concat();
        let limits =
            Limits { header_first_read_bytes: STEP, header_second_read_bytes: 2 * STEP, ..Limits::default() };
        let recorded = Recorded { file: &file, longest: AtomicU64::new(0) };
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let mut told = Vec::new();
        let _ = render_ranged(&recorded, &limits, &options, &mut |part| {
            if let RenderedPart::Metadata(json) = part {
                told = json.into_vec();
            }
            ControlFlow::Continue(())
        });
        let json: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(json["8E051001"]["Value"][0], "said behind");
        assert_eq!(json["00100010"]["Value"][0]["Alphabetic"], "A^B");
        longest_range(&file);
    }
}

//! Codestreams that crash their decoder, or cost it more than their picture is worth.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dicom_bytes::*;
use filmless_domain::Limits;
use filmless_imaging::{
    DisplayFrame, ImagingError, InstanceNote, NoteCode, PreviewSize, RenderOptions, RenderedInstance,
    RenderedPart, display_frame, render_file, render_image,
};

/// Longest time for a refusal; decoding these frames would take seconds to hours.
const AT_ONCE: Duration = Duration::from_millis(500);
const JPEG_PROGRESSIVE: &str = "1.2.840.10008.1.2.4.55";
const JPEG_LOSSLESS: &str = "1.2.840.10008.1.2.4.70";
const JPEG_XL: &str = "1.2.840.10008.1.2.4.110";

fn case(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

fn render(file: &[u8]) -> Result<RenderedInstance, ImagingError> {
    render_image(file, &Limits::default(), &RenderOptions::new(PreviewSize { side_max: 64 }))
}

fn refused_at_once(file: &[u8]) -> &'static str {
    let start = Instant::now();
    let refused = render(file).unwrap_err().code();
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    refused
}

fn shown(file: &[u8]) -> DisplayFrame {
    display_frame(file, &Limits::default(), 1).unwrap()
}

#[test]
fn any_number_of_tile_parts_is_drawn_whatever_a_list_of_them_says() {
    let DisplayFrame { width, height, pixels, .. } = shown(&case("j2k_tlm.dcm"));
    assert_eq!((width, height), (64, 64));
    // A ramp from one corner to the other, in its default look.
    for (place, value) in pixels.iter().enumerate() {
        let expected = ((place / 64 + place % 64) as f64 * 255.0 / 126.0).round();
        assert!((f64::from(*value) - expected).abs() <= 1.0, "{place}: {value} for {expected}");
    }
}

#[test]
fn a_list_of_tile_parts_changes_no_sample() {
    let (stream, tlm) =
        (codestream("JPEG2000.dcm", &[0xFF, 0x4F, 0xFF, 0x51]), [0xFF, 0x55, 0, 9, 0, 0x50, 0, 0, 0, 0, 93]);
    let first_tile = stream.windows(2).position(|pair| pair == [0xFF, 0x90]).unwrap();
    let with_list = [&stream[..first_tile], &tlm, &stream[first_tile..]].concat();
    let image = Pixels::grey(1024, 256, 16, 16);
    let [plain, listed] = [&stream, &with_list].map(|s| shown(&image.encapsulated(JPEG_2000, &[s])));
    assert_eq!(plain, listed);
}

#[test]
fn the_header_that_is_checked_is_the_one_that_is_decoded() {
    assert_eq!(refused_at_once(&case("jp2_decoy.dcm")), "corrupt-pixel-data");
}

#[test]
fn a_jpeg_ls_without_its_end_is_refused_in_milliseconds() {
    assert_eq!(refused_at_once(&case("jls_spin.dcm")), "cut-pixel-data");
}

#[test]
fn a_jpeg_ls_that_only_lost_its_end_marker_is_shown() {
    let stream = codestream("MR_small_jpeg_ls_lossless.dcm", &[0xFF, 0xD8, 0xFF]);
    let end = stream.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).unwrap();
    let image = Pixels::grey(64, 64, 16, 16);
    let [whole, endless] = [&stream[..], &stream[..end]].map(|s| shown(&image.encapsulated(JPEG_LS, &[s])));
    assert_eq!(whole, endless);
}

#[test]
fn layers_without_number_are_refused() {
    assert_eq!(refused_at_once(&case("j2k_layers.dcm")), "image-too-large");
}

/// A JPEG with one component and a scan of this many bytes.
fn jpeg(marker: u8, side: u16, precision: u8, scan: usize) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let frame = [0xFF, marker, 0, 11, precision, high, low, high, low, 1, 1, 0x11, 0];
    let last = if marker == 0xC3 { 0 } else { 63 };
    let first = u8::from(marker == 0xC3);
    let table = [&[0xFF, 0xC4, 0, 20, 0, 1][..], &[0; 15], &[0]].concat();
    let scan_header = [0xFF, 0xDA, 0, 8, 1, 1, 0, first, last, 0];
    [&[0xFF, 0xD8], &frame[..], &table, &scan_header, &vec![0x55; scan], &[0xFF, 0xD9]].concat()
}

#[test]
fn twenty_thousand_squared_over_seven_hundred_bytes_is_cut() {
    let side = 20_000_u16;
    let grey = Pixels::grey(side, side, 8, 8);
    let long = u32::from(side).to_be_bytes();
    let real = codestream("JPEG2000.dcm", &[0xFF, 0x4F, 0xFF, 0x51]);
    let size = [long, long, [0; 4], [0; 4], long, long].concat();
    let mut j2k = patched(real, &[0xFF, 0x51], 6, &size);
    let coding = j2k.windows(2).position(|pair| pair == [0xFF, 0x52]).unwrap();
    let tile = j2k.windows(2).position(|pair| pair == [0xFF, 0x90]).unwrap();
    assert!(coding < tile);
    j2k.truncate(tile + 600);
    // Eight bits, unsigned, as the image declares.
    let depth = j2k.windows(2).position(|pair| pair == [0xFF, 0x51]).unwrap() + 40;
    j2k[depth] = 7;
    let mut jpeg_ls = codestream("MR_small_jpeg_ls_lossless.dcm", &[0xFF, 0xD8, 0xFF]);
    jpeg_ls.truncate(700);
    let [high, low] = side.to_be_bytes();
    let jpeg_ls = patched(jpeg_ls, &[0xFF, 0xF7], 4, &[8, high, low, high, low]);
    for (name, syntax, stream) in [
        ("JPEG 2000", JPEG_2000, j2k),
        ("JPEG-LS", JPEG_LS, jpeg_ls),
        ("lossless JPEG", JPEG_LOSSLESS, jpeg(0xC3, side, 8, 650)),
        ("progressive JPEG", JPEG_PROGRESSIVE, jpeg(0xC2, side, 8, 650)),
        ("progressive JPEG of twelve bits", JPEG_PROGRESSIVE, jpeg(0xC2, side, 12, 650)),
    ] {
        assert_eq!(refused_at_once(&grey.encapsulated(syntax, &[&stream])), "cut-pixel-data", "{name}");
    }
}

#[test]
fn a_jpeg_of_a_hundred_bytes_that_fills_19_900_squared_is_said_to_be_cut() {
    let file = Pixels::grey(19_900, 19_900, 8, 8).encapsulated(JPEG, &[&jpeg(0xC0, 19_900, 8, 100)]);
    assert_eq!(refused_at_once(&file), "cut-pixel-data");
}

#[test]
fn a_giant_jpeg_xl_of_a_few_bytes_is_refused_at_once() {
    // Signature and a size header of 20,000 rows at the ratio 1:1 (ISO/IEC 18181-1, D.3.1), then zeros.
    let rows = 19_999_u32;
    let bits = 2 << 1 | u64::from(rows) << 3 | 1 << 21;
    let stream = [&[0xFF, 0x0A][..], &bits.to_le_bytes(), &[0; 700]].concat();
    let file = Pixels::grey(20_000, 20_000, 8, 8).encapsulated(JPEG_XL, &[&stream]);
    let code = refused_at_once(&file);
    assert!(["cut-pixel-data", "corrupt-pixel-data"].contains(&code), "{code}");
}

#[test]
fn a_jpeg_of_scans_without_number_is_refused() {
    let stream = jpeg(0xC2, 2_000, 8, 40_000);
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0];
    let many = [&stream[..stream.len() - 2], &scan.repeat(300), &[0xFF, 0xD9]].concat();
    let file = Pixels::grey(2_000, 2_000, 8, 8).encapsulated(JPEG_PROGRESSIVE, &[&many]);
    assert_eq!(refused_at_once(&file), "corrupt-pixel-data");
}

/// How many frames are reported as cut, and how many are shown.
fn cut_and_shown(file: &[u8]) -> (u64, usize) {
    let (mut cut, mut shown) = (0, 0);
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let _ = render_file(file, &Limits::default(), &options, &mut |part| {
        match part {
            RenderedPart::Note(InstanceNote { code: NoteCode::CutPixelData, count }) => cut += count,
            RenderedPart::Frame(_) => shown += 1,
            _ => {}
        }
        ControlFlow::Continue(())
    });
    (cut, shown)
}

/// A codestream that lost this many bytes before its end marker.
fn without_last(whole: &[u8], lost: usize) -> Vec<u8> {
    let end = whole.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).unwrap();
    let kept = &whole[..end - lost];
    let kept = kept.strip_suffix(&[0xFF]).unwrap_or(kept);
    [kept, &[0xFF, 0xD9]].concat()
}

#[test]
fn a_jpeg_whose_data_ends_before_its_end_marker_is_shown_and_said_to_be_cut() {
    let pixels: Vec<u8> = (0..96 * 80 * 3_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let encode = |sampling| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
        encoder.set_sampling_factor(sampling);
        encoder.encode(&pixels, 96, 80, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    let (even, halved) = (jpeg_encoder::SamplingFactor::F_1_1, jpeg_encoder::SamplingFactor::F_2_2);
    for sampling in [even, halved] {
        let whole = encode(sampling);
        let image = Pixels { frames: Some("2"), ..Pixels::colour(80, 96, "YBR_FULL_422") };
        assert_eq!(cut_and_shown(&image.encapsulated(JPEG, &[&whole, &whole])), (0, 2));
        for share in [3, 4, 10] {
            let cut = without_last(&whole, whole.len() / share);
            let file = image.encapsulated(JPEG, &[&whole, &cut]);
            assert_eq!(cut_and_shown(&file), (1, 2), "{sampling:?}, {share}");
        }
        let file = image.encapsulated(JPEG, &[&whole, &without_last(&whole, whole.len() * 2 / 3)]);
        assert_eq!(outcome(&file), (0, 1, vec!["cut-pixel-data".to_owned()]), "{sampling:?}");
    }
}

#[test]
fn no_whole_jpeg_is_said_to_be_cut() {
    let whole = codestream("SC_rgb_jpeg.dcm", &[0xFF, 0xD8, 0xFF]);
    assert_eq!(cut_and_shown(&Pixels::colour(256, 256, "YBR_FULL").encapsulated(JPEG, &[&whole])), (0, 1));
}

/// The outcome of a file: how many frames are reported as cut, how many are shown, and the codes of the others.
fn outcome(file: &[u8]) -> (u64, usize, Vec<String>) {
    let (mut cut, mut shown, mut failed) = (0, 0, Vec::new());
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let _ = render_file(file, &Limits::default(), &options, &mut |part| {
        match part {
            RenderedPart::Note(InstanceNote { code: NoteCode::CutPixelData, count }) => cut += count,
            RenderedPart::Frame(_) => shown += 1,
            RenderedPart::Failure(failure) => failed.push(failure.error.code().to_owned()),
            RenderedPart::NoPicture { code } => failed.push(code),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    (cut, shown, failed)
}

#[test]
fn a_file_that_ends_within_a_frame_shows_the_frames_before_and_of_a_jpeg_the_rows_that_are_there() {
    let colours: Vec<u8> =
        (0..96 * 80 * 3_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let jpeg = |is_progressive: bool, restart: u16| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
        encoder.set_progressive(is_progressive);
        encoder.set_restart_interval(restart);
        encoder.encode(&colours, 96, 80, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    let two = Pixels { frames: Some("2"), ..Pixels::colour(80, 96, "YBR_FULL_422") };
    let without = |file: &[u8], bytes: usize| file[..file.len() - 8 - bytes].to_vec();
    for restart in [0, 3, 40] {
        let whole = jpeg(false, restart);
        let file = two.encapsulated(JPEG, &[&whole, &whole]);
        assert_eq!(outcome(&without(&file, whole.len() / 2)), (1, 2, vec![]), "{restart}");
        let one = Pixels::colour(80, 96, "YBR_FULL_422").encapsulated(JPEG, &[&whole]);
        assert_eq!(outcome(&without(&one, whole.len() / 3)), (1, 1, vec![]), "{restart}");
        assert_eq!(
            outcome(&without(&one, whole.len() * 2 / 3)),
            (0, 0, vec!["truncated".to_owned()]),
            "{restart}"
        );
    }
    // A cut progressive JPEG gives a complete picture, but a misleading one.
    let whole = jpeg(true, 0);
    let file = two.encapsulated(JPEG, &[&whole, &whole]);
    assert_eq!(outcome(&without(&file, whole.len() / 3)), (0, 1, vec!["cut-pixel-data".to_owned()]));
}

#[test]
fn a_file_that_ends_within_another_codestream_shows_the_frames_before_it() {
    for (name, marker, syntax) in [
        ("MR_small_jpeg_ls_lossless.dcm", &[0xFF, 0xD8, 0xFF][..], JPEG_LS),
        ("JPEG2000.dcm", &[0xFF, 0x4F, 0xFF, 0x51][..], JPEG_2000),
    ] {
        let whole = codestream(name, marker);
        let image = Pixels { frames: Some("2"), ..Pixels::grey(64, 64, 16, 16) };
        let file = image.encapsulated(syntax, &[&whole, &whole]);
        assert_eq!(outcome(&file), (0, 2, vec![]), "{name}");
        for lost in [4, whole.len() / 2, whole.len() - 1] {
            let cut = outcome(&file[..file.len() - 8 - lost]);
            assert_eq!(cut, (0, 1, vec!["cut-pixel-data".to_owned()]), "{name} without {lost}");
        }
    }
}

/// Codestreams of real files up to their end markers, and the attributes of their pictures.
fn real_codestreams() -> Vec<(&'static str, &'static str, Vec<u8>, Pixels)> {
    let of = |name, syntax, start: &[u8], image| {
        let mut stream = codestream(name, start);
        if let Some(end) = stream.windows(2).rposition(|pair| pair == [0xFF, 0xD9] && syntax != RLE) {
            stream.truncate(end + 2);
        }
        (name, syntax, stream, image)
    };
    vec![
        of("MR_small_jpeg_ls_lossless.dcm", JPEG_LS, &[0xFF, 0xD8, 0xFF], Pixels::grey(64, 64, 16, 16)),
        of("JPEG2000.dcm", JPEG_2000, &[0xFF, 0x4F, 0xFF, 0x51], Pixels::grey(1024, 256, 16, 16)),
        of("MR_small_RLE.dcm", RLE, &[2, 0, 0, 0, 64, 0, 0, 0], Pixels::grey(64, 64, 16, 16)),
        of("SC_rgb_jpeg.dcm", JPEG, &[0xFF, 0xD8, 0xFF], Pixels::colour(256, 256, "YBR_FULL")),
    ]
}

#[test]
fn a_codestream_that_ends_within_a_whole_fragment_is_named_and_the_frames_beside_it_are_shown() {
    for (name, syntax, whole, image) in real_codestreams() {
        let image = Pixels { frames: Some("3"), ..image };
        let file = |second: &[u8]| image.encapsulated(syntax, &[&whole, second, &whole]);
        assert_eq!(outcome(&file(&whole)), (0, 3, vec![]), "{name}");
        for percent in [95, 90, 50, 30, 10] {
            let (cut, shown, failed) = outcome(&file(&whole[..whole.len() * percent / 100]));
            let named = (cut as usize + failed.len(), shown + failed.len());
            assert_eq!(named, (1, 3), "{name}, {percent} %: {cut}, {shown}, {failed:?}");
            assert!(failed.iter().all(|code| code == "cut-pixel-data"), "{name}, {percent} %: {failed:?}");
            assert!(percent > 40 || shown == 2, "{name}, {percent} %");
            let has_rows = matches!(syntax, JPEG | RLE);
            assert!(percent < 90 || (shown == 3) == has_rows, "{name}, {percent} %");
        }
    }
}

#[test]
fn a_codestream_that_lacks_its_end_marker_alone_is_whole() {
    for (name, syntax, whole, image) in real_codestreams() {
        let Some(endless) = whole.strip_suffix(&[0xFF, 0xD9]) else { continue };
        let [ended, endless] = [&whole[..], endless].map(|s| image.encapsulated(syntax, &[s]));
        assert_eq!(outcome(&endless), (0, 1, vec![]), "{name}");
        assert_eq!(shown(&endless), shown(&ended), "{name}");
    }
}

#[test]
fn the_rows_above_a_cut_are_what_they_were_and_those_below_are_black() {
    let pixels: Vec<u8> =
        (0..96 * 80_u32).map(|i| 100 + (i.wrapping_mul(2_654_435_761) >> 26) as u8).collect();
    for restart in [0, 5, 12, 30] {
        let mut whole = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut whole, 90);
        encoder.set_restart_interval(restart);
        encoder.encode(&pixels, 96, 80, jpeg_encoder::ColorType::Luma).unwrap();
        let window = [element(0x28, 0x1050, "DS", b"128"), element(0x28, 0x1051, "DS", b"256")].concat();
        let image = Pixels { extra: window, ..Pixels::grey(80, 96, 8, 8) };
        let [all, part] = [&whole[..], &whole[..whole.len() * 3 / 4]]
            .map(|stream| shown(&image.encapsulated(JPEG, &[stream])).pixels);
        let (width, first_black) = (96, part.iter().position(|value| *value == 0).unwrap());
        assert!(first_black % (width * 8) == 0 && first_black >= 40 * width, "{restart}: {first_black}");
        assert!(part[..first_black] == all[..first_black], "{restart}");
        assert!(part[first_black..].iter().all(|value| *value == 0), "{restart}");
    }
}

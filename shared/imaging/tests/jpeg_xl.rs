//! JPEG XL in DICOM (PS3.5 A.4.11): lossless exactly, lossy as it looks.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::fs;
use std::path::PathBuf;

use dicom_bytes::*;
use filmless_domain::Limits;
use filmless_imaging::{DisplayFrame, display_frame};

const LOSSLESS: &str = "1.2.840.10008.1.2.4.110";
const RECOMPRESSION: &str = "1.2.840.10008.1.2.4.111";
const JPEG_XL: &str = "1.2.840.10008.1.2.4.112";

fn data(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

fn shown(file: &[u8]) -> DisplayFrame {
    display_frame(file, &Limits::default(), 1).unwrap()
}

fn grid(value: impl Fn(u32, u32) -> u32) -> Vec<u32> {
    (0..24 * 32).map(|i| value(i % 32, i / 32)).collect()
}

fn grey_12() -> Vec<u32> {
    grid(|x, y| (x * 97 + y * 61 + (x * y) % 37 * 11) % 4096)
}

fn grey_16() -> Vec<u32> {
    grid(|x, y| (x * 2011 + y * 997 + (x * y) % 41 * 333) % 65_536)
}

fn rgb() -> Vec<u8> {
    grid(|x, y| ((x * 8) % 256) | ((y * 10 % 256) << 8) | (((x + y) * 4 % 256) << 16))
        .into_iter()
        .flat_map(|pixel| pixel.to_le_bytes()[..3].to_vec())
        .collect()
}

/// A file with these native pixels, and one with the same pixels as a codestream: both must look the same.
fn check_same_look(pixels: &Pixels, native: &[u8], codestream: &str) {
    let expected = shown(&pixels.native(native));
    assert_eq!(shown(&pixels.encapsulated(LOSSLESS, &[&data(codestream)])), expected, "{codestream}");
}

#[test]
fn lossless_values_are_exact() {
    let words_of = |values: Vec<u32>| words(values.into_iter().map(|v| v as u16));
    // A narrow window distinguishes neighbouring values.
    let window = [element(0x28, 0x1050, "DS", b"2000"), element(0x28, 0x1051, "DS", b"200")].concat();
    for signed in [false, true] {
        let of = |stored| Pixels { signed, extra: window.clone(), ..Pixels::grey(24, 32, 16, stored) };
        check_same_look(&of(12), &words_of(grey_12()), "grey-12.jxl");
        check_same_look(&of(16), &words_of(grey_16()), "grey-16.jxl");
    }
    check_same_look(&Pixels::colour(24, 32, "RGB"), &rgb(), "rgb-8.jxl");
}

#[test]
fn recompressed_jpeg_looks_like_the_jpeg() {
    let pixels = Pixels::colour(24, 32, "YBR_FULL_422");
    let expected = shown(&pixels.encapsulated(JPEG, &[&data("rgb.jpg")]));
    assert_eq!(shown(&pixels.encapsulated(RECOMPRESSION, &[&data("from-jpeg.jxl")])), expected);
}

#[test]
fn lossy_colours_are_close() {
    let file = Pixels::colour(24, 32, "RGB").encapsulated(JPEG_XL, &[&data("rgb-lossy.jxl")]);
    let seen = shown(&file).pixels;
    let error: u32 = seen.iter().zip(rgb()).map(|(a, b)| u32::from(a.abs_diff(b))).sum();
    assert!(error < 3 * seen.len() as u32, "{error}");
}

#[test]
fn codestream_of_another_size_or_cut_is_refused() {
    let code = |pixels: Pixels, bytes: &[u8]| {
        let file = pixels.encapsulated(LOSSLESS, &[bytes]);
        display_frame(&file, &Limits::default(), 1).unwrap_err().code()
    };
    let whole = data("rgb-8.jxl");
    assert_eq!(code(Pixels::colour(24, 33, "RGB"), &whole), "corrupt-pixel-data");
    assert_eq!(code(Pixels::grey(24, 32, 8, 8), &whole), "corrupt-pixel-data");
    for cut in [2, 5, 12, whole.len() / 2] {
        assert_eq!(code(Pixels::colour(24, 32, "RGB"), &whole[..cut]), "cut-pixel-data", "{cut}");
    }
}

//! The pixels of segmentations in a pack.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::io::Read;
use std::ops::ControlFlow;

use dicom_bytes::*;
use filmless_domain::Limits;
use filmless_imaging::{
    KeyFrames, PreviewSize, RenderOptions, SegmentPixels, SeriesDescription, SeriesPackBuilder, render_file,
};
use flate2::read::DeflateDecoder;

const SEGMENTATION: &[u8] = b"1.2.840.10008.5.1.4.1.1.66.4";
const PRESENTATION_STATE: &[u8] = b"1.2.840.10008.5.1.4.1.1.11.1";

fn file(sop_class: &[u8], pixels: &Pixels, value: &[u8]) -> Vec<u8> {
    [head(sop_class), pixels.bytes(), element(0x7FE0, 0x10, "OB", value)].concat()
}

fn head(sop_class: &[u8]) -> Vec<u8> {
    [
        meta(EXPLICIT),
        element(8, 0x16, "UI", sop_class),
        element(8, 0x18, "UI", b"1.2.3.4"),
        element(0x10, 0x10, "PN", b"A^B"),
        element(0x20, 0x0D, "UI", b"1.2.3"),
        element(0x20, 0x0E, "UI", b"1.2.3.1"),
    ]
    .concat()
}

/// What the index says of the second instance, and its frames as they lie in the pack.
fn packed(second: &[u8]) -> (Option<SegmentPixels>, Vec<Vec<u8>>) {
    let description = SeriesDescription {
        study_instance_uid: "1.2.3".to_owned(),
        series_instance_uid: "1.2.3.1".to_owned(),
        modality: "SEG".to_owned(),
        series_number: None,
        series_description: None,
    };
    let mut pack = SeriesPackBuilder::new(description, Vec::new());
    let first = head(PRESENTATION_STATE);
    for (uid, file) in [("1.1", first.as_slice()), ("1.2", second)] {
        pack.start_instance(uid, KeyFrames::None);
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let _ = render_file(file, &Limits::default(), &options, &mut |part| {
            pack.push(part);
            ControlFlow::Continue(())
        });
    }
    let series = pack.finish().unwrap();
    let [state, segmentation] = series.index.others.as_slice() else { panic!("two others") };
    assert_eq!(state.pixel_data, None);
    assert_eq!(segmentation.sop_instance_uid, "1.2");
    let mut at = segmentation.pixel_data.as_ref().map_or(0, |pixels| pixels.offset) as usize;
    let lengths = segmentation.pixel_data.iter().flat_map(|pixels| &pixels.lengths);
    let frames = lengths
        .map(|length| {
            let mut frame = Vec::new();
            DeflateDecoder::new(&series.pack[at..at + *length as usize]).read_to_end(&mut frame).ok();
            at += *length as usize;
            frame
        })
        .collect();
    (segmentation.pixel_data.clone(), frames)
}

#[test]
fn each_frame_of_single_bits_begins_at_a_byte() {
    // Three frames of three by three pixels: 27 bits in four bytes.
    let bits = 0b111_000_111_010_101_010_100_000_001_u32.to_le_bytes();
    let pixels = Pixels { frames: Some("3"), ..Pixels::grey(3, 3, 1, 1) };
    let (index, frames) = packed(&file(SEGMENTATION, &pixels, &bits));
    assert_eq!(index.unwrap().bits_allocated, 1);
    assert_eq!(frames, [[0b0000_0001, 0b1], [0b1010_1010, 0], [0b1100_0111, 1]]);
}

#[test]
fn fractions_and_labels_keep_their_values() {
    let pixels = |allocated| Pixels { frames: Some("2"), ..Pixels::grey(1, 2, allocated, allocated) };
    let (index, frames) = packed(&file(SEGMENTATION, &pixels(8), &[0, 1, 200, 255]));
    assert_eq!((index.unwrap().bits_allocated, frames), (8, vec![vec![0, 1], vec![200, 255]]));
    let (index, frames) = packed(&file(SEGMENTATION, &pixels(16), &[0, 1, 2, 3, 4, 5, 6, 255]));
    assert_eq!((index.unwrap().bits_allocated, frames), (16, vec![vec![0, 1, 2, 3], vec![4, 5, 6, 255]]));
}

#[test]
fn a_frame_that_is_not_there_is_empty_and_keeps_its_place() {
    let pixels = Pixels { frames: Some("2"), ..Pixels::grey(4, 4, 8, 8) };
    let (index, frames) = packed(&file(SEGMENTATION, &pixels, &[7; 16]));
    assert_eq!(index.unwrap().lengths[1], 0);
    assert_eq!(frames, [vec![7; 16], Vec::new()]);
}

#[test]
fn without_pixels_there_are_none() {
    let (index, _) = packed(&file(SEGMENTATION, &Pixels::grey(4, 4, 8, 8), &[]));
    assert_eq!(index, None);
}

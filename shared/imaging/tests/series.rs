//! A series from its files to its pack, and the look of generated images.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::io::{self, Write};
use std::ops::ControlFlow;

use dicom_bytes::*;
use filmless_domain::Limits;
use filmless_imaging::{
    KeyFrames, Layers, PreviewSize, RenderOptions, RenderedInstance, RenderedPart, SampleType,
    SeriesDescription, SeriesPackBuilder, display_frame, render_file, render_image,
};
use serde_json::{Value, json};

fn options() -> RenderOptions {
    RenderOptions::new(PreviewSize { side_max: 64 })
}

fn both_layers(file: &[u8]) -> RenderedInstance {
    render_image(file, &Limits::default(), &options()).unwrap()
}

fn parts(file: &[u8], options: &RenderOptions) -> Vec<RenderedPart> {
    let mut parts = Vec::new();
    let _ = render_file(file, &Limits::default(), options, &mut |part| {
        parts.push(part);
        ControlFlow::Continue(())
    });
    parts
}

fn shown(file: &[u8]) -> Vec<u8> {
    display_frame(file, &Limits::default(), 1).unwrap().pixels
}

fn builder() -> SeriesPackBuilder {
    SeriesPackBuilder::new(description(), Vec::new())
}

fn description() -> SeriesDescription {
    SeriesDescription {
        study_instance_uid: "1.2.3".to_owned(),
        series_instance_uid: "1.2.3.1".to_owned(),
        modality: "MR".to_owned(),
        series_number: Some(2),
        series_description: Some("t1".to_owned()),
    }
}

fn add<W: Write>(pack: &mut SeriesPackBuilder<W>, sop_instance_uid: &str, file: &[u8]) {
    pack.start_instance(sop_instance_uid, KeyFrames::None);
    parts(file, &options()).into_iter().for_each(|part| pack.push(part));
}

fn add_without_picture(pack: &mut SeriesPackBuilder, sop_instance_uid: &str, code: &str) {
    pack.start_instance(sop_instance_uid, KeyFrames::None);
    pack.push(RenderedPart::NoPicture { code: code.to_owned() });
}

#[test]
fn index_names_every_byte_range_of_the_pack() {
    let mut pack = builder();
    let mr = both_layers(&real("MR_small_RLE.dcm"));
    add(&mut pack, "1.1", &real("MR_small_RLE.dcm"));
    add_without_picture(&mut pack, "1.2", "no-pixel-data");
    add(&mut pack, "1.3", &real("SC_rgb_jpeg.dcm"));
    let series = pack.finish().unwrap();
    let slice = |offset: u64, length: u64| &series.pack[offset as usize..(offset + length) as usize];

    let layer = series.index.preview_layer;
    assert_eq!(layer.offset + layer.length, series.pack.len() as u64);
    assert_eq!(series.pack_bytes, series.pack.len() as u64);
    let mut at = layer.offset;
    for frame in &series.index.frames {
        assert_eq!(frame.preview.offset, at);
        assert_eq!(&slice(at, frame.preview.length)[8..12], b"WEBP");
        at += frame.preview.length;
    }
    assert_eq!(at, layer.offset + layer.length);

    let [first, second] = series.index.frames.as_slice() else { panic!("two frames") };
    let diagnostic = first.diagnostic.as_ref().unwrap();
    assert_eq!(slice(diagnostic.offset, diagnostic.length), mr.frames[0].diagnostic.as_ref().unwrap().bytes);
    assert_eq!((diagnostic.media_type.as_str(), diagnostic.sample_type), ("image/jls", SampleType::Signed));
    let kept = second.diagnostic.as_ref().unwrap();
    assert_eq!((kept.media_type.as_str(), kept.photometric_interpretation.as_str()), ("image/jpeg", "RGB"));
    assert_eq!(slice(kept.offset, 3), [0xFF, 0xD8, 0xFF]);

    for jpeg in [series.poster_jpeg.as_deref(), series.thumbs_jpeg.as_deref()] {
        assert_eq!(&jpeg.unwrap()[..3], [0xFF, 0xD8, 0xFF]);
    }
    assert_eq!(series.index.thumbs.as_ref().unwrap().frames, [0, 1]);
}

#[test]
fn index_has_the_documented_names() {
    let mut pack = builder();
    let previews = RenderOptions { layers: Layers::Preview, ..options() };
    pack.start_instance("1.1", KeyFrames::All);
    parts(&real("MR_small_RLE.dcm"), &previews).into_iter().for_each(|part| pack.push(part));
    add_without_picture(&mut pack, "1.2", "no-pixel-data");
    let mut index = serde_json::to_value(pack.finish().unwrap().index).unwrap();
    let length = index["preview_layer"]["length"].clone();
    let frame = index["frames"][0].as_object_mut().unwrap();
    let (position, slice_position) = (frame["position"].clone(), frame["slice_position"].clone());
    assert!(position.as_array().is_some_and(|p| p.len() == 3) && slice_position.is_f64());
    let dimensions = frame["dimensions"].clone();
    assert!(dimensions["instance_number"].is_i64() && dimensions["echo_ms"].is_f64());
    assert_eq!(
        index,
        json!({
            "version": 2, "study_instance_uid": "1.2.3", "series_instance_uid": "1.2.3.1", "modality": "MR",
            "series_number": 2, "series_description": "t1",
            "preview_layer": { "offset": 0, "length": length },
            "thumbs": { "tile": 96, "columns": 10, "frames": [0] }, "poster_frame": 0,
            "frames": [{
                "sop_instance_uid": "1.1", "frame": 1, "rows": 64, "columns": 64,
                "preview": { "offset": 0, "length": length, "width": 64, "height": 64, "media_type": "image/webp" },
                "diagnostic": null, "is_key": true, "bits_stored": 16, "photometric_interpretation": "MONOCHROME2",
                "rescale": { "slope": 1.0, "intercept": 0.0, "unit": null },
                "window": { "center": 600.0, "width": 1600.0 },
                "spacing": { "row_mm": 0.3125, "column_mm": 0.3125, "source": "pixel-spacing" },
                "position": position, "orientation": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
                "slice_position": slice_position, "frame_time_ms": null,
                "place": { "plane": 1, "slice": 1, "volume": 1 }, "dimensions": dimensions,
                "frame_of_reference_uid": "1.3.6.1.4.1.5962.1.4.4.1.20040826185059.5457"
            }],
            "without_picture": [{ "sop_instance_uid": "1.2", "code": "no-pixel-data" }]
        })
    );
}

#[test]
fn long_series_has_an_evenly_spaced_contact_sheet() {
    let mut pack = builder();
    let instance = parts(&Pixels::grey(8, 8, 8, 8).native(&[9; 64]), &options());
    for number in 0..2_000 {
        pack.start_instance(&format!("1.{number}"), KeyFrames::None);
        instance.iter().cloned().for_each(|part| pack.push(part));
    }
    let index = pack.finish().unwrap().index;
    let tiles = index.thumbs.unwrap().frames;
    assert_eq!((index.frames.len(), tiles.len()), (2_000, 100));
    assert!(tiles.windows(2).all(|pair| (8..=32).contains(&(pair[1] - pair[0]))), "{tiles:?}");
    assert!(tiles[0] == 0 && tiles[99] > 1_900);
}

#[test]
fn index_says_which_sides_of_the_patient_a_projection_shows() {
    let sides = |orientation: &str, view: Vec<u8>, laterality: &str| {
        let named = [
            element(0x20, 0x20, "CS", orientation.as_bytes()),
            element(0x20, 0x62, "CS", laterality.as_bytes()),
        ];
        let file = [
            meta(EXPLICIT),
            identity(),
            view,
            named.concat(),
            Pixels::grey(2, 2, 8, 8).bytes(),
            element(0x7FE0, 0x10, "OW", &[9; 4]),
        ];
        let mut pack = builder();
        add(&mut pack, "1.1", &file.concat());
        let index = serde_json::to_value(pack.finish().unwrap().index).unwrap();
        let frame = index["frames"][0].clone();
        ["patient_orientation", "view_position", "laterality"].map(|name| frame[name].clone())
    };
    let chest = sides("L\\F", element(0x18, 0x5101, "CS", b"PA"), "U");
    assert_eq!(chest, [json!(["L", "F"]), json!("PA"), Value::Null]);
    let breast = sides("A\\FR", element(0x18, 0x5101, "CS", b"MLO"), "R");
    assert_eq!(breast, [json!(["A", "FR"]), json!("MLO"), json!("R")]);
    let unknown = sides("LE\\V", Vec::new(), "");
    assert_eq!(unknown, [Value::Null, Value::Null, Value::Null]);
}

#[test]
fn a_size_at_the_detector_is_not_taken_for_one_in_the_patient() {
    let source = |in_patient: &str, at_detector: &str, calibration: &str| {
        let spacing = [
            element(0x18, 0x1164, "DS", at_detector.as_bytes()),
            Pixels::grey(2, 2, 8, 8).bytes(),
            element(0x28, 0x30, "DS", in_patient.as_bytes()),
            element(0x28, 0xA02, "CS", calibration.as_bytes()),
        ];
        let file = [meta(EXPLICIT), identity(), spacing.concat(), element(0x7FE0, 0x10, "OW", &[9; 4])];
        let mut pack = builder();
        add(&mut pack, "1.1", &file.concat());
        let index = serde_json::to_value(pack.finish().unwrap().index).unwrap();
        index["frames"][0]["spacing"]["source"].clone()
    };
    // PS3.3 10.7.1.3: equal values were not corrected for magnification, unless the file says so.
    assert_eq!(source("0.2\\0.2", "0.20\\0.20", ""), "imager-pixel-spacing");
    assert_eq!(source("0.2\\0.2", "0.2\\0.2", "FIDUCIAL"), "pixel-spacing-by-fiducial");
    assert_eq!(source("0.15\\0.15", "0.2\\0.2", "GEOMETRY"), "pixel-spacing-by-geometry");
    assert_eq!(source("0.15\\0.15", "0.2\\0.2", ""), "pixel-spacing");
    assert_eq!(source("0.2\\0.2", "", ""), "pixel-spacing");
    assert_eq!(source("", "0.2\\0.2", ""), "imager-pixel-spacing");
}

#[test]
fn a_size_at_the_detector_over_the_magnification_is_that_at_the_object() {
    let spacing = |in_patient: &str, factor: &str| {
        let elements = [
            element(0x18, 0x1114, "DS", factor.as_bytes()),
            element(0x18, 0x1164, "DS", b"0.3\\0.6"),
            Pixels::grey(2, 2, 8, 8).bytes(),
            element(0x28, 0x30, "DS", in_patient.as_bytes()),
        ];
        let file = [meta(EXPLICIT), identity(), elements.concat(), element(0x7FE0, 0x10, "OW", &[9; 4])];
        let mut pack = builder();
        add(&mut pack, "1.1", &file.concat());
        let spacing = pack.finish().unwrap().index.frames[0].view.spacing.clone().unwrap();
        let rounded = |mm: f64| (mm * 1e6).round() / 1e6;
        (rounded(spacing.row_mm), rounded(spacing.column_mm), spacing.source)
    };
    let at_object = (0.2, 0.4, "imager-pixel-spacing-over-magnification".to_owned());
    let at_detector = (0.3, 0.6, "imager-pixel-spacing".to_owned());
    assert_eq!(spacing("", "1.5"), at_object);
    assert_eq!(spacing("0.3\\0.6", "1.5"), at_object);
    for factor in ["", "1", "0", "-1.5", "1500"] {
        assert_eq!(spacing("", factor), at_detector, "{factor}");
    }
    // A spacing the file calls corrected is not corrected twice.
    assert_eq!(spacing("0.25\\0.5", "1.5"), (0.25, 0.5, "pixel-spacing".to_owned()));
}

#[test]
fn series_without_pictures_still_has_an_index() {
    let mut pack = builder();
    add_without_picture(&mut pack, "1.1", "video");
    let series = pack.finish().unwrap();
    assert!(series.pack.is_empty() && series.poster_jpeg.is_none() && series.thumbs_jpeg.is_none());
    assert_eq!(series.index.without_picture[0].code, "video");
}

struct FullDisk;

impl Write for FullDisk {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn failed_write_fails_the_pack() {
    let mut pack = SeriesPackBuilder::new(description(), FullDisk);
    add(&mut pack, "1.1", &real("MR_small_RLE.dcm"));
    assert!(pack.finish().is_err());
}

#[test]
fn one_picture_in_three_encodings_looks_the_same() {
    let expected = shown(&real("MR_small_RLE.dcm"));
    assert_eq!(shown(&real("MR_small_jpeg_ls_lossless.dcm")), expected);
    assert_eq!(shown(&real("MR_small_bigendian.dcm")), expected);
    assert!(expected.iter().collect::<std::collections::BTreeSet<_>>().len() > 100);
}

#[test]
fn rendered_parts_cross_a_pipe() {
    for part in parts(&real("SC_rgb_jpeg.dcm"), &RenderOptions { poster_frame: Some(1), ..options() }) {
        let json: Value = serde_json::to_value(&part).unwrap();
        assert_eq!(serde_json::from_value::<RenderedPart>(json).unwrap(), part);
    }
}

#[test]
fn frames_come_in_order_however_many_are_rendered_at_a_time() {
    let run = Pixels { frames: Some("7"), ..Pixels::grey(8, 8, 8, 8) };
    let stored: Vec<u8> = (0..7 * 64).map(|i| (i % 251) as u8).collect();
    let file = run.native(&stored);
    let one_by_one = parts(&file, &options());
    assert_eq!(one_by_one.len(), 9, "metadata, the image, and seven frames");
    for threads in [2, 3, 16] {
        assert_eq!(parts(&file, &RenderOptions { threads, ..options() }), one_by_one);
    }
}

#[test]
fn poster_shows_the_frame_that_it_is_asked_of_else_the_middle_one() {
    for (poster_frame, expected) in [(Some(2), 1), (Some(9), 3), (None, 3)] {
        let run = Pixels { frames: Some("6"), ..Pixels::grey(8, 8, 8, 8) };
        let mut pack = builder();
        pack.start_instance("1.1", KeyFrames::Numbers(vec![2]));
        let parts = parts(&run.native(&[7; 6 * 64]), &RenderOptions { poster_frame, ..options() });
        parts.into_iter().for_each(|part| pack.push(part));
        let series = pack.finish().unwrap();
        assert_eq!(series.index.poster_frame, Some(expected));
        assert!(series.poster_jpeg.is_some());
        assert!(series.index.frames.iter().all(|entry| entry.is_key == (entry.frame == 2)));
    }
}

/// Stored values 0, 1, 2 and 3 of a two by two image, and the result of each rule.
#[test]
fn grey_looks_follow_the_standard() {
    let ds = |element, value: &str| dicom_bytes::element(0x28, element, "DS", value.as_bytes());
    let window = |center, width| [ds(0x1050, center), ds(0x1051, width)].concat();
    let function = |name: &str| dicom_bytes::element(0x28, 0x1056, "LO", name.as_bytes());
    let lut = |tag: u16, data: &[u16]| {
        let descriptor = words([data.len() as u16, 0, 8]);
        let inner = [
            dicom_bytes::element(0x28, 0x3002, "US", &descriptor),
            dicom_bytes::element(0x28, 0x3006, "US", &words(data.iter().copied())),
        ]
        .concat();
        sequence(0x28, tag, &inner)
    };
    let padding = us(0x28, 0x120, 3);
    let shape = |name: &str| dicom_bytes::element(0x2050, 0x20, "CS", name.as_bytes());
    let in_group = |inner: Vec<u8>| sequence(0x5200, 0x9229, &sequence(0x28, 0x9132, &inner));
    for (name, photometric, extra, expected) in [
        ("all values, without a window", "MONOCHROME2", vec![], [0, 85, 170, 255]),
        ("monochrome 1", "MONOCHROME1", vec![], [255, 170, 85, 0]),
        ("linear", "MONOCHROME2", window("2", "3"), [0, 64, 191, 255]),
        (
            "linear exact",
            "MONOCHROME2",
            [window("2", "2"), function("LINEAR_EXACT")].concat(),
            [0, 0, 128, 255],
        ),
        ("sigmoid", "MONOCHROME2", [window("2", "4"), function("SIGMOID")].concat(), [30, 69, 128, 186]),
        ("threshold", "MONOCHROME2", window("2", "1"), [0, 0, 255, 255]),
        (
            "rescale",
            "MONOCHROME2",
            [window("20", "21"), ds(0x1052, "5"), ds(0x1053, "10")].concat(),
            [0, 70, 198, 255],
        ),
        ("width 0 is no window", "MONOCHROME2", window("2", "0"), [0, 85, 170, 255]),
        ("decimal comma", "MONOCHROME2", window("2,0", "3,0"), [0, 64, 191, 255]),
        ("VOI LUT", "MONOCHROME2", lut(0x3010, &[255, 10, 20, 0]), [255, 10, 20, 0]),
        ("modality LUT", "MONOCHROME2", lut(0x3000, &[30, 20, 10, 0]), [255, 170, 85, 0]),
        (
            "modality LUT back to the intensity of X-rays",
            "MONOCHROME2",
            [
                dicom_bytes::element(0x28, 0x1040, "CS", b"LOG "),
                window("2", "3"),
                lut(0x3000, &[9000, 8000, 7000, 6000]),
            ]
            .concat(),
            [0, 64, 191, 255],
        ),
        ("VOI LUT of monochrome 1", "MONOCHROME1", lut(0x3010, &[255, 10, 20, 0]), [0, 245, 235, 255]),
        ("VOI LUT of the frame", "MONOCHROME2", in_group(lut(0x3010, &[255, 10, 20, 0])), [255, 10, 20, 0]),
        ("inverse beside monochrome 2", "MONOCHROME2", shape("INVERSE"), [255, 170, 85, 0]),
        ("inverse beside monochrome 1", "MONOCHROME1", shape("INVERSE"), [255, 170, 85, 0]),
        ("identity", "MONOCHROME2", shape("IDENTITY"), [0, 85, 170, 255]),
        ("padding is no measurement", "MONOCHROME2", padding, [0, 128, 255, 255]),
    ] {
        let pixels = Pixels { photometric, extra, ..Pixels::grey(2, 2, 16, 12) };
        assert_eq!(shown(&pixels.native(&words([0, 1, 2, 3]))), expected, "{name}");
    }
}

#[test]
fn stored_bits_are_found_wherever_they_lie() {
    let grey = Pixels::grey(2, 2, 16, 12);
    for (name, pixels, stored) in [
        ("overlay bits above the high bit", grey.clone(), words([0xF000, 0xE001, 0x8002, 3])),
        ("high bit 15", Pixels { high_bit: 15, ..grey.clone() }, words([0, 0x10, 0x20, 0x3F])),
        ("signed", Pixels { signed: true, ..grey.clone() }, words([0xFFE, 0xFFF, 0, 1])),
        ("16 allocated, 8 stored", Pixels::grey(2, 2, 16, 8), words([0, 1, 2, 3])),
        ("8 allocated", Pixels::grey(2, 2, 8, 8), vec![0, 1, 2, 3]),
        ("32 allocated", Pixels::grey(2, 2, 32, 32), [0_u32, 1, 2, 3].map(u32::to_le_bytes).concat()),
    ] {
        assert_eq!(shown(&pixels.native(&stored)), [0, 85, 170, 255], "{name}");
    }
    assert_eq!(shown(&Pixels::grey(2, 2, 1, 1).native(&[0b1010, 0])), [0, 255, 0, 255]);
}

#[test]
fn colour_looks_follow_the_standard() {
    let palette = |channel: u16, entries: [u16; 4]| {
        let shifted = entries.map(|v| v << 8);
        [
            dicom_bytes::element(0x28, 0x1101 + channel, "US", &words([4, 0, 16])),
            dicom_bytes::element(0x28, 0x1201 + channel, "OW", &words(shifted)),
        ]
        .concat()
    };
    let tables = [palette(0, [0, 255, 0, 9]), palette(1, [0, 0, 255, 9]), palette(2, [7, 0, 0, 9])].concat();
    let by_palette = Pixels { photometric: "PALETTE COLOR", extra: tables, ..Pixels::grey(2, 2, 8, 8) };
    let red = [255, 0, 0];
    for (name, file, expected) in [
        ("rgb", Pixels::colour(1, 2, "RGB").native(&[255, 0, 0, 1, 2, 3]), vec![255, 0, 0, 1, 2, 3]),
        (
            "planar rgb",
            Pixels { planar: true, ..Pixels::colour(1, 2, "RGB") }.native(&[255, 1, 0, 2, 0, 3]),
            vec![255, 0, 0, 1, 2, 3],
        ),
        ("ybr", Pixels::colour(1, 2, "YBR_FULL").native(&[76, 85, 255, 76, 85, 255]), [254, 0, 0].repeat(2)),
        ("ybr 422", Pixels::colour(1, 2, "YBR_FULL_422").native(&[76, 76, 85, 255]), [254, 0, 0].repeat(2)),
        ("palette", by_palette.native(&[0, 1, 2, 3]), [[0, 0, 7], red, [0, 255, 0], [9, 9, 9]].concat()),
    ] {
        assert_eq!(shown(&file), expected, "{name}");
    }
}

#[test]
fn supplemental_palette_colours_the_values_from_its_first_entry_on() {
    let channel = |channel: u16, entries: [u16; 2]| {
        [
            element(0x28, 0x1101 + channel, "US", &words([2, 2, 16])),
            element(0x28, 0x1201 + channel, "OW", &words(entries.map(|v| v << 8))),
        ]
        .concat()
    };
    let tables = [channel(0, [255, 1]), channel(1, [0, 2]), channel(2, [0, 3])].concat();
    let presentation = element(0x8, 0x9205, "CS", b"COLOR");
    let window = [element(0x28, 0x1050, "DS", b"2"), element(0x28, 0x1051, "DS", b"3")].concat();
    let pixels = Pixels { extra: [window, tables].concat(), ..Pixels::grey(2, 2, 16, 12) };
    let stored = |values| element(0x7FE0, 0x10, "OW", &words(values));
    let file =
        |values| [meta(EXPLICIT), presentation.clone(), identity(), pixels.bytes(), stored(values)].concat();
    assert_eq!(shown(&file([0, 1, 2, 3])), [0, 0, 0, 64, 64, 64, 255, 0, 0, 1, 2, 3]);
    assert_eq!(shown(&file([0, 1, 1, 0])), [0, 64, 64, 0]);
}

#[test]
fn viewer_is_told_what_it_must_know() {
    let long = |number, value: u32| element(0x18, number, "UL", &value.to_le_bytes());
    let double = |number, value: f64| element(0x18, number, "FD", &value.to_le_bytes());
    let region = [
        us(0x18, 0x6012, 1),
        us(0x18, 0x6014, 1),
        long(0x6018, 10),
        long(0x601A, 20),
        long(0x601C, 90),
        long(0x601E, 80),
        us(0x18, 0x6024, 3),
        us(0x18, 0x6026, 4),
        double(0x602C, 0.02),
        double(0x602E, -0.5),
        double(0x602A, 20.0),
    ]
    .concat();
    let extra = [
        sequence(0x18, 0x6011, &region),
        element(0x20, 0x52, "UI", b"1.2.9"),
        element(0x28, 0x34, "IS", b"4\\3"),
        us(0x28, 0x120, 7),
        us(0x28, 0x121, 5),
        element(0x54, 0x20, "US", &words([1, 2])),
        element(0x54, 0x30, "US", &words([1, 1])),
        sequence(0x54, 0x32, &[element(0x18, 0x1242, "IS", b"250"), us(0x54, 0x33, 2)].concat()),
    ]
    .concat();
    let file = Pixels { frames: Some("2"), extra, ..Pixels::grey(2, 2, 16, 12) }.native(&[0; 16]);
    let view = &both_layers(&file).frames[1].view;
    assert_eq!((view.padding, view.aspect), (Some([5.0, 7.0]), Some(4.0 / 3.0)));
    assert_eq!(view.frame_of_reference_uid.as_deref(), Some("1.2.9"));
    let region = &view.regions[0];
    assert_eq!((region.x0, region.y0, region.x1, region.y1), (10, 20, 90, 80));
    assert_eq!((region.unit_x, region.unit_y, region.delta_x, region.delta_y), (3, 4, 0.02, -0.5));
    assert_eq!(region.reference_value_y.to_string(), "20");
    let position = view.position_in_run.unwrap();
    assert_eq!((position.detector, position.phase, position.slice), (Some(2), Some(1), None));
    assert_eq!(view.frame_time_ms, Some(250.0));
}

/// Two slices of a heart in two slots of its beat, the second of which lies in front of the first.
fn gated_heart(kind: &str, spacing: Option<&[u8]>) -> Vec<u8> {
    let words = |values: &[u16]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let detector =
        [element(0x20, 0x32, "DS", b"-10\\-20\\300"), element(0x20, 0x37, "DS", b"1\\0\\0\\0\\0\\-1")];
    let extra = [
        element(0x08, 0x08, "CS", format!("DERIVED\\PRIMARY\\{kind}\\EMISSION").as_bytes()),
        spacing.map(|mm| element(0x18, 0x88, "DS", mm)).unwrap_or_default(),
        element(0x20, 0x52, "UI", b"1.2.9"),
        sequence(0x54, 0x22, &detector.concat()),
        element(0x54, 0x70, "US", &words(&[1, 1, 2, 2])),
        element(0x54, 0x80, "US", &words(&[1, 2, 1, 2])),
    ];
    Pixels { frames: Some("4"), extra: extra.concat(), ..Pixels::grey(1, 1, 8, 8) }.native(&[1, 2, 3, 4])
}

#[test]
fn reconstructed_slices_lie_where_their_detector_says_and_slots_of_a_beat_are_volumes() {
    let mut pack =
        SeriesPackBuilder::new(SeriesDescription { modality: "NM".to_owned(), ..description() }, Vec::new());
    add(&mut pack, "1.1", &gated_heart("RECON GATED TOMO", Some(b"-4.5")));
    let index = pack.finish().unwrap().index;
    assert_eq!(index.poster_frame, Some(3), "a slice within a slot, not the first one");
    let frames = index.frames;
    let shown: Vec<_> = frames
        .iter()
        .map(|frame| {
            let (run, place) = (frame.view.position_in_run.unwrap(), frame.place.unwrap());
            (
                run.time_slot,
                place.volume,
                place.slice,
                frame.view.position.unwrap(),
                frame.view.slice_position,
            )
        })
        .collect();
    // Rows to the left and columns to the feet: behind a slice is to the back, and these are stacked to the front.
    let (first, second) = ([-10.0, -20.0, 300.0], [-10.0, -24.5, 300.0]);
    assert_eq!(
        shown,
        [
            (Some(1), 1, 1, second, Some(-24.5)),
            (Some(1), 1, 2, first, Some(-20.0)),
            (Some(2), 2, 1, second, Some(-24.5)),
            (Some(2), 2, 2, first, Some(-20.0)),
        ]
    );
    assert_eq!(frames[0].view.orientation, Some([1.0, 0.0, 0.0, 0.0, 0.0, -1.0]));
    // Projections lie nowhere, and neither do slices whose distance is not known.
    for (kind, spacing) in
        [("GATED TOMO", Some(&b"-4.5"[..])), ("RECON GATED TOMO", None), ("RECON TOMO", Some(b"0"))]
    {
        let instance = both_layers(&gated_heart(kind, spacing));
        assert!(instance.frames.iter().all(|frame| frame.view.position.is_none()), "{kind}");
    }
}

#[test]
fn every_frame_of_a_run_has_its_own_attributes() {
    let frame = |intercept: &str| {
        let value = element(0x28, 0x1052, "DS", intercept.as_bytes());
        let inner = [value, element(0x28, 0x1053, "DS", b"1")].concat();
        let group = sequence(0x28, 0x9145, &inner);
        item(&group, group.len() as u32)
    };
    let frames = [frame("10"), frame("20")].concat();
    let extra =
        [element(0x18, 0x1063, "DS", b"40"), lying(0x5200, 0x9230, "SQ", &frames, frames.len() as u32)]
            .concat();
    let file =
        Pixels { frames: Some("2"), extra, ..Pixels::grey(2, 2, 8, 8) }.native(&[0, 1, 2, 3, 9, 9, 9, 9]);
    let instance = both_layers(&file);
    let intercepts: Vec<f64> =
        instance.frames.iter().map(|f| f.view.rescale.as_ref().unwrap().intercept).collect();
    assert_eq!(intercepts, [10.0, 20.0]);
    assert!(instance.frames.iter().all(|f| f.view.frame_time_ms == Some(40.0)));
}

#[test]
fn damaged_frame_does_not_take_the_others_with_it() {
    let good = codestream("SC_rgb_jpeg.dcm", &[0xFF, 0xD8, 0xFF]);
    let pixels = Pixels { frames: Some("2"), ..Pixels::colour(256, 256, "RGB") };
    let file = pixels.encapsulated(JPEG, &[&good, &good[..40]]);
    let instance = both_layers(&file);
    assert_eq!((instance.frames.len(), instance.failures.len()), (1, 1));
    let mut pack = builder();
    add(&mut pack, "1.1", &file);
    let index = pack.finish().unwrap().index;
    assert_eq!(index.without_picture[0].frame, Some(2));
}

#[test]
fn overlays_are_drawn_white_in_every_look() {
    let plane = |origin: [u16; 2]| {
        [
            us(0x6002, 0x10, 2),
            us(0x6002, 0x11, 2),
            element(0x6002, 0x40, "CS", b"G"),
            element(0x6002, 0x50, "SS", &words(origin)),
            us(0x6002, 0x100, 1),
            us(0x6002, 0x102, 0),
            element(0x6002, 0x3000, "OW", &words([0b0110])),
        ]
        .concat()
    };
    let in_pixels = [
        us(0x6000, 0x10, 2),
        us(0x6000, 0x11, 2),
        element(0x6000, 0x50, "SS", &words([1, 1])),
        us(0x6000, 0x100, 16),
        us(0x6000, 0x102, 15),
    ]
    .concat();
    let stored = words([0, 1, 2, 3]);
    let marked = words([0x8000, 1, 2, 0x8003]);
    for (name, photometric, extra, stored, expected) in [
        ("white", "MONOCHROME2", plane([1, 1]), &stored, [0, 255, 255, 255]),
        ("white on white", "MONOCHROME1", plane([1, 1]), &stored, [255, 255, 255, 0]),
        ("from outside", "MONOCHROME2", plane([0, 1]), &stored, [255, 85, 170, 255]),
        ("in unused bits", "MONOCHROME2", in_pixels, &marked, [255, 85, 170, 255]),
    ] {
        let pixels = Pixels { photometric, extra, ..Pixels::grey(2, 2, 16, 12) };
        assert_eq!(shown(&pixels.native(stored)), expected, "{name}");
    }
    let colour = Pixels { extra: plane([1, 1]), ..Pixels::colour(2, 2, "RGB") }.native(&[7; 12]);
    assert_eq!(shown(&colour), [7, 7, 7, 255, 255, 255, 255, 255, 255, 7, 7, 7]);
}

/// A run of two mask frames and two with a vessel, over anatomy that must vanish.
fn angiography(mode: &str, operation: Vec<u8>) -> Vec<u8> {
    let side = 32;
    let anatomy = |row: usize, column: usize| 1000 + (row * 37 + column * 11) as u16 % 400;
    let vessel = |row: usize, column: usize| column == row || column == row + 1;
    let frames = (0..4).flat_map(|frame| {
        (0..side * side).map(move |i| {
            let (row, column) = (i / side, i % side);
            anatomy(row, column) - if frame >= 2 && vessel(row, column) { 300 } else { 0 }
        })
    });
    let extra = [
        element(0x28, 0x1050, "DS", b"1200"),
        element(0x28, 0x1051, "DS", b"400"),
        element(0x28, 0x1090, "CS", mode.as_bytes()),
        sequence(0x28, 0x6100, &operation),
    ]
    .concat();
    Pixels { frames: Some("4"), extra, ..Pixels::grey(32, 32, 16, 12) }.native(&words(frames))
}

#[test]
fn angiography_is_shown_subtracted_where_it_is_recommended() {
    let average =
        || [element(0x28, 0x6101, "CS", b"AVG_SUB"), element(0x28, 0x6110, "US", &words([1, 2]))].concat();
    let interval =
        || [element(0x28, 0x6101, "CS", b"TID"), element(0x28, 0x6120, "SS", &words([2]))].concat();
    for (name, operation) in [("average", average()), ("interval", interval())] {
        let file = angiography("SUB", operation);
        let pixels = display_frame(&file, &Limits::default(), 3).unwrap().pixels;
        let levels: std::collections::BTreeSet<u8> = pixels.iter().copied().collect();
        assert_eq!(levels.len(), 2, "{name}: vessel and nothing: {levels:?}");
        assert!(pixels[0] < 50 && pixels[2] > 200, "{name}: the vessel is dark: {levels:?}");
        let instance = both_layers(&file);
        let mask = instance.frames[2].mask.as_ref().unwrap();
        assert!(mask.is_default && mask.shift == [0.0, 0.0]);
        assert_eq!(mask.frames, if name == "average" { vec![1, 2] } else { vec![1] });
    }
    let natural = angiography("NAT", average());
    let pixels = display_frame(&natural, &Limits::default(), 3).unwrap().pixels;
    assert!(pixels.iter().collect::<std::collections::BTreeSet<_>>().len() > 20);
    assert!(!both_layers(&natural).frames[2].mask.as_ref().unwrap().is_default);
}

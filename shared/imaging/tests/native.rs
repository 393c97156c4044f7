//! Native samples, exactly as they were stored, however they were encoded.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::ops::ControlFlow;

use dicom_bytes::*;
use filmless_dicom::PixelLayout;
use filmless_domain::Limits;
use filmless_imaging::{
    Job, NativeJob, PictureFormat, PictureJob, PreviewSize, RenderOptions, RenderedPart, Viewport, Window,
    display_frame, render_file, run_job,
};

const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
const DEFLATED_FRAMES: &str = "1.2.840.10008.1.2.8.1";

/// What a job gave: a layout, the bytes of each frame, and why it ended.
#[derive(Debug, Default, PartialEq)]
struct Given {
    layout: Option<PixelLayout>,
    frames: Vec<(u32, Vec<u8>)>,
    failure: Option<String>,
}

fn native(file: &[u8], frames: Option<Vec<u32>>) -> Given {
    let mut given = Given::default();
    let _ = run_job(&file, &Limits::default(), &Job::Native(NativeJob { frames }), &mut |part| {
        match part {
            RenderedPart::Layout(layout) => given.layout = Some(*layout),
            RenderedPart::Native(piece) => match given.frames.last_mut() {
                Some((frame, bytes)) if *frame == piece.frame => bytes.extend_from_slice(&piece.bytes),
                _ => given.frames.push((piece.frame, piece.bytes.into_vec())),
            },
            RenderedPart::Failure(failure) => given.failure = Some(failure.error.code().to_owned()),
            RenderedPart::NoPicture { code } => given.failure = Some(code),
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    });
    given
}

fn noise(length: usize) -> Vec<u8> {
    (0..length as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// RLE with literal runs only (PS3.5 G).
fn rle(segments: &[&[u8]]) -> Vec<u8> {
    let packed = |segment: &&[u8]| -> Vec<u8> {
        let runs = segment.chunks(128).flat_map(|run| [&[run.len() as u8 - 1][..], run].concat());
        runs.collect()
    };
    let packed: Vec<Vec<u8>> = segments.iter().map(packed).collect();
    let mut header = vec![packed.len() as u32];
    let mut offset = 64;
    for segment in &packed {
        header.push(offset);
        offset += segment.len() as u32;
    }
    header.resize(16, 0);
    let header = header.into_iter().flat_map(u32::to_le_bytes);
    header.chain(packed.concat()).collect()
}

#[test]
fn stored_samples_come_out_as_they_are_frame_by_frame() {
    // More than a piece each.
    let image = Pixels { frames: Some("3"), ..Pixels::grey(1024, 700, 16, 12) };
    let frame = 1024 * 700 * 2;
    let pixels = noise(3 * frame);
    let all = native(&image.native(&pixels), None);
    let layout = all.layout.unwrap();
    assert_eq!((layout.frames, layout.frame_bytes, layout.value_bytes), (3, frame as u64, 3 * frame as u64));
    assert!(layout.is_as_described && all.failure.is_none());
    let given: Vec<Vec<u8>> = all.frames.into_iter().map(|(_, bytes)| bytes).collect();
    assert!(given.concat() == pixels && given.len() == 3);
    let some = native(&image.native(&pixels), Some(vec![3, 1]));
    let [(3, third), (1, first)] = &some.frames[..] else { panic!("two frames in their order") };
    assert!(third == &pixels[2 * frame..] && first == &pixels[..frame]);
}

#[test]
fn big_endian_words_are_turned() {
    let image = Pixels::grey(2, 2, 16, 16);
    let little: Vec<u8> = (1..=8).collect();
    let big: Vec<u8> = little.chunks(2).flat_map(|word| [word[1], word[0]]).collect();
    let element = |group: u16, number: u16, vr: &str, value: &[u8]| {
        let mut bytes = [group.to_be_bytes(), number.to_be_bytes()].concat();
        bytes.extend(vr.as_bytes());
        if vr == "OW" {
            bytes.extend([0, 0]);
            bytes.extend((value.len() as u32).to_be_bytes());
        } else {
            bytes.extend((value.len() as u16).to_be_bytes());
        }
        bytes.extend(value);
        bytes
    };
    let us = |group, number, value: u16| element(group, number, "US", &value.to_be_bytes());
    let file = [
        meta(BIG_ENDIAN),
        element(8, 0x16, "UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        element(8, 0x18, "UI", b"1.2.3.4\0"),
        us(0x28, 2, 1),
        element(0x28, 4, "CS", b"MONOCHROME2 "),
        us(0x28, 0x10, image.rows),
        us(0x28, 0x11, image.columns),
        us(0x28, 0x100, 16),
        us(0x28, 0x101, 16),
        us(0x28, 0x102, 15),
        us(0x28, 0x103, 0),
        element(0x7FE0, 0x10, "OW", &big),
    ]
    .concat();
    assert_eq!(native(&file, None).frames, [(1, little)]);
}

#[test]
fn codestreams_come_out_as_the_samples_that_went_in() {
    let words: Vec<u16> = (0..64 * 64).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 20) as u16).collect();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let [high, low] = [1, 0].map(|byte| bytes.iter().skip(byte).step_by(2).copied().collect::<Vec<u8>>());
    let image = Pixels::grey(64, 64, 16, 12);
    let deflated = {
        use flate2::{Compression, write::DeflateEncoder};
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        std::io::Write::write_all(&mut encoder, &bytes).unwrap();
        encoder.finish().unwrap()
    };
    let jpeg_ls = {
        use charls::{CharLS, FrameInfo};
        let info = FrameInfo { width: 64, height: 64, bits_per_sample: 12, component_count: 1 };
        CharLS::default().encode(info, 0, &bytes).unwrap()
    };
    for (syntax, stream) in
        [(RLE, rle(&[&high, &low])), (DEFLATED_FRAMES, deflated), (JPEG_LS, jpeg_ls.clone())]
    {
        let given = native(&image.encapsulated(syntax, &[&stream]), None);
        assert_eq!(given.frames, [(1, bytes.clone())], "{syntax}");
        let layout = given.layout.unwrap();
        assert!(layout.is_as_described, "{syntax}");
        assert_eq!((layout.bits_allocated, layout.bits_stored, layout.high_bit), (16, 12, 11), "{syntax}");
    }
    // Of a codestream, the sign of twelve bits is extended to the word.
    let signed = Pixels { signed: true, ..image };
    let extended: Vec<u8> =
        words.iter().flat_map(|word| ((word << 4).cast_signed() >> 4).to_le_bytes()).collect();
    assert_eq!(native(&signed.encapsulated(JPEG_LS, &[&jpeg_ls]), None).frames, [(1, extended)]);
    // RLE holds words as they are.
    let stream = rle(&[&high, &low]);
    assert_eq!(native(&signed.encapsulated(RLE, &[&stream]), None).frames, [(1, bytes)]);
}

#[test]
fn colour_of_a_jpeg_comes_out_as_rgb_and_says_so() {
    let file = real("SC_rgb_jpeg.dcm");
    let shown = display_frame(&file, &Limits::default(), 1).unwrap();
    let given = native(&file, None);
    let layout = given.layout.unwrap();
    assert_eq!((layout.photometric_interpretation.as_str(), layout.planar), ("RGB", false));
    assert_eq!(given.frames, [(1, shown.pixels)]);
    // The same stream, labelled as most writers do, is not what the header says of native samples.
    let stream = codestream("SC_rgb_jpeg.dcm", &[0xFF, 0xD8, 0xFF]);
    let image = Pixels::colour(shown.height as u16, shown.width as u16, "YBR_FULL_422");
    let given = native(&image.encapsulated(JPEG, &[&stream]), None);
    let layout = given.layout.unwrap();
    assert_eq!((layout.photometric_interpretation.as_str(), layout.is_as_described), ("RGB", false));
}

#[test]
fn planes_stay_planes() {
    let (red, green, blue) = (noise(64), noise(128)[64..].to_vec(), noise(192)[128..].to_vec());
    let planar = Pixels { planar: true, ..Pixels::colour(8, 8, "RGB") };
    let planes = [red.clone(), green.clone(), blue.clone()].concat();
    let stream = rle(&[&red, &green, &blue]);
    for file in [planar.native(&planes), planar.encapsulated(RLE, &[&stream])] {
        let given = native(&file, None);
        assert!(given.layout.unwrap().planar);
        assert_eq!(given.frames, [(1, planes.clone())]);
    }
    let pixels: Vec<u8> = (0..64).flat_map(|i| [red[i], green[i], blue[i]]).collect();
    let given = native(&Pixels::colour(8, 8, "RGB").encapsulated(RLE, &[&stream]), None);
    assert_eq!(given.frames, [(1, pixels)]);
}

#[test]
fn frames_of_bits_begin_at_a_byte_when_they_are_given_one_by_one() {
    let image = Pixels { frames: Some("2"), ..Pixels::grey(3, 3, 1, 1) };
    // Nine ones, then nine of 0 1 0 1…
    let stored = [0b1111_1111, 0b0101_0101, 0b0000_0001, 0];
    let whole = native(&image.native(&stored), None);
    assert_eq!(whole.layout.unwrap().value_bytes, 3);
    let joined: Vec<u8> = whole.frames.into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert_eq!(joined, stored[..3]);
    let single = native(&image.native(&stored), Some(vec![2]));
    assert_eq!(single.frames, [(2, vec![0b1010_1010, 0])]);
}

#[test]
fn what_cannot_be_given_says_why_and_nothing_is_made_up() {
    let image = Pixels { frames: Some("2"), ..Pixels::grey(8, 8, 8, 8) };
    let cut = native(&image.native(&noise(100)), None);
    assert_eq!((cut.frames.len(), cut.failure.as_deref()), (0, Some("cut-pixel-data")));
    assert_eq!(native(&image.native(&noise(128)), Some(vec![3])).failure.as_deref(), Some("cut-pixel-data"));
    let grey = Pixels::grey(8, 8, 8, 8);
    for (file, code) in [
        (grey.encapsulated("1.2.840.10008.1.2.4.102", &[&noise(64)]), "video"),
        (grey.encapsulated("1.2.3.4", &[&noise(64)]), "unsupported-transfer-syntax"),
        (grey.encapsulated(RLE, &[&noise(64)]), "corrupt-pixel-data"),
        (grey.native(&[]), "no-pixel-data"),
        (b"not dicom".to_vec(), "not-dicom"),
    ] {
        let given = native(&file, None);
        assert_eq!((given.failure.as_deref(), given.frames.len()), (Some(code), 0));
    }
}

#[test]
fn a_picture_is_that_of_its_frame_in_the_window_that_is_asked_for() {
    let image = Pixels { frames: Some("2"), ..Pixels::grey(4, 4, 8, 8) };
    let pixels: Vec<u8> = [vec![0; 16], (0..16).map(|i| i * 16).collect()].concat();
    let file = image.native(&pixels);
    let picture = |frame, window: Option<(f64, f64)>, viewport| {
        let window = window.map(|(center, width)| Window { center, width, function: None, name: None });
        let format = PictureFormat::Png;
        let job = Job::Picture(PictureJob { frame, window, viewport, format, quality: 90 });
        let mut made = None;
        let _ = run_job(&file.as_slice(), &Limits::default(), &job, &mut |part| {
            made = Some(part);
            ControlFlow::Continue(())
        });
        made.unwrap()
    };
    let read = |part| {
        let RenderedPart::Picture(picture) = part else { panic!("{part:?}") };
        let decoded = image::load_from_memory(&picture.bytes).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (picture.width, picture.height));
        decoded.into_luma8()
    };
    // Center 128, width 1: 0 below, 255 from there on.
    let threshold = read(picture(2, Some((128.0, 1.0)), None)).into_raw();
    let expected: Vec<u8> = (0..16).map(|i| if i * 16 >= 128 { 255 } else { 0 }).collect();
    assert_eq!(threshold, expected);
    let viewport = Viewport { width: 8, height: 100, region: None, may_enlarge: true };
    assert_eq!(read(picture(2, None, Some(viewport))).dimensions(), (8, 8));
    let viewport = Viewport { may_enlarge: false, ..viewport };
    assert_eq!(read(picture(2, None, Some(viewport))).dimensions(), (4, 4));
    for frame in [0, 3] {
        assert!(matches!(picture(frame, None, None), RenderedPart::Failure(_)), "{frame}");
    }
}

#[test]
fn a_frame_of_a_list_that_is_cut_is_said_before_the_first_byte() {
    let image = Pixels { frames: Some("3"), ..Pixels::grey(8, 8, 16, 12) };
    let file = image.native(&noise(3 * 128));
    let cut = &file[..file.len() - 40];
    for (list, failure) in [(vec![1, 3], Some("cut-pixel-data")), (vec![2, 1], None)] {
        let given = native(cut, Some(list.clone()));
        assert_eq!(given.failure.as_deref(), failure, "{list:?}");
        assert_eq!(given.layout.is_none() && given.frames.is_empty(), failure.is_some(), "{list:?}");
    }
    let all = native(cut, None);
    assert_eq!((all.layout, all.failure.as_deref()), (None, Some("cut-pixel-data")));
}

#[test]
fn a_picture_of_a_frame_that_is_cut_is_none() {
    let image = Pixels { frames: Some("2"), ..Pixels::grey(64, 64, 8, 8) };
    let file = image.native(&noise(2 * 64 * 64));
    let rows = noise(64 * 64);
    let stream = rle(&[&rows]);
    let rle_file = Pixels::grey(64, 64, 8, 8).encapsulated(RLE, &[&stream]);
    for (file, frame, expected) in [
        (&file[..], 2, Ok(())),
        (&file[..file.len() - 100], 1, Ok(())),
        (&file[..file.len() - 100], 2, Err("cut-pixel-data")),
        (&rle_file[..], 1, Ok(())),
        (&rle_file[..rle_file.len() - 208], 1, Err("cut-pixel-data")),
    ] {
        let job = PictureJob { frame, window: None, viewport: None, format: PictureFormat::Png, quality: 90 };
        let mut made = None;
        let _ = run_job(&file, &Limits::default(), &Job::Picture(job), &mut |part| {
            made = Some(match part {
                RenderedPart::Picture(_) => Ok(()),
                RenderedPart::Failure(failure) => Err(failure.error.code()),
                other => panic!("{other:?}"),
            });
            ControlFlow::Continue(())
        });
        assert_eq!(made, Some(expected), "{} bytes, frame {frame}", file.len());
    }
}

/// The metadata that is rendered with a file.
fn metadata(file: &[u8]) -> serde_json::Value {
    let limits =
        Limits { header_first_read_bytes: 1024, header_second_read_bytes: 2048, ..Limits::default() };
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let mut json = None;
    let _ = render_file(file, &limits, &options, &mut |part| {
        if let RenderedPart::Metadata(bytes) = part {
            json = Some(serde_json::from_slice(&bytes).unwrap());
        }
        ControlFlow::Continue(())
    });
    json.unwrap()
}

fn number(json: &serde_json::Value, tag: &str) -> Option<i64> {
    json[tag]["Value"][0].as_i64()
}

#[test]
fn all_bits_of_a_codestream_are_the_value_and_the_metadata_says_so() {
    // 3,072 in sixteen bits would be -1,024 in twelve.
    let bytes = words([0x0C00; 64]);
    let jpeg_ls = {
        use charls::{CharLS, FrameInfo};
        let info = FrameInfo { width: 8, height: 8, bits_per_sample: 16, component_count: 1 };
        CharLS::default().encode(info, 0, &bytes).unwrap()
    };
    let file = Pixels { signed: true, ..Pixels::grey(8, 8, 16, 12) }.encapsulated(JPEG_LS, &[&jpeg_ls]);
    let json = metadata(&file);
    let told = ["00280100", "00280101", "00280102", "00280103"].map(|tag| number(&json, tag));
    assert_eq!(told, [16, 16, 15, 1].map(Some));
    let given = native(&file, Some(vec![1]));
    let layout = given.layout.unwrap();
    assert_eq!((layout.bits_stored, layout.high_bit, layout.is_as_described), (16, 15, true));
    assert_eq!(given.frames, [(1, bytes.clone())]);
    // Words without a codestream are what their header says.
    let json = metadata(&Pixels { signed: true, ..Pixels::grey(8, 8, 16, 12) }.native(&bytes));
    assert_eq!((number(&json, "00280101"), number(&json, "00280102")), (Some(12), Some(11)));
}

#[test]
fn metadata_has_the_size_and_the_number_of_the_frames_that_are_there() {
    let stream = |side: usize| {
        use charls::{CharLS, FrameInfo};
        let info =
            FrameInfo { width: side as u32, height: side as u32, bits_per_sample: 8, component_count: 1 };
        CharLS::default().encode(info, 0, &noise(side * side)).unwrap()
    };
    let (small, other) = (stream(32), stream(32));
    for (frames, fragments, expected) in [
        (None, vec![&small[..]], (32, 32, None)),
        (Some("0"), vec![&small[..]], (32, 32, Some(1))),
        (Some("8"), vec![&small[..], &other, &small], (32, 32, Some(3))),
        (None, vec![&small[..], &other], (32, 32, Some(2))),
    ] {
        let image = Pixels { frames, ..Pixels::grey(64, 64, 8, 8) };
        let file = image.encapsulated(JPEG_LS, &fragments);
        let json = metadata(&file);
        let told = ["00280010", "00280011", "00280008"].map(|tag| number(&json, tag));
        assert_eq!(told, [Some(expected.0), Some(expected.1), expected.2], "{frames:?}");
        let given = native(&file, Some(vec![1]));
        assert!(given.layout.is_some_and(|layout| layout.is_as_described && layout.rows == 32));
    }
    let one = Pixels { frames: Some("0"), ..Pixels::grey(8, 8, 8, 8) }.native(&noise(64));
    assert_eq!(number(&metadata(&one), "00280008"), Some(1));
}

//! The order of slices and frames in the index of a pack, and the position of each.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::ops::ControlFlow;

use dicom_bytes::{EXPLICIT, Pixels, element, meta, sequence};
use filmless_domain::Limits;
use filmless_imaging::{
    FrameEntry, KeyFrames, PreviewSize, RenderOptions, SeriesDescription, SeriesIndex, SeriesPackBuilder,
    render_file,
};

const AXIAL: &str = "1\\0\\0\\0\\1\\0";
const CORONAL: &str = "1\\0\\0\\0\\0\\-1";
const SAGITTAL: &str = "0\\1\\0\\0\\0\\-1";

/// One slice: its Instance Number, orientation, position, and further elements.
struct Slice {
    number: u32,
    orientation: &'static str,
    position: [f64; 3],
    group_8: Vec<u8>,
    group_18: Vec<u8>,
    group_20: Vec<u8>,
    values: [u8; 4],
}

fn slice(number: u32, orientation: &'static str, position: [f64; 3]) -> Slice {
    let nothing = Vec::new;
    let values = [0, 1, 2, 3];
    Slice {
        number,
        orientation,
        position,
        group_8: nothing(),
        group_18: nothing(),
        group_20: nothing(),
        values,
    }
}

fn axial(number: u32, z: f64) -> Slice {
    slice(number, AXIAL, [0.0, 0.0, z])
}

impl Slice {
    fn file(&self, modality: &str) -> Vec<u8> {
        let [x, y, z] = self.position;
        [
            meta(EXPLICIT),
            element(8, 0x16, "UI", b"1.2.840.10008.5.1.4.1.1.4"),
            element(8, 0x18, "UI", format!("1.2.{}", self.number).as_bytes()),
            self.group_8.clone(),
            element(8, 0x60, "CS", modality.as_bytes()),
            self.group_18.clone(),
            element(0x20, 0x0D, "UI", b"1.2.3"),
            element(0x20, 0x0E, "UI", b"1.2.3.1"),
            element(0x20, 0x13, "IS", self.number.to_string().as_bytes()),
            element(0x20, 0x32, "DS", format!("{x}\\{y}\\{z}").as_bytes()),
            element(0x20, 0x37, "DS", self.orientation.as_bytes()),
            self.group_20.clone(),
            Pixels::grey(2, 2, 8, 8).bytes(),
            element(0x7FE0, 0x10, "OW", &self.values),
        ]
        .concat()
    }
}

fn index(modality: &str, files: &[Vec<u8>]) -> SeriesIndex {
    let description = SeriesDescription { modality: modality.to_owned(), ..SeriesDescription::default() };
    let mut pack = SeriesPackBuilder::new(description, Vec::new());
    for (at, file) in files.iter().enumerate() {
        pack.start_instance(&format!("1.{at}"), KeyFrames::None);
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let _ = render_file(file, &Limits::default(), &options, &mut |part| {
            pack.push(part);
            ControlFlow::Continue(())
        });
    }
    pack.finish().unwrap().index
}

fn series(modality: &str, slices: &[Slice]) -> SeriesIndex {
    index(modality, &slices.iter().map(|slice| slice.file(modality)).collect::<Vec<_>>())
}

fn numbers(index: &SeriesIndex) -> Vec<i64> {
    index.frames.iter().map(|frame| frame.view.dimensions.instance_number.unwrap()).collect()
}

fn places(index: &SeriesIndex) -> Vec<(u32, u32, u32, Option<u32>)> {
    let place = |frame: &FrameEntry| frame.place.map(|p| (p.plane, p.slice, p.volume, p.phase));
    index.frames.iter().filter_map(place).collect()
}

#[test]
fn planes_of_a_localizer_stay_together_and_a_scout_is_before_the_slices() {
    let mixed = [
        slice(1, CORONAL, [0.0, 50.0, 0.0]),
        axial(2, 10.0),
        axial(4, -3.0),
        slice(5, SAGITTAL, [8.0, 0.0, 0.0]),
        axial(3, 4.0),
        slice(6, SAGITTAL, [-7.0, 0.0, 0.0]),
    ];
    let index = series("MR", &mixed);
    assert_eq!(numbers(&index), [1, 4, 3, 2, 5, 6]);
    let planes: Vec<u32> = places(&index).into_iter().map(|place| place.0).collect();
    assert_eq!(planes, [1, 2, 2, 2, 3, 3]);
}

#[test]
fn directions_and_places_are_compared_as_measures_and_not_to_the_last_digit() {
    let mut tilted = axial(2, 5.000_4);
    tilted.orientation = "0.999999\\0.0002\\0\\-0.0002\\1\\0";
    let index = series("MR", &[axial(1, 0.0), tilted, axial(3, 5.0), axial(4, 0.000_3)]);
    assert_eq!(numbers(&index), [1, 2, 4, 3]);
    assert_eq!(places(&index), [(1, 1, 1, None), (1, 2, 1, None), (1, 1, 2, None), (1, 2, 2, None)]);
}

#[test]
fn volumes_follow_each_other_by_time_echo_or_b_value_even_if_one_lacks_a_slice() {
    let repeated = |number: u32, z: f64, echo: &str, time: &str| Slice {
        group_8: element(8, 0x32, "TM", time.as_bytes()),
        group_18: element(0x18, 0x81, "DS", echo.as_bytes()),
        ..axial(number, z)
    };
    // Two echoes, written slice by slice; every slice has its own time, and one is missing.
    let echoes = [
        repeated(1, 0.0, "10", "080000"),
        repeated(2, 0.0, "90", "080000"),
        repeated(3, 5.0, "90", "080001"),
        repeated(4, 9.0, "10", "080002"),
        repeated(5, 9.0, "90", "080002"),
    ];
    assert_eq!(numbers(&series("MR", &echoes)), [1, 4, 2, 3, 5]);
    // Only the time differs, at each slice anew: the k-th frame of a position belongs to volume k.
    let passes = [
        repeated(1, 0.0, "10", "080000"),
        repeated(2, 5.0, "10", "080001"),
        repeated(3, 0.0, "10", "080010"),
        repeated(4, 5.0, "10", "080011"),
    ];
    let index = series("MR", &passes);
    assert_eq!(numbers(&index), [1, 2, 3, 4]);
    assert_eq!(places(&index)[3], (1, 2, 2, None));
}

#[test]
fn phases_of_a_heart_stay_together_at_each_slice_and_gates_of_a_pet_are_volumes() {
    let phase = |number: u32, z: f64, trigger: &str| Slice {
        group_18: element(0x18, 0x1060, "DS", trigger.as_bytes()),
        ..axial(number, z)
    };
    let heart = [
        phase(1, 0.0, "0"),
        phase(2, 8.0, "0"),
        phase(3, 0.0, "400"),
        phase(4, 8.0, "400"),
        phase(5, 0.0, "800"),
    ];
    let index = series("MR", &heart);
    assert_eq!(numbers(&index), [1, 3, 5, 2, 4]);
    assert_eq!(places(&index)[1], (1, 1, 1, Some(2)));
    assert_eq!(numbers(&series("PT", &heart)), [1, 2, 3, 4, 5]);
    // Minutes after the start are not phases of a beat.
    let late = [phase(1, 0.0, "0"), phase(2, 8.0, "0"), phase(3, 0.0, "60000"), phase(4, 8.0, "60000")];
    assert_eq!(numbers(&series("MR", &late)), [1, 2, 3, 4]);
}

#[test]
fn frames_of_an_enhanced_object_are_sorted_by_stack_place_and_time_and_not_as_they_lie_in_the_file() {
    let frame = |stack: &str, in_stack: u32, time: u32, z: f64| {
        let content = [
            element(0x20, 0x9056, "SH", stack.as_bytes()),
            element(0x20, 0x9057, "UL", &in_stack.to_le_bytes()),
            element(0x20, 0x9128, "UL", &time.to_le_bytes()),
        ];
        let position = element(0x20, 0x32, "DS", format!("0\\0\\{z}").as_bytes());
        let groups = [sequence(0x20, 0x9111, &content.concat()), sequence(0x20, 0x9113, &position)].concat();
        dicom_bytes::item(&groups, groups.len() as u32)
    };
    let frames = [
        frame("2", 1, 1, 90.0),
        frame("1", 2, 2, 5.0),
        frame("1", 1, 1, 0.0),
        frame("1", 1, 2, 0.0),
        frame("1", 2, 1, 5.0),
    ]
    .concat();
    let orientation = sequence(0x20, 0x9116, &element(0x20, 0x37, "DS", AXIAL.as_bytes()));
    let file = [
        meta(EXPLICIT),
        dicom_bytes::identity(),
        Pixels { frames: Some("5"), ..Pixels::grey(2, 2, 8, 8) }.bytes(),
        sequence(0x5200, 0x9229, &orientation),
        dicom_bytes::lying(0x5200, 0x9230, "SQ", &frames, frames.len() as u32),
        element(0x7FE0, 0x10, "OW", &[7; 20]),
    ];
    let index = index("MR", &[file.concat()]);
    let order: Vec<u32> = index.frames.iter().map(|frame| frame.frame).collect();
    assert_eq!(order, [3, 5, 4, 2, 1]);
    // Previews are stored in display order.
    assert!(index.frames.windows(2).all(|two| two[0].preview.offset < two[1].preview.offset));
}

#[test]
fn slices_without_a_window_share_one() {
    let mut slices = [axial(1, 0.0), axial(2, 5.0)];
    slices[1].values = [0, 9, 90, 250];
    for modality in ["MR", "NM", "XA", "OT"] {
        let shared = series(modality, &slices);
        let windows: Vec<_> = shared.frames.iter().map(|frame| frame.view.window.clone().unwrap()).collect();
        assert_eq!(windows[0], windows[1]);
        assert_eq!((windows[0].center, windows[0].width), (125.0, 250.0), "{modality}");
    }
    // X-rays are viewed one by one.
    let own = series("DX", &slices);
    assert_ne!(own.frames[0].view.window, own.frames[1].view.window);
}

/// Instance numbers in the order in which the previews lie in the pack, which has no gap between them.
fn preview_numbers(index: &SeriesIndex) -> Vec<i64> {
    let mut spans: Vec<_> = index
        .frames
        .iter()
        .zip(numbers(index))
        .map(|(frame, number)| (frame.preview.offset, frame.preview.length, number))
        .collect();
    spans.sort_unstable();
    let layer = index.preview_layer;
    let end = spans.iter().fold(layer.offset, |at, (offset, length, _)| {
        assert_eq!(*offset, at);
        at + length
    });
    assert_eq!(end, layer.offset + layer.length);
    spans.into_iter().map(|(_, _, number)| number).collect()
}

#[test]
fn previews_of_every_eighth_slice_lie_before_all_others() {
    // As it is uploaded, the series comes from its other end.
    let slices: Vec<Slice> = (1..=20).map(|number| axial(number, -f64::from(number))).rev().collect();
    let index = series("CT", &slices);
    assert_eq!(numbers(&index), (1..=20).rev().collect::<Vec<_>>());
    let thinned = [20, 12, 4, 1];
    let between = (1..=20).rev().filter(|number| !thinned.contains(number));
    assert_eq!(preview_numbers(&index), thinned.into_iter().chain(between).collect::<Vec<_>>());
}

#[test]
fn every_volume_of_a_series_is_thinned_out_from_its_own_first_slice() {
    let of_echo = |echo: u32, ms: &str| {
        let echo_time = element(0x18, 0x81, "DS", ms.as_bytes());
        (0..10).map(move |nth| Slice {
            group_18: echo_time.clone(),
            ..axial(10 * echo + nth + 1, f64::from(nth))
        })
    };
    let slices: Vec<Slice> = of_echo(0, "10").chain(of_echo(1, "90")).collect();
    let index = series("MR", &slices);
    assert_eq!(preview_numbers(&index)[..6], [1, 9, 10, 11, 19, 20]);
}

#[test]
fn previews_of_frames_that_are_no_slices_lie_in_their_order() {
    let film = Pixels { frames: Some("20"), ..Pixels::grey(2, 2, 8, 8) }.native(&[7; 80]);
    let index = index("US", &[film]);
    let offsets: Vec<u64> = index.frames.iter().map(|frame| frame.preview.offset).collect();
    assert_eq!(offsets.len(), 20);
    assert!(offsets.is_sorted());
}

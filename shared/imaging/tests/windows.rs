//! The look of images whose files name no window.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use dicom_bytes::{Pixels, element, sequence, us, words};
use filmless_domain::Limits;
use filmless_imaging::{PreviewSize, RenderOptions, Window, display_frame, render_image};

fn shown(file: &[u8]) -> Vec<u8> {
    display_frame(file, &Limits::default(), 1).unwrap().pixels
}

fn window(file: &[u8]) -> Window {
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    render_image(file, &Limits::default(), &options).unwrap().frames.remove(0).view.window.unwrap()
}

/// 64 x 64 values from 0 to 1000, except the last ones.
fn slope(modality: &str, last: &[u16]) -> Vec<u8> {
    let values = (0..4096 - last.len()).map(|at| (at % 1001) as u16).chain(last.iter().copied());
    let extra = element(8, 0x60, "CS", modality.as_bytes());
    Pixels { extra, ..Pixels::grey(64, 64, 16, 16) }.native(&words(values))
}

#[test]
fn one_bright_voxel_makes_no_picture_dark() {
    for modality in ["MR", "CR", "DX"] {
        let file = slope(modality, &[30_000]);
        let pixels = shown(&file);
        assert_eq!((pixels[500], pixels[1000], pixels[4095]), (128, 255, 255), "{modality}");
        assert_eq!(window(&file).width, 1000.0, "{modality}");
    }
}

#[test]
fn small_bright_things_stay_brighter_than_the_rest() {
    for (modality, last, white) in [
        // Not far off.
        ("MR", vec![3000], 3000.0),
        // Not a stray: large enough to be seen.
        ("MR", vec![30_000; 12], 30_000.0),
        // One voxel may hold all the uptake.
        ("PT", vec![30_000], 30_000.0),
    ] {
        assert_eq!(window(&slope(modality, &last)).width, white, "{modality} {last:?}");
    }
    let drawing = (0..4096).map(|at| if at == 9 { 60_000 } else { at % 2 });
    let extra = element(8, 0x60, "CS", b"MR");
    let file = Pixels { extra, ..Pixels::grey(64, 64, 16, 16) }.native(&words(drawing));
    assert_eq!(window(&file).width, 60_000.0);
}

/// A PET with these units, injected two half-lives before the series.
fn pet(units: &str, weight: &str, correction: &str, acquired: &str) -> Vec<u8> {
    pet_of_dose("280000000", units, weight, correction, acquired)
}

fn pet_of_dose(dose: &str, units: &str, weight: &str, correction: &str, acquired: &str) -> Vec<u8> {
    let tracer = [
        element(0x18, 0x1072, "TM", b"230000"),
        element(0x18, 0x1074, "DS", dose.as_bytes()),
        element(0x18, 0x1075, "DS", b"3600"),
    ];
    let extra = [
        element(8, 0x31, "TM", b"010000.00"),
        element(8, 0x32, "TM", acquired.as_bytes()),
        element(8, 0x60, "CS", b"PT"),
        element(0x10, 0x1030, "DS", weight.as_bytes()),
        sequence(0x54, 0x16, &tracer.concat()),
        element(0x54, 0x1001, "CS", units.as_bytes()),
        element(0x54, 0x1102, "CS", correction.as_bytes()),
    ];
    Pixels { extra: extra.concat(), ..Pixels::grey(2, 2, 16, 16) }.native(&words([0, 3500, 7000, 14_000]))
}

#[test]
fn pet_is_seen_by_uptake_where_its_file_says_how() {
    // 70 kg over 70 MBq that are left: one Bq/ml is a thousandth of an SUV.
    let cases = [
        ("BQML", "70", "START", "010000", 7000.0),
        ("BQML", "280", "ADMIN", "010500", 7000.0),
        ("GML", "", "", "010000", 7.0),
    ];
    for (units, weight, correction, acquired, white) in cases {
        let found = window(&pet(units, weight, correction, acquired));
        assert_eq!((found.center - 0.5, found.width - 1.0), (white / 2.0, white), "{units} {correction}");
    }
    assert_eq!(shown(&pet("BQML", "70", "START", "010000")), [0, 128, 255, 255]);
    for (units, weight, correction, acquired) in [
        ("BQML", "", "START", "010000"),
        ("BQML", "0", "START", "010000"),
        ("BQML", "70", "NONE", "010000"),
        ("BQML", "70", "START", "005900"),
        ("CNTS", "70", "START", "010000"),
    ] {
        let found = window(&pet(units, weight, correction, acquired));
        assert_eq!(found.width, 14_000.0, "{units} {weight} {correction} {acquired}");
    }
    // Injected half an hour after the scan, or 23 half-lives before it.
    let mut late = pet("BQML", "70", "START", "010000");
    let at = late.windows(6).position(|text| text == b"230000").unwrap();
    late[at..at + 6].copy_from_slice(b"013000");
    assert_eq!(window(&late).width, 14_000.0);
}

#[test]
fn pet_with_a_dose_or_a_weight_in_another_unit_is_seen_in_all_its_values() {
    for (dose, weight) in [("280", "70"), ("280000", "70"), ("280000000", "70000")] {
        let found = window(&pet_of_dose(dose, "BQML", weight, "ADMIN", "010000"));
        assert_eq!((found.center, found.width), (7000.0, 14_000.0), "{dose} {weight}");
    }
}

#[test]
fn ultrasound_of_eight_bits_is_as_bright_as_on_its_screen() {
    let extra = element(8, 0x60, "CS", b"US");
    let file = Pixels { extra, ..Pixels::grey(2, 2, 8, 8) }.native(&[0, 10, 20, 5]);
    assert_eq!(shown(&file), [0, 10, 20, 5]);
}

#[test]
fn values_have_the_unit_that_the_file_means() {
    let unit = |extra: &[Vec<u8>], signed: bool| {
        let pixels = Pixels { extra: extra.concat(), signed, ..Pixels::grey(2, 2, 16, 16) };
        let file = pixels.native(&words([0, 1, 2, 3]));
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let view = render_image(&file, &Limits::default(), &options).unwrap().frames.remove(0).view;
        (view.rescale.unwrap().unit, view.window.unwrap().width)
    };
    let text =
        |(group, number): (u16, u16), vr: &str, value: &str| element(group, number, vr, value.as_bytes());
    let ct = |kind: &str, intercept: &str| {
        let kind = text((8, 8), "CS", kind);
        let rescale = match intercept {
            "" => Vec::new(),
            _ => [text((0x28, 0x1052), "DS", intercept), text((0x28, 0x1053), "DS", "1")].concat(),
        };
        [kind, text((8, 0x60), "CS", "CT"), rescale]
    };
    let hu = Some("HU".to_owned());
    // Hounsfield units are shown in the soft tissue window; other values in their range.
    assert_eq!(unit(&ct("ORIGINAL\\PRIMARY\\AXIAL", "-1024"), false), (hu.clone(), 400.0));
    assert_eq!(unit(&ct("ORIGINAL\\PRIMARY\\AXIAL", "0"), true), (hu, 400.0));
    assert_eq!(unit(&ct("ORIGINAL\\PRIMARY\\AXIAL", "0"), false), (None, 3.0));
    assert_eq!(unit(&ct("ORIGINAL\\PRIMARY\\AXIAL", ""), true), (None, 3.0));
    assert_eq!(unit(&ct("DERIVED\\SECONDARY", "0"), true), (None, 3.0));
    assert_eq!(unit(&ct("ORIGINAL\\PRIMARY\\LOCALIZER", "0"), true), (None, 3.0));
    let unspecified = [ct("ORIGINAL\\PRIMARY\\AXIAL", "-1024").concat(), text((0x28, 0x1054), "LO", "US")];
    assert_eq!(unit(&unspecified, false), (None, 3.0));
    for (units, kind, shown) in [
        ("BQML", "", Some("Bq/ml")),
        ("GML", "", Some("SUVbw g/ml")),
        ("GML", "LBM", Some("SUVlbm g/ml")),
        ("CM2ML", "BSA", Some("SUVbsa cm²/ml")),
        ("CNTS", "", Some("counts")),
        ("NONE", "", None),
        ("PROPCPS", "", Some("relative counts/s")),
        ("MLMING", "", Some("ml/min/g")),
        ("1CM", "", Some("1/cm")),
        ("PCNT", "", Some("%")),
        ("UMOLMINML", "", Some("µmol/min/ml")),
    ] {
        let pet = [
            text((8, 0x60), "CS", "PT"),
            text((0x54, 0x1001), "CS", units),
            text((0x54, 0x1006), "CS", kind),
        ];
        assert_eq!(unit(&pet, false).0.as_deref(), shown, "{units} {kind}");
        // A PET's own Units take precedence over a Rescale Type that says nothing, or that a CT would mean.
        for named in ["US", "HU"] {
            let named = [pet.concat(), text((0x28, 0x1054), "LO", named)];
            assert_eq!(unit(&named, false).0.as_deref(), shown, "{units} {kind}");
        }
    }
    for (modality, named, shown) in [
        ("DX", "LOG_E REL", Some("log E (rel.)")),
        ("CT", "MGML", Some("mg/ml")),
        ("CT", "HU", Some("HU")),
        ("CT", "UNSPECIFIED", None),
        ("MR", "HU", None),
        ("MR", "US", None),
        ("MR", "ms", Some("ms")),
        ("CT", "OD", Some("10⁻³ OD")),
    ] {
        let rescale = [text((0x28, 0x1052), "DS", "0"), text((0x28, 0x1053), "DS", "1")].concat();
        let of = [text((8, 0x60), "CS", modality), rescale, text((0x28, 0x1054), "LO", named)];
        assert_eq!(unit(&of, false).0.as_deref(), shown, "{modality} {named}");
    }
}

#[test]
fn unit_of_a_real_world_mapping_is_that_of_the_shown_values_only_if_they_are_the_same() {
    let text =
        |(group, number): (u16, u16), vr: &str, value: &str| element(group, number, vr, value.as_bytes());
    let unit = |modality: &str, rescale: Option<[&str; 2]>, mapping: [f64; 2], code: [&str; 2]| {
        let rescale = rescale.map_or(Vec::new(), |[slope, intercept]| {
            [text((0x28, 0x1052), "DS", intercept), text((0x28, 0x1053), "DS", slope)].concat()
        });
        let code = [
            text((8, 0x100), "SH", code[0]),
            text((8, 0x102), "SH", "UCUM"),
            text((8, 0x104), "LO", code[1]),
        ];
        let item = [
            sequence(0x40, 0x8EA, &code.concat()),
            element(0x40, 0x9224, "FD", &mapping[1].to_le_bytes()),
            element(0x40, 0x9225, "FD", &mapping[0].to_le_bytes()),
        ];
        let extra = [rescale, sequence(0x40, 0x9096, &item.concat())].concat();
        let before = text((8, 0x60), "CS", modality);
        let pixels = Pixels { extra, ..Pixels::grey(1, 4, 16, 12) };
        let file = pixels.native(&words([0, 1, 2, 3]));
        let at = file.windows(4).position(|tag| tag == [0x28, 0, 2, 0]).unwrap();
        let file = [&file[..at], &before, &file[at..]].concat();
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let view = render_image(&file, &Limits::default(), &options).unwrap().frames.remove(0).view;
        view.rescale.unwrap().unit
    };
    let diffusion = ["um2/s", "um2/s"];
    let said = |unit: &str| Some(unit.to_owned());
    assert_eq!(unit("MR", Some(["2", "1"]), [2.0, 1.0], diffusion), said("µm²/s"));
    assert_eq!(unit("MR", None, [1.0, 0.0], ["ms", "millisecond"]), said("ms"));
    assert_eq!(unit("MR", Some(["2", "1"]), [0.002, 0.0], diffusion), None, "other numbers are shown");
    assert_eq!(unit("MR", None, [0.5, 0.0], diffusion), None);
    assert_eq!(unit("MR", None, [1.0, 0.0], ["1", "no units"]), None);
    assert_eq!(unit("NM", None, [1.0, 0.0], ["{counts}/s", "Counts per second"]), said("counts/s"));
}

#[test]
fn palette_of_65536_entries_has_0_in_its_descriptor() {
    let descriptor = |number| element(0x28, number, "US", &words([0, 0, 16]));
    let table = |number, of: fn(u16) -> u16| element(0x28, number, "OW", &words((0..=u16::MAX).map(of)));
    let extra = [
        us(0x28, 0x100, 16),
        descriptor(0x1101),
        descriptor(0x1102),
        descriptor(0x1103),
        table(0x1201, |value| value),
        table(0x1202, |value| u16::MAX - value),
        table(0x1203, |_| 0x8080),
    ];
    let pixels = Pixels { photometric: "PALETTE COLOR", extra: extra.concat(), ..Pixels::grey(1, 5, 16, 16) };
    let colours = shown(&pixels.native(&words([0, 1000, 20_000, 40_000, 65_535])));
    let expected = [[0, 255, 128], [3, 252, 128], [78, 177, 128], [156, 99, 128], [255, 0, 128]];
    assert_eq!(colours, expected.concat());
}

#[test]
fn a_rescale_slope_of_0_gives_a_picture_without_a_unit_and_keeps_the_slope_for_the_viewer() {
    let ds = |number: u16, value: &str| element(0x28, number, "DS", value.as_bytes());
    let extra = [ds(0x1052, "-1000"), ds(0x1053, "0"), element(0x28, 0x1054, "LO", b"HU")].concat();
    let before = element(8, 0x60, "CS", b"CT");
    let file = Pixels { extra, ..Pixels::grey(1, 4, 16, 12) }.native(&words([0, 1, 2, 3]));
    let at = file.windows(4).position(|tag| tag == [0x28, 0, 2, 0]).unwrap();
    let file = [&file[..at], &before, &file[at..]].concat();
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    let view = render_image(&file, &Limits::default(), &options).unwrap().frames.remove(0).view;
    let rescale = view.rescale.unwrap();
    assert_eq!((rescale.slope, rescale.intercept, rescale.unit), (0.0, -1000.0, None));
    assert_eq!(shown(&file), [0, 85, 170, 255], "in all its values, not in a window of Hounsfield units");
}

#[test]
fn retired_colours_are_refused_and_never_shown_as_rgb() {
    let refused = |file: &[u8]| display_frame(file, &Limits::default(), 1).err().map(|error| error.code());
    for photometric in ["HSV", "ARGB", "CMYK", "YBR_PARTIAL_422", "YBR_PARTIAL_420"] {
        let file = Pixels::colour(2, 2, photometric).native(&[7; 12]);
        assert_eq!(refused(&file), Some("unsupported-pixel-format"), "{photometric}");
        let options = RenderOptions::new(PreviewSize { side_max: 64 });
        let rendered = render_image(&file, &Limits::default(), &options);
        assert!(rendered.is_err() || rendered.is_ok_and(|image| image.frames.is_empty()), "{photometric}");
    }
    for photometric in ["ARGB", "CMYK"] {
        let file = Pixels { samples: 4, ..Pixels::colour(2, 2, photometric) }.native(&[7; 16]);
        assert_eq!(refused(&file), Some("unsupported-pixel-format"), "{photometric}");
    }
    for photometric in ["RGB", "YBR_FULL"] {
        assert_eq!(refused(&Pixels::colour(2, 2, photometric).native(&[7; 12])), None, "{photometric}");
    }
}

#[test]
fn an_image_that_was_compressed_with_a_loss_says_so() {
    let options = RenderOptions::new(PreviewSize { side_max: 64 });
    for (stated, lossy) in [(None, false), (Some("00"), false), (Some("01"), true)] {
        let extra = stated.map_or(Vec::new(), |stated| element(0x28, 0x2110, "CS", stated.as_bytes()));
        let file = Pixels { extra, ..Pixels::grey(1, 4, 16, 12) }.native(&words([0, 1, 2, 3]));
        let view = render_image(&file, &Limits::default(), &options).unwrap().frames.remove(0).view;
        assert_eq!(view.is_lossy, lossy, "{stated:?}");
    }
}

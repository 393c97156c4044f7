//! Files that showed a fault in this or other software, with the expected result: from bytes to pack and picture.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use filmless_dicom::{HeaderRead, InstanceHeader, display_order, read_header};
use filmless_domain::Limits;
use filmless_imaging::{
    KeyFrames, PreviewSize, RenderOptions, SeriesDescription, SeriesIndex, SeriesPackBuilder, display_frame,
    render_file,
};
use serde_json::Value;

fn cases(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(kind)
}

fn header(file: &[u8]) -> InstanceHeader {
    match read_header(file, file.len() as u64, &Limits::default()) {
        Ok(HeaderRead::Complete(header)) => *header,
        other => panic!("{other:?}"),
    }
}

/// One series: its files by SOP Instance UID, and its index.
struct Series {
    files: BTreeMap<String, (InstanceHeader, Vec<u8>)>,
    index: SeriesIndex,
    json: Value,
}

impl Series {
    fn of(mut instances: Vec<(InstanceHeader, Vec<u8>)>) -> Self {
        instances.sort_by(|(a, _), (b, _)| display_order(&a.slice_key(), &b.slice_key()));
        let mut pack = SeriesPackBuilder::new(SeriesDescription::default(), Vec::new());
        for (header, file) in &instances {
            pack.start_instance(header.sop_instance_uid.as_str(), KeyFrames::None);
            let options = RenderOptions::new(PreviewSize { side_max: 64 });
            let _ = render_file(file, &Limits::default(), &options, &mut |part| {
                pack.push(part);
                ControlFlow::Continue(())
            });
        }
        let index = pack.finish().unwrap().index;
        let json = serde_json::to_value(&index).unwrap();
        let files = instances.into_iter().map(|(h, file)| (h.sop_instance_uid.to_string(), (h, file)));
        Self { files: files.collect(), index, json }
    }

    /// Grey or colour at one point of one frame.
    fn look(&self, frame: usize, row: usize, column: usize) -> Result<Vec<u8>, String> {
        let entry = self.index.frames.get(frame).ok_or("no such frame")?;
        let file = &self.files[&entry.sop_instance_uid].1;
        let shown =
            display_frame(file, &Limits::default(), entry.frame).map_err(|error| error.to_string())?;
        let channels = usize::from(shown.channels);
        let at = (row * shown.width as usize + column) * channels;
        shown.pixels.get(at..at + channels).map(<[u8]>::to_vec).ok_or_else(|| "outside".to_owned())
    }
}

/// The series of a study by Series Number.
fn study(name: &str) -> Vec<Series> {
    let mut series: BTreeMap<(Option<i64>, String), Vec<_>> = BTreeMap::new();
    let mut paths: Vec<_> =
        fs::read_dir(cases("field").join(name)).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "dcm")) {
        let file = fs::read(path).unwrap();
        let header = header(&file);
        let key = (header.series.number, header.series_instance_uid.to_string());
        series.entry(key).or_default().push((header, file));
    }
    series.into_values().map(Series::of).collect()
}

/// Every expectation that fails.
fn faults(name: &str) -> Vec<String> {
    let expected: Value =
        serde_json::from_slice(&fs::read(cases("field").join(name).join("expect.json")).unwrap()).unwrap();
    let study = study(name);
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            faults.push(format!("{name}: {what}"));
        }
    };
    let frames: usize = study.iter().map(|s| s.index.frames.len()).sum();
    let missing = || study.iter().map(|s| s.json["without_picture"].to_string()).collect::<String>();
    if let Some(wanted) = expected["frames"].as_u64() {
        must(frames as u64 == wanted, format!("{frames} frames instead of {wanted}: {}", missing()));
    }
    if let Some(wanted) = expected["frames_at_least"].as_u64() {
        must(frames as u64 >= wanted, format!("{frames} frames instead of {wanted}: {}", missing()));
    }
    if let Some(wanted) = expected["documents"].as_u64() {
        let documents: usize = study.iter().map(|s| s.index.documents.len()).sum();
        must(documents as u64 == wanted, format!("{documents} documents"));
    }
    if let Some(wanted) = expected["name"].as_str() {
        let named =
            study[0].files.values().next().and_then(|(h, _)| h.patient.name.clone()).unwrap_or_default();
        let plain = named.split('=').next().unwrap_or_default().replace('^', " ");
        must(plain == wanted, format!("the name is {plain}"));
    }
    if expected["slice_positions"] == "monotonic" {
        let positions: Vec<_> = study[0].index.frames.iter().map(|f| f.view.slice_position).collect();
        must(positions.is_sorted(), format!("{positions:?}"));
    }
    if let Some(orders) = expected["instance_orders"].as_array() {
        let number = |uid: &String| study[0].files[uid].0.instance_number.unwrap();
        let order: Vec<_> = study[0].index.frames.iter().map(|f| number(&f.sop_instance_uid)).collect();
        must(orders.contains(&Value::from(order.clone())), format!("order {order:?}"));
    }
    for (path, value) in expected["index"].as_object().into_iter().flatten() {
        let pointer = format!("/{}", path.replace('.', "/"));
        let found = study[0].json.pointer(&pointer).cloned().unwrap_or_default();
        must(found == *value, format!("{path} is {found}"));
    }
    for look in expected["looks"].as_array().into_iter().flatten() {
        let series = look["series"].as_u64().unwrap_or(1) as usize - 1;
        let place = |at: usize| look["at"][at].as_u64().unwrap() as usize;
        let frame = look["frame"].as_u64().unwrap() as usize;
        let wanted: Vec<i64> = match look["rgb"].as_array() {
            Some(rgb) => rgb.iter().map(|v| v.as_i64().unwrap()).collect(),
            None => vec![look["grey"].as_i64().unwrap()],
        };
        let found = study[series].look(frame, place(0), place(1));
        let tolerance = look["tol"].as_i64().unwrap();
        let is_near = |found: &Vec<u8>| {
            let both = found.iter().zip(&wanted);
            found.len() == wanted.len()
                && both.into_iter().all(|(a, b)| (i64::from(*a) - b).abs() <= tolerance)
        };
        must(found.as_ref().is_ok_and(is_near), format!("{look} shows {found:?}"));
    }
    faults
}

#[test]
fn reported_faults_come_out_right() {
    let mut names: Vec<String> = fs::read_dir(cases("field"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 20);
    let faults: Vec<String> = names.iter().flat_map(|name| faults(name)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn bytes(name: &str) -> Series {
    let file = fs::read(cases("bytes").join(name)).unwrap();
    Series::of(vec![(header(&file), file)])
}

#[test]
fn public_attributes_are_read_whatever_vr_they_are_written_in() {
    for name in ["un.dcm", "ds_as_lo.dcm"] {
        let series = bytes(name);
        let view = &series.index.frames[0].view;
        let window = view.window.as_ref().unwrap();
        assert_eq!((window.center, window.width), (40.0, 400.0), "{name}");
        let rescale = view.rescale.as_ref().unwrap();
        assert_eq!((rescale.slope, rescale.intercept), (1.0, -1024.0), "{name}");
        assert_eq!(view.spacing.as_ref().unwrap().row_mm, 0.675_781, "{name}");
        assert_eq!(view.position, Some([-161.4, -148.8, 4.7]), "{name}");
        assert_eq!(series.files.values().next().unwrap().0.instance_number, Some(1), "{name}");
    }
}

#[test]
fn what_nobody_needs_never_costs_the_picture() {
    for name in [
        "un_sq_explicit.dcm",
        "impl_priv_sq_explicit_def.dcm",
        "vr_blank.dcm",
        "jls_pad.dcm",
        "deflen.dcm",
        "defl422.dcm",
        "p7fe1.dcm",
    ] {
        let series = bytes(name);
        assert_eq!(series.index.frames.len(), 1, "{name}: {}", series.json["without_picture"]);
        assert!(series.index.frames[0].diagnostic.is_some(), "{name}");
    }
}

#[test]
fn planes_of_jpeg_ls_are_not_handed_to_a_viewer_as_they_are() {
    let series = bytes("ilv0.dcm");
    assert_eq!(series.look(0, 3, 3).unwrap(), [200, 100, 50]);
    let entry = &series.index.frames[0];
    let diagnostic = entry.diagnostic.as_ref().unwrap();
    assert_eq!(diagnostic.media_type, "image/jls");
    let file = &series.files[&entry.sop_instance_uid].1;
    let rendered = filmless_imaging::render_image(
        file,
        &Limits::default(),
        &RenderOptions::new(PreviewSize { side_max: 64 }),
    );
    let frame = rendered.unwrap().frames.remove(0).diagnostic.unwrap();
    let values = frame.decode(entry.rows, entry.columns).unwrap();
    // Red everywhere, green in the left half, blue in the upper half: two other decoders agree.
    for (at, pixel) in values.chunks_exact(3).enumerate() {
        let (row, column) = (at / 64, at % 64);
        let wanted = [200.0, if column < 32 { 100.0 } else { 0.0 }, if row < 32 { 50.0 } else { 0.0 }];
        assert_eq!(pixel, wanted, "{row} {column}");
    }
}

#[test]
fn pixels_that_are_not_there_are_missed_once() {
    let series = bytes("zeropx.dcm");
    let codes: Vec<_> = series.index.without_picture.iter().map(|w| w.code.as_str()).collect();
    assert_eq!(codes, ["no-pixel-data"]);
}

#[test]
fn a_uid_that_is_none_is_not_called_missing() {
    let file = fs::read(cases("bytes").join("longuid.dcm")).unwrap();
    let error = read_header(&file, file.len() as u64, &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "bad-uid");
}

//! States of views that no driver's screen can have.

use filmless_consult::limits::*;
use filmless_consult::{Contents, Mark, Refusal, ViewState};
use serde_json::{Value, json};

use crate::world::{PRIOR, STUDY, pane, study, view};

fn checked(view: &Value) -> Result<(), Refusal> {
    let view: ViewState = serde_json::from_value(view.clone()).map_err(|_| Refusal::Malformed)?;
    view.check(&[study(STUDY), study(PRIOR)])
}

/// A view of one pane, with one field changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut view = view(STUDY, 3);
    *view.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    view
}

/// A pane that names its image.
fn named(image: &str) -> Value {
    let mut pane = pane(STUDY, 3);
    pane["image"] = json!(image);
    pane
}

fn plane() -> Value {
    json!({ "kind": "axial", "source": 0, "point": [0.0, -20.5, 1e3], "row": [1.0, 0.0, 0.0],
        "column": [0.0, 0.6, -0.8], "slab_mm": 10.0, "projection": "maximum" })
}

#[test]
fn a_view_is_taken_or_refused_by_its_numbers() {
    let ok = Ok(());
    let bad = Err(Refusal::Malformed);
    let tall = json!({ "grid": { "rows": 3, "columns": 4 }, "active": 11, "enlarged": 11,
        "panes": vec![pane(PRIOR, 0); 12], "sent_at": 0 });
    let wide = json!({ "grid": { "rows": 1, "columns": 5 }, "active": 0, "enlarged": null,
        "panes": vec![Value::Null; 5], "sent_at": 0 });
    for (view, expected) in [
        (view(STUDY, 0), ok),
        (tall, ok),
        (wide, bad),
        (with("/panes", json!([null])), ok),
        (with("/panes", json!([])), bad),
        (with("/grid/rows", json!(0)), bad),
        (with("/grid/columns", json!(2)), bad),
        (with("/active", json!(1)), bad),
        (with("/enlarged", json!(0)), ok),
        (with("/enlarged", json!(1)), bad),
        (with("/sent_at", json!(1_u64 << 53)), bad),
        (with("/sent_at", json!(-1)), bad),
        (with("/panes/0/frame", json!(999_999)), ok),
        (with("/panes/0/frame", json!(1_000_000)), bad),
        (with("/panes/0", named("1.2.3/1")), ok),
        (with("/panes/0", named("1.2.3/1000001")), bad),
        (with("/panes/0", named("1.2.3/0")), bad),
        (with("/panes/0", named("1.2.3/01")), bad),
        (with("/panes/0", named("1.2.3")), bad),
        (with("/panes/0", named("<b>/1")), bad),
        (with("/panes/0/window", Value::Null), ok),
        (with("/panes/0/window/width", json!(0.0)), bad),
        (with("/panes/0/window/width", json!(1e-300)), bad),
        (with("/panes/0/window/center", json!(1.1e12)), bad),
        (with("/panes/0/window/function", json!("SIGMOID")), ok),
        (with("/panes/0/window/function", json!("GUESS")), bad),
        (with("/panes/0/colours", json!("hot-iron")), ok),
        (with("/panes/0/colours", json!("<b>")), bad),
        (with("/panes/0/colours", json!("")), bad),
        (with("/panes/0/colours", json!("x".repeat(33))), bad),
        (with("/panes/0/view", Value::Null), ok),
        (with("/panes/0/view/centre/x", json!(-8.0)), ok),
        (with("/panes/0/view/centre/y", json!(9.5)), bad),
        (with("/panes/0/view/extent/x", json!(0.0)), bad),
        (with("/panes/0/view/extent/y", json!(64.5)), bad),
        (with("/panes/0/view/turn/a", json!(0.5)), bad),
        (with("/panes/0/view/turn/a", json!(0)), bad),
        (with("/panes/0/view/turn/c", json!(1)), bad),
        (with("/panes/0/view/turn/a", json!(-1)), ok),
        (with("/panes/0/plane", plane()), ok),
        (with("/panes/0/cine", json!({ "speed": 0.1 })), ok),
        (with("/panes/0/cine", json!({ "speed": 0.0 })), bad),
        (with("/panes/0/study_instance_uid", json!("../1")), bad),
        (with("/panes/0/study_instance_uid", json!("1.2.840.3")), Err(Refusal::UnknownStudy)),
    ] {
        assert_eq!(checked(&view), expected, "{view}");
    }
}

#[test]
fn a_plane_is_taken_or_refused_by_its_numbers() {
    for (pointer, value, is_taken) in [
        ("/kind", json!("oblique"), false),
        ("/source", json!(1), false),
        ("/point/2", json!(1.1e6), false),
        ("/row/0", json!(1.000_000_1), true),
        ("/row/0", json!(2.0), false),
        ("/column/2", json!(-2.0), false),
        ("/row", json!([0, 0, 0]), false),
        ("/column", json!([1, 0, 0]), false),
        ("/slab_mm", json!(1000.0), true),
        ("/slab_mm", json!(-1.0), false),
        ("/projection", json!("mean"), false),
    ] {
        let mut plane = plane();
        *plane.pointer_mut(pointer).unwrap() = value;
        assert_eq!(checked(&with("/panes/0/plane", plane)).is_ok(), is_taken, "{pointer}");
    }
}

#[test]
fn a_scroll_names_its_images_or_forgets_those_of_before() {
    let mut view: ViewState = serde_json::from_value(with("/panes/0", named("1.2.3/1"))).unwrap();
    let image = |view: &ViewState| view.panes[0].as_ref().unwrap().image.clone();
    view.scroll(&[(0, 9)], &["1.2.4/2".to_owned()]).unwrap();
    assert_eq!(image(&view).as_deref(), Some("1.2.4/2"));
    for images in [&["1.2.4/2".to_owned(), "1.2.5/1".to_owned()][..], &["1.2.4".to_owned()]] {
        assert_eq!(view.scroll(&[(0, 10)], images), Err(Refusal::Malformed));
    }
    assert_eq!(image(&view).as_deref(), Some("1.2.4/2"));
    view.scroll(&[(0, 10)], &[]).unwrap();
    assert_eq!(image(&view), None);
}

#[test]
fn what_lies_over_images_is_taken_or_refused_by_its_numbers() {
    let ok = Ok(());
    let bad = Err(Refusal::Malformed);
    let fusion = |field: &str, value: Value| {
        let mut view = view(STUDY, 0);
        view["fusion"] = json!({ "study_instance_uid": PRIOR, "series_instance_uid": "1.2.9", "colours": "hot-iron",
            "top": 12_500.5, "opacity": 0.5 });
        view["fusion"][field] = value;
        view
    };
    let objects = |objects: Value| {
        let mut view = view(STUDY, 0);
        view["objects"] = objects;
        view
    };
    let object = |study: &str, parts: &[u32]| json!({ "study_instance_uid": study, "sop_instance_uid": "1.2.8", "parts": parts });
    let all = json!({ "study_instance_uid": PRIOR, "sop_instance_uid": "1.2.8" });
    for (view, expected) in [
        (fusion("opacity", json!(0)), ok),
        (fusion("opacity", json!(1.1)), bad),
        (fusion("top", json!(0.0)), bad),
        (fusion("top", json!(1.1e12)), bad),
        (fusion("colours", json!("<b>")), bad),
        (fusion("study_instance_uid", json!("1.2.840.3")), Err(Refusal::UnknownStudy)),
        (fusion("more", json!(1)), bad),
        (objects(json!([all, object(STUDY, &[0, 65_535])])), ok),
        (objects(json!([object(STUDY, &[])])), bad),
        (objects(json!([object(STUDY, &[65_536])])), bad),
        (objects(json!([object(STUDY, &vec![0; VIEW_PARTS_MAX])])), ok),
        (objects(json!([object(STUDY, &vec![0; VIEW_PARTS_MAX + 1])])), bad),
        (objects(json!([object("1.2.840.3", &[0])])), Err(Refusal::UnknownStudy)),
        (objects(json!(vec![all.clone(); VIEW_OBJECTS_MAX])), ok),
        (objects(json!(vec![all.clone(); VIEW_OBJECTS_MAX + 1])), bad),
    ] {
        assert_eq!(checked(&view), expected, "{view}");
    }
}

#[test]
fn a_view_of_before_layers_were_shared_is_written_as_it_was_read() {
    let old = view(STUDY, 3);
    let read: ViewState = serde_json::from_value(old.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), old);
}

#[test]
fn numbers_that_json_cannot_hold_never_get_into_a_view() {
    let mut view: ViewState = serde_json::from_value(view(STUDY, 0)).unwrap();
    view.panes[0].as_mut().unwrap().window.as_mut().unwrap().center = f64::NAN;
    assert_eq!(view.check(&[study(STUDY)]), Err(Refusal::Malformed));
}

#[test]
fn the_largest_view_fits_and_what_is_larger_is_too_large() {
    let uid = |end: &str| format!("{}{end}", "1".repeat(64 - end.len()));
    let mut widest = pane(&uid("2"), 999_999);
    widest["series_instance_uid"] = json!(uid("3"));
    widest["colours"] = json!("x".repeat(32));
    widest["image"] = json!(format!("{}/999999", uid("4")));
    let mut plane = plane();
    plane["point"] = json!([-0.123_456_789_012_345_67, -0.123_456_789_012_345_67, -0.123_456_789_012_345_67]);
    plane["row"] = json!([-0.577_350_269_189_625_7, -0.577_350_269_189_625_7, -0.577_350_269_189_625_7]);
    plane["column"] = json!([-0.788_675_134_594_812_9, 0.577_350_269_189_625_8, 0.211_324_865_405_187_1]);
    widest["plane"] = plane;
    let view = json!({ "grid": { "rows": 3, "columns": 4 }, "active": 0, "enlarged": null,
        "panes": vec![widest; 12], "sent_at": 0 });
    let bytes = view.to_string().len();
    assert!(bytes < VIEW_BYTES_MAX, "{bytes}");
    let read: ViewState = serde_json::from_value(view).unwrap();
    assert_eq!(read.check(&[study(&uid("2"))]), Ok(()));
    let larger = ViewState { panes: vec![read.panes[0].clone(); 36], ..read };
    assert_eq!(larger.check(&[study(&uid("2"))]), Err(Refusal::TooLarge));
}

#[test]
fn a_mark_is_an_object_of_bounded_size_in_a_study_of_the_consultation() {
    let fill = |bytes: usize| {
        let empty = json!({ "study_instance_uid": STUDY, "text": "" }).to_string().len();
        json!({ "study_instance_uid": STUDY, "text": "x".repeat(bytes - empty) })
    };
    for (mark, expected) in [
        (fill(MARK_BYTES_MAX), Ok(())),
        (fill(MARK_BYTES_MAX + 1), Err(Refusal::TooLarge)),
        (json!({ "study_instance_uid": "1.2.840.3" }), Err(Refusal::UnknownStudy)),
        (json!({ "study_instance_uid": 7 }), Err(Refusal::Malformed)),
        (json!({}), Err(Refusal::Malformed)),
    ] {
        let mark: Mark = serde_json::from_value(mark).unwrap();
        assert_eq!(mark.check(&[study(STUDY)], &Contents::default()), expected);
    }
}

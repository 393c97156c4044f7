//! What is refused, and what is written. What other programs read in it, `tests/media/marks.py` asks.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use dicom_core::header::HasLength;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use filmless_dicom::scan_file;
use filmless_domain::Limits;
use filmless_marks::limits::*;
use filmless_marks::{
    BadMarks, MarkedImage, Marks, MarksContext, MarksFault, MarksVersion, NamedImage, Seed, StudyHeader,
    WrittenInstance, write_marks,
};
use serde_json::{Value, json};

fn image(number: u32) -> Value {
    json!({ "series_instance_uid": "1.2.3.1", "sop_instance_uid": format!("1.2.3.1.{number}") })
}

fn save() -> Value {
    json!({
        "id": "0b6f9c1e-2f0e-4a53-9a8d-1f2f4d5e6a7b",
        "author": { "name": "BS. Trần Văn Ấn", "facility": "BV Chợ Rẫy" },
        "key_images": [{ "image": image(1), "note": "Nốt" }],
        "presentations": [{ "image": image(1), "window": { "center": 40, "width": 400 },
            "graphics": [{ "kind": "polyline", "points": [[0, 0], [64, 32]], "layer": "MARKS" }],
            "texts": [{ "anchor": [1, 2], "text": "Ở đây" }] }],
        "measurements": [{ "image": image(1), "kind": "length", "points": [[1, 2], [3, 4]], "label": "A",
            "values": [{ "quantity": "length", "value": 12.5, "unit": "mm" }] }],
    })
}

fn parsed(save: &Value) -> Result<Marks, BadMarks> {
    Marks::parse(save.to_string().as_bytes())
}

/// A save with one field changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut save = save();
    *save.pointer_mut(pointer).unwrap() = value;
    save
}

fn many(value: &Value, count: usize) -> Value {
    vec![value.clone(); count].into()
}

#[test]
fn a_save_is_refused_by_the_field_and_the_kind_of_its_mistake() {
    use MarksFault::{Empty, NotAllowed, Outside, TooFew, TooLong, TooMany, Unreadable};
    let text = |count: usize| json!("ế".repeat(count));
    let save = save();
    let (key, shown) = (&save["key_images"][0], &save["presentations"][0]);
    let (graphic, written) = (&shown["graphics"][0], &shown["texts"][0]);
    let (measured, value) = (&save["measurements"][0], &save["measurements"][0]["values"][0]);
    let instances: Vec<_> = (0..=KEY_IMAGES_MAX).map(|n| json!({ "image": image(n as u32) })).collect();
    let point = json!([1, 2]);
    for (field, kind, pointer, good, bad) in [
        ("id", TooLong, "/id", text(NAME_CHARS_MAX), text(NAME_CHARS_MAX + 1)),
        ("author.name", TooLong, "/author/name", text(NAME_CHARS_MAX), text(NAME_CHARS_MAX + 1)),
        ("author.name", Empty, "/author/name", json!("A"), json!(" \u{200b}^\n")),
        ("author.facility", TooLong, "/author/facility", text(NAME_CHARS_MAX), text(NAME_CHARS_MAX + 1)),
        ("author.facility", Empty, "/author/facility", json!("B"), json!("")),
        ("author.facility", Unreadable, "/author/facility", json!("B"), json!(3)),
        ("key_images", TooMany, "/key_images", many(key, KEY_IMAGES_MAX), many(key, KEY_IMAGES_MAX + 1)),
        ("key_images[0].note", TooLong, "/key_images/0/note", text(TEXT_CHARS_MAX), text(TEXT_CHARS_MAX + 1)),
        (
            "key_images[0].image.frame",
            Unreadable,
            "/key_images/0/image",
            json!({ "series_instance_uid": "1.2", "sop_instance_uid": "1.3", "frame": 1 }),
            json!({ "series_instance_uid": "1.2", "sop_instance_uid": "1.3", "frame": -1 }),
        ),
        (
            "key_images[0].image.sop_instance_uid",
            Unreadable,
            "/key_images/0/image/sop_instance_uid",
            json!("1.2"),
            json!("../1"),
        ),
        (
            "presentations",
            TooMany,
            "/presentations",
            many(shown, PRESENTATIONS_MAX),
            many(shown, PRESENTATIONS_MAX + 1),
        ),
        ("presentations[0].window.width", Outside, "/presentations/0/window/width", json!(0.5), json!(0)),
        (
            "presentations[0].window.center",
            Outside,
            "/presentations/0/window/center",
            json!(VALUE_MAX),
            json!(1.1e12),
        ),
        (
            "presentations[0].graphics",
            TooMany,
            "/presentations/0/graphics",
            many(graphic, GRAPHICS_MAX),
            many(graphic, GRAPHICS_MAX + 1),
        ),
        (
            "presentations[0].texts",
            TooMany,
            "/presentations/0/texts",
            many(written, GRAPHICS_MAX),
            many(written, GRAPHICS_MAX + 1),
        ),
        (
            "presentations[0].texts[0].text",
            Empty,
            "/presentations/0/texts/0/text",
            json!("x"),
            json!("\u{7}"),
        ),
        (
            "presentations[0].texts[0].anchor",
            Outside,
            "/presentations/0/texts/0/anchor",
            json!([0, COORDINATE_MAX]),
            json!([0, 65_536]),
        ),
        (
            "presentations[0].graphics[0].points",
            TooFew,
            "/presentations/0/graphics/0/points",
            many(&point, 2),
            many(&point, 1),
        ),
        (
            "presentations[0].graphics[0].points",
            TooMany,
            "/presentations/0/graphics/0/points",
            many(&point, POINTS_MAX),
            many(&point, POINTS_MAX + 1),
        ),
        (
            "presentations[0].graphics[0].points[1]",
            Outside,
            "/presentations/0/graphics/0/points/1",
            json!([1, 2]),
            json!([-0.5, 2]),
        ),
        (
            "presentations[0].graphics[0].kind",
            Unreadable,
            "/presentations/0/graphics/0/kind",
            json!("polyline"),
            json!("square"),
        ),
        (
            "presentations[0].graphics[0].layer",
            NotAllowed,
            "/presentations/0/graphics/0/layer",
            json!("A_1"),
            json!("a"),
        ),
        (
            "presentations[0].graphics[0].layer",
            TooLong,
            "/presentations/0/graphics/0/layer",
            json!("A".repeat(16)),
            json!("A".repeat(17)),
        ),
        (
            "measurements",
            TooMany,
            "/measurements",
            many(measured, MEASUREMENTS_MAX),
            many(measured, MEASUREMENTS_MAX + 1),
        ),
        ("measurements[0].points", TooMany, "/measurements/0/points", many(&point, 2), many(&point, 3)),
        (
            "measurements[0].label",
            TooLong,
            "/measurements/0/label",
            text(LABEL_CHARS_MAX),
            text(LABEL_CHARS_MAX + 1),
        ),
        ("measurements[0].values", TooFew, "/measurements/0/values", many(value, 1), json!([])),
        (
            "measurements[0].values",
            TooMany,
            "/measurements/0/values",
            many(value, VALUES_MAX),
            many(value, VALUES_MAX + 1),
        ),
        (
            "measurements[0].values[0].value",
            Outside,
            "/measurements/0/values/0/value",
            json!(-VALUE_MAX),
            json!(1e13),
        ),
        (
            "measurements[0].values[0].unit",
            TooLong,
            "/measurements/0/values/0/unit",
            json!("u".repeat(UNIT_CHARS_MAX)),
            json!("u".repeat(UNIT_CHARS_MAX + 1)),
        ),
        (
            "measurements[0].values[0].unit",
            NotAllowed,
            "/measurements/0/values/0/unit",
            json!("mm²"),
            json!("a\\b"),
        ),
    ] {
        assert!(parsed(&with(pointer, good)).is_ok(), "{field} {kind:?}");
        let refused = parsed(&with(pointer, bad)).unwrap_err();
        assert_eq!(refused, BadMarks { field: field.to_owned(), kind }, "{pointer}");
    }
    let bad = |save: &Value| parsed(save).unwrap_err();
    let mut too_many = with("/key_images", instances[..KEY_IMAGES_MAX].into());
    assert_eq!(KEY_IMAGES_MAX, INSTANCES_MAX);
    too_many["presentations"][0]["image"] = image(9_999);
    assert_eq!(bad(&too_many), BadMarks { field: ".".to_owned(), kind: TooMany });
    let nothing = json!({ "author": save["author"] });
    assert_eq!(bad(&nothing), BadMarks { field: ".".to_owned(), kind: Empty });
    let mut strange = save.clone();
    strange["study"] = json!("1.2.3");
    assert_eq!(bad(&strange).kind, Unreadable);
    assert_eq!(Marks::parse(b"{").unwrap_err().kind, Unreadable);
    assert_eq!(Marks::parse(format!("{save} {save}").as_bytes()).unwrap_err().kind, Unreadable);
    assert_eq!(Marks::parse(b"\xff").unwrap_err().kind, Unreadable);
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    let refusal = parsed(&with("/author/name", json!(["Trần Văn Ấn"]))).unwrap_err();
    assert!(!format!("{refusal} {refusal:?}").contains("Trần"), "{refusal}");
    let marks = parsed(&save()).unwrap();
    assert!(!format!("{marks:?}").contains("Trần"));
}

/// The file of a CT image of 64 columns and 32 rows.
fn ct(more: &[(Tag, VR, PrimitiveValue)]) -> Vec<u8> {
    let mut object = InMemDicomObject::new_empty();
    let words = |tag, vr, value: &str| (tag, vr, PrimitiveValue::from(value));
    let word = |tag, value: u16| (tag, VR::US, PrimitiveValue::from(value));
    for (tag, vr, value) in [
        words(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        words(tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.2"),
        words(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.1.1"),
        words(tags::PATIENT_NAME, VR::PN, "NGUYỄN^THỊ HOÀ"),
        words(tags::PATIENT_ID, VR::LO, "N20"),
        words(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3"),
        words(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.1"),
        words(tags::MODALITY, VR::CS, "CT"),
        words(tags::RESCALE_SLOPE, VR::DS, "1"),
        words(tags::RESCALE_INTERCEPT, VR::DS, "-1024"),
        word(tags::SAMPLES_PER_PIXEL, 1),
        words(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        word(tags::ROWS, 32),
        word(tags::COLUMNS, 64),
    ] {
        object.put(DataElement::new(tag, vr, value));
    }
    for (tag, vr, value) in more {
        object.put(DataElement::new(*tag, *vr, value.clone()));
    }
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid("1.2.840.10008.5.1.4.1.1.2")
        .transfer_syntax("1.2.840.10008.1.2.1");
    let mut bytes = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
    bytes
}

/// Writes a save over one image.
fn written(save: &Value, image: &[u8]) -> Result<Vec<WrittenInstance>, BadMarks> {
    written_as(save, image, b"test", None)
}

fn written_as(
    save: &Value,
    image: &[u8],
    seed: &[u8],
    version: Option<MarksVersion<'_>>,
) -> Result<Vec<WrittenInstance>, BadMarks> {
    let marks = parsed(save)?;
    let data_set = scan_file(image, &Limits::default()).unwrap();
    let mut images: BTreeMap<NamedImage, MarkedImage> = BTreeMap::new();
    for (field, named) in marks.images() {
        images.insert(named.clone(), MarkedImage::read(&data_set, named, &field)?);
    }
    let study = StudyHeader::read(&data_set);
    let saved_at = jiff::civil::date(2026, 11, 30).at(13, 5, 7, 0);
    let seed = Seed::of(&[seed]);
    write_marks(&MarksContext {
        marks: &marks,
        study: &study,
        images: &images,
        saved_at,
        seed: &seed,
        version,
    })
}

#[test]
fn what_an_image_does_not_have_is_refused_by_the_field_that_names_it() {
    use MarksFault::{Missing, NotAllowed, NotAnImage, Outside};
    let word = |text: &str| PrimitiveValue::from(text);
    let (plain, frames) = (vec![], vec![(tags::NUMBER_OF_FRAMES, VR::IS, word("5"))]);
    let colour = vec![
        (tags::SAMPLES_PER_PIXEL, VR::US, PrimitiveValue::from(3_u16)),
        (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, word("RGB")),
    ];
    let no_pixels = vec![(tags::ROWS, VR::US, PrimitiveValue::Empty)];
    for (more, pointer, value, refused) in [
        (&plain, "/presentations/0/texts/0/anchor", json!([64, 32]), None),
        (
            &plain,
            "/presentations/0/texts/0/anchor",
            json!([64.5, 32]),
            Some(("presentations[0].texts[0].anchor", Outside)),
        ),
        (
            &plain,
            "/presentations/0/graphics/0/points/1",
            json!([1, 33]),
            Some(("presentations[0].graphics[0].points[1]", Outside)),
        ),
        (&plain, "/measurements/0/points/0", json!([1, 32.1]), Some(("measurements[0].points[0]", Outside))),
        (&plain, "/key_images/0/image/frame", json!(2), Some(("key_images[0].image.frame", Outside))),
        (&plain, "/key_images/0/image/frame", json!(1), None),
        (&frames, "/key_images/0/note", json!("x"), Some(("key_images[0].image.frame", Missing))),
        (&frames, "/key_images/0/image/frame", json!(6), Some(("key_images[0].image.frame", Outside))),
        (&frames, "/key_images/0/image/frame", json!(0), Some(("key_images[0].image.frame", Outside))),
        (&colour, "/presentations/0/window", Value::Null, None),
        (&colour, "/presentations/0/window/width", json!(2), Some(("presentations[0].window", NotAllowed))),
        (&no_pixels, "/key_images/0/note", json!("x"), Some(("key_images[0].image", NotAnImage))),
    ] {
        let mut save = save();
        if pointer.ends_with("frame") {
            save["key_images"][0]["image"]["frame"] = Value::Null;
        }
        *save.pointer_mut(pointer).unwrap() = value;
        let refusal = written(&save, &ct(more)).err().map(|bad| (bad.field, bad.kind));
        let expected = refused.map(|(field, kind)| (field.to_owned(), kind));
        assert_eq!(refusal, expected, "{pointer}");
    }
}

#[test]
fn the_same_save_gives_the_same_bytes_and_every_object_names_the_patient_of_the_image() {
    let (one, again) = (written(&save(), &ct(&[])).unwrap(), written(&save(), &ct(&[])).unwrap());
    assert_eq!(one, again);
    let modalities: Vec<&str> = one.iter().map(|instance| instance.modality).collect();
    assert_eq!(modalities, ["KO", "PR", "SR"]);
    for instance in one {
        let file = dicom_object::from_reader(&instance.bytes[..]).unwrap();
        let text = |tag| file.element(tag).unwrap().to_str().unwrap().into_owned();
        assert_eq!(
            (text(tags::PATIENT_NAME), text(tags::PATIENT_ID)),
            ("NGUYỄN^THỊ HOÀ".into(), "N20".into())
        );
        assert_eq!(
            (text(tags::STUDY_INSTANCE_UID), text(tags::INSTITUTION_NAME)),
            ("1.2.3".into(), "BV Chợ Rẫy".into())
        );
        assert_eq!(text(tags::SOP_INSTANCE_UID), instance.sop_instance_uid);
        assert!(file.element(tags::ACCESSION_NUMBER).unwrap().is_empty());
        assert!(!format!("{instance:?}").contains("NGUY"));
    }
}

#[test]
fn versions_share_their_series_and_nothing_else() {
    let series = Seed::of(&[b"minutes"]);
    let version = |number: u32| {
        let version = Some(MarksVersion { series: &series, number });
        written_as(&save(), &ct(&[]), &number.to_be_bytes(), version).unwrap()
    };
    let (first, second) = (version(1), version(2));
    assert_eq!(first, version(1));
    let numbers = |written: &[WrittenInstance]| -> Vec<String> {
        let number = |one: &WrittenInstance| {
            let data_set = scan_file(&one.bytes, &Limits::default()).unwrap();
            data_set.root().text(tags::INSTANCE_NUMBER).unwrap()
        };
        written.iter().map(number).collect()
    };
    for (one, other) in first.iter().zip(&second) {
        assert_eq!(one.series_instance_uid, other.series_instance_uid, "{}", one.modality);
        assert_ne!(one.sop_instance_uid, other.sop_instance_uid, "{}", one.modality);
    }
    assert!(numbers(&first).iter().all(|number| !numbers(&second).contains(number)));
}

#[test]
fn images_that_look_alike_share_a_presentation_state_and_corners_turn_with_the_image() {
    // What stands at the top left and at the bottom right of the screen (PS3.3 C.10.4), columns then rows.
    let corners = [
        (0, false, [1, 1, 64, 32]),
        (90, false, [1, 32, 64, 1]),
        (180, false, [64, 32, 1, 1]),
        (270, false, [64, 1, 1, 32]),
        (0, true, [64, 1, 1, 32]),
        (90, true, [1, 1, 64, 32]),
        (180, true, [1, 32, 64, 1]),
        (270, true, [64, 32, 1, 1]),
    ];
    let mut save = save();
    let shown = |(rotation, flipped, _): &(u16, bool, [i32; 4])| json!({ "image": image(1), "rotation": rotation, "flipped": flipped });
    save["presentations"] = corners.iter().chain(&corners).map(shown).collect();
    let states = written(&save, &ct(&[])).unwrap();
    let states: Vec<_> = states.iter().filter(|instance| instance.modality == "PR").collect();
    assert_eq!(states.len(), corners.len());
    for (state, (rotation, flipped, expected)) in states.iter().zip(corners) {
        let file = dicom_object::from_reader(&state.bytes[..]).unwrap();
        let area = &file.element(tags::DISPLAYED_AREA_SELECTION_SEQUENCE).unwrap().items().unwrap()[0];
        let of = |tag| area.element(tag).unwrap().to_multi_int::<i32>().unwrap();
        let first = of(tags::DISPLAYED_AREA_TOP_LEFT_HAND_CORNER);
        let last = of(tags::DISPLAYED_AREA_BOTTOM_RIGHT_HAND_CORNER);
        assert_eq!([first, last].concat(), expected, "{rotation} {flipped}");
    }
}

#[test]
fn which_end_is_white_is_said_whatever_the_image_says() {
    let monochrome_1 = [(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, PrimitiveValue::from("MONOCHROME1"))];
    for (more, inverted, expected) in [
        (&[][..], false, "IDENTITY"),
        (&[], true, "INVERSE"),
        (&monochrome_1, false, "INVERSE"),
        (&monochrome_1, true, "IDENTITY"),
    ] {
        let mut save = save();
        save["presentations"][0]["inverted"] = inverted.into();
        let objects = written(&save, &ct(more)).unwrap();
        let state = objects.iter().find(|instance| instance.modality == "PR").unwrap();
        let file = dicom_object::from_reader(&state.bytes[..]).unwrap();
        assert_eq!(file.element(tags::PRESENTATION_LUT_SHAPE).unwrap().to_str().unwrap(), expected);
    }
}

#[test]
fn text_of_a_reader_stays_one_value() {
    let mut save = save();
    save["author"] = json!({ "name": "BS.^An\\=B\u{202e}", "facility": "BV\\Khoa\r\nA\0" });
    save["description"] = json!("a\\b");
    save["presentations"][0]["texts"][0]["text"] = json!("một\u{1b}[31m\r\nhai\u{7}");
    let objects = written(&save, &ct(&[])).unwrap();
    let state = objects.iter().find(|instance| instance.modality == "PR").unwrap();
    let file = dicom_object::from_reader(&state.bytes[..]).unwrap();
    let texts = |tag| file.element(tag).unwrap().to_multi_str().unwrap().join("|");
    assert_eq!(texts(tags::CONTENT_CREATOR_NAME), "BS. An B");
    assert_eq!(texts(tags::INSTITUTION_NAME), "BV/Khoa A");
    assert_eq!(texts(tags::SERIES_DESCRIPTION), "a/b");
    let annotation = &file.element(tags::GRAPHIC_ANNOTATION_SEQUENCE).unwrap().items().unwrap()[0];
    let text = &annotation.element(tags::TEXT_OBJECT_SEQUENCE).unwrap().items().unwrap()[0];
    let value = text.element(tags::UNFORMATTED_TEXT_VALUE).unwrap().to_raw_str().unwrap();
    assert_eq!(value.trim_end(), "một [31m\r\nhai");
}

#[test]
fn a_document_that_is_no_pdf_or_has_no_title_is_refused_and_another_version_is_another_instance() {
    let image = ct(&[]);
    let study = StudyHeader::read(&scan_file(&image, &Limits::default()).unwrap());
    let seed = Seed::of(&[b"consultation"]);
    let [first, second] = [b"1", b"2"].map(|version| Seed::of(&[version]));
    let write_as = |pdf: &[u8], title: &str, number: u32, instance: &Seed, replaces: Option<&Seed>| {
        filmless_marks::write_pdf(&filmless_marks::EncapsulatedPdf {
            pdf,
            title,
            description: "",
            facility: "BV",
            number,
            instance,
            replaces,
            is_verified: false,
            at: jiff::civil::date(2026, 11, 30).at(13, 5, 7, 0),
            study: &study,
            images: &[],
            seed: &seed,
        })
    };
    let write = |pdf: &[u8], title: &str| write_as(pdf, title, 1, &first, None);
    let mut long = b"%PDF-".to_vec();
    long.resize(PDF_BYTES_MAX + 1, b' ');
    for (pdf, title, field, kind) in [
        (&b"PK"[..], "a", "pdf", MarksFault::NotAllowed),
        (&long[..], "a", "pdf", MarksFault::TooLong),
        (&b"%PDF-1"[..], " \u{200b}", "title", MarksFault::Empty),
    ] {
        let refused = write(pdf, title).unwrap_err();
        assert_eq!((refused.field.as_str(), refused.kind), (field, kind));
    }
    let (one, other) =
        (write(b"%PDF-1", "a").unwrap(), write_as(b"%PDF-2", "a", 2, &second, Some(&first)).unwrap());
    assert_eq!(one.series_instance_uid, other.series_instance_uid);
    assert_ne!(one.sop_instance_uid, other.sop_instance_uid);
    assert_eq!(one, write(b"%PDF-1", "a").unwrap());
    // The newer one comes first, and names the older one.
    let [number, newer] = [&one, &other].map(|written| {
        let data_set = scan_file(&written.bytes, &Limits::default()).unwrap();
        let number = data_set.root().int(tags::INSTANCE_NUMBER).unwrap();
        let named = data_set.root().first_item(tags::PREDECESSOR_DOCUMENTS_SEQUENCE).and_then(|item| {
            let of_series = item.first_item(tags::REFERENCED_SERIES_SEQUENCE)?;
            of_series.first_item(tags::REFERENCED_SOP_SEQUENCE)?.text(tags::REFERENCED_SOP_INSTANCE_UID)
        });
        (number, named)
    });
    assert!(newer.0 < number.0 && number.1.is_none(), "{number:?} {newer:?}");
    assert_eq!(newer.1, Some(one.sop_instance_uid));
}

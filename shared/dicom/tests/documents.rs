//! Instances that are no image: documents, videos and key object selections.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod data_set_writer;

use data_set_writer::{element, file, sequence};
use filmless_dicom::{
    DocumentKind, FrameError, HeaderRead, InstanceHeader, InstanceKind, ReportKind, encapsulated_document,
    key_object_selection, read_header, scan_file, scan_prefix, video_stream,
};
use filmless_domain::Limits;

const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const MPEG_4: &str = "1.2.840.10008.1.2.4.102";
const KEY_OBJECTS: &str = "1.2.840.10008.5.1.4.1.1.88.59";

fn identified(sop_class_uid: &str, rest: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let head = [
        element(0x0008, 0x0016, "UI", sop_class_uid.as_bytes()),
        element(0x0008, 0x0018, "UI", b"1.2.3"),
        element(0x0020, 0x000D, "UI", b"1.2"),
        element(0x0020, 0x000E, "UI", b"1.2.1"),
    ];
    head.into_iter().chain(rest.iter().cloned()).collect()
}

fn header_of(bytes: &[u8]) -> InstanceHeader {
    match read_header(bytes, bytes.len() as u64, &Limits::default()).unwrap() {
        HeaderRead::Complete(header) => *header,
        HeaderRead::NeedMore => panic!("a whole file needs no more"),
    }
}

/// Document, media type and title, and the bytes.
fn check_document(elements: &[Vec<u8>], expected: Option<(DocumentKind, &str, &str, &[u8])>) {
    let bytes = file(EXPLICIT, elements);
    let data_set = scan_file(&bytes, &Limits::default()).unwrap();
    let document = encapsulated_document(&data_set);
    let found = document
        .as_ref()
        .map(|d| (d.kind, d.media_type, d.title.as_str(), &data_set.bytes()[d.range.clone()]));
    assert_eq!(found, expected);
}

#[test]
fn document_is_found_with_what_follows_it() {
    let title = element(0x0042, 0x0010, "ST", b"Result");
    let pdf = element(0x0042, 0x0011, "OB", b"%PDF-1.4 %%EOF\n");
    check_document(
        &[title.clone(), pdf],
        Some((DocumentKind::Pdf, "application/pdf", "Result", b"%PDF-1.4 %%EOF\n")),
    );
    let model = element(0x0042, 0x0011, "OB", b"solid");
    let mime = element(0x0042, 0x0012, "LO", b"model/stl");
    let length = element(0x0042, 0x0015, "UL", &5_u32.to_le_bytes());
    check_document(
        &[model.clone(), mime.clone(), length],
        Some((DocumentKind::Other, "model/stl", "", b"solid")),
    );
    check_document(&[model, mime], Some((DocumentKind::Other, "model/stl", "", b"solid\0")));
    check_document(&[title.clone(), element(0x0042, 0x0011, "OB", b"")], None);
    check_document(&[title], None);
}

#[test]
fn tail_that_cannot_be_read_loses_no_document() {
    let broken = vec![0x42, 0x00, 0x12, 0x00, b'L', b'O', 0xFF, 0x00, b'x', b'x'];
    let document = element(0x0042, 0x0011, "OB", b"%PDF-1.4");
    check_document(&[document, broken], Some((DocumentKind::Pdf, "application/pdf", "", b"%PDF-1.4")));
}

#[test]
fn document_that_is_not_all_here_is_none() {
    let bytes = file(
        EXPLICIT,
        &identified("1.2.840.10008.5.1.4.1.1.104.1", &[element(0x0042, 0x0011, "OB", &[7; 900])]),
    );
    let prefix = &bytes[..bytes.len() - 500];
    let scanned = scan_prefix(prefix, bytes.len() as u64, &Limits::default()).unwrap();
    let filmless_dicom::Scan::Complete(data_set) = scanned else { panic!("the header is complete") };
    assert_eq!(encapsulated_document(&data_set), None);
    assert_eq!(header_of(&bytes).report_kind(), Some(ReportKind::Pdf));
}

/// Kind and form of an instance of this class with these elements.
fn kind_of(sop_class_uid: &str, rest: &[Vec<u8>]) -> (InstanceKind, Option<ReportKind>) {
    let header = header_of(&file(EXPLICIT, &identified(sop_class_uid, rest)));
    (header.kind(), header.report_kind())
}

#[test]
fn what_can_be_read_is_a_report_under_any_class() {
    use InstanceKind::{Image, Other, Report};
    let document = |bytes: &[u8]| element(0x0042, 0x0011, "OB", bytes);
    let label = |mime: &str| element(0x0042, 0x0012, "LO", mime.as_bytes());
    let text = content("TEXT", element(0x0040, 0xA160, "UT", b"no finding"));
    let tree = sequence(0x0040, 0xA730, &[text]);
    let pixels = element(0x7FE0, 0x0010, "OW", &[0; 8]);
    let (pdf, cda, private) =
        ("1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.104.2", "1.3.12.2.1");
    for (class, rest, expected) in [
        (private, vec![document(b"%PDF-1.4")], (Report, Some(ReportKind::Pdf))),
        (
            "1.2.840.10008.5.1.4.1.1.66",
            vec![document(b"%PDF-1.4"), label("x")],
            (Report, Some(ReportKind::Pdf)),
        ),
        (cda, vec![document(b"%PDF-1.4"), label("text/XML")], (Report, Some(ReportKind::Pdf))),
        (pdf, vec![document(b"<?xml version='1.0'?>")], (Report, Some(ReportKind::Cda))),
        (private, vec![document(b"MZ\x90\0")], (Other, None)),
        ("1.2.840.10008.5.1.4.1.1.104.3", vec![document(b"solid"), label("model/stl")], (Other, None)),
        (private, vec![tree.clone()], (Report, Some(ReportKind::Structured))),
        ("1.2.840.10008.5.1.4.1.1.88.999", vec![tree.clone()], (Report, Some(ReportKind::Structured))),
        ("", vec![tree.clone()], (Report, Some(ReportKind::Structured))),
        (KEY_OBJECTS, vec![tree.clone()], (InstanceKind::KeyObjects, None)),
        // A picture stays one, whatever else the object holds or is called.
        (private, vec![tree, pixels.clone()], (Image, None)),
        (pdf, vec![pixels], (Image, None)),
    ] {
        assert_eq!(kind_of(class, &rest), expected, "{class}");
    }
}

#[test]
fn a_dose_report_and_what_says_that_it_is_open_are_not_the_signed_result() {
    let flag = |number: u16, value: &str| element(0x0040, number, "CS", value.as_bytes());
    let (completion, verification, preliminary) = (0xA491, 0xA493, 0xA496);
    let (basic, dose, radiopharmaceutical) = ("88.11", "88.67", "88.68");
    for (class, rest, expected) in [
        (basic, vec![], true),
        ("104.1", vec![element(0x0042, 0x0011, "OB", b"%PDF-1.4")], true),
        (
            basic,
            vec![flag(completion, "COMPLETE"), flag(verification, "VERIFIED"), flag(preliminary, "FINAL")],
            true,
        ),
        (basic, vec![flag(completion, "PARTIAL"), flag(verification, "VERIFIED")], false),
        (basic, vec![flag(completion, "COMPLETE"), flag(verification, "UNVERIFIED")], false),
        (basic, vec![flag(verification, "VERIFIED"), flag(preliminary, "PRELIMINARY")], false),
        ("104.1", vec![flag(verification, "UNVERIFIED"), element(0x0042, 0x0011, "OB", b"%PDF-1.4")], false),
        (dose, vec![flag(completion, "COMPLETE"), flag(verification, "VERIFIED")], false),
        (radiopharmaceutical, vec![flag(verification, "VERIFIED")], false),
        // A dose under a general class: its title tells.
        (basic, vec![code("113701")], false),
    ] {
        let bytes = file(EXPLICIT, &identified(&format!("1.2.840.10008.5.1.4.1.1.{class}"), &rest));
        assert_eq!(header_of(&bytes).may_be_signed, expected, "{class} {rest:02x?}");
    }
}

#[test]
fn header_waits_for_the_first_bytes_of_a_document() {
    let long = [&b"%PDF-1.4"[..], &[b' '; 5000]].concat();
    let document = element(0x0042, 0x0011, "OB", &long);
    let bytes = file(EXPLICIT, &identified("1.3.12.2.1", &[document]));
    let start = bytes.len() - long.len();
    let read = |length: usize| read_header(&bytes[..length], bytes.len() as u64, &Limits::default()).unwrap();
    assert_eq!(read(start + 4), HeaderRead::NeedMore);
    let HeaderRead::Complete(header) = read(start + 256) else { panic!("enough is here") };
    assert_eq!(header.report_kind(), Some(ReportKind::Pdf));
}

fn video(fragments: &[&[u8]]) -> Vec<u8> {
    let mut value = vec![0xE0, 0x7F, 0x10, 0x00, b'O', b'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
    for fragment in [&b""[..]].iter().chain(fragments) {
        value.extend([0xFE, 0xFF, 0x00, 0xE0]);
        value.extend((fragment.len() as u32).to_le_bytes());
        value.extend(*fragment);
    }
    value.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    value
}

#[test]
fn video_is_one_stream_of_all_fragments() {
    let bytes = file(MPEG_4, &[video(&[b"\0\0\0\x18ft", b"ypisom"])]);
    let data_set = scan_file(&bytes, &Limits::default()).unwrap();
    let stream = video_stream(&data_set).unwrap().unwrap();
    assert_eq!(stream.media_type, "video/mp4");
    let joined: Vec<u8> = stream.ranges.iter().flat_map(|range| bytes[range.clone()].to_vec()).collect();
    assert_eq!(joined, b"\0\0\0\x18ftypisom");
}

#[test]
fn image_has_no_video_and_a_video_without_fragments_is_refused() {
    let image = file("1.2.840.10008.1.2.4.50", &[video(&[b"\xff\xd8\xff\xd9"])]);
    assert_eq!(video_stream(&scan_file(&image, &Limits::default()).unwrap()), Ok(None));
    let empty = file(MPEG_4, &[video(&[])]);
    let refused = video_stream(&scan_file(&empty, &Limits::default()).unwrap());
    assert_eq!(refused, Err(FrameError::Assignment));
}

fn code(value: &str) -> Vec<u8> {
    let concept = [element(0x0008, 0x0100, "SH", value.as_bytes()), element(0x0008, 0x0102, "SH", b"DCM")];
    sequence(0x0040, 0xA043, &[concept.concat()])
}

fn reference(uid: &str, frames: &str) -> Vec<u8> {
    let uid = element(0x0008, 0x1155, "UI", uid.as_bytes());
    let frames = element(0x0008, 0x1160, "IS", frames.as_bytes());
    sequence(0x0008, 0x1199, &[[uid, frames].concat()])
}

fn content(kind: &str, rest: Vec<u8>) -> Vec<u8> {
    [element(0x0040, 0xA040, "CS", kind.as_bytes()), rest].concat()
}

fn selection(title: &str, items: &[Vec<u8>]) -> Vec<u8> {
    let evidence = sequence(0x0040, 0xA375, &[sequence(0x0008, 0x1115, &[reference("1.2.99", "")])]);
    file(EXPLICIT, &identified(KEY_OBJECTS, &[code(title), evidence, sequence(0x0040, 0xA730, items)]))
}

fn marked(bytes: &[u8]) -> Vec<(String, Vec<u32>)> {
    let references = header_of(bytes).key_references;
    references.into_iter().map(|r| (r.sop_instance_uid.as_str().to_owned(), r.frames)).collect()
}

#[test]
fn key_objects_name_instances_and_frames() {
    let bytes = selection(
        "113002",
        &[
            content("TEXT", element(0x0040, 0xA160, "UT", b"see these")),
            content("IMAGE", reference("1.2.3.4", "")),
            content("IMAGE", reference("1.2.3.5", "3\\0\\7\\x")),
            content("IMAGE", reference("not a uid", "")),
        ],
    );
    assert_eq!(marked(&bytes), [("1.2.3.4".to_owned(), vec![]), ("1.2.3.5".to_owned(), vec![3, 7])]);
    assert_eq!(header_of(&bytes).kind(), InstanceKind::KeyObjects);
    let json = serde_json::to_string(&header_of(&bytes)).unwrap();
    assert_eq!(serde_json::from_str::<InstanceHeader>(&json).unwrap(), header_of(&bytes));
}

#[test]
fn key_objects_without_content_are_those_of_their_evidence() {
    assert_eq!(marked(&selection("113000", &[])), [("1.2.99".to_owned(), vec![])]);
}

#[test]
fn rejected_images_are_no_key_images() {
    for title in ["113001", "113037", "113038", "113039"] {
        let bytes = selection(title, &[content("IMAGE", reference("1.2.3.4", ""))]);
        assert_eq!(marked(&bytes), [], "{title}");
        let data_set = scan_file(&bytes, &Limits::default()).unwrap();
        let selection = key_object_selection(&data_set);
        assert!(selection.rejects && selection.references.len() == 1);
    }
}

#[test]
fn selection_of_everything_is_taken_whole() {
    let all = content("IMAGE", reference("1.2.3.4", "1\\2\\3"));
    let references = marked(&selection("113000", &vec![all; 1500]));
    assert_eq!(references.len(), 1500);
    assert!(references.iter().all(|(_, frames)| frames.len() == 3));
}

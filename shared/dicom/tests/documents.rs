//! Instances that are not images: documents, videos and key object selections.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod data_set_writer;

use data_set_writer::{element, file, sequence};
use filmless_dicom::{
    DocumentKind, FrameError, HeaderRead, InstanceHeader, InstanceKind, ReportKind, encapsulated_document,
    key_object_selection, read_header, read_selection, scan_file, scan_prefix, video_stream,
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

/// Checks document, media type, title and bytes.
fn check_document(elements: &[Vec<u8>], expected: Option<(DocumentKind, &str, &str, &[u8])>) {
    let bytes = file(EXPLICIT, elements);
    let data_set = scan_file(&bytes, &Limits::default()).unwrap();
    let document = encapsulated_document(&data_set);
    let found = document.as_ref().map(|d| (d.kind, d.media_type, d.title.as_str(), d.bytes.as_ref()));
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

/// Encapsulated Document of undefined length with these items.
fn fragmented(items: &[&[u8]], delimiter: &[u8]) -> Vec<u8> {
    let mut value = vec![0x42, 0x00, 0x11, 0x00, b'O', b'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
    for item in items {
        value.extend([0xFE, 0xFF, 0x00, 0xE0]);
        value.extend((item.len() as u32).to_le_bytes());
        value.extend(*item);
    }
    value.extend(delimiter);
    value
}

const DELIMITER: [u8; 8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];

#[test]
fn document_of_undefined_length_is_that_of_its_fragments() {
    let mime = element(0x0042, 0x0012, "LO", b"application/pdf");
    let length = element(0x0042, 0x0015, "UL", &13_u32.to_le_bytes());
    let pdf: &[u8] = b"%PDF-1.4 %%EO";
    let expected = Some((DocumentKind::Pdf, "application/pdf", "", pdf));
    for items in [
        &[&b"%PDF-1.4 %%EO\0"[..]][..],
        &[b"", b"%PDF-1.4 %%EO\0"],
        &[b"\0\0\0\0", b"%PDF-1.4", b" %%EO\0"],
        &[b"%PD", b"", b"F-1.4 %%EO\0"],
    ] {
        check_document(&[fragmented(items, &DELIMITER), mime.clone()], expected);
        check_document(&[fragmented(items, &DELIMITER), mime.clone(), length.clone()], expected);
        check_document(&[fragmented(items, &[])], expected);
    }
    // Only the length was omitted.
    let bare = |end: &[u8]| fragmented(&[], &[pdf, end].concat());
    check_document(&[bare(&DELIMITER), mime], expected);
    check_document(&[bare(&[])], expected);
    check_document(&[fragmented(&[], &DELIMITER)], None);
}

#[test]
fn fragments_that_end_behind_the_file_are_no_document() {
    let whole = file(EXPLICIT, &identified("1.3.12.2.1", &[fragmented(&[&[b'x'; 600]], &DELIMITER)]));
    let cut = &whole[..whole.len() - 100];
    assert!(read_header(cut, cut.len() as u64, &Limits::default()).is_err());
}

#[test]
fn header_waits_for_the_first_fragment_of_a_document() {
    let document = fragmented(&[b"", &[&b"%PDF-1.4"[..], &[b' '; 5000]].concat()], &DELIMITER);
    let bytes = file(EXPLICIT, &identified("1.3.12.2.1", &[document]));
    let start = bytes.len() - 5008 - 8;
    let read = |length: usize| read_header(&bytes[..length], bytes.len() as u64, &Limits::default()).unwrap();
    assert_eq!(read(start + 4), HeaderRead::NeedMore);
    let HeaderRead::Complete(header) = read(bytes.len()) else { panic!("all is here") };
    assert_eq!(header.report_kind(), Some(ReportKind::Pdf));
}

#[test]
fn text_is_read_in_its_character_set() {
    let text = |charset: &str, bytes: &[u8], rest: &[Vec<u8>], expected: Option<&str>| {
        let charset = element(0x0008, 0x0005, "CS", charset.as_bytes());
        let elements = [vec![charset, element(0x0042, 0x0011, "OB", bytes)], rest.to_vec()].concat();
        let expected = expected.map(|text| (DocumentKind::Text, "text/plain", "", text.as_bytes()));
        check_document(&elements, expected);
    };
    let mime = |label: &str| element(0x0042, 0x0012, "LO", label.as_bytes());
    let vietnamese = "Phổi hai bên không thấy tổn thương.\r\n  Tim bình thường";
    text("ISO_IR 192", vietnamese.as_bytes(), &[mime("text/plain")], Some(vietnamese));
    text("", vietnamese.as_bytes(), &[mime("TEXT/PLAIN; charset=us-ascii")], Some(vietnamese));
    text("ISO_IR 144", b"\xbb\xee\xda", &[mime("text/plain")], Some("Люк"));
    text("ISO_IR 100", b"\x93Kein Befund\x94 f\xfcr heute", &[], Some("“Kein Befund” für heute"));
    text("ISO_IR 100", b"Nguy\xd4n Th\xde Ho\xb5", &[mime("application/pdf")], Some("Nguyễn Thị Hoà"));
    text("", b"<p>Normal</p>", &[mime("text/html")], Some("<p>Normal</p>"));
    text("", b"No finding.\0", &[element(0x0042, 0x0015, "UL", &11_u32.to_le_bytes())], Some("No finding."));
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
        &identified("1.2.840.10008.5.1.4.1.1.104.1", &[element(0x0042, 0x0011, "OB", &[7; 3000])]),
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
        (private, vec![document(b"No finding."), label("text/plain")], (Report, Some(ReportKind::Text))),
        (pdf, vec![document(b"No finding.")], (Report, Some(ReportKind::Text))),
        (private, vec![document(b"MZ\x90\0")], (Other, None)),
        ("1.2.840.10008.5.1.4.1.1.104.4", vec![document(b"v 1 0 0")], (Other, None)),
        ("1.2.840.10008.5.1.4.1.1.104.3", vec![document(b"solid"), label("model/stl")], (Other, None)),
        (private, vec![tree.clone()], (Report, Some(ReportKind::Structured))),
        ("1.2.840.10008.5.1.4.1.1.88.999", vec![tree.clone()], (Report, Some(ReportKind::Structured))),
        ("", vec![tree.clone()], (Report, Some(ReportKind::Structured))),
        (KEY_OBJECTS, vec![tree.clone()], (InstanceKind::KeyObjects, None)),
        // An image stays one, whatever else the object contains or is called.
        (private, vec![tree, pixels.clone()], (Image, None)),
        (pdf, vec![pixels], (Image, None)),
    ] {
        assert_eq!(kind_of(class, &rest), expected, "{class}");
    }
}

#[test]
fn a_result_is_a_report_that_says_of_itself_nothing_less() {
    const CHEST: &str = "1.2.840.10008.5.1.4.1.1.88.11";
    const DOSE: &str = "1.2.840.10008.5.1.4.1.1.88.67";
    const PDF: &str = "1.2.840.10008.5.1.4.1.1.104.1";
    let flag = |number: u16, value: &str| element(0x0040, number, "CS", value.as_bytes());
    let (completion, verification, preliminary) = (0xA491, 0xA493, 0xA496);
    for (class, flags, is_result) in [
        (CHEST, vec![], true),
        (CHEST, vec![flag(completion, "COMPLETE"), flag(verification, "VERIFIED")], true),
        (CHEST, vec![flag(completion, "PARTIAL"), flag(verification, "VERIFIED")], false),
        (CHEST, vec![flag(completion, "COMPLETE"), flag(verification, "UNVERIFIED")], false),
        (CHEST, vec![flag(verification, "VERIFIED"), flag(preliminary, "PRELIMINARY")], false),
        (CHEST, vec![flag(verification, "VERIFIED"), flag(preliminary, "FINAL ")], true),
        (DOSE, vec![flag(completion, "COMPLETE"), flag(verification, "VERIFIED")], false),
        (PDF, vec![flag(verification, "UNVERIFIED")], false),
        (PDF, vec![], true),
    ] {
        let text = content("TEXT", element(0x0040, 0xA160, "UT", b"no finding"));
        let rest = [flags.clone(), vec![sequence(0x0040, 0xA730, &[text])]].concat();
        let header = header_of(&file(EXPLICIT, &identified(class, &rest)));
        assert_eq!((header.kind(), header.is_result), (InstanceKind::Report, is_result), "{class} {flags:?}");
    }
}

#[test]
fn text_without_a_form_is_no_signed_result() {
    let document = element(0x0042, 0x0011, "OB", b"scan finished");
    let header = header_of(&file(EXPLICIT, &identified("1.2.840.10008.5.1.4.1.1.104.1", &[document])));
    assert_eq!((header.kind(), header.is_result), (InstanceKind::Report, false));
}

#[test]
fn header_waits_for_the_first_bytes_of_a_document() {
    let long = [&b"%PDF-1.4"[..], &[b' '; 5000]].concat();
    let document = element(0x0042, 0x0011, "OB", &long);
    let bytes = file(EXPLICIT, &identified("1.3.12.2.1", &[document]));
    let start = bytes.len() - long.len();
    let read = |length: usize| read_header(&bytes[..length], bytes.len() as u64, &Limits::default()).unwrap();
    assert_eq!(read(start + 4), HeaderRead::NeedMore);
    assert_eq!(read(start + 1023), HeaderRead::NeedMore);
    let HeaderRead::Complete(header) = read(start + 1024) else { panic!("enough is here") };
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
fn selection_is_read_with_its_title_its_text_and_the_series_of_its_images() {
    let named = |kind: &str, value: &str, meaning: &str, rest: Vec<u8>| {
        let concept = [
            element(0x0008, 0x0100, "SH", value.as_bytes()),
            element(0x0008, 0x0102, "SH", b"DCM"),
            element(0x0008, 0x0104, "LO", meaning.as_bytes()),
        ];
        content(kind, [sequence(0x0040, 0xA043, &[concept.concat()]), rest].concat())
    };
    let title = named(
        "CONTAINER",
        "113004",
        "For Teaching",
        sequence(
            0x0040,
            0xA730,
            &[
                named(
                    "TEXT",
                    "113012",
                    "Key Object Description",
                    element(0x0040, 0xA160, "UT", b"Nodule, see these"),
                ),
                content("IMAGE", reference("1.2.3.4", "")),
                content("IMAGE", reference("1.2.3.5", "3\\7")),
            ],
        ),
    );
    let series = [element(0x0020, 0x000E, "UI", b"1.2.1"), reference("1.2.3.5", "")].concat();
    let evidence = sequence(0x0040, 0xA375, &[sequence(0x0008, 0x1115, &[series])]);
    let bytes = file(EXPLICIT, &identified(KEY_OBJECTS, &[title, evidence]));
    let selection = read_selection(&scan_file(&bytes, &Limits::default()).unwrap());
    assert_eq!(selection.title, "For Teaching");
    let lines: Vec<_> = selection.lines.iter().map(|l| (l.name.as_deref(), l.value.as_deref())).collect();
    assert_eq!(lines, [(Some("Key Object Description"), Some("Nodule, see these"))]);
    let images = serde_json::to_value(&selection.images).unwrap();
    assert_eq!(
        images,
        serde_json::json!([
            { "sop_instance_uid": "1.2.3.4" },
            { "series_instance_uid": "1.2.1", "sop_instance_uid": "1.2.3.5", "frames": [3, 7] },
        ])
    );
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

//! Structured reports, as people read them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod data_set_writer;

use std::fs;
use std::path::PathBuf;

use data_set_writer::{element, file, sequence};
use filmless_dicom::report::{REPORT_BYTES_MAX, REPORT_LINES_MAX};
use filmless_dicom::{ReportAuthor, ReportDocument, read_report, scan_file};
use filmless_domain::Limits;
use serde_json::json;

fn report_of(bytes: &[u8]) -> ReportDocument {
    read_report(&scan_file(bytes, &Limits::default()).unwrap())
}

/// `level name: value`, one line each.
fn lines_of(report: &ReportDocument) -> Vec<String> {
    let line = |line: &filmless_dicom::ReportLine| {
        let name = line.name.as_deref().unwrap_or("-");
        let value = line.value.as_deref().unwrap_or("-");
        format!("{} {name}: {value}", line.level)
    };
    report.lines.iter().map(line).collect()
}

fn code(group: u16, number: u16, scheme: &str, value: &str, meaning: &str) -> Vec<u8> {
    let concept = [
        element(0x0008, 0x0100, "SH", value.as_bytes()),
        element(0x0008, 0x0102, "SH", scheme.as_bytes()),
        element(0x0008, 0x0104, "LO", meaning.as_bytes()),
    ];
    sequence(group, number, &[concept.concat()])
}

/// One content item.
fn content(kind: &str, name: [&str; 3], rest: &[Vec<u8>]) -> Vec<u8> {
    let head =
        [element(0x0040, 0xA040, "CS", kind.as_bytes()), code(0x0040, 0xA043, name[0], name[1], name[2])];
    [head.concat(), rest.concat()].concat()
}

fn text(value: &str) -> Vec<u8> {
    element(0x0040, 0xA160, "UT", value.as_bytes())
}

fn report(items: &[Vec<u8>]) -> Vec<u8> {
    file(
        "1.2.840.10008.1.2.1",
        &[
            element(0x0008, 0x0005, "CS", b"ISO_IR 192"),
            code(0x0040, 0xA043, "LN", "18747-6", "Báo cáo CT ngực"),
            element(0x0040, 0xA491, "CS", b"COMPLETE"),
            sequence(0x0040, 0xA730, items),
        ],
    )
}

const FINDING: [&str; 3] = ["DCM", "121071", "Finding"];

#[test]
fn content_becomes_lines_in_its_order() {
    let unit = code(0x0040, 0x08EA, "UCUM", "mm", "millimeter");
    let measured = sequence(0x0040, 0xA300, &[[unit, element(0x0040, 0xA30A, "DS", b"12.5")].concat()]);
    let site =
        content("CODE", ["SRT", "G-C0E3", "Finding Site"], &[code(0x0040, 0xA168, "SRT", "T", "Lung")]);
    let image = || content("IMAGE", ["", "", ""], &[]);
    let bytes = report(&[
        content(
            "PNAME",
            ["DCM", "121008", "Người đọc"],
            &[element(0x0040, 0xA123, "PN", b"Tr\xe1\xba\xa7n^An")],
        ),
        content("PNAME", ["DCM", "121029", "Subject Name"], &[element(0x0040, 0xA123, "PN", b"Secret^Name")]),
        content(
            "CONTAINER",
            ["DCM", "121070", "Findings"],
            &[sequence(
                0x0040,
                0xA730,
                &[
                    content("TEXT", FINDING, &[text("Nốt mờ\r\nthuỳ trên")]),
                    content(
                        "NUM",
                        ["SRT", "M-02550", "Diameter"],
                        &[measured, sequence(0x0040, 0xA730, &[site])],
                    ),
                    image(),
                    image(),
                    content("TEXT", ["", "", "Empty"], &[]),
                    content("DATE", ["DCM", "1", "Day"], &[element(0x0040, 0xA121, "DA", b"20240131")]),
                ],
            )],
        ),
        content("CONTAINER", ["DCM", "121076", "Conclusions"], &[]),
    ]);
    let report = report_of(&bytes);
    assert_eq!(report.title, "Báo cáo CT ngực");
    assert_eq!(
        lines_of(&report),
        [
            "0 Completion: Complete",
            "0 Người đọc: Trần An",
            "0 Findings: -",
            "1 Finding: Nốt mờ\nthuỳ trên",
            "1 Diameter: 12.5 mm",
            "2 Finding Site: Lung",
            "1 Image reference: 2 images",
            "1 Day: 2024-01-31",
        ]
    );
    let flag = serde_json::to_value(&report.lines[0]).unwrap();
    assert_eq!(flag, json!({"level": 0, "name": "Completion", "value": "Complete", "status": "complete"}));
    let heading = serde_json::to_value(&report.lines[2]).unwrap();
    assert_eq!(heading, json!({"level": 0, "name": "Findings"}));
}

#[test]
fn endless_reports_end_with_a_word_about_it() {
    let line = content("TEXT", FINDING, &[text("x")]);
    let long = content("TEXT", FINDING, &[text(&"y".repeat(30_000))]);
    for bytes in [report(&vec![line; REPORT_LINES_MAX + 5]), report(&vec![long; 20])] {
        let report = report_of(&bytes);
        assert!(report.lines.len() <= REPORT_LINES_MAX + 1);
        assert!(serde_json::to_vec(&report).unwrap().len() < 2 * REPORT_BYTES_MAX);
        assert!(report.lines.last().unwrap().value.as_deref().unwrap().contains("longer"));
    }
}

#[test]
fn report_of_another_maker_is_read() {
    let bytes = fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/test-SR.dcm")).unwrap();
    let report = report_of(&bytes);
    assert_eq!(report.title, "Diagnosis");
    let lines = lines_of(&report);
    assert_eq!(lines[2], "0 Verified by: Riesmeier Jörg, OFFIS e.V., 2001-02-13 18:47:46");
    assert!(lines.contains(&"1 Diameter: 3 Length Unit".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"0 Image reference: 1 image".to_owned()));
}

#[test]
fn image_has_no_report() {
    let bytes = fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/chrGreek.dcm")).unwrap();
    assert_eq!(report_of(&bytes).lines, []);
}

#[test]
fn items_with_odd_labels_show_what_they_hold() {
    let named = |kind: &str, rest: &[Vec<u8>]| content(kind, ["LN", "1", "Finding"], rest);
    let by_reference = element(0x0040, 0xDB73, "UL", &1_u32.to_le_bytes());
    let nested = sequence(0x0040, 0xA730, &[named("TEXT", &[text("below")])]);
    let items = [
        named("NARRATIVE", &[text("of a kind that nobody knows")]),
        named("text", &[text("in small letters")]),
        text("without kind and name"),
        named("TEXT", &[code(0x0040, 0xA168, "LN", "2", "a code that is called text")]),
        [element(0x0040, 0xA040, "CS", b"CONTAINER"), nested].concat(),
        by_reference,
    ];
    let file = file("1.2.840.10008.1.2.1", &[sequence(0x0040, 0xA730, &items)]);
    assert_eq!(
        lines_of(&report_of(&file)),
        [
            "0 Finding: of a kind that nobody knows",
            "0 Finding: in small letters",
            "0 -: without kind and name",
            "0 Finding: a code that is called text",
            "1 Finding: below",
        ]
    );
}

#[test]
fn text_of_the_root_is_shown() {
    let bytes = file("1.2.840.10008.1.2.1", &[element(0x0040, 0xA160, "UT", b"all there is")]);
    assert_eq!(lines_of(&report_of(&bytes)), ["0 -: all there is"]);
}

#[test]
fn words_of_ours_and_dates_are_marked_for_readers_of_another_language() {
    let element_of = |number: u16, vr: &str, value: &str| element(0x0040, number, vr, value.as_bytes());
    let graphic = |kind: &str| element(0x0070, 0x0023, "CS", kind.as_bytes());
    let bytes = report(&[
        content("IMAGE", ["", "", ""], &[]),
        content("COMPOSITE", ["DCM", "1", "Earlier report"], &[]),
        content("SCOORD", FINDING, &[graphic("POLYLINE")]),
        content("SCOORD", FINDING, &[graphic("OF A KIND")]),
        content("TCOORD", FINDING, &[]),
        content("TABLE", FINDING, &[]),
        content("DATE", FINDING, &[element_of(0xA121, "DA", "20240131")]),
        content("TIME", FINDING, &[element_of(0xA122, "TM", "1430")]),
        content("DATETIME", FINDING, &[element_of(0xA120, "DT", "202401311430+0700")]),
        content("TEXT", FINDING, &[text("2024-01-31")]),
    ]);
    let line = |at: usize| serde_json::to_value(&report_of(&bytes).lines[at]).unwrap();
    for (at, name_word, value_word, value, count) in [
        (1, json!("image-reference"), json!("images"), "1 image", json!(1)),
        (2, json!(null), json!("documents"), "1 document", json!(1)),
        (3, json!(null), json!("polyline"), "Line", json!(null)),
        (4, json!(null), json!("region"), "Region", json!(null)),
        (5, json!(null), json!("time-range"), "Range of time", json!(null)),
        (6, json!(null), json!("table"), "Table", json!(null)),
        (7, json!(null), json!("moment"), "2024-01-31", json!(null)),
        (8, json!(null), json!("moment"), "14:30", json!(null)),
        (9, json!(null), json!("moment"), "2024-01-31 14:30 +07:00", json!(null)),
        (10, json!(null), json!(null), "2024-01-31", json!(null)),
    ] {
        let line = line(at);
        assert_eq!((&line["name_word"], &line["value_word"]), (&name_word, &value_word), "{line}");
        assert_eq!((&line["value"], &line["count"]), (&json!(value), &count), "{line}");
    }
}

#[test]
fn flag_that_nobody_knows_has_a_name_that_can_be_said_in_another_language() {
    let flag = |value: &[u8]| file("1.2.840.10008.1.2.1", &[element(0x0040, 0xA491, "CS", value)]);
    let line = |value: &[u8]| serde_json::to_value(&report_of(&flag(value)).lines[0]).unwrap();
    assert_eq!(line(b"SOON")["name_word"], "completion");
    assert_eq!(line(b"COMPLETE")["name_word"], json!(null));
}

#[test]
fn who_wrote_a_report_is_told_by_its_class_or_its_title() {
    let of = |class: &str, title: &str| {
        let class = element(0x0008, 0x0016, "UI", format!("1.2.840.10008.5.1.4.1.1.88.{class}").as_bytes());
        report_of(&file("1.2.840.10008.1.2.1", &[class, code(0x0040, 0xA043, "DCM", title, "A title")]))
            .author
    };
    for class in ["67", "68", "73", "76"] {
        assert_eq!(of(class, "1"), ReportAuthor::DoseMachine, "{class}");
    }
    assert_eq!(of("22", "113701"), ReportAuthor::DoseMachine);
    assert_eq!(of("50", "1"), ReportAuthor::Machine);
    assert_eq!(of("22", "126000"), ReportAuthor::Measurer);
    assert_eq!(of("22", "1"), ReportAuthor::Doctor);
}

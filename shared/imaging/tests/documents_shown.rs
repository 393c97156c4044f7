//! Documents from the file to what a viewer gets.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::ops::ControlFlow;

use dicom_bytes::{EXPLICIT, UNDEFINED, element, identity, item, lying, meta, sequence};
use filmless_domain::Limits;
use filmless_imaging::{DocumentKind, DocumentPart, PreviewSize, RenderOptions, RenderedPart, render_file};

fn document_of(elements: &[Vec<u8>]) -> DocumentPart {
    let file = [meta(EXPLICIT), elements.concat()].concat();
    let mut found = None;
    let _ = render_file(
        &file,
        &Limits::default(),
        &RenderOptions::new(PreviewSize { side_max: 64 }),
        &mut |part| {
            if let RenderedPart::Document(document) = part {
                found = Some(document);
            }
            ControlFlow::Continue(())
        },
    );
    found.expect("a document")
}

#[test]
fn encapsulated_text_is_shown_as_text_and_is_no_report() {
    let text = "<b>Phổi</b> bình thường";
    let document = document_of(&[
        element(8, 5, "CS", b"ISO_IR 192"),
        identity(),
        element(0x42, 0x11, "OB", text.as_bytes()),
        element(0x42, 0x12, "LO", b"text/html"),
    ]);
    assert_eq!((document.kind, document.media_type.as_str()), (DocumentKind::Text, "text/plain"));
    assert_eq!(document.bytes.as_slice(), text.as_bytes());
    assert!(!document.kind.is_report());
}

#[test]
fn pdf_of_undefined_length_is_offered_as_a_pdf() {
    let fragments = [item(b"", 0), item(b"%PDF-1.7 %%EOF\n\0", 16)].concat();
    let value = [&fragments[..], &[0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]].concat();
    let document = document_of(&[
        identity(),
        lying(0x42, 0x11, "OB", &value, UNDEFINED),
        element(0x42, 0x12, "LO", b"application/octet-stream"),
    ]);
    assert_eq!((document.kind, document.media_type.as_str()), (DocumentKind::Pdf, "application/pdf"));
    assert_eq!(document.bytes.as_slice(), b"%PDF-1.7 %%EOF\n");
}

/// One content item with a concept from DCM.
fn content(kind: &str, code: &str, meaning: &str, rest: &[u8]) -> Vec<u8> {
    let concept = [
        element(8, 0x100, "SH", code.as_bytes()),
        element(8, 0x102, "SH", b"DCM"),
        element(8, 0x104, "LO", meaning.as_bytes()),
    ];
    [element(0x40, 0xA040, "CS", kind.as_bytes()), sequence(0x40, 0xA043, &concept.concat()), rest.to_vec()]
        .concat()
}

fn of_class(class: &str) -> Vec<u8> {
    [
        element(8, 0x16, "UI", format!("1.2.840.10008.5.1.4.1.1.88.{class}").as_bytes()),
        element(8, 0x18, "UI", b"1.2.3.4"),
        element(0x20, 0x0D, "UI", b"1.2.3"),
        element(0x20, 0x0E, "UI", b"1.2.3.1"),
    ]
    .concat()
}

#[test]
fn key_object_selection_is_read_with_its_title_and_text() {
    let text = content("TEXT", "113012", "Key Object Description", &element(0x40, 0xA160, "UT", b"Nodule"));
    let tree = content("CONTAINER", "113000", "Of Interest", &sequence(0x40, 0xA730, &text));
    let document = document_of(&[of_class("59"), tree]);
    assert_eq!((document.kind, document.title.as_deref()), (DocumentKind::Selection, Some("Of Interest")));
    assert!(String::from_utf8(document.bytes.into_vec()).unwrap().contains("Nodule"));
    assert!(!document.kind.is_report());
}

#[test]
fn radiation_dose_is_told_from_other_notes_and_from_reports() {
    let line = content("TEXT", "1", "Finding", &element(0x40, 0xA160, "UT", b"12 mGy"));
    let tree = content("CONTAINER", "1", "A title", &sequence(0x40, 0xA730, &line));
    for (class, kind) in
        [("67", DocumentKind::Dose), ("50", DocumentKind::Record), ("11", DocumentKind::Report)]
    {
        let document = document_of(&[of_class(class), tree.clone()]);
        assert_eq!(document.kind, kind, "{class}");
        assert_eq!(document.kind.is_report(), class == "11");
    }
}

#[test]
fn cda_of_another_patient_is_not_put_before_this_one() {
    for (id, name, is_shown) in
        [("R1", "Lê Thị Hoà", true), ("ZZ9", "Lê Văn Khác", false), ("R1", "Lê Văn Khác", false)]
    {
        let cda = format!(
            "<ClinicalDocument><recordTarget><patientRole><id root=\"1.2\" extension=\"{id}\"/><patient><name>{name}</name>\
             <birthTime value=\"19580302\"/></patient></patientRole></recordTarget><author/></ClinicalDocument>"
        );
        let file = [
            meta(EXPLICIT),
            element(8, 5, "CS", b"ISO_IR 192"),
            element(8, 0x16, "UI", b"1.2.840.10008.5.1.4.1.1.104.2"),
            element(8, 0x18, "UI", b"1.2.3.4"),
            element(0x10, 0x10, "PN", b"LE^THI HOA"),
            element(0x10, 0x20, "LO", b"R1"),
            element(0x10, 0x30, "DA", b"19580302"),
            element(0x20, 0x0D, "UI", b"1.2.3"),
            element(0x20, 0x0E, "UI", b"1.2.3.1"),
            element(0x42, 0x11, "OB", cda.as_bytes()),
        ]
        .concat();
        let mut is_found = false;
        let _ = render_file(
            &file,
            &Limits::default(),
            &RenderOptions::new(PreviewSize { side_max: 64 }),
            &mut |part| {
                is_found |= matches!(part, RenderedPart::Document(_));
                ControlFlow::Continue(())
            },
        );
        assert_eq!(is_found, is_shown, "{id} {name}");
    }
}

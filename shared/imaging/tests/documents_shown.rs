//! What is read instead of looked at, from the file to what a viewer gets.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod dicom_bytes;

use std::ops::ControlFlow;

use dicom_bytes::{EXPLICIT, element, identity, item, lying, meta, UNDEFINED};
use filmless_domain::Limits;
use filmless_imaging::{DocumentKind, DocumentPart, PreviewSize, RenderOptions, RenderedPart, render_file};

fn document_of(elements: &[Vec<u8>]) -> DocumentPart {
    let file = [meta(EXPLICIT), elements.concat()].concat();
    let mut found = None;
    let _ = render_file(&file, &Limits::default(), &RenderOptions::new(PreviewSize::default()), &mut |part| {
        if let RenderedPart::Document(document) = part {
            found = Some(document);
        }
        ControlFlow::Continue(())
    });
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

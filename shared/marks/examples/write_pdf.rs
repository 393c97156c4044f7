//! Writes a PDF as an instance of the study of an image, for programs that nobody here wrote to read:
//!
//! ```text
//! cargo run --example write_pdf -- DOCUMENT.pdf OUT-FILE IMAGE
//! ```

use std::error::Error;

use filmless_dicom::{DataSet, scan_file, tags};
use filmless_domain::{Limits, SeriesInstanceUid, SopInstanceUid};
use filmless_marks::{EncapsulatedPdf, MarkedImage, NamedImage, Seed, StudyHeader, write_pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [document, out, image] = &arguments[..] else {
        return Err("DOCUMENT.pdf OUT-FILE IMAGE".into());
    };
    let (pdf, bytes) = (std::fs::read(document)?, std::fs::read(image)?);
    let data_set: Box<DataSet<'_>> = scan_file(&bytes, &Limits::default())?;
    let uid = |tag| data_set.root().text(tag).unwrap_or_default();
    let named = NamedImage {
        series_instance_uid: SeriesInstanceUid::parse(&uid(tags::SERIES_INSTANCE_UID))?,
        sop_instance_uid: SopInstanceUid::parse(&uid(tags::SOP_INSTANCE_UID))?,
        frame: None,
    };
    let written = write_pdf(&EncapsulatedPdf {
        pdf: &pdf,
        title: "Biên bản hội chẩn, bản 2",
        description: "Hội chẩn từ xa",
        facility: "BV Chợ Rẫy\\Khoa CĐHA",
        number: 2,
        instance: &Seed::of(&[b"version 2"]),
        replaces: Some(&Seed::of(&[b"version 1"])),
        is_verified: true,
        at: jiff::civil::date(2026, 11, 30).at(13, 5, 7, 0),
        study: &StudyHeader::read(&data_set),
        images: &[MarkedImage::read(&data_set, &named, "image")?],
        seed: &Seed::of(&[b"consultation"]),
    })?;
    std::fs::write(out, written.bytes)?;
    Ok(())
}

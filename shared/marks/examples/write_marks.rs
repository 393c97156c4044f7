//! Writes the marks of a request over DICOM files of one study, for programs that nobody here wrote to read:
//!
//! ```text
//! cargo run --example write_marks -- REQUEST.json OUT-FOLDER IMAGE…
//! cargo run --example write_marks -- REQUEST.json OUT-FOLDER --version 2 IMAGE…
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use filmless_dicom::{DataSet, scan_file, tags};
use filmless_domain::Limits;
use filmless_marks::{
    MarkedImage, Marks, MarksContext, MarksVersion, NamedImage, Seed, StudyHeader, write_marks,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [request, out, files @ ..] = &arguments[..] else {
        return Err("REQUEST.json OUT-FOLDER IMAGE…".into());
    };
    let body = std::fs::read(request)?;
    let marks = Marks::parse(&body)?;
    let limits = Limits::default();
    let mut images: BTreeMap<NamedImage, MarkedImage> = BTreeMap::new();
    let mut study = None;
    let (version, files) = match files {
        [option, number, files @ ..] if option == "--version" => (Some(number.parse::<u32>()?), files),
        files => (None, files),
    };
    for file in files {
        let bytes = std::fs::read(file)?;
        let data_set: Box<DataSet<'_>> = scan_file(&bytes, &limits)?;
        let uid = data_set.root().text(tags::SOP_INSTANCE_UID).unwrap_or_default();
        for (field, named) in marks.images().filter(|(_, named)| named.sop_instance_uid.as_str() == uid) {
            images.insert(named.clone(), MarkedImage::read(&data_set, named, &field)?);
            study.get_or_insert_with(|| StudyHeader::read(&data_set));
        }
    }
    let study = study.ok_or("none of the images is named")?;
    let number = version.unwrap_or_default().to_be_bytes();
    let (seed, series) = (Seed::of(&[&body, &number]), Seed::of(&[b"consultation"]));
    let saved_at = jiff::civil::date(2026, 11, 30).at(13, 5, 7, 0);
    let version = version.map(|number| MarksVersion { series: &series, number });
    let context =
        MarksContext { marks: &marks, study: &study, images: &images, saved_at, seed: &seed, version };
    for (place, instance) in write_marks(&context)?.iter().enumerate() {
        let name = format!("{}-{place}.dcm", instance.modality);
        std::fs::write(Path::new(out).join(name), &instance.bytes)?;
    }
    Ok(())
}

//! Structured reports (PS3.3 C.17.3, A.35) as lines that a person can read.
//!
//! The content tree becomes headings, names and values, in report order. References to images are counted and regions
//! are named, because what they point at is shown elsewhere. The patient is left out: their name is above every report
//! already.

mod document;
mod selection;
mod value;
mod words;
mod writer;

use dicom_dictionary_std::tags;
use filmless_domain::ReportLack;

pub use self::document::{ReportAuthor, ReportDocument, ReportLine, ReportStatus, SelectedImage};
pub use self::selection::read_selection;
pub use self::words::ReportWord;
use self::writer::Writer;
pub use self::writer::{REPORT_BYTES_MAX, REPORT_LEVELS_MAX, REPORT_LINES_MAX};
use crate::DataSet;
use crate::code::Code;
use crate::data_set::Item;
use crate::one_line::one_line;

/// What a report lacks to be the signed result, gravest first: it is preliminary, incomplete, or unverified (PS3.3
/// C.17.2; for encapsulated documents C.24.2). What a file does not say is no obstacle.
#[must_use]
pub fn lacks(root: Item<'_>) -> Option<ReportLack> {
    [tags::PRELIMINARY_FLAG, tags::COMPLETION_FLAG, tags::VERIFICATION_FLAG]
        .into_iter()
        .filter_map(|tag| ReportStatus::of_flag(tag, root.text(tag)?.trim()))
        .find_map(|status| match status {
            ReportStatus::Preliminary => Some(ReportLack::Preliminary),
            ReportStatus::Partial => Some(ReportLack::Partial),
            ReportStatus::Unverified => Some(ReportLack::Unverified),
            _ => None,
        })
}

/// Reads a structured report. One without content gives a document without lines.
#[must_use]
pub fn read_report(data_set: &DataSet<'_>) -> ReportDocument {
    let root = data_set.root();
    let title = Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE)
        .map(|code| code.readable())
        .or_else(|| root.text(tags::SERIES_DESCRIPTION));
    let mut writer = Writer::default();
    writer.write_status(root);
    // Text in the root itself, without items.
    writer.write(0, None, value::any(root));
    writer.write_content(root);
    ReportDocument {
        title: title.map(|t| one_line(&t)).unwrap_or_default(),
        lines: writer.into_lines(),
        images: Vec::new(),
        author: author(root),
    }
}

/// Whether a machine wrote it, or it is measurements alone: such documents are not results.
pub(crate) fn is_record(root: Item<'_>) -> bool {
    author(root) != ReportAuthor::Doctor
}

/// Recognises documents that machines write (PS3.3 A.35): dose, computer-aided detection, procedure log, acquisition
/// context, implantation plan. Some machines write their dose under a general class; then the title tells. So it does for
/// measurements, which are nobody's result, whether a doctor or a program made them.
fn author(root: Item<'_>) -> ReportAuthor {
    /// X-Ray, Radiopharmaceutical, Patient and Enhanced X-Ray Radiation Dose SR.
    const DOSE_CLASSES: [&str; 4] = ["67", "68", "73", "76"];
    const CLASSES: [&str; 8] = ["40", "50", "65", "69", "70", "71", "74", "75"];
    /// X-Ray Radiation Dose Report, Radiopharmaceutical Radiation Dose Report (PS3.16 TID 10001, 10021), DCM.
    const DOSE_TITLES: [&str; 2] = ["113701", "113500"];
    /// Imaging Measurement Report (PS3.16 TID 1500), DCM.
    const MEASUREMENT_TITLES: [&str; 1] = ["126000"];
    let class = root.text(tags::SOP_CLASS_UID).unwrap_or_default();
    let class = class.trim().strip_prefix("1.2.840.10008.5.1.4.1.1.88.").unwrap_or_default();
    let title = Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE);
    let is_titled = |titles: &[&str]| title.as_ref().is_some_and(|code| code.is_dcm(titles));
    if DOSE_CLASSES.contains(&class) || is_titled(&DOSE_TITLES) {
        ReportAuthor::DoseMachine
    } else if CLASSES.contains(&class) {
        ReportAuthor::Machine
    } else if is_titled(&MEASUREMENT_TITLES) {
        ReportAuthor::Measurer
    } else {
        ReportAuthor::Doctor
    }
}

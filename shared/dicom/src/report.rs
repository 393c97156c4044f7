//! Structured reports (PS3.3 C.17.3, A.35) as lines that a person can read.
//!
//! The content tree becomes headings, names and values, in the order of the report. References to images are counted
//! and regions are named, because what they point at is shown elsewhere. Who the patient is stands above every
//! report already and is left out.

mod value;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::data_set::Item;
use crate::{DataSet, sop_class_name};

/// Most lines of one report.
pub const REPORT_LINES_MAX: usize = 5000;
/// Most bytes of text of one report.
pub const REPORT_BYTES_MAX: usize = 512 << 10;
/// Deepest level of one report: deeper content is written at this level.
pub const REPORT_LEVELS_MAX: usize = 32;

/// Subject UID, name, ID and birth date (PS3.16 TID 1007), DCM.
const PATIENT_IDENTIFIERS: [&str; 4] = ["121028", "121029", "121030", "121031"];
/// Language of Content Item and Descendants, and its country (PS3.16 TID 1204), DCM.
const LANGUAGE: [&str; 2] = ["121046", "121049"];

/// A report to be read from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReportDocument {
    /// Concept Name of the root, such as "Chest CT Report", or what comes nearest to it.
    pub title: String,
    /// Its lines.
    pub lines: Vec<ReportLine>,
    /// Whether a machine wrote it, not a doctor.
    #[serde(skip)]
    pub is_record: bool,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReportLine {
    /// How deep it is nested, from 0.
    pub level: usize,
    /// What the line is about: a heading when there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it says of the report itself, for programs that say it in another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ReportStatus>,
}

/// What a report says of itself (PS3.3 C.17.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportStatus {
    /// Completion Flag COMPLETE: all that was to be reported is there.
    Complete,
    /// Completion Flag PARTIAL.
    Partial,
    /// Preliminary Flag PRELIMINARY.
    Preliminary,
    /// Preliminary Flag FINAL.
    Final,
    /// Verification Flag VERIFIED: somebody stands for it.
    Verified,
    /// Verification Flag UNVERIFIED.
    Unverified,
    /// The value is who verified it, and when.
    VerifiedBy,
    /// It goes on, and is cut here.
    TooLong,
}

impl ReportStatus {
    /// The flag's value as the file has it; none for a value that the standard does not know.
    fn of_flag(tag: Tag, value: &str) -> Option<Self> {
        Some(match (tag, value) {
            (tags::COMPLETION_FLAG, "COMPLETE") => Self::Complete,
            (tags::COMPLETION_FLAG, "PARTIAL") => Self::Partial,
            (tags::PRELIMINARY_FLAG, "PRELIMINARY") => Self::Preliminary,
            (tags::PRELIMINARY_FLAG, "FINAL") => Self::Final,
            (tags::VERIFICATION_FLAG, "VERIFIED") => Self::Verified,
            (tags::VERIFICATION_FLAG, "UNVERIFIED") => Self::Unverified,
            _ => return None,
        })
    }
}

/// Reads a structured report. One without content gives a document without lines.
#[must_use]
pub fn read_report(data_set: &DataSet<'_>) -> ReportDocument {
    let root = data_set.root();
    let title = Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE)
        .map(|code| code.readable())
        .or_else(|| root.text(tags::SERIES_DESCRIPTION))
        .or_else(|| sop_class_name(&root.text(tags::SOP_CLASS_UID)?).map(str::to_owned));
    let mut writer = Writer { lines: Vec::new(), bytes_left: REPORT_BYTES_MAX, is_full: false };
    writer.write_status(root);
    // Text that stands in the root itself, without items.
    writer.write(0, None, value::any(root));
    writer.write_content(root);
    if writer.is_full {
        let value = Some("The report is longer than can be shown here.".to_owned());
        let status = Some(ReportStatus::TooLong);
        writer.lines.push(ReportLine { level: 0, name: None, value, status });
    }
    ReportDocument {
        title: title.map(|t| value::one_line(&t)).unwrap_or_default(),
        lines: writer.lines,
        is_record: is_record(root),
    }
}

/// Whether a document may be what a doctor signed: no machine's record (a dose report is none), and neither its Completion,
/// Preliminary nor Verification Flag (PS3.3 C.17.2) says that it is unfinished, preliminary or unverified. One without flags may.
pub(crate) fn may_be_signed(root: Item<'_>) -> bool {
    let flags = [tags::COMPLETION_FLAG, tags::PRELIMINARY_FLAG, tags::VERIFICATION_FLAG];
    let says = |tag| ReportStatus::of_flag(tag, root.text(tag)?.trim());
    let is_open = |status| {
        matches!(status, ReportStatus::Partial | ReportStatus::Preliminary | ReportStatus::Unverified)
    };
    !is_record(root) && !flags.into_iter().filter_map(says).any(is_open)
}

/// Documents that machines write (PS3.3 A.35): dose, computer-aided detection, procedure log, acquisition context,
/// implantation plan. Some machines write their dose under a general class: then the title tells.
fn is_record(root: Item<'_>) -> bool {
    const CLASSES: [&str; 12] = ["40", "50", "65", "67", "68", "69", "70", "71", "73", "74", "75", "76"];
    /// X-Ray Radiation Dose Report, Radiopharmaceutical Radiation Dose Report (PS3.16 TID 10001, 10021), DCM.
    const TITLES: [&str; 2] = ["113701", "113500"];
    let class = root.text(tags::SOP_CLASS_UID).unwrap_or_default();
    let class = class.trim().strip_prefix("1.2.840.10008.5.1.4.1.1.88.");
    let title = Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE);
    class.is_some_and(|class| CLASSES.contains(&class)) || title.is_some_and(|code| code.is_dcm(&TITLES))
}

struct Writer {
    lines: Vec<ReportLine>,
    bytes_left: usize,
    is_full: bool,
}

impl Writer {
    fn write(&mut self, level: usize, name: Option<String>, value: Option<String>) {
        self.write_line(ReportLine { level: level.min(REPORT_LEVELS_MAX), name, value, status: None });
    }

    fn write_line(&mut self, line: ReportLine) {
        let ReportLine { name, value, .. } = &line;
        let bytes = [name, value].into_iter().flatten().map(String::len).sum::<usize>();
        self.is_full |= self.lines.len() >= REPORT_LINES_MAX || bytes > self.bytes_left;
        if !self.is_full && (name.is_some() || value.is_some()) {
            self.bytes_left -= bytes;
            self.lines.push(line);
        }
    }

    /// Whether the report is finished, and who stands for it (PS3.3 C.17.2).
    fn write_status(&mut self, root: Item<'_>) {
        for (name, tag) in [
            ("Completion", tags::COMPLETION_FLAG),
            ("Preliminary", tags::PRELIMINARY_FLAG),
            ("Verification", tags::VERIFICATION_FLAG),
        ] {
            if let Some(flag) = root.text(tag) {
                let status = ReportStatus::of_flag(tag, flag.trim());
                let value = Some(value::sentence_case(&flag));
                self.write_line(ReportLine { level: 0, name: Some(name.to_owned()), value, status });
            }
        }
        let observers = root.get(tags::VERIFYING_OBSERVER_SEQUENCE);
        for observer in observers.into_iter().flat_map(|sequence| sequence.items()) {
            let parts = [
                observer.text(tags::VERIFYING_OBSERVER_NAME).map(|name| value::person(&name)),
                observer.text(tags::VERIFYING_ORGANIZATION).map(|name| value::one_line(&name)),
                observer.text(tags::VERIFICATION_DATE_TIME).map(|time| value::date_time(&time)),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            if !parts.is_empty() {
                let (name, value) = (Some("Verified by".to_owned()), Some(parts.join(", ")));
                let status = Some(ReportStatus::VerifiedBy);
                self.write_line(ReportLine { level: 0, name, value, status });
            }
        }
    }

    /// Walks the content tree with a stack of its own. Content items that are children by reference only
    /// (PS3.3 C.17.3.2.5) have no value type and give no line. Others without one, or of one that nobody knows, show
    /// what they hold.
    fn write_content(&mut self, root: Item<'_>) {
        let mut open = vec![Siblings::of(root, 0)];
        while let Some(siblings) = open.last_mut() {
            if self.is_full {
                return;
            }
            let Some(item) = siblings.next() else {
                open.pop();
                continue;
            };
            let level = siblings.level;
            let kind = item.text(tags::VALUE_TYPE).unwrap_or_default().to_ascii_uppercase();
            if kind.is_empty() && item.get(tags::REFERENCED_CONTENT_ITEM_IDENTIFIER).is_some() {
                continue;
            }
            let concept = Code::read(item, tags::CONCEPT_NAME_CODE_SEQUENCE);
            let is_left_out =
                concept.as_ref().is_some_and(|c| c.is_dcm(&PATIENT_IDENTIFIERS) || c.is_dcm(&LANGUAGE));
            if is_left_out {
                continue;
            }
            let name = concept.map(|code| value::one_line(&code.readable())).filter(|name| !name.is_empty());
            let nested = match kind.as_str() {
                "IMAGE" | "COMPOSITE" | "WAVEFORM" => {
                    let references = 1 + siblings.skip_like(&kind, name.as_deref());
                    let name = name.unwrap_or_else(|| value::reference_name(&kind).to_owned());
                    self.write(level, Some(name), Some(value::references(&kind, references)));
                    false
                }
                // What a region was selected from is an image, which is counted where it is evidence.
                "SCOORD" | "SCOORD3D" | "TCOORD" => {
                    self.write(level, name, Some(value::region(item, &kind)));
                    false
                }
                _ => {
                    let value = value::read(item, &kind).or_else(|| value::any(item));
                    let is_heading = item.first_item(tags::CONTENT_SEQUENCE).is_some();
                    if is_heading || value.is_some() {
                        self.write(level, name, value);
                    }
                    is_heading
                }
            };
            if nested {
                open.push(Siblings::of(item, level + 1));
            }
        }
    }
}

/// The content items of one parent that are still to be written.
struct Siblings<'d> {
    items: std::iter::Peekable<Box<dyn Iterator<Item = Item<'d>> + 'd>>,
    level: usize,
}

impl<'d> Siblings<'d> {
    fn of(parent: Item<'d>, level: usize) -> Self {
        let sequence = parent.get(tags::CONTENT_SEQUENCE);
        let items: Box<dyn Iterator<Item = Item<'d>> + 'd> =
            Box::new(sequence.into_iter().flat_map(|sequence| sequence.items()));
        Self { items: items.peekable(), level }
    }

    fn next(&mut self) -> Option<Item<'d>> {
        self.items.next()
    }

    /// Skips the references that follow with the same name, and counts them.
    fn skip_like(&mut self, kind: &str, name: Option<&str>) -> usize {
        let is_like = |item: &Item<'_>| {
            let concept = Code::read(*item, tags::CONCEPT_NAME_CODE_SEQUENCE);
            item.text(tags::VALUE_TYPE).as_deref() == Some(kind)
                && concept.map(|code| value::one_line(&code.readable())).as_deref() == name
        };
        let mut count = 0;
        while self.items.next_if(is_like).is_some() {
            count += 1;
        }
        count
    }
}

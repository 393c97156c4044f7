//! Structured reports (PS3.3 C.17.3, A.35) as lines that a person can read.
//!
//! The content tree becomes headings, names and values, in the order of the report. References to images are counted
//! and regions are named, because what they point at is shown elsewhere. Who the patient is stands above every
//! report already and is left out.

mod selection;
mod value;
mod words;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use filmless_domain::ReportLack;
use serde::{Deserialize, Serialize};

pub use self::selection::{SelectedImage, read_selection};
pub(crate) use self::value::one_line;
pub use self::words::ReportWord;
use crate::DataSet;
use crate::code::Code;
use crate::data_set::Item;

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
    /// The images that a key object selection selects, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<SelectedImage>,
    /// What kind of author it has.
    #[serde(skip)]
    pub author: ReportAuthor,
}

/// Who writes such a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportAuthor {
    /// A doctor.
    #[default]
    Doctor,
    /// A machine.
    Machine,
    /// A machine, of the radiation dose.
    DoseMachine,
}

/// What keeps a report from being the signed result, the gravest first: it is preliminary, or not complete, or nobody verified
/// it (PS3.3 C.17.2; for encapsulated documents C.24.2). What a file does not say keeps it from nothing.
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
    /// What the name is, where it is not the author's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_word: Option<ReportWord>,
    /// What the value is, where it is not the author's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_word: Option<ReportWord>,
    /// How many things the value counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
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
        .or_else(|| root.text(tags::SERIES_DESCRIPTION));
    let mut writer = Writer::default();
    writer.write_status(root);
    // Text that stands in the root itself, without items.
    writer.write(0, None, value::any(root));
    writer.write_content(root);
    ReportDocument {
        title: title.map(|t| value::one_line(&t)).unwrap_or_default(),
        lines: writer.into_lines(),
        images: Vec::new(),
        author: author(root),
    }
}

/// Whether a machine wrote it: such documents are no results.
pub(crate) fn is_record(root: Item<'_>) -> bool {
    author(root) != ReportAuthor::Doctor
}

/// Documents that machines write (PS3.3 A.35): dose, computer-aided detection, procedure log, acquisition context,
/// implantation plan. Some machines write their dose under a general class: then the title tells.
fn author(root: Item<'_>) -> ReportAuthor {
    /// X-Ray, Radiopharmaceutical, Patient and Enhanced X-Ray Radiation Dose SR.
    const DOSE_CLASSES: [&str; 4] = ["67", "68", "73", "76"];
    const CLASSES: [&str; 8] = ["40", "50", "65", "69", "70", "71", "74", "75"];
    /// X-Ray Radiation Dose Report, Radiopharmaceutical Radiation Dose Report (PS3.16 TID 10001, 10021), DCM.
    const DOSE_TITLES: [&str; 2] = ["113701", "113500"];
    let class = root.text(tags::SOP_CLASS_UID).unwrap_or_default();
    let class = class.trim().strip_prefix("1.2.840.10008.5.1.4.1.1.88.").unwrap_or_default();
    let title = Code::read(root, tags::CONCEPT_NAME_CODE_SEQUENCE);
    if DOSE_CLASSES.contains(&class) || title.is_some_and(|code| code.is_dcm(&DOSE_TITLES)) {
        ReportAuthor::DoseMachine
    } else if CLASSES.contains(&class) {
        ReportAuthor::Machine
    } else {
        ReportAuthor::Doctor
    }
}

struct Writer {
    lines: Vec<ReportLine>,
    bytes_left: usize,
    is_full: bool,
    /// Images that are named elsewhere give no lines.
    leaves_out_images: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Self { lines: Vec::new(), bytes_left: REPORT_BYTES_MAX, is_full: false, leaves_out_images: false }
    }
}

impl Writer {
    fn write(&mut self, level: usize, name: Option<String>, value: Option<String>) {
        self.write_line(ReportLine { level, name, value, ..ReportLine::default() });
    }

    fn into_lines(mut self) -> Vec<ReportLine> {
        if self.is_full {
            let value = Some("The report is longer than can be shown here.".to_owned());
            let status = Some(ReportStatus::TooLong);
            self.lines.push(ReportLine { value, status, ..ReportLine::default() });
        }
        self.lines
    }

    fn write_line(&mut self, mut line: ReportLine) {
        line.level = line.level.min(REPORT_LEVELS_MAX);
        let ReportLine { name, value, .. } = &line;
        let bytes = [name, value].into_iter().flatten().map(String::len).sum::<usize>();
        self.is_full |= self.lines.len() >= REPORT_LINES_MAX || bytes > self.bytes_left;
        if !self.is_full && (name.is_some() || value.is_some()) {
            self.bytes_left -= bytes;
            self.lines.push(line);
        }
    }

    /// A value that is a word of ours.
    fn write_own(&mut self, level: usize, name: Option<String>, word: ReportWord) {
        let (value, value_word) = (Some(word.english().to_owned()), Some(word));
        self.write_line(ReportLine { level, name, value, value_word, ..ReportLine::default() });
    }

    /// Whether the report is finished, and who stands for it (PS3.3 C.17.2).
    fn write_status(&mut self, root: Item<'_>) {
        for (name, tag) in [
            (ReportWord::Completion, tags::COMPLETION_FLAG),
            (ReportWord::Preliminary, tags::PRELIMINARY_FLAG),
            (ReportWord::Verification, tags::VERIFICATION_FLAG),
        ] {
            if let Some(flag) = root.text(tag) {
                let status = ReportStatus::of_flag(tag, flag.trim());
                let value = Some(value::sentence_case(&flag));
                // The sentence of a status that is known has no need of a name.
                let name_word = status.is_none().then_some(name);
                let name = Some(name.english().to_owned());
                self.write_line(ReportLine { name, value, status, name_word, ..ReportLine::default() });
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
                let value_word = observer.get(tags::VERIFICATION_DATE_TIME).map(|_| ReportWord::Moment);
                self.write_line(ReportLine { name, value, status, value_word, ..ReportLine::default() });
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
                "IMAGE" if self.leaves_out_images => false,
                "IMAGE" | "COMPOSITE" | "WAVEFORM" => {
                    let count = 1 + siblings.skip_like(&kind, name.as_deref());
                    let name_word = name.is_none().then(|| ReportWord::of_reference(&kind));
                    let name = name.or(name_word.map(|word| word.english().to_owned()));
                    let referred = ReportWord::of_referred(&kind);
                    self.write_line(ReportLine {
                        level,
                        name,
                        value: Some(value::counted(referred, count)),
                        name_word,
                        value_word: Some(referred),
                        count: Some(count),
                        ..ReportLine::default()
                    });
                    false
                }
                // What a region was selected from is an image, which is counted where it is evidence.
                "SCOORD" | "SCOORD3D" | "TCOORD" => {
                    let graphic = item.text(tags::GRAPHIC_TYPE).unwrap_or_default();
                    self.write_own(level, name, ReportWord::of_region(&kind, graphic.trim()));
                    false
                }
                "TABLE" => {
                    self.write_own(level, name, ReportWord::Table);
                    item.first_item(tags::CONTENT_SEQUENCE).is_some()
                }
                _ => {
                    let value = value::read(item, &kind);
                    let is_moment = value.is_some() && matches!(kind.as_str(), "DATE" | "TIME" | "DATETIME");
                    let value = value.or_else(|| value::any(item));
                    let value_word = is_moment.then_some(ReportWord::Moment);
                    let is_heading = item.first_item(tags::CONTENT_SEQUENCE).is_some();
                    if is_heading || value.is_some() {
                        self.write_line(ReportLine {
                            level,
                            name,
                            value,
                            value_word,
                            ..ReportLine::default()
                        });
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

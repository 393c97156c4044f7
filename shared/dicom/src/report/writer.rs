//! Turns the content tree (PS3.3 C.17.3.2) into lines.

use dicom_dictionary_std::tags;

use super::document::{ReportLine, ReportStatus};
use super::value;
use super::words::ReportWord;
use crate::code::Code;
use crate::data_set::Item;
use crate::one_line::one_line;

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

pub(super) struct Writer {
    lines: Vec<ReportLine>,
    bytes_left: usize,
    is_full: bool,
    /// Images that are listed elsewhere give no lines.
    leaves_out_images: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Self { lines: Vec::new(), bytes_left: REPORT_BYTES_MAX, is_full: false, leaves_out_images: false }
    }
}

impl Writer {
    /// A writer for content whose images are listed elsewhere.
    pub(super) fn without_images() -> Self {
        Self { leaves_out_images: true, ..Self::default() }
    }

    pub(super) fn write(&mut self, level: usize, name: Option<String>, value: Option<String>) {
        self.write_line(ReportLine { level, name, value, ..ReportLine::default() });
    }

    pub(super) fn into_lines(mut self) -> Vec<ReportLine> {
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

    /// Writes a value that is one of our own words.
    fn write_own(&mut self, level: usize, name: Option<String>, word: ReportWord) {
        let (value, value_word) = (Some(word.english().to_owned()), Some(word));
        self.write_line(ReportLine { level, name, value, value_word, ..ReportLine::default() });
    }

    /// Whether the report is finished, and who takes responsibility for it (PS3.3 C.17.2).
    pub(super) fn write_status(&mut self, root: Item<'_>) {
        for (name, tag) in [
            (ReportWord::Completion, tags::COMPLETION_FLAG),
            (ReportWord::Preliminary, tags::PRELIMINARY_FLAG),
            (ReportWord::Verification, tags::VERIFICATION_FLAG),
        ] {
            if let Some(flag) = root.text(tag) {
                let status = ReportStatus::of_flag(tag, flag.trim());
                let value = Some(value::sentence_case(&flag));
                // The sentence for a known status needs no name.
                let name_word = status.is_none().then_some(name);
                let name = Some(name.english().to_owned());
                self.write_line(ReportLine { name, value, status, name_word, ..ReportLine::default() });
            }
        }
        let observers = root.get(tags::VERIFYING_OBSERVER_SEQUENCE);
        for observer in observers.into_iter().flat_map(|sequence| sequence.items()) {
            let parts = [
                observer.text(tags::VERIFYING_OBSERVER_NAME).map(|name| value::person(&name)),
                observer.text(tags::VERIFYING_ORGANIZATION).map(|name| one_line(&name)),
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

    /// Walks the content tree with an explicit stack. Content items that are children by reference only (PS3.3
    /// C.17.3.2.5) have no value type and give no line. Other items without a value type, or with an unknown one, show
    /// what they contain.
    pub(super) fn write_content(&mut self, root: Item<'_>) {
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
            let name = concept.map(|code| one_line(&code.readable())).filter(|name| !name.is_empty());
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
                // A region is selected from an image, which is counted where it is evidence.
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

/// The remaining content items of one parent.
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

    /// Skips the next references with the same name, and counts them.
    fn skip_like(&mut self, kind: &str, name: Option<&str>) -> usize {
        let is_like = |item: &Item<'_>| {
            let concept = Code::read(*item, tags::CONCEPT_NAME_CODE_SEQUENCE);
            item.text(tags::VALUE_TYPE).as_deref() == Some(kind)
                && concept.map(|code| one_line(&code.readable())).as_deref() == name
        };
        let mut count = 0;
        while self.items.next_if(is_like).is_some() {
            count += 1;
        }
        count
    }
}

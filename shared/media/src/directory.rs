//! The DICOMDIR: records of patients, studies, series and files that point at one another by their place in it
//! (PS3.3 F, PS3.10 8.6).

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN;

use crate::keys::{Key, Need, PATIENT, SERIES, STUDY, StandIn, keys_of};
use crate::{FileHeader, FileId, MediaError, RecordKind};

/// A date that a record needs and that nobody knows: none that anybody takes for true.
const UNKNOWN_DATE: &str = "19000101";
/// UTF-8.
const CHARACTER_SET: &str = "ISO_IR 192";
/// What our private records are (0004,1432): instances that the standard has no record for.
const PRIVATE_RECORD: &str = "2.25.219586532340983521045712301982374150";
const MAGIC: &[u8; 4] = b"DICM";
const PREAMBLE_BYTES: usize = 128;
const ITEM: [u8; 4] = [0xfe, 0xff, 0x00, 0xe0];
/// Offsets and flag at the head of a record, which have one length whatever their values.
const LINKS_BYTES: usize = 12 + 10 + 12;
const ITEM_HEAD_BYTES: usize = 8;

/// One file of a set.
#[derive(Debug, Clone)]
pub struct DirectoryFile {
    /// Where it is.
    pub id: FileId,
    /// What it says.
    pub header: FileHeader,
}

/// What the files do not say.
#[derive(Debug, Clone)]
pub struct DirectoryOptions<'a> {
    /// SOP Instance UID of the directory: another one for other contents.
    pub sop_instance_uid: &'a str,
    /// The code of a patient whose files have none.
    pub patient_id: &'a str,
}

/// A directory.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The bytes of the file DICOMDIR.
    pub bytes: Vec<u8>,
    /// Attributes that records need and files lack, by their tags: their values are in the directory alone.
    pub invented: Vec<Tag>,
}

/// Writes the directory of these files, in their order. A patient has the studies whose first files name one person; a study and a
/// series hold together what names one UID.
///
/// # Errors
/// [`MediaError`]: two files of one id, more than 4 GiB.
pub fn write_directory(
    files: &[DirectoryFile],
    options: &DirectoryOptions<'_>,
) -> Result<Directory, MediaError> {
    let mut ids = HashSet::new();
    if !files.iter().all(|file| ids.insert(&file.id)) {
        return Err(MediaError::SameFileId);
    }
    let mut writer = Writer { options, invented: Vec::new() };
    let records = writer.records(files)?;
    let head = head(options)?;
    let tree = Placed::place(records, head.len() + fileset(0, 0)?.len() + SEQUENCE_HEAD_BYTES)?;
    let first = tree.first().map_or(0, |record| record.at);
    let last = tree.iter().rev().find(|record| record.is_root).map_or(0, |record| record.at);
    let mut bytes = head;
    bytes.extend(fileset(first, last)?);
    let length = tree.iter().try_fold(0_u32, |sum, record| sum.checked_add(record.length()?));
    bytes.extend(sequence_head(length.ok_or(MediaError::TooLarge)?));
    for record in &tree {
        record.write(&mut bytes)?;
    }
    writer.invented.sort();
    writer.invented.dedup();
    Ok(Directory { bytes, invented: writer.invented })
}

/// Preamble, magic word and file meta information.
fn head(options: &DirectoryOptions<'_>) -> Result<Vec<u8>, MediaError> {
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
        .media_storage_sop_instance_uid(options.sop_instance_uid)
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .build()
        .map_err(MediaError::encoding)?;
    let mut bytes = vec![0; PREAMBLE_BYTES];
    bytes.extend(MAGIC);
    meta.write(&mut bytes).map_err(MediaError::encoding)?;
    Ok(bytes)
}

/// What is said of the set as a whole.
fn fileset(first: u32, last: u32) -> Result<Vec<u8>, MediaError> {
    let mut object = InMemDicomObject::new_empty();
    let offset = |tag, at: u32| DataElement::new(tag, VR::UL, PrimitiveValue::from(at));
    object.put_str(tags::FILE_SET_ID, VR::CS, "FILMLESS");
    object.put(offset(tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY, first));
    object.put(offset(tags::OFFSET_OF_THE_LAST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY, last));
    object.put(DataElement::new(tags::FILE_SET_CONSISTENCY_FLAG, VR::US, PrimitiveValue::from(0_u16)));
    encoded(&object)
}

const SEQUENCE_HEAD_BYTES: usize = 12;

fn sequence_head(length: u32) -> Vec<u8> {
    let mut bytes = tag_bytes(tags::DIRECTORY_RECORD_SEQUENCE).to_vec();
    bytes.extend(b"SQ\0\0");
    bytes.extend(length.to_le_bytes());
    bytes
}

fn encoded(object: &InMemDicomObject) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    object
        .write_dataset_with_ts(&mut bytes as &mut dyn Write, &EXPLICIT_VR_LITTLE_ENDIAN.erased())
        .map_err(MediaError::encoding)?;
    Ok(bytes)
}

fn tag_bytes(tag: Tag) -> [u8; 4] {
    let ([a, b], [c, d]) = (tag.0.to_le_bytes(), tag.1.to_le_bytes());
    [a, b, c, d]
}

/// A record, and those below it.
struct Record {
    /// All of it but its links.
    attributes: Vec<u8>,
    below: Vec<Record>,
}

/// Makes records, and remembers what had to be invented.
struct Writer<'o> {
    options: &'o DirectoryOptions<'o>,
    invented: Vec<Tag>,
}

/// Files under what they have in common, in the order in which it first came.
fn grouped<'f>(
    files: &[&'f DirectoryFile],
    by: impl Fn(&'f DirectoryFile) -> &'f str,
) -> Vec<Vec<&'f DirectoryFile>> {
    let mut groups: indexmap::IndexMap<&str, Vec<&DirectoryFile>> = indexmap::IndexMap::new();
    for file in files {
        groups.entry(by(file)).or_default().push(file);
    }
    groups.into_values().collect()
}

impl Writer<'_> {
    fn records(&mut self, files: &[DirectoryFile]) -> Result<Vec<Record>, MediaError> {
        let all: Vec<&DirectoryFile> = files.iter().collect();
        let mut patients: indexmap::IndexMap<[String; 3], Record> = indexmap::IndexMap::new();
        for study in grouped(&all, |file| &file.header.study_instance_uid) {
            let record = self.study(&study)?;
            let header = &study[0].header;
            // A code alone is not enough: many files have none, or that of a phantom.
            let who = [tags::PATIENT_ID, tags::PATIENT_NAME, tags::PATIENT_BIRTH_DATE].map(|tag| {
                let value = header.patient.get(tag).and_then(|value| value.to_str().ok());
                value.map_or_else(String::new, Cow::into_owned)
            });
            if !patients.contains_key(&who) {
                let attributes = self.filled(&header.patient, PATIENT, header, 1);
                patients.insert(who.clone(), record_of("PATIENT", attributes, Vec::new())?);
            }
            patients.entry(who).and_modify(|patient| patient.below.push(record));
        }
        Ok(patients.into_values().collect())
    }

    fn study(&mut self, files: &[&DirectoryFile]) -> Result<Record, MediaError> {
        let header = &files[0].header;
        let mut series = Vec::new();
        for (place, files) in (1..).zip(grouped(files, |file| &file.header.series_instance_uid)) {
            series.push(self.series(&files, place)?);
        }
        record_of("STUDY", self.filled(&header.study, STUDY, header, 1), series)
    }

    fn series(&mut self, files: &[&DirectoryFile], place: usize) -> Result<Record, MediaError> {
        let header = &files[0].header;
        let mut instances = Vec::new();
        for (place, file) in (1..).zip(files) {
            instances.push(self.instance(file, place)?);
        }
        record_of("SERIES", self.filled(&header.series, SERIES, header, place), instances)
    }

    fn instance(&mut self, file: &DirectoryFile, place: usize) -> Result<Record, MediaError> {
        let header = &file.header;
        let mut record = self.filled(&header.instance, keys_of(header.kind), header, place);
        if header.kind == RecordKind::Private {
            record.put_str(tags::PRIVATE_RECORD_UID, VR::UI, PRIVATE_RECORD);
        }
        record.put_str(tags::REFERENCED_FILE_ID, VR::CS, file.id.value());
        record.put_str(tags::REFERENCED_SOP_CLASS_UID_IN_FILE, VR::UI, header.sop_class_uid.as_str());
        record.put_str(tags::REFERENCED_SOP_INSTANCE_UID_IN_FILE, VR::UI, header.sop_instance_uid.as_str());
        let syntax = tags::REFERENCED_TRANSFER_SYNTAX_UID_IN_FILE;
        record.put_str(syntax, VR::UI, header.transfer_syntax_uid.as_str());
        record_of(header.kind.name(), record, Vec::new())
    }

    /// What the file says, completed as far as the record needs it.
    fn filled(
        &mut self,
        values: &InMemDicomObject,
        keys: &[Key],
        header: &FileHeader,
        place: usize,
    ) -> InMemDicomObject {
        let mut object = values.clone();
        for key in keys {
            if object.get(key.tag).is_some() {
                continue;
            }
            let value = match key.need {
                Need::IfKnown | Need::Value(StandIn::Nothing) => continue,
                // Empty, but with the length of a sequence, or readers miss it.
                Need::There if key.vr == VR::SQ => {
                    object.put(DataElement::new(
                        key.tag,
                        VR::SQ,
                        DataSetSequence::<InMemDicomObject>::empty(),
                    ));
                    continue;
                }
                Need::There => PrimitiveValue::Empty,
                Need::Value(stand_in) => {
                    self.invented.push(key.tag);
                    self.stand_in(stand_in, header, place)
                }
            };
            object.put(DataElement::new(key.tag, key.vr, value));
        }
        object
    }

    fn stand_in(&self, stand_in: StandIn, header: &FileHeader, place: usize) -> PrimitiveValue {
        match stand_in {
            StandIn::PatientId => self.options.patient_id.into(),
            StandIn::Date => header.any_date.as_deref().unwrap_or(UNKNOWN_DATE).into(),
            StandIn::Midnight => "000000".into(),
            StandIn::Place => place.to_string().into(),
            StandIn::Word(word) => word.into(),
            StandIn::Nothing => PrimitiveValue::Empty,
        }
    }
}

fn record_of(kind: &str, mut attributes: InMemDicomObject, below: Vec<Record>) -> Result<Record, MediaError> {
    attributes.put_str(tags::DIRECTORY_RECORD_TYPE, VR::CS, kind);
    attributes.put_str(tags::SPECIFIC_CHARACTER_SET, VR::CS, CHARACTER_SET);
    Ok(Record { attributes: encoded(&attributes)?, below })
}

/// A record that knows its place, and those of its next sibling and first child (0: none).
struct Placed {
    attributes: Vec<u8>,
    at: u32,
    next: u32,
    lower: u32,
    is_root: bool,
}

impl Placed {
    /// Depth first, as everybody writes them, from this byte of the file on.
    fn place(records: Vec<Record>, start: usize) -> Result<Vec<Self>, MediaError> {
        let mut placed = Vec::new();
        let mut at = u32::try_from(start).map_err(|_| MediaError::TooLarge)?;
        place_below(records, &mut at, &mut placed, true)?;
        Ok(placed)
    }

    fn length(&self) -> Option<u32> {
        length_of(&self.attributes)
    }

    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), MediaError> {
        let length = u32::try_from(LINKS_BYTES + self.attributes.len()).map_err(|_| MediaError::TooLarge)?;
        bytes.extend(ITEM);
        bytes.extend(length.to_le_bytes());
        for (tag, vr, value) in [
            (tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD, b"UL", &self.next.to_le_bytes()[..]),
            (tags::RECORD_IN_USE_FLAG, b"US", &[0xff, 0xff]),
            (tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY, b"UL", &self.lower.to_le_bytes()),
        ] {
            bytes.extend(tag_bytes(tag));
            bytes.extend(vr);
            bytes.extend((value.len() as u16).to_le_bytes());
            bytes.extend(value);
        }
        bytes.extend(&self.attributes);
        Ok(())
    }
}

fn length_of(attributes: &[u8]) -> Option<u32> {
    u32::try_from(ITEM_HEAD_BYTES + LINKS_BYTES + attributes.len()).ok()
}

/// Four levels at most: patient, study, series, file.
fn place_below(
    records: Vec<Record>,
    at: &mut u32,
    placed: &mut Vec<Placed>,
    is_root: bool,
) -> Result<(), MediaError> {
    let mut before: Option<usize> = None;
    for Record { attributes, below } in records {
        let index = placed.len();
        if let Some(before) = before.replace(index) {
            placed[before].next = *at;
        }
        let length = length_of(&attributes).ok_or(MediaError::TooLarge)?;
        placed.push(Placed { attributes, at: *at, next: 0, lower: 0, is_root });
        *at = at.checked_add(length).ok_or(MediaError::TooLarge)?;
        if !below.is_empty() {
            placed[index].lower = *at;
            place_below(below, at, placed, false)?;
        }
    }
    Ok(())
}

//! Directories of real files, read back by a general reader and walked by their offsets.

#![allow(clippy::panic, clippy::unwrap_used)]

use std::path::Path;

use dicom_object::{DefaultDicomObject, FileMetaTableBuilder, InMemDicomObject, Tag, from_reader};
use filmless_dicom::{VR, scan_file, tags};
use filmless_domain::Limits;
use filmless_media::{DirectoryFile, DirectoryOptions, FileHeader, FileId, MediaError, write_directory};

const OPTIONS: DirectoryOptions<'_> = DirectoryOptions { sop_instance_uid: "2.25.7", patient_id: "BN-7" };

fn file(id: &str, name: &str) -> DirectoryFile {
    file_of(id, &std::fs::read(Path::new("../dicom/tests/data").join(name)).unwrap())
}

fn file_of(id: &str, bytes: &[u8]) -> DirectoryFile {
    let header = FileHeader::read(&scan_file(bytes, &Limits::default()).unwrap());
    DirectoryFile { id: FileId::parse(id).unwrap(), header }
}

/// A file that says as little as a file can: a report without anything but its UIDs, and when it was written.
fn bare(class: &str) -> Vec<u8> {
    let mut object = InMemDicomObject::new_empty();
    for (tag, value) in [
        (tags::SOP_CLASS_UID, class),
        (tags::SOP_INSTANCE_UID, "1.2.3.4"),
        (tags::STUDY_INSTANCE_UID, "1.2"),
        (tags::SERIES_INSTANCE_UID, "1.2.3"),
    ] {
        object.put_str(tag, VR::UI, value);
    }
    object.put_str(tags::INSTANCE_CREATION_DATE, VR::DA, "20260105");
    let meta = FileMetaTableBuilder::new().transfer_syntax("1.2.840.10008.1.2.1");
    let mut bytes = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
    bytes
}

/// The records as they lie in the file.
struct Walked {
    bytes: Vec<u8>,
}

impl Walked {
    /// A record, and where its next sibling and its first child are. Whoever follows an offset must find an item there.
    fn record(&self, at: u32) -> (InMemDicomObject, u32, u32) {
        let at = at as usize;
        assert_eq!(&self.bytes[at..at + 4], [0xfe, 0xff, 0x00, 0xe0], "no item at {at}");
        let length = u32::from_le_bytes(self.bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        let item = &self.bytes[at + 8..at + 8 + length];
        let syntax = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
        let record = InMemDicomObject::read_dataset_with_ts(item, &syntax).unwrap();
        let offset = |tag: Tag| record.get(tag).unwrap().to_int::<u32>().unwrap();
        let next = offset(tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD);
        let lower = offset(tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY);
        (record, next, lower)
    }

    /// `PATIENT(STUDY(SERIES(IMAGE)))`
    fn tree(&self, mut at: u32) -> String {
        let mut siblings = Vec::new();
        while at != 0 {
            let (record, next, lower) = self.record(at);
            let below = if lower == 0 { String::new() } else { format!("({})", self.tree(lower)) };
            siblings.push(format!("{}{below}", text(&record, tags::DIRECTORY_RECORD_TYPE)));
            at = next;
        }
        siblings.join(" ")
    }

    fn leaves(&self, mut at: u32, found: &mut Vec<InMemDicomObject>) {
        while at != 0 {
            let (record, next, lower) = self.record(at);
            if lower == 0 {
                found.push(record);
            } else {
                self.leaves(lower, found);
            }
            at = next;
        }
    }
}

fn text(object: &InMemDicomObject, tag: Tag) -> String {
    let element = object.get(tag).unwrap_or_else(|| panic!("{tag} is missing"));
    element.to_str().unwrap().trim_end_matches([' ', '\0']).to_owned()
}

fn read(files: &[DirectoryFile]) -> (Walked, DefaultDicomObject) {
    let bytes = write_directory(files, &OPTIONS).unwrap().bytes;
    let object = from_reader(&bytes[..]).unwrap();
    (Walked { bytes }, object)
}

fn first_of(directory: &DefaultDicomObject) -> u32 {
    let tag = tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY;
    directory.get(tag).unwrap().to_int().unwrap()
}

#[test]
fn offsets_lead_from_each_patient_to_each_file() {
    let files = [
        file("DICOM/S0000001/I0000001", "MR_small_RLE.dcm"),
        file("DICOM/S0000002/I0000001", "liver_expb_1frame.dcm"),
        file("DICOM/S0000003/I0000001", "test-SR.dcm"),
        file("DICOM/S0000003/I0000002", "test-SR.dcm"),
        file("DICOM/S0000004/I0000001", "SC_rgb_jpeg.dcm"),
    ];
    let (walked, directory) = read(&files);
    let class = directory.meta().media_storage_sop_class_uid();
    assert_eq!(class.trim_end_matches('\0'), "1.2.840.10008.1.3.10");
    assert_eq!(
        walked.tree(first_of(&directory)),
        "PATIENT(STUDY(SERIES(IMAGE))) PATIENT(STUDY(SERIES(IMAGE))) \
         PATIENT(STUDY(SERIES(SR DOCUMENT SR DOCUMENT))) PATIENT(STUDY(SERIES(IMAGE)))"
    );
    let mut leaves = Vec::new();
    walked.leaves(first_of(&directory), &mut leaves);
    for (leaf, file) in leaves.iter().zip(&files) {
        assert_eq!(text(leaf, tags::REFERENCED_FILE_ID).replace('\\', "/"), file.id.path());
        let syntax = text(leaf, tags::REFERENCED_TRANSFER_SYNTAX_UID_IN_FILE);
        assert_eq!(syntax, file.header.transfer_syntax_uid());
    }
    let last = tags::OFFSET_OF_THE_LAST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY;
    let (record, next, _) = walked.record(directory.get(last).unwrap().to_int().unwrap());
    assert_eq!((text(&record, tags::DIRECTORY_RECORD_TYPE).as_str(), next), ("PATIENT", 0));
}

#[test]
fn a_report_keeps_its_title_and_not_its_content() {
    let (walked, directory) = read(&[file("DICOM/A", "test-SR.dcm")]);
    let mut leaves = Vec::new();
    walked.leaves(first_of(&directory), &mut leaves);
    let title = leaves[0].get(tags::CONCEPT_NAME_CODE_SEQUENCE).unwrap().items().unwrap();
    assert_eq!(title.len(), 1);
    assert_ne!(text(&title[0], tags::CODE_MEANING), "");
    for item in leaves[0].get(tags::CONTENT_SEQUENCE).iter().flat_map(|content| content.items().unwrap()) {
        assert_eq!(text(item, tags::RELATIONSHIP_TYPE), "HAS CONCEPT MOD");
    }
}

#[test]
fn names_are_in_utf_8_whatever_the_files_were_written_in() {
    for (name, expected) in [
        ("chrRuss.dcm", "Люкceмбypг"),
        ("chrGreek.dcm", "Διονυσιος"),
        ("chrArab.dcm", "قباني^لنزار"),
        ("chrH32.dcm", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
    ] {
        let (walked, directory) = read(&[file("DICOM/A", name)]);
        let (patient, _, _) = walked.record(first_of(&directory));
        assert_eq!(text(&patient, tags::SPECIFIC_CHARACTER_SET), "ISO_IR 192");
        assert_eq!(text(&patient, tags::PATIENT_NAME), expected, "{name}");
    }
}

#[test]
fn what_a_file_lacks_is_in_the_directory_alone_and_is_named() {
    let files = [file_of("DICOM/A", &bare("1.2.840.10008.5.1.4.1.1.88.11"))];
    let invented = write_directory(&files, &OPTIONS).unwrap().invented;
    assert_eq!(
        invented,
        [
            tags::STUDY_DATE,
            tags::CONTENT_DATE,
            tags::STUDY_TIME,
            tags::CONTENT_TIME,
            tags::MODALITY,
            tags::PATIENT_ID,
            tags::STUDY_ID,
            tags::SERIES_NUMBER,
            tags::INSTANCE_NUMBER,
            tags::COMPLETION_FLAG,
            tags::VERIFICATION_FLAG,
        ]
    );
    let (walked, directory) = read(&files);
    let (patient, _, study) = walked.record(first_of(&directory));
    let (study, _, series) = walked.record(study);
    let (series, _, instance) = walked.record(series);
    let (instance, _, _) = walked.record(instance);
    for (record, tag, stand_in) in [
        (&patient, tags::PATIENT_ID, "BN-7"),
        (&study, tags::STUDY_DATE, "20260105"),
        (&study, tags::STUDY_TIME, "000000"),
        (&study, tags::STUDY_ID, "1"),
        (&series, tags::SERIES_NUMBER, "1"),
        (&instance, tags::INSTANCE_NUMBER, "1"),
        // Nobody is told that it is finished, or that anybody vouched for it.
        (&instance, tags::COMPLETION_FLAG, "PARTIAL"),
        (&instance, tags::VERIFICATION_FLAG, "UNVERIFIED"),
    ] {
        assert_eq!(text(record, tag), stand_in);
    }
}

#[test]
fn a_sequence_that_a_record_needs_and_a_document_lacks_is_an_empty_sequence() {
    let (walked, directory) = read(&[file_of("DICOM/A", &bare("1.2.840.10008.5.1.4.1.1.104.1"))]);
    let mut leaves = Vec::new();
    walked.leaves(first_of(&directory), &mut leaves);
    let name = leaves[0].get(tags::CONCEPT_NAME_CODE_SEQUENCE).unwrap();
    assert_eq!((name.vr(), name.items().map(<[_]>::len)), (VR::SQ, Some(0)));
}

#[test]
fn two_files_cannot_be_in_one_place() {
    let files = [file("DICOM/A", "test-SR.dcm"), file("DICOM/A", "SC_rgb_jpeg.dcm")];
    assert!(matches!(write_directory(&files, &OPTIONS), Err(MediaError::SameFileId)));
}

#[test]
fn a_directory_of_nothing_is_still_one() {
    assert_eq!(first_of(&read(&[]).1), 0);
}

//! Headers of real files, of their first bytes, and of damaged copies.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod data_set_writer;

use std::fs;
use std::path::PathBuf;

use data_set_writer::{element, file, sequence};
use filmless_dicom::{HeaderError, HeaderRead, InstanceHeader, InstanceKind, Sniffed, read_header, sniff};
use filmless_domain::Limits;
use proptest::prelude::*;

fn data(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn whole(bytes: &[u8]) -> Result<InstanceHeader, HeaderError> {
    match read_header(bytes, bytes.len() as u64, &Limits::default())? {
        HeaderRead::Complete(header) => Ok(*header),
        HeaderRead::NeedMore => panic!("a whole file needs no more"),
    }
}

const READABLE: [&str; 12] = [
    "chrArab.dcm",
    "chrGreek.dcm",
    "chrRuss.dcm",
    "chrH32.dcm",
    "chrI2.dcm",
    "chrKoreanMulti.dcm",
    "chrX2.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_RLE.dcm",
    "JPEG2000.dcm",
    "SC_rgb_jpeg.dcm",
    "test-SR.dcm",
];

#[test]
fn names_are_decoded_by_their_character_set() {
    for (file, expected) in [
        ("chrArab.dcm", "قباني^لنزار"),
        ("chrGreek.dcm", "Διονυσιος"),
        ("chrRuss.dcm", "Люкceмбypг"),
        ("chrH32.dcm", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        ("chrI2.dcm", "Hong^Gildong=洪^吉洞=홍^길동"),
        ("chrKoreanMulti.dcm", "김희중"),
        ("chrX2.dcm", "Wang^XiaoDong=王^小东"),
    ] {
        assert_eq!(whole(&data(file)).unwrap().patient.name.as_deref(), Some(expected), "{file}");
    }
}

#[test]
fn header_says_what_an_instance_is() {
    let mr = whole(&data("MR_small_bigendian.dcm")).unwrap();
    assert_eq!((mr.series.modality.as_str(), mr.rows, mr.columns, mr.number_of_frames), ("MR", 64, 64, 1));
    assert_eq!(mr.transfer_syntax_uid, "1.2.840.10008.1.2.2");
    assert_eq!(mr.kind(), InstanceKind::Image);
    assert_eq!(mr.study_date.map(|d| d.to_string()).as_deref(), Some("2004-08-26"));
    assert!(mr.slice_position.is_some());
    let sr = whole(&data("test-SR.dcm")).unwrap();
    assert_eq!((sr.kind(), sr.has_pixel_data, sr.number_of_frames), (InstanceKind::Report, false, 0));
}

#[test]
fn without_a_study_date_the_picture_tells_its_own() {
    /// A big endian file with other dates: of the study, of the series, of the acquisition.
    fn dated(dates: [&str; 3]) -> [Option<String>; 2] {
        let file = data("MR_small_bigendian.dcm");
        let place = |element: u8| {
            let tag = [0, 8, 0, element, b'D', b'A', 0];
            file.windows(7).position(|bytes| bytes == tag).unwrap()
        };
        let mut elements = Vec::new();
        for (element, date) in [0x20, 0x21, 0x22].into_iter().zip(dates) {
            elements.extend([0, 8, 0, element, b'D', b'A', 0, u8::try_from(date.len()).unwrap()]);
            elements.extend(date.bytes());
        }
        let rest = place(0x22) + 8 + usize::from(file[place(0x22) + 7]);
        let header = whole(&[&file[..place(0x20)], &elements, &file[rest..]].concat()).unwrap();
        [header.study_date, header.image_date].map(|date| date.map(|date| date.to_string()))
    }
    let said = |date: &str| Some(date.to_owned());
    let (study, series, acquisition) = ("20201116", "20201117", "20201118");
    assert_eq!(
        dated([study, series, acquisition]),
        [said("2020-11-16"), None],
        "that of the study is enough"
    );
    assert_eq!(dated(["", series, acquisition]), [None, said("2020-11-18")]);
    assert_eq!(dated(["", series, ""]), [None, said("2020-11-17")]);
    assert_eq!(dated(["", "", ""]), [None, None]);
}

#[test]
fn broken_files_are_refused_with_their_reason() {
    let mr = data("MR_small_bigendian.dcm");
    for (bytes, code) in [
        (vec![], "empty"),
        (b"<html></html>".to_vec(), "not-dicom"),
        (vec![0; 5000], "not-dicom"),
        (data("rtplan_truncated.dcm"), "truncated"),
        (data("DICOMDIR-empty.dcm"), "dicomdir"),
        (mr[..mr.len() / 2].to_vec(), "truncated"),
        (mr[..400].to_vec(), "truncated"),
        (mr[..132].to_vec(), "truncated"),
    ] {
        let error = whole(&bytes).unwrap_err();
        assert_eq!(error.code(), code);
        // The directory of a disc is not refused.
        let Some(rejection) = error.rejection() else {
            assert_eq!(code, "dicomdir");
            continue;
        };
        assert_eq!(rejection.code.code(), code);
        assert!(rejection.message.ends_with('.'), "{}", rejection.message);
    }
}

#[test]
fn a_file_that_ends_within_its_pixels_shows_what_it_has_unless_that_is_little() {
    let whole_file = data("MR_small_bigendian.dcm");
    let header = |cut: usize| whole(&whole_file[..whole_file.len() - cut]).map(|header| header.rows);
    // 64 x 64 pixels of two bytes, and nothing after them.
    assert_eq!(header(1).unwrap(), 64);
    assert_eq!(header(10 * 128).unwrap(), 64);
    assert_eq!(header(4096).unwrap(), 64);
    assert_eq!(header(4097).unwrap_err().code(), "truncated");
}

#[test]
fn file_without_preamble_or_meta_information_is_read() {
    let bytes = data("MR_small_RLE.dcm");
    let expected = whole(&bytes).unwrap();
    assert_eq!(whole(&bytes[128..]).unwrap(), expected);
    assert_eq!(whole(&bytes[132..]).unwrap(), expected);
    assert_eq!(sniff(&bytes[132..]), Sniffed::Dicom);
}

#[test]
fn a_prefix_gives_the_same_header_or_asks_for_more() {
    for file in READABLE {
        let bytes = data(file);
        let expected = whole(&bytes).unwrap();
        let mut asked = 0;
        for end in 0..bytes.len() {
            match read_header(&bytes[..end], bytes.len() as u64, &Limits::default()) {
                Ok(HeaderRead::NeedMore) => asked += 1,
                Ok(HeaderRead::Complete(header)) => assert_eq!(*header, expected, "{file} {end}"),
                Err(error) => panic!("{file} {end}: {error}"),
            }
        }
        assert!(asked > 132, "{file}");
    }
}

/// Writers that give their sequences no length leave items that belong nowhere.
#[test]
fn stray_item_that_is_cut_asks_for_more() {
    let stray = [&[0xFE, 0xFF, 0x00, 0xE0, 40, 0, 0, 0][..], &[b'x'; 40]].concat();
    let bytes = data_set_writer::file(
        "1.2.840.10008.1.2.1",
        &[
            data_set_writer::element(0x0008, 0x0018, "UI", b"1.2.3"),
            data_set_writer::sequence(0x0008, 0x1115, &[]),
            stray,
            data_set_writer::element(0x0020, 0x000D, "UI", b"1.2"),
            data_set_writer::element(0x0020, 0x000E, "UI", b"1.2.1"),
        ],
    );
    assert_eq!(whole(&bytes).unwrap().series_instance_uid.as_str(), "1.2.1");
    for end in 0..bytes.len() {
        let read = read_header(&bytes[..end], bytes.len() as u64, &Limits::default());
        assert_eq!(read, Ok(HeaderRead::NeedMore), "{end}");
    }
}

#[test]
fn a_patient_is_read_however_a_machine_writes_sex_and_issuer() {
    let read = |sex: &[u8], issuer: &[u8]| {
        let qualifiers = sequence(0x0010, 0x0024, &[element(0x0040, 0x0032, "UT", b"1.2.3.4")]);
        let bytes = file(
            "1.2.840.10008.1.2.1",
            &[
                element(0x0008, 0x0016, "UI", b"1.2.840.10008.5.1.4.1.1.7"),
                element(0x0008, 0x0018, "UI", b"1.2.3"),
                element(0x0010, 0x0010, "PN", b"NGUYEN^THI HOA"),
                element(0x0010, 0x0020, "LO", b"N20"),
                element(0x0010, 0x0021, "LO", issuer),
                qualifiers,
                element(0x0010, 0x0040, "CS", sex),
                element(0x0020, 0x000D, "UI", b"1.2.1"),
                element(0x0020, 0x000E, "UI", b"1.2.2"),
            ],
        );
        let patient = whole(&bytes).unwrap().patient;
        (patient.sex, patient.issuer)
    };
    assert_eq!(read(b"m ", b""), (Some("M".into()), Some("1.2.3.4".into())));
    assert_eq!(read(b"NU", b"HIS "), (Some("F".into()), Some("HIS".into())));
    assert_eq!(read(b"M\\F ", b"").0, None);
}

#[test]
fn headers_survive_json() {
    for file in READABLE {
        let header = whole(&data(file)).unwrap();
        let json = serde_json::to_string(&header).unwrap();
        assert_eq!(serde_json::from_str::<InstanceHeader>(&json).unwrap(), header);
    }
}

#[test]
fn debug_shows_no_patient() {
    let header = whole(&data("chrRuss.dcm")).unwrap();
    let shown = format!("{header:?} {:?}", HeaderRead::Complete(Box::new(header.clone())));
    assert!(!shown.contains("Люкceмбypг"));
}

#[test]
fn limits_are_enforced() {
    let bytes = data("test-SR.dcm");
    let check = |limits: Limits, code: &str| {
        assert_eq!(read_header(&bytes, bytes.len() as u64, &limits).unwrap_err().code(), code);
    };
    check(Limits { elements_max: 20, ..Limits::default() }, "too-many-elements");
    check(Limits { depth_max: 2, ..Limits::default() }, "too-deep");
    check(Limits { value_bytes_max: 10, ..Limits::default() }, "value-too-long");
    check(Limits { header_bytes_max: 1000, ..Limits::default() }, "header-too-long");
    check(Limits { object_bytes_max: 1000, ..Limits::default() }, "object-too-large");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), total in any::<u64>()) {
        let _ = read_header(&bytes, total, &Limits::default());
        let framed = [&[0; 128][..], b"DICM\x02\x00\x10\x00UI\x12\x001.2.840.10008.1.2\0", &bytes].concat();
        let _ = read_header(&framed, framed.len() as u64, &Limits::default());
    }

    #[test]
    fn damaged_files_never_panic(
        file in 0..READABLE.len(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = data(READABLE[file]);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = read_header(&bytes, bytes.len() as u64, &Limits::default());
        bytes.truncate(end.index(bytes.len()));
        let _ = read_header(&bytes, bytes.len() as u64, &Limits::default());
    }
}

/// A second reader, so that our own mistake is not taken for what the file says.
#[test]
fn identifiers_are_those_that_dicom_object_reads() {
    use dicom_object::{StandardDataDictionary, from_reader};
    for name in ["MR_small_bigendian.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm", "chrGreek.dcm"] {
        let bytes = data(name);
        let ours = whole(&bytes).unwrap();
        let theirs: dicom_object::DefaultDicomObject<StandardDataDictionary> =
            from_reader(&bytes[..]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = |tag: &str| {
            let value = theirs.element_by_name(tag).unwrap().to_str().unwrap().into_owned();
            value.trim_end_matches(['\0', ' ']).to_owned()
        };
        assert_eq!(ours.study_instance_uid.as_str(), text("StudyInstanceUID"), "{name}");
        assert_eq!(ours.series_instance_uid.as_str(), text("SeriesInstanceUID"), "{name}");
        assert_eq!(ours.sop_instance_uid.as_str(), text("SOPInstanceUID"), "{name}");
        assert_eq!(ours.series.modality, text("Modality"), "{name}");
    }
}

//! The DICOM JSON Model of written and of real files.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod data_set_writer;

use std::fs;
use std::path::PathBuf;

use data_set_writer::{element, file, sequence};
use filmless_dicom::{BulkData, BulkPath, find_bulk_data, metadata_json, scan_file, swap_words};
use filmless_domain::Limits;
use serde_json::{Value, json};

const EXPLICIT: &str = "1.2.840.10008.1.2.1";

fn json_of(bytes: &[u8]) -> Value {
    let data_set = scan_file(bytes, &Limits::default()).unwrap();
    serde_json::from_slice(&metadata_json(&data_set)).unwrap()
}

fn data(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

#[test]
fn every_kind_of_value_has_its_form() {
    let bytes = file(
        EXPLICIT,
        &[
            element(0x0008, 0x0000, "UL", &12_u32.to_le_bytes()),
            element(0x0008, 0x0005, "CS", b"ISO_IR 100"),
            element(0x0008, 0x0008, "CS", b"ORIGINAL\\\\AXIAL "),
            element(0x0008, 0x0090, "PN", b""),
            element(0x0009, 0x0010, "LO", b"MAKER"),
            element(0x0009, 0x1001, "UN", &[1, 2, 3, 4]),
            element(0x0009, 0x1002, "OB", &[7; 5000]),
            element(0x0009, 0x1003, "UV", &u64::MAX.to_le_bytes()),
            element(0x0010, 0x0010, "PN", b"Yamada^Tarou=\xc4=\xfc"),
            element(0x0018, 0x0050, "DS", b" 2.50\\thick"),
            element(0x0018, 0x6020, "SL", &(-7_i32).to_le_bytes()),
            element(0x0020, 0x0013, "IS", b"+012"),
            element(0x0020, 0x4000, "LT", b" two\r\nlines "),
            element(0x0028, 0x0009, "AT", &[0x18, 0, 0x63, 0x10]),
            element(0x0028, 0x0106, "UN", &5_u16.to_le_bytes()),
            sequence(0x0040, 0xA730, &[element(0x0040, 0xA160, "UT", b"J\xe9r\xf4me"), vec![]]),
            element(0x0040, 0xA0A0, "FD", &f64::INFINITY.to_le_bytes()),
            element(0x7FE0, 0x0010, "OW", &[0; 8]),
        ],
    );
    let expected = json!({
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080008": {"vr": "CS", "Value": ["ORIGINAL", null, "AXIAL"]},
        "00080090": {"vr": "PN"},
        "00083002": {"vr": "UI", "Value": [EXPLICIT]},
        "00090010": {"vr": "LO", "Value": ["MAKER"]},
        "00091001": {"vr": "UN", "InlineBinary": "AQIDBA=="},
        "00091002": {"vr": "OB"},
        "00091003": {"vr": "UV", "Value": ["18446744073709551615"]},
        "00100010": {"vr": "PN", "Value": [
            {"Alphabetic": "Yamada^Tarou", "Ideographic": "Ä", "Phonetic": "ü"}
        ]},
        "00180050": {"vr": "DS", "Value": [2.5, "thick"]},
        "00186020": {"vr": "SL", "Value": [-7]},
        "00200013": {"vr": "IS", "Value": [12]},
        "00204000": {"vr": "LT", "Value": [" two\r\nlines"]},
        "00280009": {"vr": "AT", "Value": ["00181063"]},
        "00280106": {"vr": "US", "Value": [5]},
        "0040A0A0": {"vr": "FD", "Value": ["inf"]},
        "0040A730": {"vr": "SQ", "Value": [{"0040A160": {"vr": "UT", "Value": ["Jérôme"]}}, {}]},
    });
    assert_eq!(json_of(&bytes), expected);
    let data_set = scan_file(&bytes, &Limits::default()).unwrap();
    let text = String::from_utf8(metadata_json(&data_set)).unwrap();
    let keys: Vec<usize> = expected.as_object().unwrap().keys().map(|key| text.find(key).unwrap()).collect();
    assert!(keys.is_sorted(), "attributes are in the order of their tags");
}

#[test]
fn first_of_two_equal_attributes_is_kept() {
    let bytes =
        file(EXPLICIT, &[element(0x0010, 0x0020, "LO", b"first"), element(0x0010, 0x0020, "LO", b"second")]);
    assert_eq!(json_of(&bytes)["00100020"]["Value"], json!(["first"]));
}

#[test]
fn big_endian_and_implicit_files_give_the_same_model() {
    let mr = json_of(&data("MR_small_bigendian.dcm"));
    assert_eq!(mr["00280010"], json!({"vr": "US", "Value": [64]}));
    assert_eq!(mr["00280106"], json!({"vr": "SS", "Value": [0]}));
    assert_eq!(mr["00083002"]["Value"], json!(["1.2.840.10008.1.2.2"]));
    let sop_instance_uid = mr["00080018"]["Value"][0].as_str().unwrap();
    let uri = format!("instances/{sop_instance_uid}/bulkdata/7FE00010");
    assert_eq!(mr["7FE00010"], json!({"vr": "OW", "BulkDataURI": uri}));
    assert!(mr.get("00020010").is_none());
}

/// The bytes that an address of a data set leads to.
fn bytes_at(file: &[u8], uri: &str) -> Vec<u8> {
    let data_set = scan_file(file, &Limits::default()).unwrap();
    let path = BulkPath::parse(uri.strip_prefix("instances/1.2.3/bulkdata/").unwrap()).unwrap();
    let found = find_bulk_data(&data_set, &path).unwrap();
    let BulkData::At { parts, vr, is_big_endian } = found else { panic!("{found:?}") };
    let slices = parts.iter().map(|part| &data_set.bytes()[part.start as usize..part.end as usize]);
    let mut bytes = slices.collect::<Vec<_>>().concat();
    if is_big_endian {
        swap_words(&mut bytes, vr);
    }
    bytes
}

#[test]
fn long_values_pixels_and_documents_have_an_address_that_leads_to_their_bytes() {
    let long = |seed: u8| (0..5000_u32).map(|n| (n as u8).wrapping_mul(seed)).collect::<Vec<u8>>();
    let uid = element(0x0008, 0x0018, "UI", b"1.2.3");
    let items = [element(0x5400, 0x1004, "US", &[8, 0]), element(0x5400, 0x1010, "OW", &long(7))].concat();
    let image = file(
        EXPLICIT,
        &[
            uid.clone(),
            element(0x0009, 0x0010, "LO", b"MAKER"),
            element(0x0009, 0x1002, "OB", &long(3)),
            element(0x0028, 0x1201, "OW", &long(5)),
            sequence(0x5400, 0x0100, &[vec![], items]),
            element(0x6000, 0x3000, "OW", &long(9)),
            element(0x7FE0, 0x0010, "OW", &long(11)),
            element(0x7FE1, 0x0010, "LO", b"MAKER"),
            element(0x7FE1, 0x1001, "OB", &long(13)),
        ],
    );
    let json = json_of(&image);
    for (told, vr, seed) in [
        (&json["00091002"], "OB", 3),
        (&json["00281201"], "OW", 5),
        (&json["54000100"]["Value"][1]["54001010"], "OW", 7),
        (&json["60003000"], "OW", 9),
        (&json["7FE00010"], "OW", 11),
    ] {
        assert_eq!(told["vr"], vr);
        assert!(bytes_at(&image, told["BulkDataURI"].as_str().unwrap()) == long(seed), "{told}");
    }
    // Who reads the header only does not come there.
    assert_eq!(json["7FE11001"], json!({"vr": "OB"}));
    let document = file(EXPLICIT, &[uid, element(0x0042, 0x0011, "OB", &long(2))]);
    let told = &json_of(&document)["00420011"];
    assert_eq!(told["vr"], "OB");
    assert!(bytes_at(&document, told["BulkDataURI"].as_str().unwrap()) == long(2));
}

#[test]
fn bulk_data_of_a_big_endian_file_is_little_endian() {
    let mr = data("MR_small_bigendian.dcm");
    let data_set = scan_file(&mr, &Limits::default()).unwrap();
    let found = find_bulk_data(&data_set, &BulkPath::parse("7FE00010").unwrap()).unwrap();
    let BulkData::At { parts, vr, is_big_endian } = found else { panic!("{found:?}") };
    assert!(is_big_endian);
    let mut bytes = mr[parts[0].start as usize..parts[0].end as usize].to_vec();
    let big: Vec<u16> = bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect();
    swap_words(&mut bytes, vr);
    let little: Vec<u16> = bytes.chunks_exact(2).map(|word| u16::from_le_bytes([word[0], word[1]])).collect();
    assert_eq!((big.len(), big), (64 * 64, little));
}

#[test]
fn compressed_frames_have_no_address_and_what_is_no_bytes_is_not_found() {
    for name in ["JPEG2000.dcm", "MR_small_RLE.dcm", "MR_small_jpeg_ls_lossless.dcm"] {
        let file = data(name);
        assert!(json_of(&file).get("7FE00010").is_none(), "{name}");
        let data_set = scan_file(&file, &Limits::default()).unwrap();
        for path in ["7FE00010", "00100010", "00080018", "00420011", "99990010", "00081140/1/00081155"] {
            assert_eq!(find_bulk_data(&data_set, &BulkPath::parse(path).unwrap()), None, "{name} {path}");
        }
    }
}

#[test]
fn an_instance_is_named_even_where_only_its_meta_information_does() {
    let elements = [element(0x0010, 0x0020, "LO", b"1"), element(0x7FE0, 0x0010, "OW", &[0; 8])];
    let mut file = file(EXPLICIT, &elements);
    let meta = element(2, 0x0003, "UI", b"1.2.3");
    file.splice(132..132, meta);
    let json = json_of(&file);
    assert_eq!(json["00080018"], json!({"vr": "UI", "Value": ["1.2.3"]}));
    assert_eq!(json["7FE00010"]["BulkDataURI"], "instances/1.2.3/bulkdata/7FE00010");
}

#[test]
fn text_is_utf_8_whatever_the_file_was() {
    let korean = json_of(&data("chrKoreanMulti.dcm"));
    assert_eq!(korean["00100010"]["Value"][0]["Alphabetic"], "김희중");
    assert_eq!(korean["00080005"]["Value"], json!(["ISO_IR 192"]));
}

#[test]
fn deepest_and_longest_headers_are_written() {
    let limits = Limits::default();
    let mut nested = element(0x0040, 0xA160, "UT", b"deep");
    for _ in 0..limits.depth_max {
        nested = sequence(0x0040, 0xA730, &[nested]);
    }
    let many = (0..limits.elements_max - 1000)
        .map(|n| element(0x0009 + 2 * (n / 0xFFFF) as u16, (n % 0xFFFF) as u16 + 1, "SH", b""));
    let bytes = file(EXPLICIT, &many.chain([nested]).collect::<Vec<_>>());
    let mut at = &json_of(&bytes);
    assert!(at.as_object().unwrap().len() > limits.elements_max - 2000);
    for _ in 0..limits.depth_max {
        at = &at["0040A730"]["Value"][0];
    }
    assert_eq!(at["0040A160"]["Value"], json!(["deep"]));
}

#[test]
fn private_creators_are_text_before_and_after_pixels() {
    let implicit = |group: u16, number: u16, value: &[u8]| {
        let head = [group.to_le_bytes(), number.to_le_bytes()].concat();
        [&head[..], &(value.len() as u32).to_le_bytes(), value].concat()
    };
    let elements = [
        implicit(0x7FDF, 0x0010, b"MAKER "),
        implicit(0x7FE0, 0x0010, &[0; 8]),
        implicit(0x7FE1, 0x0010, b"MAKER "),
        implicit(0x7FE1, 0x1010, b"abcd"),
    ];
    let creator = json!({"vr": "LO", "Value": ["MAKER"]});
    let opaque = json!({"vr": "UN", "InlineBinary": "YWJjZA=="});
    let json = json_of(&file("1.2.840.10008.1.2", &elements));
    assert_eq!((&json["7FDF0010"], &json["7FE10010"], &json["7FE11010"]), (&creator, &creator, &opaque));
    let elements = [
        element(0x7FE0, 0x0010, "OW", &[0; 8]),
        element(0x7FE1, 0x0010, "UN", b"MAKER "),
        element(0x7FE1, 0x1010, "OB", b"abcd"),
    ];
    let json = json_of(&file(EXPLICIT, &elements));
    assert_eq!((&json["7FE10010"], &json["7FE11010"]["vr"]), (&creator, &json!("OB")));
}

#[test]
fn what_stands_behind_encapsulated_pixels_is_described() {
    let pixels = [
        &[0xE0, 0x7F, 0x10, 0x00, b'O', b'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF][..],
        &[0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0x00, 0xE0, 4, 0, 0, 0, 0xFF, 0xD8, 0xFF, 0xD9],
        &[0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0],
    ];
    let elements = [pixels.concat(), element(0x7FE1, 0x0010, "LO", b"MAKER")];
    let json = json_of(&file("1.2.840.10008.1.2.4.50", &elements));
    assert_eq!(json["7FE10010"], json!({"vr": "LO", "Value": ["MAKER"]}));
}

#[test]
fn bytes_behind_pixels_that_are_no_elements_are_none() {
    for tail in
        [vec![0; 64], element(0x0008, 0x0060, "CS", b"MR"), vec![0xE1, 0x7F, 0x10, 0x00, b'L', b'O', 9, 0]]
    {
        let json = json_of(&file(EXPLICIT, &[element(0x7FE0, 0x0010, "OW", &[0; 8]), tail]));
        assert_eq!(json.as_object().unwrap().len(), 2, "{json}");
    }
}

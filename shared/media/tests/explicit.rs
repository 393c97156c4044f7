//! Instances in Explicit VR Little Endian are what they were, in another encoding: read back by another library.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, from_reader};
use filmless_dicom::{PixelLayout, SampleKind, scan_file};
use filmless_domain::Limits;
use filmless_media::{EXPLICIT_VR_LITTLE_ENDIAN, ExplicitError, ExplicitInstance};

const IMPLICIT: &str = "1.2.840.10008.1.2";
const JPEG: &str = "1.2.840.10008.1.2.4.50";

fn meta(syntax: &str) -> Vec<u8> {
    let mut uid = syntax.as_bytes().to_vec();
    if uid.len() % 2 == 1 {
        uid.push(0);
    }
    [&[0; 128][..], b"DICM\x02\0\x10\0UI", &(uid.len() as u16).to_le_bytes(), &uid].concat()
}

/// An element without a value representation.
fn implicit(tag: Tag, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    let mut bytes = [tag.group().to_le_bytes(), tag.element().to_le_bytes()].concat();
    bytes.extend((value.len() as u32).to_le_bytes());
    bytes.extend(value);
    bytes
}

fn us(tag: Tag, value: u16) -> Vec<u8> {
    implicit(tag, &value.to_le_bytes())
}

fn source(signed: bool) -> Vec<u8> {
    let item = [implicit(tags::CODE_VALUE, b"T-D3000"), us(tags::PIXEL_PADDING_VALUE, 0xF830)].concat();
    let item = [&[0xFE, 0xFF, 0x00, 0xE0][..], &(item.len() as u32).to_le_bytes(), &item].concat();
    [
        meta(IMPLICIT),
        implicit(tags::SPECIFIC_CHARACTER_SET, b"ISO_IR 192"),
        implicit(tags::SOP_CLASS_UID, b"1.2.840.10008.5.1.4.1.1.2\0"),
        implicit(tags::SOP_INSTANCE_UID, b"1.2.3.4\0"),
        implicit(tags::PATIENT_NAME, "Nguyễn^Thị Hoa".as_bytes()),
        // Not what the character set says: it stays as it is.
        implicit(tags::PATIENT_COMMENTS, &[0xD2, 0xE5, 0xFF, 0x20]),
        implicit(Tag(0x0009, 0x0010), b"SOMEBODY"),
        implicit(Tag(0x0009, 0x1001), &[1, 2, 3, 4]),
        implicit(tags::PROCEDURE_CODE_SEQUENCE, &item),
        us(tags::SAMPLES_PER_PIXEL, 1),
        implicit(tags::PHOTOMETRIC_INTERPRETATION, b"MONOCHROME2"),
        us(tags::ROWS, 2),
        us(tags::COLUMNS, 2),
        us(tags::BITS_ALLOCATED, 16),
        us(tags::BITS_STORED, 12),
        us(tags::HIGH_BIT, 11),
        us(tags::PIXEL_REPRESENTATION, u16::from(signed)),
        us(tags::PIXEL_PADDING_VALUE, 0xF830),
        implicit(tags::PIXEL_DATA, &[1, 0, 2, 0, 3, 0, 4, 0]),
    ]
    .concat()
}

fn layout() -> PixelLayout {
    PixelLayout {
        kind: SampleKind::Integer,
        rows: 2,
        columns: 2,
        samples_per_pixel: 1,
        bits_allocated: 16,
        bits_stored: 12,
        high_bit: 11,
        signed: false,
        photometric_interpretation: "MONOCHROME2".to_owned(),
        planar: false,
        frames: 1,
        frame_bytes: 8,
        value_bytes: 8,
        is_as_described: true,
    }
}

fn written(source: &[u8], layout: Option<&PixelLayout>, pixels: &[u8]) -> DefaultDicomObject {
    let data_set = scan_file(source, &Limits::default()).unwrap();
    let instance = ExplicitInstance::new(&data_set, layout).unwrap();
    assert_eq!(instance.value_bytes(), pixels.len() as u64);
    let file = [instance.head(), pixels, instance.tail()].concat();
    assert_eq!(file.len() as u64, instance.total_bytes());
    from_reader(&file[..]).unwrap()
}

#[test]
fn every_value_keeps_its_bytes_and_gets_its_value_representation() {
    let object = written(&source(true), Some(&PixelLayout { signed: true, ..layout() }), &[9; 8]);
    assert_eq!(object.meta().transfer_syntax(), EXPLICIT_VR_LITTLE_ENDIAN);
    assert_eq!(object.meta().media_storage_sop_instance_uid(), "1.2.3.4");
    let text = |tag| object.element(tag).unwrap().to_str().unwrap().into_owned();
    assert_eq!(text(tags::SOP_INSTANCE_UID).trim_end_matches('\0'), "1.2.3.4");
    assert_eq!(text(tags::PATIENT_NAME), "Nguyễn^Thị Hoa");
    let private = object.element(Tag(0x0009, 0x1001)).unwrap();
    assert_eq!((private.vr(), private.to_bytes().unwrap().to_vec()), (VR::UN, vec![1, 2, 3, 4]));
    // Signed, because the pixels are: 63,536 would be a false value.
    let padding = object.element(tags::PIXEL_PADDING_VALUE).unwrap();
    assert_eq!((padding.vr(), padding.to_int::<i32>().unwrap()), (VR::SS, -2000));
    let item = &object.element(tags::PROCEDURE_CODE_SEQUENCE).unwrap().items().unwrap()[0];
    assert_eq!(item.element(tags::CODE_VALUE).unwrap().to_str().unwrap(), "T-D3000");
    assert_eq!(item.element(tags::PIXEL_PADDING_VALUE).unwrap().to_int::<i32>().unwrap(), -2000);
    let pixels = object.element(tags::PIXEL_DATA).unwrap();
    assert_eq!((pixels.vr(), pixels.to_bytes().unwrap().to_vec()), (VR::OW, vec![9; 8]));
    let unsigned = written(&source(false), Some(&layout()), &[9; 8]);
    let padding = unsigned.element(tags::PIXEL_PADDING_VALUE).unwrap();
    assert_eq!((padding.vr(), padding.to_int::<i32>().unwrap()), (VR::US, 0xF830));
}

#[test]
fn a_text_that_its_character_set_does_not_hold_stays_byte_for_byte() {
    let source = source(false);
    let data_set = scan_file(&source, &Limits::default()).unwrap();
    let head = ExplicitInstance::new(&data_set, Some(&layout())).unwrap().head().to_vec();
    let element = [&[0x10, 0x00, 0x00, 0x40][..], b"LT", &[4, 0], &[0xD2, 0xE5, 0xFF, 0x20]].concat();
    assert!(head.windows(element.len()).any(|window| window == element));
}

#[test]
fn the_header_describes_the_pixels_that_follow() {
    let colour = PixelLayout {
        samples_per_pixel: 3,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        rows: 1,
        columns: 1,
        photometric_interpretation: "RGB".to_owned(),
        planar: false,
        frames: 3,
        frame_bytes: 3,
        value_bytes: 9,
        ..layout()
    };
    let mut file = source(false);
    let at = file.windows(IMPLICIT.len()).position(|window| window == IMPLICIT.as_bytes()).unwrap();
    // The same data set, as if it had been a lossy JPEG: one odd byte of pixels is filled up.
    file.splice(at - 8..at + IMPLICIT.len() + 1, meta(JPEG)[132..].iter().copied());
    let data_set = scan_file(&file, &Limits::default());
    let object = match data_set {
        Ok(_) => written(&file, Some(&colour), &[7; 9]),
        Err(error) => panic!("{error:?}"),
    };
    let number = |tag| object.element(tag).unwrap().to_int::<u16>().unwrap();
    assert_eq!(number(tags::SAMPLES_PER_PIXEL), 3);
    assert_eq!(number(tags::PLANAR_CONFIGURATION), 0);
    assert_eq!((number(tags::BITS_ALLOCATED), number(tags::BITS_STORED), number(tags::HIGH_BIT)), (8, 8, 7));
    assert_eq!(number(tags::NUMBER_OF_FRAMES), 3);
    let text = |tag| object.element(tag).unwrap().to_str().unwrap().into_owned();
    assert_eq!(text(tags::PHOTOMETRIC_INTERPRETATION), "RGB");
    assert_eq!(text(tags::LOSSY_IMAGE_COMPRESSION), "01");
    let pixels = object.element(tags::PIXEL_DATA).unwrap();
    assert_eq!((pixels.vr(), pixels.to_bytes().unwrap().len()), (VR::OB, 10));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let with_pixels = source(false);
    let data_set = scan_file(&with_pixels, &Limits::default()).unwrap();
    assert_eq!(ExplicitInstance::new(&data_set, None), Err(ExplicitError::NoLayout));
    let large = PixelLayout { value_bytes: 1 << 32, ..layout() };
    assert_eq!(ExplicitInstance::new(&data_set, Some(&large)), Err(ExplicitError::TooLarge));
    let nameless =
        [meta(IMPLICIT), implicit(tags::PATIENT_ID, b"A1"), implicit(tags::STUDY_ID, b"1")].concat();
    let data_set = scan_file(&nameless, &Limits::default()).unwrap();
    assert_eq!(ExplicitInstance::new(&data_set, None), Err(ExplicitError::NotIdentified));
}

#[test]
fn an_instance_without_pixels_is_written_whole() {
    let report = [
        meta(IMPLICIT),
        implicit(tags::SOP_CLASS_UID, b"1.2.840.10008.5.1.4.1.1.104.1\0"),
        implicit(tags::SOP_INSTANCE_UID, b"1.2.3.5\0"),
        implicit(tags::DOCUMENT_TITLE, b"REPORT"),
        implicit(tags::ENCAPSULATED_DOCUMENT, b"%PDF-1.4 and more\n"),
    ]
    .concat();
    let object = written(&report, None, &[]);
    let document = object.element(tags::ENCAPSULATED_DOCUMENT).unwrap();
    assert_eq!((document.vr(), &document.to_bytes().unwrap()[..]), (VR::OB, &b"%PDF-1.4 and more\n"[..]));
}

#[test]
fn an_element_of_pixels_that_is_empty_asks_for_no_decoder() {
    let structures = [
        meta(IMPLICIT),
        implicit(tags::SOP_CLASS_UID, b"1.2.840.10008.5.1.4.1.1.481.3\0"),
        implicit(tags::SOP_INSTANCE_UID, b"1.2.3.6\0"),
        implicit(tags::STRUCTURE_SET_LABEL, b"PLAN"),
        implicit(tags::PIXEL_DATA, b""),
    ]
    .concat();
    let object = written(&structures, None, &[]);
    assert_eq!(object.element(tags::STRUCTURE_SET_LABEL).unwrap().to_str().unwrap(), "PLAN");
}

#[test]
fn what_stands_behind_the_pixels_stays_behind_them() {
    let behind =
        [implicit(Tag(0x8E05, 0x0010), b"MAKER "), implicit(Tag(0x8E05, 0x1001), &[5, 6, 7, 8])].concat();
    let source = [source(false), behind].concat();
    let odd = PixelLayout { value_bytes: 9, ..layout() };
    let data_set = scan_file(&source, &Limits::default()).unwrap();
    let instance = ExplicitInstance::new(&data_set, Some(&odd)).unwrap();
    assert!(instance.tail().starts_with(&[0, 0x05, 0x8E, 0x10, 0x00]), "padding, then the first of them");
    let object = written(&source, Some(&layout()), &[9; 8]);
    assert_eq!(object.element(Tag(0x8E05, 0x1001)).unwrap().to_bytes().unwrap().to_vec(), [5, 6, 7, 8]);
    assert_eq!(object.element(tags::PIXEL_DATA).unwrap().to_bytes().unwrap().to_vec(), [9; 8]);
}

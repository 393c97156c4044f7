//! The minutes, as a PDF reader sees them.

use std::fs;

use filmless_consult::{
    Attendee, ConsultationId, KeyImage, MeasuredValue, MemberId, MemberRole, Minutes, MinutesMeasurement,
    MinutesOpinion, MinutesPatient, MinutesSignature, MinutesText, Replaced, ShownSeries, Signer, Stay,
    WrittenMinutes,
};
use filmless_domain::chain::ChainHead;
use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};

use super::sample::{NASTY, run};
use crate::{MinutesContent, MinutesPicture, SlipError, minutes_pdf, unprintable};

const POPPLER: &str = "poppler-utils";

fn attendee(number: u8, name: &str, role: MemberRole) -> Attendee {
    Attendee {
        id: Some(MemberId::parse(&format!("0000000{number}")).unwrap()),
        name: name.to_owned(),
        title: "BS. CKII".to_owned(),
        facility: "Bệnh viện Chợ Rẫy".to_owned(),
        licence: format!("00{number}345/HCM-CCHN"),
        role,
        present: vec![Stay {
            from: "2026-11-30T01:00:00Z".parse().unwrap(),
            until: Some("2026-11-30T01:45:00Z".parse().unwrap()),
        }],
    }
}

pub(super) fn text() -> MinutesText {
    let uid = "1.2.840.113619.2.55.3.604688119.971.1606093200.123";
    MinutesText {
        facility: "Bệnh viện Đa khoa Tỉnh Mẫu".to_owned(),
        patient: MinutesPatient {
            name: "NGUYỄN THỊ ÁNH HỒNG".to_owned(),
            birth: "02/03/1958".to_owned(),
            age: "68 tuổi".to_owned(),
            sex: "F".to_owned(),
            patient_id: "N20-0317542".to_owned(),
            record_number: "BA-2026-11873".to_owned(),
            department: "Nội hô hấp".to_owned(),
            bed: "12".to_owned(),
        },
        diagnosis: "Nốt đơn độc thùy trên phổi phải, chưa rõ bản chất".to_owned(),
        began_at: "2026-11-30T01:00:00Z".parse().unwrap(),
        ended_at: Some("2026-11-30T01:45:00Z".parse().unwrap()),
        place: "Bệnh viện Đa khoa Tỉnh Mẫu\nBệnh viện Chợ Rẫy".to_owned(),
        attendees: vec![
            attendee(1, "Nguyễn Văn Chủ", MemberRole::Chair),
            attendee(2, "Trần Thị Thư", MemberRole::Secretary),
            Attendee { present: vec![], ..attendee(3, "Lê Thị Lan", MemberRole::Member) },
        ],
        question: "Nốt thùy trên phổi phải: theo dõi hay sinh thiết?".to_owned(),
        course: "Ho kéo dài hai tháng, không sốt.\nSút 3 kg.".to_owned(),
        treatment_so_far: String::new(),
        shown: vec![ShownSeries {
            study_instance_uid: StudyInstanceUid::parse(uid).unwrap(),
            series_instance_uid: SeriesInstanceUid::parse(&format!("{uid}.2")).unwrap(),
            description: "Ngực 1 mm, cửa sổ phổi".to_owned(),
            seconds: 754,
            frame: 86,
            image: Some("1.2.840.87/1".to_owned()),
        }],
        shown_left_out: 0,
        key_images: vec![KeyImage {
            study_instance_uid: StudyInstanceUid::parse(uid).unwrap(),
            series_instance_uid: SeriesInstanceUid::parse(&format!("{uid}.2")).unwrap(),
            sop_instance_uid: SopInstanceUid::parse(&format!("{uid}.2.87")).unwrap(),
            frame: None,
            caption: "Nốt 12 mm, bờ tua gai".to_owned(),
            picture: None,
            size: None,
            pixel_mm: None,
            measured: vec![MinutesMeasurement {
                by: "Lê Thị Lan".to_owned(),
                label: String::new(),
                values: vec![MeasuredValue {
                    quantity: "length".to_owned(),
                    value: "12.4".to_owned(),
                    unit: "mm".to_owned(),
                }],
            }],
            measured_left_out: 2,
        }],
        opinions: vec![MinutesOpinion {
            name: "BS. CKII Lê Thị Lan".to_owned(),
            text: "Nốt bờ tua gai, nguy cơ cao. Đề nghị sinh thiết dưới hướng dẫn CT.".to_owned(),
            number: Some(2),
            adds_to: Some(1),
            at: Some("2026-11-30T01:30:00Z".parse().unwrap()),
            digest: Some("d".repeat(64)),
        }],
        conclusion: "Sinh thiết nốt thùy trên phổi phải.".to_owned(),
        treatment: "Chuyển Khoa Ngoại lồng ngực.".to_owned(),
        follow_up: "Tái khám sau một tuần.".to_owned(),
    }
}

pub(super) fn sealed(text: MinutesText) -> Minutes {
    let written = WrittenMinutes {
        consultation: ConsultationId::parse(&"c0".repeat(16)).unwrap(),
        version: 1,
        replaces: None,
        by: MemberId::parse("00000002").unwrap(),
        at: "2026-11-30T02:05:00Z".parse().unwrap(),
        head: ChainHead { sequence: 412, digest: "e".repeat(64) },
        text,
    };
    written.seal(None, false).unwrap()
}

pub(super) fn signed(minutes: &Minutes, places: &[usize]) -> Vec<MinutesSignature> {
    let sign = |place: &usize| {
        let Attendee { id, name, title, facility, licence, role, .. } =
            minutes.written.text.attendees[*place].clone();
        let by = Signer { id: id.unwrap(), name, title, facility, licence, role };
        minutes.sign(by, "2026-11-30T02:30:00Z".parse().unwrap(), &[]).unwrap()
    };
    places.iter().map(sign).collect()
}

/// A picture of one colour.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::GrayImage::from_fn(width, height, |x, y| image::Luma([((x ^ y) & 0xff) as u8]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn pdf(minutes: &Minutes, signatures: &[MinutesSignature], has_english: bool) -> Vec<u8> {
    let bytes = png(64, 48);
    let pictures = [MinutesPicture { key_image: 0, bytes: &bytes }];
    minutes_pdf(&MinutesContent { minutes, signatures, pictures: &pictures, has_english }).unwrap()
}

/// Words in the order in which they are read, whatever the line breaks.
fn words_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("minutes.pdf"), pdf).unwrap();
    let text = run("pdftotext", POPPLER, &["-enc", "UTF-8", "minutes.pdf", "-"], folder.path());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_minutes_say_every_field_of_the_form_in_correct_vietnamese() {
    let minutes = sealed(text());
    let words = words_of(&pdf(&minutes, &signed(&minutes, &[0, 1, 2]), false));
    for part in [
        "BỆNH VIỆN ĐA KHOA TỈNH MẪU",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BIÊN BẢN HỘI CHẨN",
        "Bản số 1 · 30/11/2026 09:05",
        "Họ và tên: NGUYỄN THỊ ÁNH HỒNG",
        "Ngày sinh: 02/03/1958 · Tuổi: 68 tuổi · Giới tính: Nữ · Mã người bệnh: N20-0317542",
        "Số bệnh án: BA-2026-11873 · Khoa: Nội hô hấp · Giường: 12",
        "Bắt đầu: 30/11/2026 08:00",
        "Kết thúc: 30/11/2026 08:45",
        "1. Chủ tọa: BS. CKII Nguyễn Văn Chủ Bệnh viện Chợ Rẫy · Số CCHN: 001345/HCM-CCHN",
        "Có mặt: 30/11/2026 08:00 – 30/11/2026 08:45",
        "Không vào phòng hội chẩn",
        "Chẩn đoán: Nốt đơn độc",
        "Yêu cầu hội chẩn: Nốt thùy trên phổi phải: theo dõi hay sinh thiết?",
        "Ho kéo dài hai tháng, không sốt. Sút 3 kg.",
        "Điều trị đã thực hiện: –",
        "1. Ngực 1 mm, cửa sổ phổi · 12 phút 34 giây",
        "1.2.840.113619.2.55.3.604688119.971.1606093200.123.2 · ảnh xem lâu nhất: 87 1.2.840.87/1",
        "BS. CKII Lê Thị Lan Ý kiến số 2 · bổ sung cho ý kiến số 1 Nốt bờ tua gai, nguy cơ cao.",
        "Sinh thiết nốt thùy trên phổi phải.",
        "Chuyển Khoa Ngoại lồng ngực.",
        "Tái khám sau một tuần.",
        "Ảnh 1. Nốt 12 mm, bờ tua gai – Lê Thị Lan: dài 12,4 mm Số phép đo khác: 2",
        "Ký lúc: 30/11/2026 09:30",
        &format!("Mã SHA-256 của bản này: {}", minutes.digest),
    ] {
        assert!(words.contains(part), "{part} is missing in:\n{words}");
    }
    assert!(!words.contains("CHƯA ĐỦ CHỮ KÝ") && !words.contains("Diagnosis"), "{words}");
}

#[test]
fn english_stands_beside_the_words_of_the_form_if_it_is_asked_for() {
    let minutes = sealed(text());
    let words = words_of(&pdf(&minutes, &[], true));
    for part in ["Chẩn đoán / Diagnosis: Nốt", "Kết luận / Conclusion", "12 phút 34 giây / 12 min 34 s"]
    {
        assert!(words.contains(part), "{part} is missing in:\n{words}");
    }
    assert!(words.contains(&minutes.digest));
}

#[test]
fn minutes_that_not_everybody_signed_say_so() {
    let minutes = sealed(text());
    let other = sealed(MinutesText { conclusion: "Theo dõi.".to_owned(), ..text() });
    let mut forged = signed(&minutes, &[0, 1]);
    forged[0].signed.by.licence = "999".to_owned();
    for (signatures, missing) in
        [(vec![], 2), (signed(&minutes, &[0, 2]), 1), (signed(&other, &[0, 1]), 2), (forged, 1)]
    {
        let words = words_of(&pdf(&minutes, &signatures, false));
        assert!(words.contains("CHƯA ĐỦ CHỮ KÝ"), "{words}");
        assert_eq!(words.matches("Chưa ký").count(), missing, "{words}");
        assert!(!words.contains("999"));
    }
}

#[test]
fn whoever_signs_is_among_those_who_took_part_and_nothing_began_where_nobody_came() {
    let mut text = text();
    let beside = text.attendees.pop().unwrap();
    text.attendees.iter_mut().for_each(|one| one.present.clear());
    let minutes = sealed(text);
    let Attendee { id, name, title, facility, licence, role, .. } = beside;
    let by = Signer { id: id.unwrap(), name, title, facility, licence, role };
    let signature = minutes.sign(by, "2026-11-30T02:30:00Z".parse().unwrap(), &[]).unwrap();
    let words = words_of(&pdf(&minutes, &[signature], false));
    for part in
        ["Bắt đầu: –", "Kết thúc: –", "3. Thành viên: BS. CKII Lê Thị Lan", "Không vào phòng hội chẩn"]
    {
        assert!(words.contains(part), "{part} is missing in:\n{words}");
    }
}

#[test]
fn a_correction_names_what_it_replaces_and_why() {
    let first = sealed(text());
    let replaces = Some(Replaced { digest: first.digest.clone(), reason: "Ghi nhầm bên".to_owned() });
    let written = WrittenMinutes { version: 2, replaces, ..first.written.clone() };
    let second = written.seal(Some(&first), true).unwrap();
    let words = words_of(&pdf(&second, &signed(&second, &[0, 1]), false));
    assert!(words.contains(&format!("Thay cho bản có mã: {}", first.digest)), "{words}");
    assert!(words.contains("Lý do sửa: Ghi nhầm bên"), "{words}");
}

#[test]
fn signs_of_measure_and_order_are_read_as_they_were_typed() {
    let typed = "≥ 14 mm ≤ 20 mm ± 2 µm ≠ ≈ → ← ↑ ↓ ∅ √ ∞ × ÷ ° ² ½ ∆ Δ";
    assert_eq!(unprintable(typed), None);
    let minutes = sealed(MinutesText { conclusion: typed.to_owned(), ..text() });
    let words = words_of(&pdf(&minutes, &[], false));
    assert!(words.contains(typed), "{words}");
}

#[test]
fn what_cannot_be_printed_is_told_before() {
    for (text, expected) in [
        ("Nốt 8 mm\nthùy trên phổi phải\r\n\tâm", None),
        ("Nguye\u{302}\u{303}n", None),
        ("Грузия", None),
        // Latin letters in their place would be another text than the one that was signed.
        ("Грузия საქართველო", Some('ს')),
        ("u\u{202e}gnas\u{202c}", Some('\u{202e}')),
        ("lành\u{2067}ác\u{2069}", Some('\u{2067}')),
        ("8\u{200f} mm", Some('\u{200f}')),
        ("không\u{3164}u", Some('\u{3164}')),
        ("không\u{200b} u\u{feff}", None),
        ("tim ❤\u{fe0f}", Some('❤')),
        ("đạt ✓", Some('✓')),
        ("\u{12000}", Some('\u{12000}')),
    ] {
        assert_eq!(unprintable(text), expected, "{text}");
    }
}

#[test]
fn long_texts_flow_over_pages_and_no_word_is_lost() {
    let long: String = (0..3000).map(|number| format!("từ{number} ")).collect();
    let minutes = sealed(MinutesText { course: long.clone(), ..text() });
    let words = words_of(&pdf(&minutes, &[], false));
    let words: std::collections::BTreeSet<&str> = words.split(' ').collect();
    let lost: Vec<&str> = long.split_whitespace().filter(|word| !words.contains(word)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn no_page_ends_with_the_heading_of_the_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = std::collections::BTreeSet::new();
    for lines in 1..45 {
        let course = vec!["Sốt"; lines].join("\n");
        let minutes = sealed(MinutesText { course, ..text() });
        fs::write(folder.path().join("minutes.pdf"), pdf(&minutes, &signed(&minutes, &[0]), false)).unwrap();
        let text = run("pdftotext", POPPLER, &["-layout", "minutes.pdf", "-"], folder.path());
        let (number, page) =
            text.split('\u{c}').enumerate().find(|(_, page)| page.contains("11. Chữ ký")).unwrap();
        let below = page.split_once("11. Chữ ký").unwrap().1;
        assert!(below.contains("Chủ tọa"), "{lines} lines: {page}");
        places.insert(number);
    }
    assert!(places.len() > 1, "the heading went over the end of a page: {places:?}");
}

#[test]
fn the_same_minutes_give_the_same_bytes_and_the_patient_is_not_in_the_title() {
    let minutes = sealed(text());
    let made = pdf(&minutes, &[], false);
    assert_eq!(made, pdf(&minutes, &[], false));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("minutes.pdf"), made).unwrap();
    let info = run("pdfinfo", POPPLER, &["minutes.pdf"], folder.path());
    assert!(info.contains("595.276 x 841.89 pts (A4)"), "{info}");
    assert!(info.contains("Biên bản hội chẩn") && !info.contains("HỒNG"), "{info}");
}

#[test]
fn texts_that_break_careless_layouts_are_set() {
    for nasty in NASTY {
        let mut text = text();
        text.patient.name = nasty.to_owned();
        text.conclusion = nasty.to_owned();
        text.attendees[0].name = nasty.to_owned();
        text.key_images[0].caption = nasty.to_owned();
        let made = pdf(&sealed(text), &[], true);
        assert!(made.starts_with(b"%PDF-"), "{nasty:?}");
    }
}

#[test]
fn a_key_image_without_a_picture_says_so_and_a_small_picture_is_not_blown_up() {
    let mut text = text();
    text.key_images.push(KeyImage { caption: "Ảnh nhỏ".to_owned(), ..text.key_images[0].clone() });
    text.key_images[1].frame = Some(3);
    text.key_images.push(KeyImage {
        frame: Some(4),
        picture: Some("d".repeat(64)),
        ..text.key_images[0].clone()
    });
    let minutes = sealed(text);
    let small = png(64, 48);
    let pictures = [MinutesPicture { key_image: 1, bytes: &small }];
    let content =
        MinutesContent { minutes: &minutes, signatures: &[], pictures: &pictures, has_english: true };
    let made = minutes_pdf(&content).unwrap();
    let words = words_of(&made);
    for part in [
        "Không có hình / No picture",
        "Hình thuộc lần chụp khác / Of another study",
        "không dùng để chẩn đoán",
        "Image 1. Nốt 12 mm",
        "Image 2. Ảnh nhỏ",
    ] {
        assert!(words.contains(part), "{part} is missing in:\n{words}");
    }
    assert_eq!(words.matches("Không có hình").count(), 1);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("minutes.pdf"), made).unwrap();
    let listed = run("pdfimages", POPPLER, &["-list", "minutes.pdf"], folder.path());
    let columns: Vec<&str> = listed.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(columns[3..5], ["64", "48"], "{listed}");
    let per_inch: f32 = columns[12].parse().unwrap();
    assert!((109.0..111.0).contains(&per_inch), "{listed}");
}

#[test]
fn a_picture_that_is_none_is_refused() {
    let minutes = sealed(text());
    let large = png(2001, 2000);
    let good = png(2000, 2000);
    for (key_image, bytes, is_taken) in [
        (0, &good[..], true),
        (0, &large[..], false),
        (1, &good[..], false),
        (0, &good[..20], false),
        (0, b"GIF89a".as_slice(), false),
        (0, b"".as_slice(), false),
    ] {
        let pictures = [MinutesPicture { key_image, bytes }];
        let content =
            MinutesContent { minutes: &minutes, signatures: &[], pictures: &pictures, has_english: false };
        let made = minutes_pdf(&content);
        assert_eq!(made.is_ok(), is_taken, "{key_image} {}", bytes.len());
        assert!(matches!(made, Ok(_) | Err(SlipError::BadPicture)));
    }
}

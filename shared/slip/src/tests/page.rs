//! The slip, as a PDF reader sees it.

use std::fs;

use filmless_domain::{Language, Secret};
use proptest::prelude::*;

use super::sample::{LINK, NASTY, Sample, long_name, run, unbroken};
use crate::{SlipContent, SlipError, slip_pdf};

const POPPLER: &str = "poppler-utils";

fn text_of(pdf: &[u8], layout: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("slip.pdf"), pdf).unwrap();
    let arguments: Vec<&str> = layout.iter().copied().chain(["-enc", "UTF-8", "slip.pdf", "-"]).collect();
    run("pdftotext", POPPLER, &arguments, folder.path())
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|l| l.trim() == line)
}

#[test]
fn a_vietnamese_slip_says_everything_in_correct_vietnamese() {
    let sample = Sample::new();
    let text = text_of(&slip_pdf(&sample.slip(Language::Vi)).unwrap(), &[]);
    for line in [
        "N20-0317542",
        "K7QM-2WXA",
        LINK,
        "NGUYỄN THỊ ÁNH HỒNG",
        "02/03/1958 · Nữ",
        "23/11/2020",
        "21/02/2021",
    ] {
        assert!(has_line(&text, line), "{line} is not a line of:\n{text}");
    }
    for part in [
        "BỆNH VIỆN ĐẠI HỌC MẪU",
        "Sample University Hospital",
        "1 Đường Mẫu, Phường Ví Dụ, TP. Hồ Chí Minh",
        "PHIẾU TRẢ KẾT QUẢ HÌNH ẢNH",
        "Imaging result slip",
        "Chụp cắt lớp vi tính (CT)",
        "A20201123001",
        "Khoa Khám bệnh",
        "Quét mã QR bằng máy ảnh điện thoại, hoặc mở đường dẫn bên dưới.",
        "1900 0000",
        "Thứ 2 – Thứ 6: 7:00–20:00",
        "Mon–Fri 7:00–20:00",
        "hotro@benhvien.example",
        "https://xem.benhvien.example/guide",
        "Giữ kín phiếu này",
        "Keep this slip confidential",
        "Ngày cấp 23/11/2020 09:05 · Lần cấp 1",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}

#[test]
fn an_english_slip_leads_in_english() {
    let sample = Sample::new();
    let text = text_of(&slip_pdf(&sample.slip(Language::En)).unwrap(), &[]);
    for line in ["N20-0317542", "K7QM-2WXA", LINK, "2 Mar 1958 · Female", "23 Nov 2020", "21 Feb 2021"] {
        assert!(has_line(&text, line), "{line} is not a line of:\n{text}");
    }
    for part in [
        "SAMPLE UNIVERSITY HOSPITAL",
        "Bệnh viện Đại học Mẫu",
        "IMAGING RESULT SLIP",
        "Phiếu trả kết quả hình ảnh",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let sample = Sample::new();
    assert_eq!(slip_pdf(&sample.slip(Language::Vi)).unwrap(), slip_pdf(&sample.slip(Language::Vi)).unwrap());
}

#[test]
fn the_fonts_are_embedded_and_it_is_one_a5_page_without_the_patient_in_its_title() {
    let sample = Sample::new();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("slip.pdf"), slip_pdf(&sample.slip(Language::Vi)).unwrap()).unwrap();
    let fonts = run("pdffonts", POPPLER, &["slip.pdf"], folder.path());
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 3, "{fonts}");
    for row in rows {
        let columns: Vec<&str> = row.split_whitespace().rev().collect();
        assert_eq!(columns[2..5], ["yes", "yes", "yes"], "embedded, subset, with Unicode map: {row}");
    }
    let info = run("pdfinfo", POPPLER, &["slip.pdf"], folder.path());
    for line in ["Title:           Phiếu trả kết quả hình ảnh", "Tagged:          yes", "Pages:           1"]
    {
        assert!(info.contains(line), "{line} is not in:\n{info}");
    }
    assert!(info.contains("419.528 x 595.276 pts"), "A5 is 148 x 210 mm: {info}");
    assert!(!info.contains("NGUYỄN") && !info.contains("N20-"), "{info}");
}

#[test]
fn the_link_the_guide_and_the_mailbox_open_when_touched() {
    let sample = Sample::new();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("slip.pdf"), slip_pdf(&sample.slip(Language::Vi)).unwrap()).unwrap();
    let urls = run("pdfinfo", POPPLER, &["-url", "slip.pdf"], folder.path());
    for url in [
        LINK,
        "https://xem.benhvien.example/guide",
        "https://xem.benhvien.example\n",
        "mailto:hotro@benhvien.example",
    ] {
        assert!(urls.contains(url), "{url} is not in:\n{urls}");
    }
}

#[test]
fn a_department_or_a_modality_that_is_not_known_leaves_no_empty_label() {
    let sample = Sample::new();
    let slip = SlipContent {
        department: None,
        modalities: &[],
        sex: None,
        study_date: None,
        ..sample.slip(Language::Vi)
    };
    let text = text_of(&slip_pdf(&slip).unwrap(), &[]);
    for label in ["Khoa/phòng", "Loại hình ảnh", "Giới tính", "Ngày chụp"] {
        assert!(!text.contains(label), "{label} stands without a value in:\n{text}");
    }
}

/// Every field as long as it can be. It must still be one page, with nothing beyond it or its column.
fn crowded<'a>(sample: &'a Sample, text: &'a str) -> SlipContent<'a> {
    SlipContent {
        patient_name: text,
        patient_id: text,
        study_title: text,
        accession_number: text,
        department: Some(text),
        account: text,
        guide_url: text,
        portal_url: text,
        version: u32::MAX,
        ..sample.slip(Language::Vi)
    }
}

fn crowded_sample(text: &str) -> Sample {
    let mut sample = Sample::new();
    for field in [
        &mut sample.hospital.name_vi,
        &mut sample.hospital.name_en,
        &mut sample.hospital.address,
        &mut sample.hospital.support_email,
        &mut sample.hospital.hotline,
        &mut sample.hospital.hotline_hours_vi,
        &mut sample.hospital.hotline_hours_en,
    ] {
        text.clone_into(field);
    }
    sample.password = Secret::new(text.to_owned());
    sample.modalities = vec![text.to_owned(); 12];
    sample
}

/// The boxes of all words, from pdftotext: left, top, right, bottom.
fn boxes(pdf: &[u8]) -> Vec<[f32; 4]> {
    let html = text_of(pdf, &["-bbox"]);
    let number = |line: &str, name: &str| -> f32 {
        let rest = line.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let words = html.lines().filter(|line| line.trim_start().starts_with("<word"));
    words.map(|l| [number(l, "xMin"), number(l, "yMin"), number(l, "xMax"), number(l, "yMax")]).collect()
}

#[test]
fn no_text_however_long_leaves_the_page_or_covers_another() {
    for text in NASTY.iter().map(|t| (*t).to_owned()).chain([long_name(), unbroken()]) {
        let sample = crowded_sample(&text);
        let pdf = slip_pdf(&crowded(&sample, &text)).unwrap();
        let boxes = boxes(&pdf);
        for b in &boxes {
            assert!(b[0] >= 20.0 && b[2] <= 400.0 && b[1] >= 7.0 && b[3] <= 590.0, "{b:?} for {text:?}");
        }
        for (i, a) in boxes.iter().enumerate() {
            for b in &boxes[i + 1..] {
                let width = a[2].min(b[2]) - a[0].max(b[0]);
                let height = a[3].min(b[3]) - a[1].max(b[1]);
                let low = (a[3] - a[1]).min(b[3] - b[1]);
                assert!(width <= 1.0 || height <= low * 0.45, "{a:?} covers {b:?} for {text:?}");
            }
        }
    }
}

#[test]
fn a_lost_character_is_seen_to_be_lost() {
    let sample = Sample::new();
    let slip = SlipContent { patient_name: "\u{12000}\u{12001} 🙂 Tarō", ..sample.slip(Language::Vi) };
    let text = text_of(&slip_pdf(&slip).unwrap(), &[]);
    assert!(has_line(&text, "�� Tarō"), "{text}");
}

#[test]
fn names_in_other_scripts_and_the_longest_codes_are_read_whole() {
    let sample = Sample::new();
    let code = format!("BN-{}", "0123456789".repeat(18));
    for (name, word) in [("សុខ ចាន់ថា", "សុខ"), ("สมชาย ใจดี", "ใจดี"), ("محمد علي", "")]
    {
        let slip = SlipContent {
            patient_name: name,
            patient_id: &code,
            accession_number: &code,
            account: &code,
            ..sample.slip(Language::Vi)
        };
        let text = text_of(&slip_pdf(&slip).unwrap(), &[]);
        assert!(!text.contains('\u{fffd}') && text.contains(word), "{name}: {text}");
        let unbroken: String = text.split_whitespace().collect();
        // The lines of two codes side by side are read alternately, but not those of the account.
        assert!(unbroken.contains(&code), "{text}");
        assert!(!text.lines().any(|line| line.contains("0123456789") && line.contains('…')), "{text}");
    }
}

#[test]
fn a_long_link_stays_whole_and_selectable() {
    let mut sample = Sample::new();
    for length in [40, 75, 100, 140] {
        let link = format!("https://xem.benhvien.example/x/{}", "aZ09_-~".repeat(20));
        let link = &link[..length];
        sample.link = Secret::new(link.to_owned());
        let text = text_of(&slip_pdf(&sample.slip(Language::Vi)).unwrap(), &[]);
        let joined = text.replace('\n', "");
        assert!(
            if length <= 100 { has_line(&text, link) } else { joined.contains(link) },
            "{link} in:\n{text}"
        );
    }
}

#[test]
fn what_is_not_a_web_address_gets_no_slip() {
    let mut sample = Sample::new();
    for link in ["", "javascript:alert(1)", "https://a b/x"] {
        sample.link = Secret::new(link.to_owned());
        assert!(matches!(slip_pdf(&sample.slip(Language::Vi)), Err(SlipError::BadLink)), "{link}");
    }
    sample.link = Secret::new(format!("https://a.example/{}", "x".repeat(3000)));
    let error = slip_pdf(&sample.slip(Language::Vi)).unwrap_err();
    assert!(matches!(error, SlipError::QrTooLong(_)));
    assert!(!format!("{error} {error:?}").contains("example"), "an error must not repeat the link");
}

#[test]
fn debug_output_shows_nothing_of_the_patient() {
    let sample = Sample::new();
    assert_eq!(format!("{:?}", sample.slip(Language::Vi)), "SlipContent(hidden)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Also proves that the page stays valid PDF/UA-1, because krilla refuses to write it otherwise.
    #[test]
    fn any_text_at_all_gives_a_slip(text in "\\PC{0,40}|(?s).{0,60}") {
        let sample = crowded_sample(&text);
        prop_assert!(slip_pdf(&crowded(&sample, &text)).is_ok());
    }
}

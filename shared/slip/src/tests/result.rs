//! The result on a slip and in an email.

use std::fs;

use filmless_domain::{Language, SignedResult};
use mail_parser::MessageParser;

use super::email::content;
use super::sample::{NASTY, Sample, run};
use crate::{EmailContent, SlipContent, email_message, slip_pdf};

const POPPLER: &str = "poppler-utils";

fn result(conclusion: &str) -> SignedResult {
    SignedResult {
        conclusion: conclusion.to_owned(),
        signed_by: Some("BS. Trần Văn An".to_owned()),
        signed_at: Some("2020-11-23T02:00:00Z".parse().unwrap()),
        is_correction: false,
    }
}

/// Its text and number of pages.
fn printed(conclusion: &str) -> (String, usize) {
    let (sample, result) = (Sample::new(), result(conclusion));
    let slip = SlipContent { result: Some(&result), ..sample.slip(Language::Vi) };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("slip.pdf"), slip_pdf(&slip).unwrap()).unwrap();
    let text = run("pdftotext", POPPLER, &["-layout", "-enc", "UTF-8", "slip.pdf", "-"], folder.path());
    let pages = text.matches('\u{c}').count();
    (text, pages)
}

#[test]
fn a_signed_result_has_a_page_behind_the_first() {
    let (text, pages) = printed("Nhu mô phổi hai bên sáng đều.\nKhông tràn dịch màng phổi.");
    assert_eq!(pages, 2);
    for part in [
        "KẾT QUẢ",
        "NGUYỄN THỊ ÁNH HỒNG · 02/03/1958 · N20-0317542",
        "Nhu mô phổi hai bên sáng đều.",
        "Không tràn dịch màng phổi.",
        "Bác sĩ ký kết quả: BS. Trần Văn An, 23/11/2020 09:00.",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}

#[test]
fn a_result_is_printed_whole_or_not_at_all() {
    let sentence = "Không thấy tổn thương khu trú ở nhu mô. ";
    let (text, pages) = printed(&format!("{}Hết.", sentence.repeat(120)));
    assert!((3..=5).contains(&pages), "{pages} pages");
    assert!(text.contains("Hết.") && !text.contains('…'));
    let (text, pages) = printed(&sentence.repeat(2000));
    assert_eq!(pages, 2);
    assert!(text.contains("Kết quả dài hơn phiếu này."), "{text}");
    assert!(!text.contains("Không thấy tổn thương"));
}

#[test]
fn whatever_a_result_says_the_slip_is_made() {
    for nasty in NASTY {
        assert!(printed(nasty).1 >= 1);
    }
    assert!(printed(&"Ư".repeat(3000)).1 > 1);
}

#[test]
fn an_email_says_the_result_as_text() {
    let (sample, result) = (Sample::new(), result("Phổi <b>sáng</b>.\nKhông tràn dịch."));
    let told = EmailContent { result: Some(&result), ..content(&sample, Language::Vi) };
    for (email, is_told) in [(told, true), (content(&sample, Language::Vi), false)] {
        let bytes = email_message(&email).unwrap();
        let message = MessageParser::new().parse(&bytes).unwrap();
        let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
        let signed = "Bác sĩ ký kết quả: BS. Trần Văn An, 23/11/2020 09:00.";
        let lines = text.replace("\r\n", "\n");
        assert_eq!(
            lines.contains(&format!("Phổi <b>sáng</b>.\nKhông tràn dịch.\n{signed}")),
            is_told,
            "{lines}"
        );
        assert_eq!(
            html.contains("Phổi &#60;b&#62;sáng&#60;/b&#62;.<br>Không tràn dịch.<br>"),
            is_told,
            "{html}"
        );
    }
}

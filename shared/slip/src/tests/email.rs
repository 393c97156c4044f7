//! The email as a mail program parses it.

use filmless_domain::{Hospital, Language};
use mail_parser::{Message, MessageParser, MimeHeaders};

use super::sample::{LINK, NASTY, Sample, long_name};
use crate::{EmailContent, SlipError, email_message};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";
const PDF: &[u8] = b"%PDF-1.7 slip";

pub(super) fn content(sample: &Sample, language: Language) -> EmailContent<'_> {
    EmailContent {
        hospital: &sample.hospital,
        language,
        patient_name: "NGUYỄN THỊ ÁNH HỒNG",
        study_title: "Chụp cắt lớp vi tính ngực",
        study_date: Some(jiff::civil::Date::constant(2020, 11, 23)),
        result: None,
        is_birth_date_known: true,
        account: "N20-0317542",
        password: Some(&sample.password),
        link: &sample.link,
        guide_url: "https://xem.benhvien.example/guide",
        portal_url: "https://xem.benhvien.example",
        expires_on: jiff::civil::Date::constant(2021, 2, 21),
        from: "ketqua@benhvien.example",
        to: "hong@mail.example",
        message_id: "notice-0001.1@benhvien.example",
        date: "2020-11-23T02:05:00Z".parse().unwrap(),
        qr_png: PNG,
        slip_pdf: Some(PDF),
    }
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::new().parse(bytes).unwrap()
}

fn bodies(message: &Message<'_>) -> (String, String) {
    (message.body_text(0).unwrap().into_owned(), message.body_html(0).unwrap().into_owned())
}

#[test]
fn headers_name_the_hospital_and_not_the_patient() {
    let sample = Sample::new();
    let bytes = email_message(&content(&sample, Language::Vi)).unwrap();
    let message = parse(&bytes);
    assert_eq!(message.subject(), Some("Kết quả hình ảnh của Ông/Bà đã sẵn sàng – Bệnh viện Đại học Mẫu"));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!(
        (from.name(), from.address()),
        (Some("Bệnh viện Đại học Mẫu"), Some("ketqua@benhvien.example"))
    );
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("hong@mail.example"));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("hotro@benhvien.example"));
    assert_eq!(message.message_id(), Some("notice-0001.1@benhvien.example"));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2020-11-23T02:05:00Z");
    assert_eq!(message.header("Auto-Submitted").and_then(|h| h.as_text()), Some("auto-generated"));
    let head = String::from_utf8_lossy(&bytes);
    let head = head.split("\r\n\r\n").next().unwrap();
    assert!(head.is_ascii(), "headers travel as ASCII:\n{head}");
    assert!(head.lines().all(|line| line.len() <= 78), "{head}");
}

#[test]
fn text_html_picture_and_slip_are_where_mail_programs_look_for_them() {
    let sample = Sample::new();
    let bytes = email_message(&content(&sample, Language::Vi)).unwrap();
    let message = parse(&bytes);
    let kinds: Vec<String> = message
        .parts
        .iter()
        .map(|part| {
            part.content_type()
                .map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or_default()))
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
            "application/pdf"
        ]
    );
    assert_eq!(message.parts[5].content_id(), Some("qr@filmless"));
    assert_eq!(message.parts[5].contents(), PNG);
    assert_eq!(message.parts[6].attachment_name(), Some("phieu-tra-ket-qua.pdf"));
    assert_eq!(message.parts[6].contents(), PDF);
}

#[test]
fn both_bodies_say_everything() {
    let sample = Sample::new();
    for (language, words) in [
        (
            Language::Vi,
            [
                "Kính gửi Ông/Bà NGUYỄN THỊ ÁNH HỒNG",
                "Mật khẩu",
                "21/02/2021",
                "Thứ 2 – Thứ 6",
                "Giữ kín thư này",
            ],
        ),
        (
            Language::En,
            ["Dear NGUYỄN THỊ ÁNH HỒNG", "Password", "21 Feb 2021", "Mon–Fri", "Keep this message"],
        ),
    ] {
        let bytes = email_message(&content(&sample, language)).unwrap();
        let (text, html) = bodies(&parse(&bytes));
        let facts = [
            LINK,
            "N20-0317542",
            "K7QM-2WXA",
            "https://xem.benhvien.example/guide",
            "hotro@benhvien.example",
            "1900 0000",
        ];
        for part in words.into_iter().chain(facts) {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
            assert!(html.contains(part), "{part} is missing in:\n{html}");
        }
        assert!(html.contains(&format!("href=\"{LINK}\"")) && html.contains("src=\"cid:qr@filmless\""));
        assert!(text.lines().any(|line| line == LINK), "{text}");
    }
}

#[test]
fn a_password_left_to_the_slip_is_in_no_part() {
    let sample = Sample::new();
    let content = EmailContent { password: None, slip_pdf: None, ..content(&sample, Language::Vi) };
    let bytes = email_message(&content).unwrap();
    let message = parse(&bytes);
    let (text, html) = bodies(&message);
    assert!(!text.contains("K7QM") && !html.contains("K7QM"));
    assert!(text.contains("Mật khẩu: in trên phiếu trả kết quả"), "{text}");
    assert_eq!(message.attachment_count(), 1, "the picture only");
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let sample = Sample::new();
    assert_eq!(
        email_message(&content(&sample, Language::Vi)).unwrap(),
        email_message(&content(&sample, Language::Vi)).unwrap()
    );
}

#[test]
fn no_field_can_add_a_header_a_recipient_or_markup() {
    for nasty in NASTY.iter().map(|t| (*t).to_owned()).chain([long_name()]) {
        let mut sample = Sample::new();
        sample.hospital = Hospital {
            name_vi: nasty.clone(),
            address: nasty.clone(),
            support_email: nasty.clone(),
            hotline: nasty.clone(),
            ..Hospital::default()
        };
        let content = EmailContent {
            patient_name: &nasty,
            study_title: &nasty,
            result: None,
            account: &nasty,
            guide_url: &nasty,
            portal_url: &nasty,
            ..content(&sample, Language::Vi)
        };
        let bytes = email_message(&content).unwrap();
        let message = parse(&bytes);
        assert!(message.bcc().is_none() && message.cc().is_none(), "{nasty:?}");
        assert_eq!(message.to().unwrap().iter().count(), 1, "{nasty:?}");
        assert_eq!(message.parts.len(), 7, "{nasty:?}");
        let (_, html) = bodies(&message);
        assert!(!html.contains("<script"), "{html}");
    }
}

#[test]
fn what_is_not_one_plain_mailbox_is_refused() {
    let sample = Sample::new();
    for bad in [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c.example",
        "a@c.example, d@e.example",
        "<a@c.example>",
        "a@c..example",
        "a@c.example\r\nBcc: x@y.example",
        ".a@c.example",
        "ả@c.example",
        "a@ví.example",
        "a@[127.0.0.1]",
    ] {
        let to = EmailContent { to: bad, ..content(&sample, Language::Vi) };
        assert!(matches!(email_message(&to), Err(SlipError::BadMailbox)), "{bad:?}");
        let from = EmailContent { from: bad, ..content(&sample, Language::Vi) };
        assert!(matches!(email_message(&from), Err(SlipError::BadMailbox)), "{bad:?}");
    }
    for good in ["a@c", " hong@mail.example ", "h.o+n_g@mail-1.example.vn"] {
        assert!(
            email_message(&EmailContent { to: good, ..content(&sample, Language::Vi) }).is_ok(),
            "{good:?}"
        );
    }
}

#[test]
fn a_message_id_or_a_link_that_would_break_the_message_is_refused() {
    let mut sample = Sample::new();
    for bad in ["", "x", "a@b>\r\nBcc: c@d", "<a@b>", "a b@c"] {
        let content = EmailContent { message_id: bad, ..content(&sample, Language::Vi) };
        assert!(matches!(email_message(&content), Err(SlipError::BadMessageId)), "{bad:?}");
    }
    sample.link = filmless_domain::Secret::new("javascript:alert(1)".into());
    assert!(matches!(email_message(&content(&sample, Language::Vi)), Err(SlipError::BadLink)));
}

#[test]
fn debug_output_shows_nothing_of_the_patient() {
    let sample = Sample::new();
    assert_eq!(format!("{:?}", content(&sample, Language::Vi)), "EmailContent(hidden)");
}

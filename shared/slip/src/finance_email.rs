//! The email with a month's figures for finance. Sums only: nothing about a patient, a study or a claim.

use filmless_domain::Hospital;
use filmless_domain::Language;
use filmless_domain::number::grouped;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date as MailDate;
use mail_builder::headers::raw::Raw;

use crate::{SlipError, clean};

/// The content of that email.
#[derive(Debug, Clone)]
pub struct FinanceContent<'a> {
    /// The hospital.
    pub hospital: &'a Hospital,
    /// The hospital's sending mailbox.
    pub from: &'a str,
    /// The receiving mailbox.
    pub to: &'a str,
    /// Address of the finance page, for those who may see it.
    pub page_url: &'a str,
    /// The month: `2026-11`.
    pub month: &'a str,
    /// The figures, in the order of the labels.
    pub figures: [i64; 6],
    /// When the message is written.
    pub date: jiff::Timestamp,
}

/// The label of each figure in Vietnamese and English, and its unit.
const LABELS: [[&str; 3]; 6] = [
    ["Ca đã trả kết quả", "Studies released", ""],
    ["Tiền thu của các ca đã trả", "Charged for them", " ₫"],
    ["Phim không phải in", "Films avoided", ""],
    ["Phim đã in", "Films printed", ""],
    ["Tiền phim tiết kiệm", "Film money saved", " ₫"],
    ["Chi phí tin nhắn", "Cost of messages", " ₫"],
];

/// Writes the email (RFC 5322), Vietnamese first.
///
/// # Errors
/// [`SlipError`] if a mailbox is not valid.
pub fn finance_message(content: &FinanceContent<'_>) -> Result<Vec<u8>, SlipError> {
    let (month, page_url) = (content.month, content.page_url);
    let lines = |language: Language| {
        let line = |(label, figure): (&[&str; 3], &i64)| {
            format!("{}: {}{}\r\n", language.pick(label[0], label[1]), grouped(*figure, language), label[2])
        };
        LABELS.iter().zip(&content.figures).map(line).collect::<String>()
    };
    let text = format!(
        "Số liệu trả kết quả không in phim, tháng {month}\r\n\r\n{}\r\nCông nợ, định mức phim và các dòng chi tiết: \
         {page_url}\r\n\r\nFigures of {month}\r\n\r\n{}\r\nReceivables, budget and lines: {page_url}\r\n",
        lines(Language::Vi),
        lines(Language::En),
    );
    MessageBuilder::new()
        .from(Address::new_address(
            Some(clean::line(&content.hospital.name_vi)),
            clean::check_mailbox(content.from)?,
        ))
        .to(clean::check_mailbox(content.to)?)
        .subject(format!("Số liệu không in phim tháng {month}"))
        .date(MailDate::new(content.date.as_second()))
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .text_body(text)
        .write_to_vec()
        .map_err(SlipError::Mail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finance_is_told_the_figures_in_both_languages_and_where_the_rest_is() {
        let hospital = Hospital::default();
        let raw = finance_message(&FinanceContent {
            hospital: &hospital,
            from: "noreply@benhvien.example",
            to: "ketoan@benhvien.example",
            page_url: "https://xem.benhvien.example/staff/finance",
            month: "2026-11",
            figures: [1_234, 631_808_000, 3_702, 12, -45_000, 987_654],
            date: jiff::Timestamp::UNIX_EPOCH,
        })
        .unwrap();
        let message = mail_parser::MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.subject(), Some("Số liệu không in phim tháng 2026-11"));
        assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ketoan@benhvien.example"));
        let text = message.body_text(0).unwrap();
        for line in [
            "Ca đã trả kết quả: 1.234",
            "Tiền thu của các ca đã trả: 631.808.000 ₫",
            "Tiền phim tiết kiệm: -45.000 ₫",
            "Charged for them: 631,808,000 ₫",
            "https://xem.benhvien.example/staff/finance",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}

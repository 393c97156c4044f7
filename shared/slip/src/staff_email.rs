//! The email that calls the hotline to its list. It names nobody; the list does.

use filmless_domain::Hospital;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date as MailDate;
use mail_builder::headers::raw::Raw;

use crate::{SlipError, clean};

/// The content of that email.
#[derive(Debug, Clone)]
pub struct UnreachedContent<'a> {
    /// The hospital; its support mailbox gets the email.
    pub hospital: &'a Hospital,
    /// The hospital's sending mailbox.
    pub from: &'a str,
    /// Address of the list, for those who may see it.
    pub list_url: &'a str,
    /// How many studies need a call.
    pub count: usize,
    /// How many days the list goes back.
    pub days: u16,
    /// When the message is written.
    pub date: jiff::Timestamp,
}

/// Writes the email (RFC 5322), Vietnamese first.
///
/// # Errors
/// [`SlipError`] if a mailbox is not valid.
pub fn unreached_message(content: &UnreachedContent<'_>) -> Result<Vec<u8>, SlipError> {
    let (count, days, list_url) = (content.count, content.days, content.list_url);
    let text = format!(
        "{count} kết quả trong {days} ngày qua chưa đến được người bệnh: không có số điện thoại hay email, hoặc tin \
         không gửi được, và chưa ai mở hình ảnh. Xin gọi điện cho họ.\r\nDanh sách: {list_url}, hoặc lệnh filmless staff unreached\r\n\r\n\
         {count} studies of the last {days} days reached no patient: no phone number or email is known, or the \
         messages failed, and nobody opened the images. Please call them.\r\nThe list: {list_url}, or the command filmless staff unreached\r\n"
    );
    MessageBuilder::new()
        .from(Address::new_address(
            Some(clean::line(&content.hospital.name_vi)),
            clean::check_mailbox(content.from)?,
        ))
        .to(clean::check_mailbox(&content.hospital.support_email)?)
        .subject(format!("{count} người bệnh chưa nhận được kết quả"))
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
    fn the_hotline_is_told_how_many_and_where_but_not_who() {
        let hospital = Hospital::default();
        let raw = unreached_message(&UnreachedContent {
            hospital: &hospital,
            from: "noreply@benhvien.example",
            list_url: "https://xem.benhvien.example/staff/unreached",
            count: 3,
            days: 7,
            date: jiff::Timestamp::UNIX_EPOCH,
        });
        let raw = raw.unwrap();
        let message = mail_parser::MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.subject(), Some("3 người bệnh chưa nhận được kết quả"));
        assert_eq!(message.to().unwrap().first().unwrap().address(), Some("hotro@benhvien.example"));
        let text = message.body_text(0).unwrap();
        assert!(text.contains("https://xem.benhvien.example/staff/unreached"), "{text}");
        assert!(text.contains("filmless staff unreached"), "{text}");
    }
}

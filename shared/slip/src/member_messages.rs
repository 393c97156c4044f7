//! Messages to the members of a consultation: the invitation, the code, and that something new is there. They name the
//! hospital and their receiver, never the patient.

use filmless_domain::{Hospital, Language, Secret};
use jiff::civil::Date;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date as MailDate;
use mail_builder::headers::raw::Raw;

use crate::sms::compact_phone;
use crate::{SlipError, SmsText, clean, gsm7, words};

/// What a member is told.
#[derive(Clone, Copy)]
pub enum MemberNews<'a> {
    /// They are invited; the code comes in another way, unless they sign in with an account of the hospital.
    Invitation {
        /// The whole link.
        link: &'a Secret,
        /// Last day on which it opens.
        until: Date,
        /// Whether they sign in.
        by_account: bool,
    },
    /// The code that opens the link, once.
    Code(&'a Secret),
    /// Something new is there; what it is, is not told.
    SomethingNew {
        /// Address of the consultation's page, which asks for the link and its code where nobody is signed in.
        page_url: &'a str,
    },
}

/// A message to a member.
#[derive(Clone, Copy)]
pub struct MemberMessage<'a> {
    /// The hospital, for name and hotline.
    pub hospital: &'a Hospital,
    /// Its language.
    pub language: Language,
    /// Name of the member.
    pub name: &'a str,
    /// What it says.
    pub news: MemberNews<'a>,
}

/// An email to a member: what it says, and its head.
#[derive(Clone, Copy)]
pub struct MemberEmail<'a> {
    /// What it says.
    pub message: MemberMessage<'a>,
    /// The hospital's sending mailbox.
    pub from: &'a str,
    /// The member's mailbox.
    pub to: &'a str,
    /// `left@right`, without angle brackets: the same for every attempt to send this message.
    pub message_id: &'a str,
    /// When the message is written.
    pub date: jiff::Timestamp,
}

macro_rules! hidden {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name<'_> {
            /// Hides names and secrets.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )*};
}

hidden!(MemberNews, MemberMessage, MemberEmail);

/// Writes the SMS, one fact per line, so that phones recognise the whole link.
#[must_use]
pub fn member_sms(message: &MemberMessage<'_>) -> SmsText {
    let pick = |vi, en| message.language.pick(vi, en);
    let (what, line, hint) = match message.news {
        MemberNews::Invitation { link, by_account, .. } => (
            pick("moi hoi chan tu xa", "remote consultation"),
            gsm7::fold_line(link.expose()),
            if by_account {
                pick("Vao bang tai khoan benh vien", "Sign in with the hospital account")
            } else {
                pick("Ma so duoc gui rieng", "The code comes separately")
            },
        ),
        MemberNews::Code(code) => (
            pick("ma so vao hoi chan", "consultation code"),
            gsm7::fold_line(code.expose()),
            pick("Dung mot lan, xin giu kin", "For one use, keep it secret"),
        ),
        MemberNews::SomethingNew { page_url } => (
            pick("hoi chan co noi dung moi", "something new in your consultation"),
            gsm7::fold_line(page_url),
            "",
        ),
    };
    let from = gsm7::fold_line(&message.hospital.name_sms);
    let hotline = format!("{} {}", pick("DT", "Tel"), compact_phone(&message.hospital.hotline));
    let lines = [format!("{from}: {what}"), line, hint.to_owned(), hotline];
    let text = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    SmsText { parts: gsm7::parts(&text), text, encoding: "GSM-7" }
}

/// Writes the email (RFC 5322); the same content gives the same bytes.
///
/// # Errors
/// [`SlipError::BadMailbox`], [`SlipError::BadMessageId`] or [`SlipError::BadLink`] for values that cannot be sent.
pub fn member_email(email: &MemberEmail<'_>) -> Result<Vec<u8>, SlipError> {
    let message = &email.message;
    let hospital_name = clean::line(message.hospital.name(message.language));
    let subject = format!("{} – {hospital_name}", subject_of(message));
    let mut raw = MessageBuilder::new()
        .from(Address::new_address(Some(hospital_name), clean::check_mailbox(email.from)?))
        .to(clean::check_mailbox(email.to)?)
        .subject(subject)
        .date(MailDate::new(email.date.as_second()))
        .message_id(crate::email::message_id(email.message_id)?)
        // RFC 3834 5: no vacation note may answer this message.
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .header("X-Auto-Response-Suppress", Raw::new("All"))
        .header("Content-Language", Raw::new(message.language.tag()));
    if let Ok(support) = clean::check_mailbox(&message.hospital.support_email) {
        raw = raw.reply_to(support);
    }
    raw.text_body(body_of(message)?).write_to_vec().map_err(SlipError::Mail)
}

fn subject_of(message: &MemberMessage<'_>) -> &'static str {
    let pick = |vi, en| message.language.pick(vi, en);
    match message.news {
        MemberNews::Invitation { .. } => pick("Mời hội chẩn từ xa", "Invitation to a remote consultation"),
        MemberNews::Code(_) => pick("Mã số vào hội chẩn", "Your consultation code"),
        MemberNews::SomethingNew { .. } => {
            pick("Hội chẩn có nội dung mới", "Something new in your consultation")
        }
    }
}

fn body_of(message: &MemberMessage<'_>) -> Result<String, SlipError> {
    let language = message.language;
    let pick = |vi, en| language.pick(vi, en);
    let hospital = clean::line(message.hospital.name(language));
    let what = match message.news {
        MemberNews::Invitation { link, until, by_account } => {
            clean::check_link(link.expose())?;
            let until = words::date(until, language);
            let how = match (language, by_account) {
                (Language::Vi, false) => "trang sẽ hỏi mã số dùng một lần, được gửi riêng bằng cách khác",
                (Language::Vi, true) => "rồi đăng nhập bằng tài khoản bệnh viện của Ông/Bà",
                (Language::En, false) => {
                    "the page asks for a code for one use, which comes to you in another way"
                }
                (Language::En, true) => "then sign in with your account of the hospital",
            };
            match language {
                Language::Vi => format!(
                    "{hospital} mời Ông/Bà tham gia một cuộc hội chẩn từ xa. Xin mở đường dẫn này; {how}.\r\n\r\n{}\r\n\r\nĐường \
                     dẫn dùng đến hết ngày {until}. Xin không chuyển tiếp: thư mời chỉ dành cho Ông/Bà.",
                    link.expose()
                ),
                Language::En => format!(
                    "{hospital} invites you to a remote consultation. Please open this link; {how}.\r\n\r\n{}\r\n\r\nThe link opens \
                     until {until}. Please do not pass it on: the invitation is for you alone.",
                    link.expose()
                ),
            }
        }
        MemberNews::Code(code) => format!(
            "{}\r\n\r\n{}\r\n\r\n{}",
            pick("Mã số của Ông/Bà để vào cuộc hội chẩn từ xa:", "Your code for the remote consultation:"),
            code.expose(),
            pick("Mã chỉ dùng một lần. Xin giữ kín.", "It opens once. Please keep it secret."),
        ),
        MemberNews::SomethingNew { page_url } => format!(
            "{}\r\n\r\n{page_url}\r\n\r\n{}",
            pick(
                "Cuộc hội chẩn mà Ông/Bà tham gia có nội dung mới: ý kiến hoặc biên bản.",
                "There is something new in a consultation of yours: an opinion, or minutes."
            ),
            pick(
                "Nếu trang không mở, xin dùng lại đường dẫn trong thư mời và xin mã số mới.",
                "If the page does not open, please use the link of your invitation again, and ask for a new code."
            ),
        ),
    };
    let greeting = format!("{} {},", pick("Kính gửi", "Dear"), clean::line(message.name));
    let support = format!("{hospital} · {}", clean::line(&message.hospital.hotline));
    Ok(format!("{greeting}\r\n\r\n{what}\r\n\r\n{support}\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(news: MemberNews<'_>, language: Language) -> SmsText {
        member_sms(&MemberMessage {
            hospital: &Hospital::default(),
            language,
            name: "BS. Trần Văn Bình",
            news,
        })
    }

    #[test]
    fn the_link_and_the_code_are_in_different_messages_of_one_part() {
        let link = Secret::new("https://xem.benhvien.example/c/8fKq2ZrT6mWcJ4vNxD9sLhBy3PgA7eQu".into());
        let (code, until) = (Secret::new("123456".into()), Date::constant(2026, 12, 7));
        for language in [Language::Vi, Language::En] {
            for by_account in [false, true] {
                let invitation = sms(MemberNews::Invitation { link: &link, until, by_account }, language);
                assert!(invitation.text.contains(link.expose()) && !invitation.text.contains("123456"));
                assert_eq!(invitation.parts, 1, "{}", invitation.text);
            }
            let code = sms(MemberNews::Code(&code), language);
            assert!(code.text.contains("123456") && !code.text.contains("/c/"), "{}", code.text);
            assert_eq!(code.parts, 1);
        }
    }

    #[test]
    fn an_email_names_its_receiver_and_the_hospital_and_has_one_of_each_header() {
        let hospital = Hospital::default();
        let message = MemberMessage {
            hospital: &hospital,
            language: Language::Vi,
            name: "BS. Bình\r\nBcc: x@y.vn",
            news: MemberNews::SomethingNew { page_url: "https://xem.benhvien.example/consultations/00" },
        };
        let raw = member_email(&MemberEmail {
            message,
            from: "noreply@benhvien.example",
            to: "binh@khac.example",
            message_id: "consult-1@benhvien.example",
            date: jiff::Timestamp::UNIX_EPOCH,
        });
        let raw = raw.unwrap();
        let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
        assert!(mail.subject().unwrap().starts_with("Hội chẩn có nội dung mới"));
        assert!(mail.bcc().is_none());
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("Kính gửi BS. Bình Bcc: x@y.vn,"), "{text}");
        assert!(text.contains("https://xem.benhvien.example/consultations/00"));
    }
}

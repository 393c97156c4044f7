//! SMS and email as SNS and SES take them. The tests in `flow` check the outbox of the embedded profile.

use filmless_domain::PhoneNumber;
use filmless_store::aws::{SesGateway, SnsGateway};
use filmless_store::port::{Email, Message, Messenger, PortError, Sms};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;

use crate::localstack::{account, endpoint, settings};

fn read_back(url: &str) -> Value {
    ureq::get(url).call().unwrap().body_mut().read_json().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_goes_out_in_the_name_of_the_hospital() {
    let (endpoint, account) = (endpoint(), account());
    let client = aws_sdk_sns::Client::new(&settings(&endpoint, &account));
    let gateway = SnsGateway::new(client, Some("BVMau".into()));
    let text = "BV Mau: ket qua\nhttps://xem.benhvien.example/x/abc";
    let sms = Message::Sms(Sms {
        idempotency_key: "1".into(),
        to: PhoneNumber::parse("0903 123 456").unwrap(),
        text: text.into(),
        parts: 1,
        encoding: "GSM-7",
    });
    let id = gateway.send(&sms).await.unwrap();
    let all =
        read_back(&format!("{endpoint}/_aws/sns/sms-messages?accountId={account}&region=ap-southeast-1"));
    let sent = all["sms_messages"]["+84903123456"].as_array().unwrap();
    assert_eq!((sent.len(), &sent[0]["Message"], &sent[0]["MessageId"]), (1, &text.into(), &id.into()));
    let attribute = |name: &str| sent[0]["MessageAttributes"][name]["StringValue"].clone();
    assert_eq!(
        (attribute("AWS.SNS.SMS.SMSType"), attribute("AWS.SNS.SMS.SenderID")),
        ("Transactional".into(), "BVMau".into())
    );
    assert!(!gateway.is_idempotent());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_goes_out_byte_by_byte_and_only_from_a_verified_sender() {
    let (endpoint, account) = (endpoint(), account());
    let client = aws_sdk_ses::Client::new(&settings(&endpoint, &account));
    let from = format!("khong-tra-loi@{account}.example");
    let raw = format!(
        "From: <{from}>\r\nTo: <hoa@example.vn>\r\nSubject: =?utf-8?B?S+G6v3QgcXXhuqM=?=\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nS+G6v3QgcXXhuqM=\r\n--b\r\nContent-Type: application/pdf\r\n\
         Content-Disposition: attachment; filename=slip.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"
    );
    let email = Message::Email(Email {
        idempotency_key: "1".into(),
        from: from.clone(),
        to: "hoa@example.vn".into(),
        raw: raw.into_bytes(),
    });
    let gateway = SesGateway::new(client.clone(), None);
    let refused = gateway.send(&email).await.unwrap_err();
    assert!(matches!(refused, PortError::Refused { .. }), "{refused:?}");

    client.verify_email_identity().email_address(&from).send().await.unwrap();
    let id = gateway.send(&email).await.unwrap();
    let all = read_back(&format!("{endpoint}/_aws/ses?email={from}"));
    let sent = all["messages"].as_array().unwrap();
    assert_eq!((sent.len(), &sent[0]["Id"]), (1, &id.into()));
    let raw = sent[0]["RawData"].as_str().unwrap();
    let email = MessageParser::default().parse(raw).unwrap();
    assert_eq!((email.subject(), email.body_text(0).as_deref()), (Some("Kết quả"), Some("Kết quả")));
    assert_eq!(email.attachments().next().unwrap().attachment_name(), Some("slip.pdf"));
    assert_eq!(email.attachments().next().unwrap().contents(), b"%PDF-");
}
